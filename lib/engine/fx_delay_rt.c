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
#include "engine/wide.h"

#include <math.h>

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

static float
read_at(const struct delay *s, int c, float mixed)
{
	const float *const ring = s->ring[c];
	const float old = ring[(s->at - s->from[c]) & s->mask];
	if (!s->fade)
		return old;
	const float new = ring[(s->at - s->to[c]) & s->mask];
	return old + mixed * (new - old);
}

/* Straight when small, never above 2. */
static float
bend(float x)
{
	return x / sqrtf(1 + 0.25f * x * x);
}

PF_WIDE static void
run(void *state, const struct pf_fx_io *io)
{
	struct delay *const s = state;
	for (unsigned i = 0; i < io->n; i++, s->at++) {
		const unsigned p = io->pos + i;
		const float mixed = pf_ramp_at(&s->mixed, p);
		const float mix = pf_ramp_at(&s->mix, p);
		const float cross = pf_ramp_at(&s->cross, p);
		float back[2], wet[2];
		for (int c = 0; c < 2; c++) {
			wet[c] = read_at(s, c, mixed);
			s->low[c] += s->high * (wet[c] - s->low[c]);
			s->bass[c] += s->cut * (s->low[c] - s->bass[c]);
			back[c] = bend((s->low[c] - s->bass[c]) *
			    pf_ramp_at(&s->feedback, p));
		}
		/* Crossed, all goes in on the left and changes sides. */
		const float mono = 0.70710678f * (io->l[i] + io->r[i]);
		const float l = io->l[i] + cross * (mono - io->l[i]);
		const float r = io->r[i] * (1 - cross);
		s->ring[0][s->at & s->mask] =
		    l + back[0] + cross * (back[1] - back[0]);
		s->ring[1][s->at & s->mask] =
		    r + back[1] + cross * (back[0] - back[1]);
		io->l[i] += mix * (wet[0] - io->l[i]);
		io->r[i] += mix * (wet[1] - io->r[i]);
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
