/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A room: a feedback delay network of 16 lines.
 *
 *     in -> predelay -> low cut -> 4 allpasses a side -+-> 16 delay lines -+
 *                                                      |   a filter each   |
 *                                                      +-- Hadamard <------+--> out
 *
 * J.-M. Jot, A. Chaigne, "Digital delay networks for designing artificial
 * reverberators", AES 90, 1991: each line has its own first-order filter, so
 * that all frequencies die at the times asked for, whatever the line's
 * length.  The orthogonal matrix mixes every line into every other one, so
 * echoes grow dense within three passes; the lines wander by a few samples
 * so that no mode stands still and rings (J. Dattorro, "Effect Design, Part
 * 1", J. AES 45(9), 1997, also for the allpasses in front).
 *
 * The wet level is scaled so that a steady sound comes out as loud as it went
 * in, for every decay.
 *
 * Every delay is longer than a block, so a block's frames are independent of
 * each other but for the 16 filters: loops run along time, and only the
 * filters run along the lines, with eight to a register.
 */
#include "engine/effects.h"

#include "base/math.h"
#include "engine/approx.h"
#include "engine/ramp.h"
#include "engine/ring.h"
#include "engine/wide.h"

#include <math.h>
#include <string.h>

enum { LINES = 16, SERIES = 4, GUARD = 8 };

typedef float v4 __attribute__((vector_size(16)));
typedef float v4u __attribute__((vector_size(16), aligned(4)));
typedef float v8 __attribute__((vector_size(32)));

/* Lengths of the lines in ms at size 1: about even in logarithm, no two
 * with a simple ratio, both sides alike in mean. */
static const float line_ms[LINES] = {
    29.31f, 30.89f, 33.17f, 35.03f, 37.61f, 39.97f, 42.29f, 45.23f,
    48.13f, 51.41f, 54.79f, 58.61f, 62.47f, 66.73f, 71.29f, 76.07f,
};

/* The allpasses in front, left and right, in ms; and their gains. */
static const float pass_ms[2][SERIES] = {
    {4.771f, 3.595f, 12.73f, 9.307f}, {4.913f, 3.431f, 12.11f, 9.731f}};
static const float pass_gain[SERIES] = {0.75f, 0.75f, 0.625f, 0.625f};

#define SIZE_MOST 1.6f
#define PREDELAY_MOST_S 0.25f
#define WANDER_MS 0.09f /* how far the lines wander at mod 1 */
#define TREBLE_HZ 6000.0

struct line {
	float *ring;
	float delay, next;  /* samples now and at the block's end */
	unsigned base;      /* whole samples, this block */
	float phase, speed; /* of its wandering, in turns a block */
};

struct pass {
	float *ring;
	unsigned delay;
};

struct reverb {
	float rate_hz;
	unsigned mask, pass_mask, pre_mask; /* ring lengths - 1, in frames */
	unsigned at;                        /* where the next frame goes */
	struct line line[LINES];
	float low_state[LINES] __attribute__((aligned(32)));
	float pole[LINES] __attribute__((aligned(32)));
	float gain[LINES] __attribute__((aligned(32)));
	struct pass pass[2][SERIES];
	float *pre[2];
	unsigned pre_from, pre_to;          /* predelay, faded over a block */
	float cut_state[2];
	float cut;
	float size_now;
	float size, decay, treble, cut_hz;  /* computed for */
	float wet_scale;
	struct pf_ramp wet, dry, width;
};

enum { SIZE, DECAY, TREBLE, PREDELAY, LOW_CUT, WIDTH, MOD, MIX, PARAMS };

static const struct pf_param params[PARAMS] = {
    {"size", "", 0.3f, SIZE_MOST, 1, PF_LINEAR, NULL, "of the room"},
    {"decay", "s", 0.1f, 20, 1.6f, PF_EXPONENTIAL, NULL,
	"until it is 60 dB down"},
    {"treble", "", 0.05f, 1, 0.45f, PF_LINEAR, NULL,
	"decay at 6 kHz, as a part of decay"},
    {"predelay", "s", 0, PREDELAY_MOST_S, 0.015f, PF_LINEAR, NULL,
	"before the room answers"},
    {"low_cut", "Hz", 10, 1000, 140, PF_EXPONENTIAL, NULL,
	"keeps the mud out"},
    {"width", "", 0, 1, 1, PF_LINEAR, NULL, "0: mono"},
    {"mod", "", 0, 1, 0.5f, PF_LINEAR, NULL, "how much the room moves"},
    {"mix", "", 0, 1, 1, PF_LINEAR, NULL, "0: dry, 1: wet only"},
};

/* The least power of two that is not below. */
static unsigned
power_of_two(float least)
{
	unsigned n = 256;
	while ((float)n < least)
		n *= 2;
	return n;
}

static unsigned
ring_frames(uint32_t rate_hz)
{
	return power_of_two((line_ms[LINES - 1] * SIZE_MOST + 1) * 0.001f *
	    (float)rate_hz + PF_BLOCK + GUARD);
}

static unsigned
pass_frames(uint32_t rate_hz)
{
	return power_of_two(13 * 0.001f * (float)rate_hz + PF_BLOCK);
}

static unsigned
pre_frames(uint32_t rate_hz)
{
	return power_of_two(PREDELAY_MOST_S * (float)rate_hz + PF_BLOCK);
}

static size_t
bytes(uint32_t rate_hz)
{
	return sizeof(struct reverb) + sizeof(float) *
	    (LINES * (size_t)(ring_frames(rate_hz) + GUARD) +
	    2 * SERIES * (size_t)pass_frames(rate_hz) +
	    2 * (size_t)pre_frames(rate_hz));
}

static unsigned
tail(uint32_t rate_hz)
{
	return ring_frames(rate_hz) + pass_frames(rate_hz) +
	    pre_frames(rate_hz);
}

/* Filters and gains of the lines; D. is the loop's mean. */
static void
set_decay(struct reverb *s, const float *value)
{
	if (s->decay == value[DECAY] && s->treble == value[TREBLE] &&
	    s->size == value[SIZE])
		return;
	s->decay = value[DECAY];
	s->treble = value[TREBLE];
	s->size = value[SIZE];
	const double hz = fmin(TREBLE_HZ, 0.4 * s->rate_hz);
	const double c = pf_cos(6.28318530717958647692 * hz / s->rate_hz);
	double lost = 0;
	for (int i = 0; i < LINES; i++) {
		const double loop_s = line_ms[i] * 0.001 * s->size;
		const double low = pf_exp2(-9.965784 * loop_s / s->decay);
		const double high =
		    pf_exp2(-9.965784 * loop_s / (s->decay * s->treble));
		/* low (1-p) / |1 - p e^-jw| = high, solved for p. */
		const double ratio = high / low * (high / low);
		const double a = 1 - ratio, b = 1 - ratio * c;
		const double p = a < 1e-9 ? 0 : (b - sqrt(b * b - a * a)) / a;
		s->pole[i] = (float)p;
		s->gain[i] = (float)(low * (1 - p));
		lost += 1 - 0.5 * (low * low + high * high);
	}
	s->wet_scale = (float)sqrt(lost / LINES);
}

static void
set_cut(struct reverb *s, float hz)
{
	if (s->cut_hz == hz)
		return;
	s->cut_hz = hz;
	s->cut = (float)(1 - pf_exp(-6.28318530717958647692 * hz / s->rate_hz));
}

/* The length of a line at the end of this block. */
static float
wander(struct reverb *s, int i, float size, float mod)
{
	struct line *const d = &s->line[i];
	d->phase += d->speed;
	if (d->phase > 0.5f)
		d->phase -= 1;
	return s->rate_hz * 0.001f * (line_ms[i] * size +
	    WANDER_MS * mod * pf_fast_sin(d->phase));
}

static unsigned
predelay_frames(const struct reverb *s, const float *value)
{
	return (unsigned)(value[PREDELAY] * s->rate_hz + 0.5f);
}

static void
set_mix(const float *value, float scale, float to[3])
{
	to[0] = value[MIX] * scale;
	to[1] = 1 - value[MIX];
	to[2] = value[WIDTH];
}

static void
init(void *state, uint32_t rate_hz, const float *value)
{
	struct reverb *const s = state;
	float *memory = (float *)(s + 1);
	s->rate_hz = (float)rate_hz;
	s->mask = ring_frames(rate_hz) - 1;
	s->pass_mask = pass_frames(rate_hz) - 1;
	s->pre_mask = pre_frames(rate_hz) - 1;
	s->size_now = value[SIZE];
	set_decay(s, value);
	set_cut(s, value[LOW_CUT]);
	for (int i = 0; i < LINES; i++) {
		struct line *const d = &s->line[i];
		d->ring = memory;
		memory += s->mask + 1 + GUARD;
		/* Slow, all different: 0.31 to 0.98 Hz. */
		d->speed = (0.31f + 0.0446f * (float)((i * 7) % LINES)) *
		    PF_BLOCK / s->rate_hz;
		d->phase = (float)((i * 5) % LINES) / LINES - 0.5f;
		d->next = wander(s, i, s->size_now, value[MOD]);
	}
	for (int c = 0; c < 2; c++) {
		for (int i = 0; i < SERIES; i++) {
			s->pass[c][i].ring = memory;
			memory += s->pass_mask + 1;
			s->pass[c][i].delay = (unsigned)(pass_ms[c][i] *
			    0.001f * s->rate_hz + 0.5f);
		}
		s->pre[c] = memory;
		memory += s->pre_mask + 1;
	}
	s->pre_to = predelay_frames(s, value);
	float to[3];
	set_mix(value, s->wet_scale, to);
	pf_ramp_set(&s->wet, to[0]);
	pf_ramp_set(&s->dry, to[1]);
	pf_ramp_set(&s->width, to[2]);
}

static void
control(void *state, const struct pf_fx_block *block)
{
	struct reverb *const s = state;
	const float *const value = block->value;
	set_decay(s, value);
	set_cut(s, value[LOW_CUT]);
	/* Half a sample a block at most in the longest line: no swoop. */
	const float fastest =
	    0.4f / (line_ms[LINES - 1] * 0.001f * s->rate_hz);
	s->size_now += fminf(fmaxf(value[SIZE] - s->size_now, -fastest),
	    fastest);
	for (int i = 0; i < LINES; i++) {
		struct line *const d = &s->line[i];
		d->delay = d->next;
		d->next = wander(s, i, s->size_now, value[MOD]);
		d->base = (unsigned)(0.5f * (d->delay + d->next) + 0.5f);
	}
	s->pre_from = s->pre_to;
	s->pre_to = predelay_frames(s, value);
	float to[3];
	set_mix(value, s->wet_scale, to);
	pf_ramp_to(&s->wet, to[0]);
	pf_ramp_to(&s->dry, to[1]);
	pf_ramp_to(&s->width, to[2]);
}

/* One allpass of a side over n frames, in place. */
static inline void
pass_row(struct reverb *s, const struct pass *p, float g, unsigned n,
    float *restrict x)
{
	float spare_old[PF_BLOCK], spare_new[PF_BLOCK];
	const float *restrict const old = pf_ring_look(p->ring, s->pass_mask,
	    s->at - p->delay, n, spare_old);
	float *restrict const new = pf_ring_place(p->ring, s->pass_mask,
	    s->at, n, spare_new);
	for (unsigned i = 0; i < n; i++) {
		const float v = x[i] - g * old[i];
		x[i] = old[i] + g * v;
		new[i] = v;
	}
	pf_ring_fill(p->ring, s->pass_mask, s->at, n, spare_new, new);
}

/* What one side said a predelay ago. */
static inline void
predelay(struct reverb *s, int c, const float *restrict in, unsigned pos,
    unsigned n, float *restrict x)
{
	float spare[PF_BLOCK], spare_old[PF_BLOCK];
	float *const ring = s->pre[c];
	pf_ring_put(ring, s->pre_mask, s->at, n, in);
	memcpy(x, pf_ring_look(ring, s->pre_mask, s->at - s->pre_to, n,
	    spare), n * sizeof *x);
	if (s->pre_from == s->pre_to)
		return;
	const float *const old = pf_ring_look(ring, s->pre_mask,
	    s->at - s->pre_from, n, spare_old);
	for (unsigned i = 0; i < n; i++)
		x[i] = old[i] + (x[i] - old[i]) *
		    ((float)(pos + i) * (1.0f / PF_BLOCK));
}

/* Predelay, low cut and the allpasses of both sides: what enters the lines. */
static inline void
front(struct reverb *s, const struct pf_fx_io *io, float (*x)[PF_BLOCK])
{
	const unsigned n = io->n;
	predelay(s, 0, io->l, io->pos, n, x[0]);
	predelay(s, 1, io->r, io->pos, n, x[1]);
	/* Side by side: each waits for the frame before it. */
	const float cut = s->cut, keep = 1 - s->cut;
	float left = s->cut_state[0], right = s->cut_state[1];
	for (unsigned i = 0; i < n; i++) {
		left = keep * left + cut * x[0][i];
		right = keep * right + cut * x[1][i];
		x[0][i] -= left;
		x[1][i] -= right;
	}
	s->cut_state[0] = left;
	s->cut_state[1] = right;
	for (int c = 0; c < 2; c++)
		for (int k = 0; k < SERIES; k++)
			pass_row(s, &s->pass[c][k], pass_gain[k], n, x[c]);
}

/* Read one line's frames between samples, by a parabola through three. */
static inline void
read_line(const struct reverb *s, const struct line *d, unsigned pos,
    unsigned n, float *restrict out)
{
	float spare[PF_BLOCK + GUARD];
	const float *restrict const near = pf_ring_look(d->ring, s->mask,
	    s->at - d->base - 1, n + 2, spare);
	const float start = d->delay - (float)d->base;
	const float step = (d->next - d->delay) * (1.0f / PF_BLOCK);
	for (unsigned i = 0; i < n; i++) {
		const float f = start + step * (float)(int)(pos + i);
		const float late = near[i], mid = near[i + 1];
		const float early = near[i + 2];
		out[i] = mid + 0.5f * f * ((late - early) +
		    f * (late + early - 2 * mid));
	}
}

/* What a line hears: all lines, and a side of the input by its sign. */
static inline void
write_line(const struct reverb *s, const struct line *d, unsigned n,
    const float *restrict y, const float *restrict in, float sign)
{
	float spare[PF_BLOCK];
	float *restrict const new =
	    pf_ring_place(d->ring, s->mask, s->at, n, spare);
	for (unsigned i = 0; i < n; i++)
		new[i] = 0.25f * y[i] + sign * in[i];
	pf_ring_fill(d->ring, s->mask, s->at, n, spare, new);
}

/* Rows of four to columns, in each half of the registers. */
static inline void
transpose(v8 *a, v8 *b, v8 *c, v8 *d)
{
	const v8 p = __builtin_shufflevector(*a, *b, 0, 8, 1, 9, 4, 12, 5, 13);
	const v8 q = __builtin_shufflevector(*c, *d, 0, 8, 1, 9, 4, 12, 5, 13);
	const v8 u = __builtin_shufflevector(*a, *b, 2, 10, 3, 11, 6, 14, 7, 15);
	const v8 v = __builtin_shufflevector(*c, *d, 2, 10, 3, 11, 6, 14, 7, 15);
	*a = __builtin_shufflevector(p, q, 0, 1, 8, 9, 4, 5, 12, 13);
	*b = __builtin_shufflevector(p, q, 2, 3, 10, 11, 6, 7, 14, 15);
	*c = __builtin_shufflevector(u, v, 0, 1, 8, 9, 4, 5, 12, 13);
	*d = __builtin_shufflevector(u, v, 2, 3, 10, 11, 6, 7, 14, 15);
}

/* The filters of eight lines, over n frames, in place. */
static inline void
damp(struct reverb *s, int first, unsigned n, float (*y)[PF_BLOCK])
{
	v8 state = *(v8 *)&s->low_state[first];
	const v8 pole = *(const v8 *)&s->pole[first];
	const v8 gain = *(const v8 *)&s->gain[first];
	for (unsigned i = 0; i < n; i += 4) {
		v8 t[4];
		for (int k = 0; k < 4; k++) {
			const v4 low = *(v4u *)&y[first + k][i];
			const v4 high = *(v4u *)&y[first + 4 + k][i];
			t[k] = __builtin_shufflevector(low, high, 0, 1, 2, 3,
			    4, 5, 6, 7);
		}
		transpose(&t[0], &t[1], &t[2], &t[3]);
		for (unsigned k = 0; k < 4 && i + k < n; k++)
			t[k] = state = gain * t[k] + pole * state;
		transpose(&t[0], &t[1], &t[2], &t[3]);
		for (int k = 0; k < 4; k++) {
			*(v4u *)&y[first + k][i] =
			    __builtin_shufflevector(t[k], t[k], 0, 1, 2, 3);
			*(v4u *)&y[first + 4 + k][i] =
			    __builtin_shufflevector(t[k], t[k], 4, 5, 6, 7);
		}
	}
	*(v8 *)&s->low_state[first] = state;
}

/* Every line into every other: a Hadamard matrix, fast, times 4. */
static void
scatter(float (*y)[PF_BLOCK], unsigned n)
{
	for (int half = 1; half < LINES; half *= 2) {
		for (int i = 0; i < LINES; i++) {
			if (i & half)
				continue;
			float *restrict const a = y[i];
			float *restrict const b = y[i + half];
			for (unsigned k = 0; k < n; k++) {
				const float p = a[k], q = b[k];
				a[k] = p + q;
				b[k] = p - q;
			}
		}
	}
}

/* The room's sides, as wide as asked, beside the dry sound. */
static inline void
blend(const struct reverb *s, const struct pf_fx_io *io,
    float (*out)[PF_BLOCK])
{
	const struct pf_ramp width = s->width, wet = s->wet, dry = s->dry;
	float *restrict const l = io->l, *restrict const r = io->r;
	for (unsigned i = 0; i < io->n; i++) {
		const unsigned p = io->pos + i;
		const float mid = 0.5f * (out[0][i] + out[1][i]);
		const float side = pf_ramp_at(&width, p);
		const float much = pf_ramp_at(&wet, p);
		const float old = pf_ramp_at(&dry, p);
		l[i] = old * l[i] + much * (mid + side * (out[0][i] - mid));
		r[i] = old * r[i] + much * (mid + side * (out[1][i] - mid));
	}
}

PF_WIDE static void
run(void *state, const struct pf_fx_io *io)
{
	struct reverb *const s = state;
	const unsigned n = io->n;
	float x[2][PF_BLOCK], y[LINES][PF_BLOCK];
	front(s, io, x);
	for (int k = 0; k < LINES; k++) {
		for (unsigned i = n; i < ((n + 3) & ~3u); i++)
			y[k][i] = 0;
		read_line(s, &s->line[k], io->pos, n, y[k]);
	}
	for (int k = 0; k < LINES; k += 8)
		damp(s, k, n, y);

	float out[2][PF_BLOCK] = {{0}};
	for (int k = 0; k < LINES; k += 4)
		for (int c = 0; c < 2; c++)
			for (unsigned i = 0; i < n; i++)
				out[c][i] += y[k + c][i] - y[k + c + 2][i];
	blend(s, io, out);

	scatter(y, n);
	/* Lines 0 and 1 of each four are left's and right's. */
	for (int k = 0; k < LINES; k++)
		write_line(s, &s->line[k], n, y[k], x[k & 1],
		    k & 2 ? -0.70710678f : 0.70710678f);
	s->at += n;
}

const struct pf_fx pf_fx_reverb = {
    .name = "reverb",
    .help = "a room, from small to endless",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .tail = tail,
    .init = init,
    .control = control,
    .run = run,
};
