/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chorus: two wandering copies a side, half a turn apart, the sides a
 * quarter (the string-machine ensemble; J. Dattorro, "Effect
 * Design, Part 2", J. AES 45(10), 1997).  Read between samples by Hermite's
 * cubic.  Deep and slow it is an ensemble, with feedback a flanger.
 */
#include "engine/effects.h"

#include "engine/approx.h"
#include "engine/ramp.h"
#include "engine/ring.h"
#include "engine/wide.h"

enum { COPIES = 2, GUARD = 4 };

#define LONGEST_S 0.045f /* delay and depth together, with room */

struct chorus {
	float rate_hz;
	unsigned mask, at;
	float *ring[2];
	float back[2];           /* what feedback brings */
	double phase, next;      /* turns, at the block's ends */
	struct pf_ramp tap[2][COPIES]; /* delays in samples */
	struct pf_ramp mix, feedback;
};

enum { RATE, DEPTH, DELAY, FEEDBACK, WIDTH, MIX, PARAMS };

static const struct pf_param params[PARAMS] = {
    {"rate", "Hz", 0.02f, 8, 0.6f, PF_EXPONENTIAL, NULL, "how fast it moves"},
    {"depth", "s", 0, 0.01f, 0.0025f, PF_LINEAR, NULL, "how far"},
    {"delay", "s", 0.001f, 0.03f, 0.011f, PF_EXPONENTIAL, NULL,
	"around which"},
    {"feedback", "", -0.9f, 0.9f, 0, PF_LINEAR, NULL, "flanging"},
    {"width", "", 0, 1, 1, PF_LINEAR, NULL, "how much the sides differ"},
    {"mix", "", 0, 1, 0.4f, PF_LINEAR, NULL, "0: dry, 1: copies only"},
};

static unsigned
ring_frames(uint32_t rate_hz)
{
	unsigned n = 256;
	while ((float)n < LONGEST_S * (float)rate_hz + PF_BLOCK)
		n *= 2;
	return n;
}

static size_t
bytes(uint32_t rate_hz)
{
	return sizeof(struct chorus) +
	    2 * ring_frames(rate_hz) * sizeof(float);
}

/* Where copy i of side c stands at a phase, in samples. */
static float
place(const struct chorus *s, const float *value, double phase, int c, int i)
{
	double turn = phase + (double)i / COPIES +
	    (c ? 0.25 * value[WIDTH] : 0);
	turn -= (double)(int)(turn + 0.5);
	const float depth = value[DEPTH] < value[DELAY] * 0.9f ?
	    value[DEPTH] : value[DELAY] * 0.9f;
	const float delay = s->rate_hz *
	    (value[DELAY] + depth * pf_fast_sin((float)turn));
	return delay < 3 ? 3 : delay;
}

static void
init(void *state, uint32_t rate_hz, const float *value)
{
	struct chorus *const s = state;
	s->rate_hz = (float)rate_hz;
	s->mask = ring_frames(rate_hz) - 1;
	s->ring[0] = (float *)(s + 1);
	s->ring[1] = s->ring[0] + s->mask + 1;
	for (int c = 0; c < 2; c++)
		for (int i = 0; i < COPIES; i++)
			pf_ramp_set(&s->tap[c][i], place(s, value, 0, c, i));
	pf_ramp_set(&s->mix, value[MIX]);
	pf_ramp_set(&s->feedback, value[FEEDBACK]);
}

static void
control(void *state, const struct pf_fx_block *block)
{
	struct chorus *const s = state;
	const float *const value = block->value;
	s->phase += (double)value[RATE] * PF_BLOCK / s->rate_hz;
	s->phase -= (double)(int)s->phase;
	for (int c = 0; c < 2; c++)
		for (int i = 0; i < COPIES; i++)
			pf_ramp_to(&s->tap[c][i],
			    place(s, value, s->phase, c, i));
	pf_ramp_to(&s->mix, value[MIX]);
	pf_ramp_to(&s->feedback, value[FEEDBACK]);
}

/* Hermite's cubic between b and c, f from b. */
static inline float
between(float a, float b, float c, float d, float f)
{
	const float c1 = 0.5f * (c - a);
	const float c2 = a - 2.5f * b + 2 * c - 0.5f * d;
	const float c3 = 0.5f * (d - a) + 1.5f * (b - c);
	return ((c3 * f + c2) * f + c1) * f + b;
}

/* The signal `delay` samples ago, delay at least 2. */
static inline float
read_at(const float *ring, unsigned mask, unsigned at, float delay)
{
	const unsigned whole = (unsigned)delay, b = at - whole;
	return between(ring[(b + 1) & mask], ring[b & mask],
	    ring[(b - 1) & mask], ring[(b - 2) & mask],
	    delay - (float)whole);
}

/* With feedback each frame needs the one before it. */
static void
run_round(struct chorus *s, const struct pf_fx_io *io)
{
	float *const x[2] = {io->l, io->r};
	for (unsigned i = 0; i < io->n; i++, s->at++) {
		const unsigned p = io->pos + i;
		const float mix = pf_ramp_at(&s->mix, p);
		const float feedback = pf_ramp_at(&s->feedback, p);
		for (int c = 0; c < 2; c++) {
			s->ring[c][s->at & s->mask] =
			    x[c][i] + feedback * s->back[c];
			float wet = 0;
			for (int k = 0; k < COPIES; k++)
				wet += read_at(s->ring[c], s->mask, s->at,
				    pf_ramp_at(&s->tap[c][k], p));
			s->back[c] = wet * (1.0f / COPIES);
			/* Two alike would be 2; unlike they are 1.41. */
			x[c][i] += mix * (wet * 0.65f - x[c][i]);
		}
	}
}

/*
 * Add one copy of the next n frames to wet[n].  It wanders so slowly that its
 * delay seldom passes a whole sample: between such places all is side by side.
 */
static void
copy(const float *ring, unsigned mask, unsigned at, const struct pf_ramp *tap,
    unsigned pos, unsigned n, float *restrict wet)
{
	float spare[PF_BLOCK + 3], f[PF_BLOCK];
	int whole[PF_BLOCK];
	for (unsigned i = 0; i < n; i++) {
		const float delay = tap->from +
		    tap->step * (float)(int)(pos + i);
		whole[i] = (int)delay;
		f[i] = delay - (float)whole[i];
	}
	for (unsigned done = 0, end; done < n; done = end) {
		/* A delay that moves goes one way, so ends tell of all. */
		end = n;
		while (whole[end - 1] != whole[done])
			end = done + (end - done) / 2;
		const unsigned count = end - done;
		float *restrict const out = wet + done;
		const float *const part = f + done;
		const float *restrict const near = pf_ring_look(ring, mask,
		    at + done - (unsigned)whole[done] - 2, count + 3, spare);
		for (unsigned i = 0; i < count; i++)
			out[i] += between(near[i + 3], near[i + 2],
			    near[i + 1], near[i], part[i]);
	}
}

static void
run_straight(struct chorus *s, const struct pf_fx_io *io)
{
	float *const x[2] = {io->l, io->r};
	for (int c = 0; c < 2; c++) {
		float wet[PF_BLOCK] = {0};
		pf_ring_put(s->ring[c], s->mask, s->at, io->n, x[c]);
		for (int k = 0; k < COPIES; k++)
			copy(s->ring[c], s->mask, s->at, &s->tap[c][k],
			    io->pos, io->n, wet);
		for (unsigned i = 0; i < io->n; i++) {
			const float mix = s->mix.from +
			    s->mix.step * (float)(int)(io->pos + i);
			x[c][i] += mix * (wet[i] * 0.65f - x[c][i]);
		}
		s->back[c] = wet[io->n - 1] * (1.0f / COPIES);
	}
	s->at += io->n;
}

PF_WIDE static void
run(void *state, const struct pf_fx_io *io)
{
	struct chorus *const s = state;
	if (s->feedback.from == 0 && s->feedback.to == 0)
		run_straight(s, io);
	else
		run_round(s, io);
}

const struct pf_fx pf_fx_chorus = {
    .name = "chorus",
    .help = "chorus, ensemble, flanger",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .tail = ring_frames,
    .init = init,
    .control = control,
    .run = run,
};
