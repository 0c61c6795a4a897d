/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/strip.h"

#include "base/hash.h"
#include "engine/rows.h"

#include <math.h>
#include <string.h>

/* Ranks below: off, state, patch and set; or everything. */
#define VALUE_RANKS 3
#define ALL_RANKS 8

#define FADE_MOST_S 3600.0f

const struct pf_param *
pf_strip_param(const struct pf_strip *strip, unsigned slot)
{
	if (slot < PF_SLOT_FX)
		return &strip->gear->ins.model->param[slot];
	if (slot == PF_SLOT_SHED)
		return &pf_shed_param;
	if (slot >= PF_SLOT_SEND)
		return &pf_channel_param[3];
	if (strip->kind == PF_MASTER && slot >= PF_SLOT_GAIN &&
	    slot - PF_SLOT_GAIN < PF_COUNT(pf_master_param))
		return &pf_master_param[slot - PF_SLOT_GAIN];
	if (slot >= PF_SLOT_GAIN)
		return &pf_channel_param[slot - PF_SLOT_GAIN];
	const unsigned at = slot - PF_SLOT_FX;
	return &strip->gear->chain.insert[at / PF_FX_PARAMS_MOST]
	    .fx->param[at % PF_FX_PARAMS_MOST];
}

float
pf_param_fit(const struct pf_param *param, float x)
{
	if (!(x >= param->lo && x <= param->hi))
		x = x < param->lo ? param->lo : x > param->hi ? param->hi :
		    param->def;
	/* A choice is a whole number. */
	return param->curve == PF_CHOICE ? (float)(int)(x + 0.5f) : x;
}

int
pf_strip_slot(const struct pf_strip *strip, uint32_t name, enum pf_by by)
{
	const struct pf_sheet *sheet = strip->gear->sheet;
	return pf_paths_find(by == PF_BY_OWN ? &sheet->own :
	    by == PF_BY_NOTE ? &sheet->note : &sheet->full, name);
}

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

/* A block begins: one step down, and at the end voices go while unheard. */
static void
fade_out(struct pf_strip *strip)
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

/*
 * All events that are due at a frame, below a rank: what changes values
 * comes before a block's control values, notes after them.
 */
static void
apply_due(struct pf_strip *strip, int64_t frame, unsigned below,
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

/* Instruments that have rung out go; who replaced them may free them. */
static void
let_go(struct pf_strip *strip)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < strip->ringings; i++) {
		struct pf_gear *gear = strip->ringing[i];
		if (gear->voices->used)
			strip->ringing[kept++] = gear;
		else
			atomic_store_explicit(&gear->rung, true,
			    memory_order_release);
	}
	strip->ringings = kept;
}

static void
begin_block(struct pf_strip *strip, const struct pf_run *run)
{
	apply_due(strip, run->frame - run->pos, VALUE_RANKS, run);
	fade_out(strip);
	strip->sounded = false;
	if (strip->gear->voices)
		pf_voices_block(strip->gear->voices, run->bpm);
	for (unsigned i = 0; i < strip->ringings; i++)
		pf_voices_block(strip->ringing[i]->voices, run->bpm);
	if (strip->ringings)
		let_go(strip);
	pf_chain_block(&strip->gear->chain, run->bpm, run->beat);
	strip->taken = 0;
}

/* The next frame in [at, last) at which something changes, else last. */
static int64_t
next_change(const struct pf_strip *strip, int64_t last)
{
	const struct pf_due *due = pf_scheduler_first(&strip->scheduler);
	int64_t next = last;
	if (due && due->frame < next)
		next = due->frame;
	if (strip->gear->voices && strip->gear->voices->next_end < next)
		next = strip->gear->voices->next_end;
	for (unsigned i = 0; i < strip->ringings; i++)
		if (strip->ringing[i]->voices->next_end < next)
			next = strip->ringing[i]->voices->next_end;
	return next;
}

static void
play_part(struct pf_strip *strip, struct pf_voices *voices, int64_t at,
    const struct pf_run *run, unsigned n)
{
	const unsigned done = (unsigned)(at - run->frame);
	pf_voices_run(voices, run->pos + done, n, strip->l + done,
	    strip->r + done);
}

/* The run is cut where a note begins or ends, so each does on its frame. */
static void
play(struct pf_strip *strip, const struct pf_run *run)
{
	const int64_t last = run->frame + run->n;
	struct pf_voices *voices = strip->gear->voices;
	int64_t at = run->frame;
	while (at < last) {
		apply_due(strip, at, ALL_RANKS, run);
		if (voices)
			pf_voices_end(voices, at);
		for (unsigned i = 0; i < strip->ringings; i++)
			pf_voices_end(strip->ringing[i]->voices, at);
		const int64_t next = next_change(strip, last);
		const unsigned n = (unsigned)(next - at);
		if (voices)
			play_part(strip, voices, at, run, n);
		for (unsigned i = 0; i < strip->ringings; i++)
			play_part(strip, strip->ringing[i]->voices, at, run,
			    n);
		at = next;
	}
}

/* Returns whether there is any sound in it, or something wrong. */
static bool
copy_input(struct pf_strip *strip, const struct pf_run *run)
{
	const float *const *in = run->in ? run->in + 2 * strip->input : NULL;
	if (in && in[0])
		memcpy(strip->l, in[0], run->n * sizeof(float));
	if (in && in[1])
		memcpy(strip->r, in[1], run->n * sizeof(float));
	return in && (pf_row_most(strip->l, run->n) ||
	    pf_row_most(strip->r, run->n));
}

/* Returns whether anybody sends anything. */
static bool
sum_sends(struct pf_strip *strip, const struct pf_run *run)
{
	bool sounds = false;
	for (unsigned i = 0; i < strip->feeds; i++) {
		const struct pf_strip *from = strip->feed[i].from;
		const struct pf_fader *f =
		    &from->gear->chain.send_level[strip->feed[i].send];
		const float step = (f->to - f->from) * (1.0f / PF_BLOCK);
		if (from->silent || (f->from == 0 && f->to == 0))
			continue;
		sounds = true;
		pf_row_add_faded(strip->l, from->l, f->from, step, run->pos,
		    run->n);
		pf_row_add_faded(strip->r, from->r, f->from, step, run->pos,
		    run->n);
	}
	return sounds;
}

/* Does a voice sound in what was just played? */
static bool
voices_sound(const struct pf_strip *strip)
{
	bool sound = strip->gear->voices && strip->gear->voices->used;
	for (unsigned i = 0; i < strip->ringings; i++)
		sound |= strip->ringing[i]->voices->used > 0;
	return sound;
}

void
pf_strip_run(struct pf_strip *strip, const struct pf_run *run)
{
	bool sounds = false;
	if (strip->kind == PF_MASTER) { /* the master's holds the mix */
		sounds = !strip->silent;
	} else {
		memset(strip->l, 0, run->n * sizeof(float));
		memset(strip->r, 0, run->n * sizeof(float));
	}
	if (run->pos == 0)
		begin_block(strip, run);
	if (strip->kind == PF_STRIP_INPUT)
		sounds = copy_input(strip, run);
	else if (strip->kind == PF_RETURN)
		sounds = sum_sends(strip, run);
	play(strip, run);
	sounds |= voices_sound(strip);
	if (sounds)
		strip->nonfinite += pf_guard(strip->l, run->n) +
		    pf_guard(strip->r, run->n);
	strip->silent = !pf_chain_run(&strip->gear->chain, run->pos, run->n,
	    strip->l, strip->r, sounds);
	strip->sounded |= !strip->silent;
}

void
pf_strip_patch(struct pf_strip *strip, struct pf_gear *gear)
{
	struct pf_gear *before = strip->gear;
	/* The faders move from where they are; what is mute stays mute. */
	gear->chain.begun = before->chain.begun;
	gear->chain.l = before->chain.l;
	gear->chain.r = before->chain.r;
	gear->chain.nonfinite = before->chain.nonfinite;
	gear->chain.mute = before->chain.mute;
	pf_sheet_set(gear->sheet, PF_SLOT_MUTE, before->chain.mute);
	gear->voices->notes = before->voices->notes;
	gear->voices->stolen = before->voices->stolen;
	gear->voices->shed = before->voices->shed;
	strip->ringing[strip->ringings++] = before;
	strip->gear = gear;
}

void
pf_strip_join(struct pf_strip *strip, const struct pf_run *run)
{
	begin_block(strip, run);
}

void
pf_strip_cut(struct pf_strip *strip)
{
	struct pf_gear *gear = strip->ringing[0];
	strip->ringings--;
	for (unsigned i = 0; i < strip->ringings; i++)
		strip->ringing[i] = strip->ringing[i + 1];
	atomic_store_explicit(&gear->rung, true, memory_order_release);
}

void
pf_strip_step(struct pf_strip *strip, const struct pf_tempo_step *step)
{
	if (strip->gear->voices)
		pf_voices_step(strip->gear->voices, step);
	for (unsigned i = 0; i < strip->ringings; i++)
		pf_voices_step(strip->ringing[i]->voices, step);
}

void
pf_strip_retime(struct pf_strip *strip, const struct pf_tempos *tempos)
{
	if (strip->gear->voices)
		pf_voices_retime(strip->gear->voices, tempos,
		    strip->rate_hz);
	for (unsigned i = 0; i < strip->ringings; i++)
		pf_voices_retime(strip->ringing[i]->voices, tempos,
		    strip->rate_hz);
}
