/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Echoes in tempo: each repeat darker and thinner, side to side if asked.
 *
 * The time is in beats (or in seconds, by `sync`).  When it changes the
 * reading place moves by a cross-fade, not by a slide, so nothing howls.
 * What comes back is bent softly at full scale, so the loop stays bounded
 * whatever goes in.
 */
#include "engine/effects.h"

#include "base/math.h"
#include "engine/ramp.h"
#include "engine/ring.h"
#include "engine/wide.h"

#include <math.h>
#include <string.h>

#define LONGEST_S 4.0f
enum { FADE_BLOCKS = 24 }; /* 32 ms at 48 kHz */

struct delay {
	float rate_hz;
	unsigned mask, at;
	float *ring[2];
	unsigned from[2], to[2]; /* reading places: frames ago */
	unsigned fade;           /* blocks that the cross-fade still takes */
	float low[2], bass[2];   /* in the loop: high and low cut */
	float high_hz, low_hz;   /* computed for */
	float high, cut;
	struct pf_ramp feedback, cross, mix, mixed;
};

enum {
	TIME, SYNC, FEEDBACK, SPREAD, PINGPONG, HIGH_CUT, LOW_CUT, MIX, PARAMS
};

static const char *const syncs[] = {"beats", "seconds", NULL};

static const struct pf_param params[PARAMS] = {
    {"time", "", 0.01f, 8, 0.75f, PF_EXPONENTIAL, NULL,
	"between repeats, in beats or seconds (4 s at most)"},
    {"sync", "", 0, 1, 0, PF_CHOICE, syncs, "what time counts"},
    {"feedback", "", 0, 0.95f, 0.35f, PF_LINEAR, NULL,
	"how much of a repeat comes again"},
    {"spread", "", 0, 0.1f, 0, PF_LINEAR, NULL,
	"how much later the right side is, as a part of time"},
    {"pingpong", "", 0, 1, 1, PF_LINEAR, NULL, "1: from side to side"},
    {"high_cut", "Hz", 500, 20000, 4500, PF_EXPONENTIAL, NULL,
	"each repeat is darker"},
    {"low_cut", "Hz", 10, 1000, 150, PF_EXPONENTIAL, NULL,
	"and thinner"},
    {"mix", "", 0, 1, 1, PF_LINEAR, NULL, "0: dry, 1: repeats only"},
};

static unsigned
ring_frames(uint32_t rate_hz)
{
	unsigned n = 256;
	while ((float)n < LONGEST_S * (float)rate_hz + 2 * PF_BLOCK)
		n *= 2;
	return n;
}

static size_t
bytes(uint32_t rate_hz)
{
	return sizeof(struct delay) + 2 * ring_frames(rate_hz) * sizeof(float);
}

static unsigned
frames(const struct delay *s, const float *value, double bpm, double stretch)
{
	double time_s = value[TIME] * stretch;
	if (value[SYNC] < 0.5f)
		time_s *= 60 / (bpm < 1 ? 1 : bpm);
	if (!(time_s < (double)LONGEST_S))
		time_s = (double)LONGEST_S;
	const unsigned n = (unsigned)(time_s * (double)s->rate_hz + 0.5);
	return n < 1 ? 1 : n;
}

static float
one_pole(const struct delay *s, float hz)
{
	return (float)(1 - pf_exp(-6.28318530717958647692 * hz / s->rate_hz));
}

static void
set_filters(struct delay *s, const float *value)
{
	if (s->high_hz != value[HIGH_CUT])
		s->high = one_pole(s, s->high_hz = value[HIGH_CUT]);
	if (s->low_hz != value[LOW_CUT])
		s->cut = one_pole(s, s->low_hz = value[LOW_CUT]);
}

static void
init(void *state, uint32_t rate_hz, const float *value)
{
	struct delay *const s = state;
	s->rate_hz = (float)rate_hz;
	s->mask = ring_frames(rate_hz) - 1;
	s->ring[0] = (float *)(s + 1);
	s->ring[1] = s->ring[0] + s->mask + 1;
	set_filters(s, value);
	pf_ramp_set(&s->feedback, value[FEEDBACK]);
	pf_ramp_set(&s->cross, value[PINGPONG]);
	pf_ramp_set(&s->mix, value[MIX]);
}

static void
control(void *state, const struct pf_fx_block *block)
{
	struct delay *const s = state;
	const float *const value = block->value;
	const unsigned l = frames(s, value, block->bpm, 1);
	const unsigned r = frames(s, value, block->bpm,
	    1 + (double)value[SPREAD]);
	set_filters(s, value);
	if (s->fade && --s->fade == 0) {
		s->from[0] = s->to[0];
		s->from[1] = s->to[1];
	}
	if (!s->to[0]) { /* the first block: the tempo is known now */
		s->from[0] = s->to[0] = l;
		s->from[1] = s->to[1] = r;
	} else if (!s->fade && (s->to[0] != l || s->to[1] != r)) {
		s->to[0] = l;
		s->to[1] = r;
		s->fade = FADE_BLOCKS;
	}
	const float ends = s->fade ?
	    1 - (float)(s->fade - 1) * (1.0f / FADE_BLOCKS) : 0;
	pf_ramp_set(&s->mixed,
	    s->fade ? ends - 1.0f / FADE_BLOCKS : 0);
	pf_ramp_to(&s->mixed, ends);
	pf_ramp_to(&s->feedback, value[FEEDBACK]);
	pf_ramp_to(&s->cross, value[PINGPONG]);
	pf_ramp_to(&s->mix, value[MIX]);
}

/* How many frames can be done before one of them is needed again. */
static unsigned
chunk(const struct delay *s, unsigned n)
{
	for (int c = 0; c < 2; c++) {
		n = n < s->from[c] ? n : s->from[c];
		n = n < s->to[c] ? n : s->to[c];
	}
	return n ? n : 1; /* control() has not spoken: still no endless loop */
}

/* What a side said a delay ago. */
static inline void
read_row(const struct delay *s, int c, unsigned pos, unsigned n,
    float *restrict wet)
{
	float spare[PF_BLOCK];
	memcpy(wet, pf_ring_look(s->ring[c], s->mask, s->at - s->from[c], n,
	    spare), n * sizeof *wet);
	if (!s->fade)
		return;
	const struct pf_ramp mixed = s->mixed;
	const float *const new = pf_ring_look(s->ring[c], s->mask,
	    s->at - s->to[c], n, spare);
	for (unsigned i = 0; i < n; i++)
		wet[i] += pf_ramp_at(&mixed, pos + i) * (new[i] - wet[i]);
}

/* The loop's filters, both sides beside each other. */
static inline void
filter(struct delay *s, unsigned n, float (*restrict wet)[PF_BLOCK],
    float (*restrict back)[PF_BLOCK])
{
	const float high = s->high, high_keep = 1 - high;
	const float cut = s->cut, cut_keep = 1 - cut;
	float low_l = s->low[0], low_r = s->low[1];
	float bass_l = s->bass[0], bass_r = s->bass[1];
	for (unsigned i = 0; i < n; i++) {
		low_l = high_keep * low_l + high * wet[0][i];
		low_r = high_keep * low_r + high * wet[1][i];
		bass_l = cut_keep * bass_l + cut * low_l;
		bass_r = cut_keep * bass_r + cut * low_r;
		back[0][i] = low_l - bass_l;
		back[1][i] = low_r - bass_r;
	}
	s->low[0] = low_l, s->low[1] = low_r;
	s->bass[0] = bass_l, s->bass[1] = bass_r;
}

/* Straight when small, never above 2. */
static inline void
bend(struct pf_ramp feedback, unsigned pos, unsigned n, float *restrict x)
{
	for (unsigned i = 0; i < n; i++) {
		const float y = x[i] * pf_ramp_at(&feedback, pos + i);
		x[i] = y / sqrtf(1 + 0.25f * y * y);
	}
}

/* n frames, none of which hears another of them. */
static inline void
run_chunk(struct delay *s, unsigned pos, unsigned n, float *restrict l,
    float *restrict r)
{
	float wet[2][PF_BLOCK], back[2][PF_BLOCK];
	read_row(s, 0, pos, n, wet[0]);
	read_row(s, 1, pos, n, wet[1]);
	filter(s, n, wet, back);
	bend(s->feedback, pos, n, back[0]);
	bend(s->feedback, pos, n, back[1]);
	const struct pf_ramp crossed = s->cross, mix = s->mix;
	float in[2][PF_BLOCK];
	for (unsigned i = 0; i < n; i++) {
		/* Crossed, all goes in on the left and changes sides. */
		const float cross = pf_ramp_at(&crossed, pos + i);
		const float mono = 0.70710678f * (l[i] + r[i]);
		const float other = back[1][i] - back[0][i];
		in[0][i] = l[i] + cross * (mono - l[i]) +
		    (back[0][i] + cross * other);
		in[1][i] = r[i] * (1 - cross) + (back[1][i] - cross * other);
	}
	pf_ring_put(s->ring[0], s->mask, s->at, n, in[0]);
	pf_ring_put(s->ring[1], s->mask, s->at, n, in[1]);
	for (unsigned i = 0; i < n; i++)
		l[i] += pf_ramp_at(&mix, pos + i) * (wet[0][i] - l[i]);
	for (unsigned i = 0; i < n; i++)
		r[i] += pf_ramp_at(&mix, pos + i) * (wet[1][i] - r[i]);
	s->at += n;
}

PF_WIDE static void
run(void *state, const struct pf_fx_io *io)
{
	struct delay *const s = state;
	for (unsigned done = 0, part; done < io->n; done += part) {
		part = chunk(s, io->n - done);
		run_chunk(s, io->pos + done, part, io->l + done,
		    io->r + done);
	}
}

const struct pf_fx pf_fx_delay = {
    .name = "delay",
    .help = "echoes in tempo",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .tail = ring_frames,
    .init = init,
    .control = control,
    .run = run,
};
