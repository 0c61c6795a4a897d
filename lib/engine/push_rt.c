/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door: every event is checked here, before anything of it reaches the
 * sound.  What is out of range is clamped and counted, what can not be
 * played is refused with a reason.
 */
#include "engine/engine.h"

#include "engine/engine_private.h"
#include "engine/more.h"

#include <errno.h>

#define NS_PER_S 1000000000
#define FAR_FUTURE (INT64_C(1) << 61)
#define LONGEST_S 1e6f /* a note's end, before it counts as a mistake */
#define VELOCITY 0.75f /* of a note that says none */
#define DURATION_S 0.25f

int
pf_engine_find(const struct pf_engine *engine, uint32_t source)
{
	const struct pf_graph *g = &engine->graph;
	for (unsigned i = 0; i < g->strips; i++)
		if (g->strip[i]->hash == source)
			return (int)i;
	return -1;
}

/* x within lo..hi; NaN becomes def.  A change is counted. */
static float
clamp(struct pf_engine *engine, float x, float lo, float hi, float def)
{
	if (x >= lo && x <= hi)
		return x;
	engine->clamped++;
	return x < lo ? lo : x > hi ? hi : def;
}

static float
clamp_to(struct pf_engine *engine, const struct pf_param *param, float x)
{
	x = clamp(engine, x, param->lo, param->hi, param->def);
	/* A choice is a whole number. */
	return param->curve == PF_CHOICE ? (float)(int)(x + 0.5f) : x;
}

static void
read_own(struct pf_engine *engine, const struct pf_strip *strip,
    struct pf_due *due, const char *more, size_t len)
{
	struct pf_pair pair;
	size_t at = 0;
	while (due->owns < PF_OWN_MOST &&
	    pf_more_next(more, len, &at, &pair)) {
		const int slot = pf_paths_find(&strip->names.note, pair.hash);
		float value;
		if (slot < 0)
			continue; /* somebody else's word */
		const struct pf_param *param =
		    pf_strip_param(strip, (unsigned)slot);
		if (!pf_more_number(pair.value, pair.len, param, &value)) {
			engine->clamped++;
			continue;
		}
		due->own_slot[due->owns] = (uint16_t)slot;
		due->own_value[due->owns++] = clamp_to(engine, param, value);
	}
}

/* Returns 0, or -ETIME when the note is too late to be played. */
static int
check_note(struct pf_engine *engine, struct pf_strip *strip,
    struct pf_due *due)
{
	struct pf_event *e = &due->event;
	const int64_t late = (int64_t)engine->config.late_ms *
	    engine->config.rate_hz / 1000;
	e->pitch = clamp(engine, e->pitch, 0, 127, 60);
	if (pf_is_none(e->velocity))
		e->velocity = VELOCITY;
	e->velocity = clamp(engine, e->velocity, 0, 1, VELOCITY);
	due->end_ns = PF_NEVER;
	if (pf_event_type(e) == PF_NOTE) {
		if (pf_is_none(e->duration))
			e->duration = DURATION_S;
		const float s = clamp(engine, e->duration, 0, LONGEST_S,
		    DURATION_S);
		due->end_ns = e->time + (int64_t)((double)s * NS_PER_S + 0.5);
	}
	if (due->frame < engine->frame - late) {
		strip->dropped++;
		return -ETIME;
	}
	return 0;
}

/* The strip and slot of a `set`; -ENOENT if there is none. */
static int
find_parameter(const struct pf_engine *engine, struct pf_strip **strip,
    struct pf_due *due)
{
	const struct pf_graph *g = &engine->graph;
	const uint32_t hash = due->event.name;
	int slot = -1;
	if (*strip)
		slot = pf_paths_find(due->event.id ? &(*strip)->names.note :
		    &(*strip)->names.own, hash);
	for (unsigned i = 0; slot < 0 && i < g->strips; i++)
		slot = pf_paths_find(&(*strip = g->strip[i])->names.full, hash);
	for (unsigned i = 0; slot < 0 && i < g->returns; i++)
		slot = pf_paths_find(&(*strip = g->fx_return[i])->names.full, hash);
	if (slot < 0)
		slot = pf_paths_find(&(*strip = g->master)->names.full, hash);
	if (slot < 0)
		return -ENOENT;
	due->slot = (uint16_t)slot;
	return 0;
}

static int
check_set(struct pf_engine *engine, struct pf_strip **strip,
    struct pf_due *due)
{
	struct pf_event *e = &due->event;
	const int status = find_parameter(engine, strip, due);
	if (status < 0) {
		engine->unknown++;
		return status;
	}
	e->b = clamp_to(engine, pf_strip_param(*strip, due->slot), e->b);
	if (pf_is_none(e->duration))
		e->duration = 0;
	e->duration = clamp(engine, e->duration, 0, 3600, 0);
	return 0;
}

static int
enqueue(struct pf_engine *engine, struct pf_strip *strip,
    const struct pf_due *due)
{
	if (strip->taken >= engine->config.take ||
	    !pf_scheduler_add(&strip->scheduler, due)) {
		engine->refused++;
		return -EAGAIN;
	}
	strip->taken++;
	return 0;
}

/* stop, seek and reset are for everybody. */
static int
enqueue_all(struct pf_engine *engine, const struct pf_due *due)
{
	const struct pf_graph *g = &engine->graph;
	int status = enqueue(engine, g->master, due);
	for (unsigned i = 0; i < g->strips && !status; i++)
		status = enqueue(engine, g->strip[i], due);
	for (unsigned i = 0; i < g->returns && !status; i++)
		status = enqueue(engine, g->fx_return[i], due);
	return status;
}

static void
cancel(struct pf_engine *engine, const struct pf_event *e)
{
	const struct pf_graph *g = &engine->graph;
	for (unsigned i = 0; i < g->strips; i++)
		pf_scheduler_drop(&g->strip[i]->scheduler, e->source,
		    e->a_bits, e->from, UINT64_MAX, false);
}

static int
schedule(struct pf_engine *engine, struct pf_due *due, const char *more,
    size_t len)
{
	const enum pf_type type = pf_event_type(&due->event);
	const int place = pf_engine_find(engine, due->event.source);
	struct pf_strip *strip = place < 0 ? NULL : engine->graph.strip[place];
	int status = 0;
	if (type == PF_SET) {
		status = check_set(engine, &strip, due);
	} else if (!strip || !strip->voices) {
		engine->unknown++;
		return -ENOENT;
	} else if (type == PF_NOTE || type == PF_ON) {
		status = check_note(engine, strip, due);
		if (!status && more)
			read_own(engine, strip, due, more, len);
	} else {
		due->event.pitch = clamp(engine, due->event.pitch, 0, 127, 0);
	}
	return status ? status : enqueue(engine, strip, due);
}

int
pf_engine_push(struct pf_engine *engine, const struct pf_event *e,
    const char *more, size_t len)
{
	const enum pf_type type = pf_event_type(e);
	const uint32_t rate_hz = engine->config.rate_hz;
	struct pf_due due = {.event = *e};
	const bool plays = type == PF_NOTE || type == PF_ON ||
	    type == PF_OFF || type == PF_BEND || type == PF_SET;
	const bool ends = type == PF_STOP || type == PF_SEEK ||
	    type == PF_RESET;
	if (e->type & PF_HEARD)
		return 0;
	if (!plays && !ends && type != PF_TEMPO && type != PF_CANCEL)
		return 0;
	if (e->type >> PF_EPOCH_SHIFT != engine->epoch &&
	    !(e->type & PF_FREE) && type != PF_OFF) {
		engine->stale++;
		return -ESTALE;
	}
	if (type == PF_CANCEL) {
		cancel(engine, e);
		return 0;
	}
	if (e->time == PF_TIME_NOW)
		due.event.time = pf_time_of_frame(engine->frame, rate_hz);
	if (due.event.time > FAR_FUTURE || due.event.time < -FAR_FUTURE) {
		engine->refused++;
		return -ERANGE;
	}
	due.frame = pf_frame_of_time(due.event.time, rate_hz);
	if (due.frame > engine->frame +
	    (int64_t)engine->config.ahead_s * rate_hz) {
		engine->refused++;
		return -ERANGE;
	}
	if (type == PF_TEMPO) {
		pf_engine_tempo(engine, due.event.time, e->value);
		return 0;
	}
	return ends ? enqueue_all(engine, &due) :
	    schedule(engine, &due, more, len);
}

void
pf_engine_epoch(struct pf_engine *engine, unsigned epoch)
{
	engine->epoch = epoch & 0xff;
	for (unsigned i = 0; i < engine->graph.strips; i++)
		pf_strip_epoch(engine->graph.strip[i], engine->frame);
}
