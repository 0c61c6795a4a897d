/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door: every event is checked here, before anything of it reaches the
 * sound.  What is out of range is clamped and counted, what can not be
 * played is refused with a reason.
 */
#include "engine/engine.h"

#include "base/hash.h"
#include "engine/engine_private.h"
#include "engine/more.h"

#include <errno.h>

#define FAR_FUTURE (INT64_C(1) << 61)
#define LONGEST_S 1e6f /* a note's end, before it counts as a mistake */
#define VELOCITY 0.75f /* of a note that says none */
#define DURATION_S 0.25f

int
pf_engine_find(const struct pf_engine *engine, uint32_t source)
{
	const struct pf_graph *g = engine->graph;
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

/* Only counted: it is fitted when it comes, to the instrument of then. */
static void
count_unfit(struct pf_engine *engine, const struct pf_param *param, float x)
{
	engine->clamped += !(x >= param->lo && x <= param->hi);
}

static void
read_own(struct pf_engine *engine, const struct pf_strip *strip,
    struct pf_due *due, const char *more, size_t len)
{
	struct pf_pair pair;
	size_t at = 0;
	while (due->owns < PF_OWN_MOST &&
	    pf_more_next(more, len, &at, &pair)) {
		const int slot = pf_strip_slot(strip, pair.hash, PF_BY_NOTE);
		struct pf_own own = {.name = pair.hash};
		float value;
		if (!pf_more_number(pair.value, pair.len, NULL, &own.value))
			own.word = pf_hash(pair.value, pair.len);
		due->own[due->owns++] = own;
		if (slot < 0)
			continue; /* somebody else's word, so far */
		const struct pf_param *param =
		    pf_strip_param(strip, (unsigned)slot);
		if (pf_more_number(pair.value, pair.len, param, &value))
			count_unfit(engine, param, value);
		else
			engine->clamped++;
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
		due->end_ns = e->time + pf_ns_of_duration(s);
	}
	if (pf_frame_of_time(e->time, engine->config.rate_hz) <
	    engine->frame - late) {
		strip->dropped++;
		return -ETIME;
	}
	return 0;
}

/* The strip of a `set` and how it is found; -1 or its slot there. */
static int
find_parameter(const struct pf_engine *engine, struct pf_strip **strip,
    struct pf_due *due)
{
	const struct pf_graph *g = engine->graph;
	const uint32_t hash = due->event.name;
	int slot = -1;
	if (*strip) {
		due->by = due->event.id ? PF_BY_NOTE : PF_BY_OWN;
		slot = pf_strip_slot(*strip, hash, (enum pf_by)due->by);
	}
	if (slot < 0)
		due->by = PF_BY_FULL;
	for (unsigned i = 0; slot < 0 && i < g->strips; i++)
		slot = pf_strip_slot(*strip = g->strip[i], hash, PF_BY_FULL);
	for (unsigned i = 0; slot < 0 && i < g->returns; i++)
		slot = pf_strip_slot(*strip = g->fx_return[i], hash,
		    PF_BY_FULL);
	if (slot < 0)
		slot = pf_strip_slot(*strip = g->master, hash, PF_BY_FULL);
	return slot;
}

static int
check_set(struct pf_engine *engine, struct pf_strip **strip,
    struct pf_due *due)
{
	struct pf_event *e = &due->event;
	const int slot = find_parameter(engine, strip, due);
	if (slot < 0) {
		engine->unknown++;
		return -ENOENT;
	}
	count_unfit(engine, pf_strip_param(*strip, (unsigned)slot), e->b);
	if (pf_is_none(e->duration))
		e->duration = 0;
	e->duration = clamp(engine, e->duration, 0, 3600, 0);
	return 0;
}

static int
refuse(struct pf_engine *engine, int status)
{
	engine->refused++;
	return status;
}

/* Are there so many places left, for the event and for its fate? */
static bool
has_room(const struct pf_strip *strip, const struct pf_due *due,
    unsigned kept)
{
	const struct pf_scheduler *s = &strip->scheduler;
	return s->heap.n + kept < s->heap.most && (!pf_due_told(due) ||
	    s->tagged + strip->fates.n < strip->fates.room);
}

/* Some places are kept for what ends notes, some for the transport. */
static int
enqueue(struct pf_engine *engine, struct pf_strip *strip,
    const struct pf_due *due)
{
	const bool ends = pf_event_type(&due->event) == PF_OFF || due->faded;
	const unsigned kept = ends ? PF_PLACES_TURNS :
	    PF_PLACES_TURNS + PF_PLACES_ENDS;
	if ((!ends && strip->taken >= engine->config.take) ||
	    !has_room(strip, due, kept))
		return refuse(engine, -EAGAIN);
	(void)pf_scheduler_add(&strip->scheduler, due);
	strip->taken += !ends;
	return 0;
}

/* Epochs whose frame has come are in force. */
static void
settle(struct pf_engine *engine)
{
	unsigned done = 0;
	while (done < engine->turns &&
	    engine->turn[done].frame <= engine->frame)
		engine->epoch = engine->turn[done++].epoch;
	engine->turns -= done;
	for (unsigned i = 0; i < engine->turns && done; i++)
		engine->turn[i] = engine->turn[i + done];
}

static bool
is_stale(struct pf_engine *engine, const struct pf_event *e)
{
	const unsigned epoch = e->type >> PF_EPOCH_SHIFT;
	settle(engine);
	bool known = epoch == engine->epoch;
	for (unsigned i = 0; i < engine->turns; i++)
		known |= epoch == engine->turn[i].epoch;
	return !known;
}

/* play, stop, seek and reset are for everybody; the master's is told. */
static int
enqueue_turn(struct pf_engine *engine, struct pf_due *due)
{
	const struct pf_graph *g = engine->graph;
	const unsigned epoch = due->event.type >> PF_EPOCH_SHIFT;
	settle(engine);
	if (engine->turns == PF_TURNS_MOST || !has_room(g->master, due, 0))
		return refuse(engine, -EAGAIN);
	unsigned at = engine->turns++;
	due->event.type |= PF_FREE; /* it stands where it was said to */
	due->turns = epoch != (at ? engine->turn[at - 1].epoch :
	    engine->epoch);
	for (; at > 0 && engine->turn[at - 1].frame > due->frame; at--)
		engine->turn[at] = engine->turn[at - 1];
	engine->turn[at] = (struct pf_turn){due->frame, epoch};
	(void)pf_scheduler_add(&g->master->scheduler, due);
	due->tag = 0;
	/* It has a place: no strip was told of more turns than the master. */
	for (unsigned i = 0; i < g->strips; i++)
		(void)pf_scheduler_add(&g->strip[i]->scheduler, due);
	for (unsigned i = 0; i < g->returns; i++)
		(void)pf_scheduler_add(&g->fx_return[i]->scheduler, due);
	return 0;
}

static void
cancel(struct pf_engine *engine, const struct pf_event *e)
{
	const int place = pf_engine_find(engine, e->source);
	const struct pf_fate fate = {
		.what = PF_CANCELLED,
		.time_ns = pf_time_of_frame(engine->frame,
		    engine->config.rate_hz),
	};
	const struct pf_drop drop = {
		.source = e->source,
		.id = e->a_bits,
		.from = e->from,
		.before = UINT64_MAX,
	};
	if (place < 0)
		return;
	struct pf_strip *strip = engine->graph->strip[place];
	pf_scheduler_drop(&strip->scheduler, &drop, &strip->fates, &fate);
}

static int
schedule(struct pf_engine *engine, struct pf_due *due, const char *more,
    size_t len)
{
	const enum pf_type type = pf_event_type(&due->event);
	const int place = pf_engine_find(engine, due->event.source);
	struct pf_strip *strip = place < 0 ? NULL : engine->graph->strip[place];
	int status = 0;
	if (type == PF_SET) {
		status = check_set(engine, &strip, due);
	} else if (!strip || !strip->gear->voices) {
		engine->unknown++;
		return -ENOENT;
	} else if (type == PF_NOTE || type == PF_ON) {
		status = check_note(engine, strip, due);
		if (!status && more)
			read_own(engine, strip, due, more, len);
	} else if (type != PF_OFF || !pf_is_none(due->event.pitch)) {
		due->event.pitch = clamp(engine, due->event.pitch, 0, 127, 0);
	}
	return status ? status : enqueue(engine, strip, due);
}

/* Is it anything that the engine does? */
static bool
is_ours(enum pf_type type, bool turns)
{
	return turns || type == PF_NOTE || type == PF_ON || type == PF_OFF ||
	    type == PF_BEND || type == PF_SET || type == PF_TEMPO ||
	    type == PF_CANCEL;
}

/* The frame of an event, or -ERANGE. */
static int
find_frame(struct pf_engine *engine, struct pf_due *due)
{
	const uint32_t rate_hz = engine->config.rate_hz;
	struct pf_event *e = &due->event;
	if (e->time == PF_TIME_NOW)
		e->time = pf_time_of_frame(engine->frame, rate_hz);
	if (e->time > FAR_FUTURE || e->time < -FAR_FUTURE)
		return refuse(engine, -ERANGE);
	due->frame = pf_frame_of_time(e->time, rate_hz);
	if (due->frame > engine->frame +
	    (int64_t)engine->config.ahead_s * rate_hz)
		return refuse(engine, -ERANGE);
	due->late = due->frame < engine->frame;
	if (due->late)
		due->frame = engine->frame;
	return 0;
}

int
pf_engine_push_tagged(struct pf_engine *engine, const struct pf_event *e,
    const char *more, size_t len, uint64_t tag)
{
	const enum pf_type type = pf_event_type(e);
	const bool turns = type == PF_PLAY || type == PF_STOP ||
	    type == PF_SEEK || type == PF_RESET;
	struct pf_due due = {.event = *e, .tag = tag};
	if (e->type & PF_HEARD || !is_ours(type, turns))
		return 1;
	if (type == PF_CANCEL) {
		cancel(engine, e);
		return 1;
	}
	/* The transport makes epochs; an end is never too late. */
	if (!turns && type != PF_TEMPO && type != PF_OFF &&
	    !(e->type & PF_FREE) && is_stale(engine, e)) {
		engine->stale++;
		return -ESTALE;
	}
	const int status = find_frame(engine, &due);
	if (status < 0)
		return status;
	if (turns)
		return enqueue_turn(engine, &due);
	if (type == PF_TEMPO)
		return pf_engine_tempo(engine, due.frame, e->value, tag) ?
		    refuse(engine, -EAGAIN) : 0;
	return schedule(engine, &due, more, len);
}

int
pf_engine_push(struct pf_engine *engine, const struct pf_event *e,
    const char *more, size_t len)
{
	const int status = pf_engine_push_tagged(engine, e, more, len, 0);
	return status < 0 ? status : 0;
}

void
pf_engine_epoch(struct pf_engine *engine, unsigned epoch)
{
	const struct pf_event play = {
		.time = PF_TIME_NOW,
		.type = PF_PLAY | (epoch & 0xff) << PF_EPOCH_SHIFT,
	};
	(void)pf_engine_push_tagged(engine, &play, NULL, 0, 0);
}

/* Voices that sound, and are not fading. */
static unsigned
sounding(const struct pf_strip *strip)
{
	unsigned n = strip->gear->voices ? strip->gear->voices->sounding : 0;
	for (unsigned i = 0; i < strip->ringings; i++)
		n += strip->ringing[i]->voices->sounding;
	return n;
}

/* Let voices of a strip go, as a tape would say it. */
static bool
enqueue_shed(struct pf_engine *engine, struct pf_strip *strip, unsigned n)
{
	struct pf_due due = {
		.event = {
			.time = pf_time_of_frame(engine->frame,
			    engine->config.rate_hz),
			.source = strip->hash,
			.type = PF_SET | PF_FREE,
		},
		.frame = engine->frame,
		.by = PF_BY_OWN,
		.faded = true,
	};
	due.event.name = pf_hash_str(pf_shed_param.name);
	due.event.b = (float)n;
	return enqueue(engine, strip, &due) == 0;
}

/* How many go if each strip keeps so many at most. */
static unsigned
above(const unsigned *n, unsigned strips, unsigned keep)
{
	unsigned sum = 0;
	for (unsigned s = 0; s < strips; s++)
		sum += n[s] > keep ? n[s] - keep : 0;
	return sum;
}

unsigned
pf_engine_shed(struct pf_engine *engine, unsigned voices)
{
	const struct pf_graph *g = engine->graph;
	unsigned n[PF_STRIPS_MOST], keep = 0, most = 0, done = 0;
	for (unsigned s = 0; s < g->strips; s++) {
		n[s] = sounding(g->strip[s]);
		most = n[s] > most ? n[s] : most;
	}
	/* Who has most gives first: the least that all may keep, so that no
	 * more than `voices` go; what is missing then, one of each in turn. */
	while (keep < most) {
		const unsigned mid = (keep + most) / 2;
		if (above(n, g->strips, mid) > voices)
			keep = mid + 1;
		else
			most = mid;
	}
	unsigned missing = voices - above(n, g->strips, keep);
	for (unsigned s = 0; s < g->strips; s++) {
		unsigned going = n[s] > keep ? n[s] - keep : 0;
		if (missing && keep && n[s] >= keep) {
			going++;
			missing--;
		}
		/* What one event can tell; a strip with rings has more. */
		if (going > PF_VOICES_MOST)
			going = PF_VOICES_MOST;
		if (going && enqueue_shed(engine, g->strip[s], going))
			done += going;
	}
	return done;
}
