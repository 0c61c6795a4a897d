/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/strip.h"

#include "engine/rows.h"

#include <math.h>
#include <string.h>

/* Ranks below: off, state, patch and set; or everything. */
#define VALUE_RANKS 3
#define ALL_RANKS 8

#define FADE_MOST_S 3600.0f

int
pf_paths_find(const struct pf_paths *paths, uint32_t hash)
{
	uint32_t at = hash & paths->mask;
	for (; paths->path[at].hash; at = (at + 1) & paths->mask)
		if (paths->path[at].hash == hash)
			return paths->path[at].slot;
	return -1;
}

const struct pf_param *
pf_strip_param(const struct pf_strip *strip, unsigned slot)
{
	if (slot < PF_SLOT_FX)
		return &strip->ins.model->param[slot];
	if (slot >= PF_SLOT_SEND)
		return &pf_channel_param[3];
	if (strip->kind == PF_MASTER && slot >= PF_SLOT_GAIN &&
	    slot - PF_SLOT_GAIN < PF_COUNT(pf_master_param))
		return &pf_master_param[slot - PF_SLOT_GAIN];
	if (slot >= PF_SLOT_GAIN)
		return &pf_channel_param[slot - PF_SLOT_GAIN];
	const unsigned at = slot - PF_SLOT_FX;
	return &strip->chain.insert[at / PF_FX_PARAMS_MOST]
	    .fx->param[at % PF_FX_PARAMS_MOST];
}

static void
reset(struct pf_strip *strip)
{
	pf_chain_reset(&strip->chain);
	for (unsigned p = 0; strip->voices && p < strip->ins.model->params; p++)
		pf_voices_set(strip->voices, p, strip->ins.value[p], 0, 0);
}

static void
set(struct pf_strip *strip, const struct pf_due *due)
{
	const struct pf_event *e = &due->event;
	uint32_t blocks = 0;
	if (e->duration > 0) /* not for NaN */
		blocks = (uint32_t)(e->duration * (float)strip->rate_hz /
		    PF_BLOCK + 0.5f);
	if (due->slot >= PF_SLOT_FX)
		pf_chain_set(&strip->chain, due->slot, e->b, blocks);
	else if (strip->voices)
		pf_voices_set(strip->voices, due->slot, e->b, blocks, e->id);
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
shed_all(struct pf_voices *voices, unsigned pos)
{
	if (voices)
		pf_voices_shed(voices, voices->sounding, pos);
}

/* A fade is over, or a note comes into it: all faders as they were. */
static void
resume(struct pf_strip *strip, unsigned pos)
{
	strip->stop_blocks = strip->stop_left = 0;
	shed_all(strip->voices, pos);
	shed_all(strip->ringing, pos);
	pf_chain_dim(&strip->chain, 1);
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
		pf_chain_dim(&strip->chain, left * left);
		return;
	}
	shed_all(strip->voices, 0);
	shed_all(strip->ringing, 0);
	if (strip->silent)
		resume(strip, 0);
}

static void
begin(struct pf_strip *strip, const struct pf_due *due, int64_t frame)
{
	if (due->frame < frame)
		strip->late++;
	if (strip->stop_blocks)
		resume(strip, (unsigned)(frame & (PF_BLOCK - 1)));
	if (strip->voices)
		pf_voices_start(strip->voices, due, frame, strip->rate_hz);
}

static void
end_all(struct pf_strip *strip, int64_t frame, bool keep_free)
{
	if (strip->voices)
		pf_voices_end_all(strip->voices, frame, keep_free);
	if (strip->ringing)
		pf_voices_end_all(strip->ringing, frame, keep_free);
}

static void
apply(struct pf_strip *strip, const struct pf_due *due, int64_t frame)
{
	const struct pf_event *e = &due->event;
	struct pf_voices *voices = strip->voices;
	switch (pf_event_type(e)) {
	case PF_SET:
		set(strip, due);
		break;
	case PF_NOTE:
	case PF_ON:
		begin(strip, due, frame);
		break;
	case PF_OFF:
		if (voices)
			pf_voices_off(voices, e, frame);
		if (strip->ringing)
			pf_voices_off(strip->ringing, e, frame);
		break;
	case PF_BEND:
		if (voices)
			pf_voices_bend(voices, e, frame);
		break;
	case PF_RESET:
		reset(strip);
		/* fall through */
	case PF_STOP:
	case PF_SEEK:
		pf_scheduler_drop(&strip->scheduler, 0, 0, e->time,
		    pf_due_count(due), false);
		if (pf_event_type(e) == PF_STOP && e->duration > 0)
			stop_softly(strip, e->duration);
		else
			end_all(strip, frame, false);
		break;
	default:
		break;
	}
}

/*
 * All events that are due at a frame, below a rank: what changes values
 * comes before a block's control values, notes after them.
 */
static void
apply_due(struct pf_strip *strip, int64_t frame, unsigned below)
{
	const struct pf_due *due;
	while ((due = pf_scheduler_first(&strip->scheduler)) &&
	    due->frame <= frame && due->place >> 56 < below) {
		const struct pf_due now = *due;
		pf_scheduler_pop(&strip->scheduler);
		apply(strip, &now, frame);
	}
}

static void
begin_block(struct pf_strip *strip, const struct pf_run *run)
{
	apply_due(strip, run->frame, VALUE_RANKS);
	fade_out(strip);
	if (strip->voices)
		pf_voices_block(strip->voices, run->bpm);
	if (strip->ringing)
		pf_voices_block(strip->ringing, run->bpm);
	pf_chain_block(&strip->chain, run->bpm, run->beat);
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
	if (strip->voices && strip->voices->next_end < next)
		next = strip->voices->next_end;
	if (strip->ringing && strip->ringing->next_end < next)
		next = strip->ringing->next_end;
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
	int64_t at = run->frame;
	while (at < last) {
		apply_due(strip, at, ALL_RANKS);
		if (strip->voices)
			pf_voices_end(strip->voices, at);
		if (strip->ringing)
			pf_voices_end(strip->ringing, at);
		const int64_t next = next_change(strip, last);
		if (strip->voices)
			play_part(strip, strip->voices, at, run,
			    (unsigned)(next - at));
		if (strip->ringing)
			play_part(strip, strip->ringing, at, run,
			    (unsigned)(next - at));
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
		    &from->chain.send_level[strip->feed[i].send];
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
	return (strip->voices && strip->voices->used) ||
	    (strip->ringing && strip->ringing->used);
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
	strip->silent = !pf_chain_run(&strip->chain, run->pos, run->n,
	    strip->l, strip->r, sounds);
}

void
pf_strip_epoch(struct pf_strip *strip, int64_t frame)
{
	pf_scheduler_drop(&strip->scheduler, 0, 0, INT64_MIN,
	    UINT64_MAX, true);
	end_all(strip, frame, true);
}
