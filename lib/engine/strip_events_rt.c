/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What events do to a strip when their frame has come, and who is told. */
#include "engine/strip_events.h"

#include "base/hash.h"

#include <math.h>

#define FADE_MOST_S 3600.0f

/*
 * When something took effect.  A stream puts events of one time in the order
 * of their sources' names, so `set`s of several sources on one frame stand a
 * nanosecond apart: what came last stays last.
 */
static int64_t
effect_time(struct pf_strip *strip, const struct pf_due *due, int64_t frame)
{
	const uint32_t source = due->event.source;
	if (strip->told_frame != frame) {
		strip->told_frame = frame;
		strip->told_ns = 0;
		strip->told_source = 0;
	}
	if (pf_event_type(&due->event) == PF_SET) {
		strip->told_ns += strip->told_source &&
		    strip->told_source != source;
		strip->told_source = source;
	}
	return pf_time_of_frame(frame, strip->rate_hz) + strip->told_ns;
}

static void
tell(struct pf_strip *strip, const struct pf_due *due, struct pf_fate fate)
{
	if (!pf_due_told(due))
		return;
	fate.tag = due->tag;
	fate.type = (uint16_t)pf_event_type(&due->event);
	if (due->faded) {
		fate.what = PF_FADED;
		fate.strip = (uint16_t)strip->number;
		fate.voices = (uint16_t)due->event.b;
	}
	pf_fates_add(&strip->fates, &fate);
}

static void
reset(struct pf_strip *strip)
{
	struct pf_gear *gear = strip->gear;
	pf_chain_reset(&gear->chain);
	pf_sheet_reset(gear->sheet);
	for (unsigned p = 0; gear->voices && p < gear->ins.model->params; p++)
		pf_voices_set(gear->voices, p, gear->ins.value[p], 0, 0);
}

/* So many voices fade, those of instruments before first. */
static void
shed(struct pf_strip *strip, unsigned n, unsigned pos)
{
	for (unsigned i = 0; i < strip->ringings && n; i++)
		n -= pf_voices_shed(strip->ringing[i]->voices, n, pos);
	if (strip->gear->voices && n)
		pf_voices_shed(strip->gear->voices, n, pos);
}

static void
set(struct pf_strip *strip, const struct pf_due *due, int64_t frame)
{
	const struct pf_event *e = &due->event;
	struct pf_gear *gear = strip->gear;
	const int slot = pf_strip_slot(strip, e->name, due->by);
	uint32_t blocks = 0;
	if (slot < 0) {
		tell(strip, due, (struct pf_fate){.what = PF_DROPPED,
		    .time_ns = pf_time_of_frame(frame, strip->rate_hz)});
		return;
	}
	const float value = pf_param_fit(pf_strip_param(strip,
	    (unsigned)slot), e->b);
	tell(strip, due, (struct pf_fate){.what = PF_BEGUN,
	    .time_ns = effect_time(strip, due, frame)});
	if (slot == PF_SLOT_SHED) {
		shed(strip, (unsigned)value,
		    (unsigned)(frame & (PF_BLOCK - 1)));
		return;
	}
	if (e->duration > 0) /* not for NaN */
		blocks = (uint32_t)(e->duration * (float)strip->rate_hz /
		    PF_BLOCK + 0.5f);
	if (slot >= PF_SLOT_FX)
		pf_chain_set(&gear->chain, (unsigned)slot, value, blocks);
	else if (gear->voices)
		pf_voices_set(gear->voices, (unsigned)slot, value, blocks,
		    e->id);
	if (slot >= PF_SLOT_FX || !e->id)
		pf_sheet_set(gear->sheet, (unsigned)slot, value);
}

/* Voices fade over so many seconds; fade_out() ends them. */
static void
stop_softly(struct pf_strip *strip, float fade_s)
{
	const float blocks = fminf(fade_s, FADE_MOST_S) *
	    (float)strip->rate_hz / PF_BLOCK;
	if (strip->kind != PF_STRIP_VOICES || strip->stop_blocks)
		return;
	strip->stop_blocks = strip->stop_left = (unsigned)blocks + 1;
}

static void
shed_all(struct pf_strip *strip, unsigned pos)
{
	struct pf_voices *voices = strip->gear->voices;
	if (voices)
		pf_voices_shed(voices, voices->sounding, pos);
	for (unsigned i = 0; i < strip->ringings; i++) {
		voices = strip->ringing[i]->voices;
		pf_voices_shed(voices, voices->sounding, pos);
	}
}

/* A fade is over, or a note comes into it: all faders as they were. */
static void
resume(struct pf_strip *strip, unsigned pos)
{
	strip->stop_blocks = strip->stop_left = 0;
	shed_all(strip, pos);
	pf_chain_dim(&strip->gear->chain, 1);
}

void
pf_strip_fade_out(struct pf_strip *strip)
{
	if (!strip->stop_blocks)
		return;
	if (strip->stop_left) {
		const float left = (float)--strip->stop_left /
		    (float)strip->stop_blocks;
		pf_chain_dim(&strip->gear->chain, left * left);
		return;
	}
	shed_all(strip, 0);
	if (!strip->sounded)
		resume(strip, 0);
}

/* The number of a choice by the hash of its name; false: there is none. */
static bool
choice_of(const struct pf_param *param, uint32_t word, float *value)
{
	if (param->curve != PF_CHOICE)
		return false;
	for (unsigned i = 0; param->choice[i]; i++) {
		*value = (float)i;
		if (pf_hash_str(param->choice[i]) == word)
			return true;
	}
	return false;
}

static void
read_own(const struct pf_strip *strip, const struct pf_due *due,
    struct pf_begin *begin)
{
	for (unsigned i = 0; i < due->owns; i++) {
		const struct pf_own *own = &due->own[i];
		const int slot = pf_strip_slot(strip, own->name, PF_BY_NOTE);
		float value = own->value;
		if (slot < 0)
			continue; /* somebody else's word */
		const struct pf_param *param = pf_strip_param(strip,
		    (unsigned)slot);
		if (own->word && !choice_of(param, own->word, &value))
			continue;
		begin->own_slot[begin->owns] = (uint16_t)slot;
		begin->own_value[begin->owns++] = pf_param_fit(param, value);
	}
}

static void
begin(struct pf_strip *strip, const struct pf_due *due, int64_t frame,
    const struct pf_run *run)
{
	struct pf_voices *voices = strip->gear->voices;
	struct pf_begin note = {
		.event = &due->event,
		.frame = frame,
		.first = run->first,
		.time_ns = effect_time(strip, due, frame),
		.end_ns = due->end_ns,
		.tempos = run->tempos,
		.rate_hz = strip->rate_hz,
	};
	struct pf_fate fate = {.what = PF_SHED, .time_ns = note.time_ns};
	strip->late += due->late;
	if (voices)
		pf_voices_end(voices, frame); /* they make room first */
	/* What is shed must leave no trace: a tape will not tell it. */
	if (voices && pf_voices_room(voices, !strip->stop_blocks)) {
		if (strip->stop_blocks)
			resume(strip, (unsigned)(frame & (PF_BLOCK - 1)));
		read_own(strip, due, &note);
		pf_voices_start(voices, &note);
		fate.what = PF_BEGUN;
		fate.duration = note.duration;
	} else if (voices) {
		voices->shed++;
	}
	tell(strip, due, fate);
}

static void
end_all(struct pf_strip *strip, int64_t frame, bool keep_free)
{
	if (strip->gear->voices)
		pf_voices_end_all(strip->gear->voices, frame, keep_free);
	for (unsigned i = 0; i < strip->ringings; i++)
		pf_voices_end_all(strip->ringing[i]->voices, frame,
		    keep_free);
}

static void
off(struct pf_strip *strip, const struct pf_event *e, int64_t frame)
{
	if (!e->id && pf_is_none(e->pitch)) {
		end_all(strip, frame, false);
		return;
	}
	if (strip->gear->voices)
		pf_voices_off(strip->gear->voices, e, frame);
	for (unsigned i = 0; i < strip->ringings; i++)
		pf_voices_off(strip->ringing[i]->voices, e, frame);
}

/* Does somebody hold a note that the transport may not end? */
static bool
holds_free(const struct pf_strip *strip)
{
	bool holds = strip->gear->voices &&
	    pf_voices_hold_free(strip->gear->voices);
	for (unsigned i = 0; i < strip->ringings; i++)
		holds |= pf_voices_hold_free(strip->ringing[i]->voices);
	return holds;
}

/* play, stop, seek, reset: another epoch. */
static void
turn(struct pf_strip *strip, const struct pf_due *due, int64_t frame)
{
	const struct pf_event *e = &due->event;
	const bool all = pf_event_type(e) == PF_RESET;
	const struct pf_drop drop = {
		.from = INT64_MIN,
		.before = pf_due_count(due),
		.turns = due->turns,
		.epoch = e->type >> PF_EPOCH_SHIFT,
		.keep_free = !all,
	};
	const struct pf_fate fate = {
		.what = PF_STALE,
		.time_ns = pf_time_of_frame(frame, strip->rate_hz),
	};
	pf_scheduler_drop(&strip->scheduler, &drop, &strip->fates, &fate);
	if (all)
		reset(strip);
	if (pf_event_type(e) == PF_STOP && e->duration > 0 &&
	    !holds_free(strip))
		stop_softly(strip, e->duration);
	else
		end_all(strip, frame, !all);
}

static void
apply(struct pf_strip *strip, const struct pf_due *due, int64_t frame,
    const struct pf_run *run)
{
	const struct pf_event *e = &due->event;
	const enum pf_type type = pf_event_type(e);
	if (type == PF_SET) {
		set(strip, due, frame);
		return;
	}
	if (type == PF_NOTE || type == PF_ON) {
		begin(strip, due, frame, run);
		return;
	}
	tell(strip, due, (struct pf_fate){.what = PF_BEGUN,
	    .time_ns = effect_time(strip, due, frame)});
	if (type == PF_OFF)
		off(strip, e, frame);
	else if (type == PF_BEND && strip->gear->voices)
		pf_voices_bend(strip->gear->voices, e, frame);
	else if (type != PF_BEND)
		turn(strip, due, frame);
}

void
pf_strip_apply_due(struct pf_strip *strip, int64_t frame, unsigned below,
    const struct pf_run *run)
{
	const struct pf_due *due;
	while ((due = pf_scheduler_first(&strip->scheduler)) &&
	    due->frame <= frame && due->place >> 56 < below) {
		const struct pf_due now = *due;
		pf_scheduler_pop(&strip->scheduler);
		apply(strip, &now, frame, run);
	}
}
