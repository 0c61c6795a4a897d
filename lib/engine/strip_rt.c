/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/strip_events.h"

#include "engine/rows.h"

#include <string.h>

/* Ranks below: off, state, patch and set; or everything. */
#define VALUE_RANKS 3
#define ALL_RANKS 8

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
	pf_strip_apply_due(strip, run->frame - run->pos, VALUE_RANKS, run);
	pf_strip_fade_out(strip);
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
		pf_strip_apply_due(strip, at, ALL_RANKS, run);
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

/*
 * What the hand gave or took on the strip's gain or pan holds for the next
 * instrument, whose own level or place may be another.  Returns the value.
 */
static float
keep_fader(struct pf_gear *gear, const struct pf_gear *before, unsigned slot)
{
	const struct pf_channel *const now = &gear->chain.spec;
	const struct pf_channel *const then = &before->chain.spec;
	const bool gain = slot == PF_SLOT_GAIN;
	const struct pf_param *const param = &pf_channel_param[gain ? 0 : 1];
	const float value = pf_channel_keep(param,
	    pf_sheet_value(before->sheet, slot),
	    gain ? then->gain_db : then->pan,
	    gain ? now->gain_db : now->pan);
	pf_sheet_set(gear->sheet, slot, value);
	return value;
}

void
pf_strip_patch(struct pf_strip *strip, struct pf_gear *gear)
{
	struct pf_gear *before = strip->gear;
	/* The faders move from where they are to where the hand left them. */
	gear->chain.begun = before->chain.begun;
	gear->chain.l = before->chain.l;
	gear->chain.r = before->chain.r;
	gear->chain.nonfinite = before->chain.nonfinite;
	gear->chain.mute = before->chain.mute;
	gear->chain.gain_db = keep_fader(gear, before, PF_SLOT_GAIN);
	gear->chain.pan = keep_fader(gear, before, PF_SLOT_PAN);
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
