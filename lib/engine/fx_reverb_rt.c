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
 * filters run along the lines, with four to a register.
 */
#include "engine/effects.h"

#include "base/math.h"
#include "engine/approx.h"
#include "engine/ramp.h"
#include "engine/wide.h"

#include <math.h>
#include <string.h>

enum { LINES = 16, SERIES = 4, GUARD = 8 };

typedef float v4 __attribute__((vector_size(16)));
typedef float v4u __attribute__((vector_size(16), aligned(4)));

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
	float low_state[LINES] __attribute__((aligned(16)));
	float pole[LINES] __attribute__((aligned(16)));
	float gain[LINES] __attribute__((aligned(16)));
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

/* Copy frames at - delay ... of a ring. */
static void
fetch(const float *ring, unsigned mask, unsigned from, unsigned n,
    float *out)
{
	const unsigned at = from & mask, first = mask + 1 - at;
	if (n <= first) {
		memcpy(out, ring + at, n * sizeof *out);
		return;
	}
	memcpy(out, ring + at, first * sizeof *out);
	memcpy(out + first, ring, (n - first) * sizeof *out);
}

static void
store(float *ring, unsigned mask, unsigned to, unsigned n, const float *in)
{
	const unsigned at = to & mask, first = mask + 1 - at;
	if (n <= first) {
		memcpy(ring + at, in, n * sizeof *in);
		return;
	}
	memcpy(ring + at, in, first * sizeof *in);
	memcpy(ring, in + first, (n - first) * sizeof *in);
}

/* Predelay, low cut and the allpasses of one side: what enters the lines. */
static void
front(struct reverb *s, int c, const float *in, unsigned pos, unsigned n,
    float *x)
{
	float old[PF_BLOCK];
	store(s->pre[c], s->pre_mask, s->at, n, in);
	fetch(s->pre[c], s->pre_mask, s->at - s->pre_to, n, x);
	if (s->pre_from != s->pre_to) {
		fetch(s->pre[c], s->pre_mask, s->at - s->pre_from, n, old);
		for (unsigned i = 0; i < n; i++)
			x[i] = old[i] + (x[i] - old[i]) *
			    ((float)(pos + i) * (1.0f / PF_BLOCK));
	}
	float low = s->cut_state[c];
	for (unsigned i = 0; i < n; i++) {
		low += s->cut * (x[i] - low);
		x[i] -= low;
	}
	s->cut_state[c] = low;
	for (int k = 0; k < SERIES; k++) {
		const struct pass *const p = &s->pass[c][k];
		const float g = pass_gain[k];
		fetch(p->ring, s->pass_mask, s->at - p->delay, n, old);
		for (unsigned i = 0; i < n; i++) {
			const float v = x[i] - g * old[i];
			x[i] = old[i] + g * v;
			old[i] = v;
		}
		store(p->ring, s->pass_mask, s->at, n, old);
	}
}

/* Read one line's frames between samples, by a parabola through three. */
static void
read_line(const struct reverb *s, const struct line *d, unsigned pos,
    unsigned n, float *out)
{
	float near[PF_BLOCK + GUARD];
	fetch(d->ring, s->mask, s->at - d->base - 1, n + 2, near);
	const float start = d->delay - (float)d->base;
	const float step = (d->next - d->delay) * (1.0f / PF_BLOCK);
	for (unsigned i = 0; i < n; i++) {
		const float f = start + step * (float)(pos + i);
		const float late = near[i], mid = near[i + 1];
		const float early = near[i + 2];
		out[i] = mid + 0.5f * f * ((late - early) +
		    f * (late + early - 2 * mid));
	}
}

/* Rows of four to columns. */
static inline void
transpose(v4 *a, v4 *b, v4 *c, v4 *d)
{
	const v4 p = __builtin_shufflevector(*a, *b, 0, 4, 1, 5);
	const v4 q = __builtin_shufflevector(*c, *d, 0, 4, 1, 5);
	const v4 u = __builtin_shufflevector(*a, *b, 2, 6, 3, 7);
	const v4 v = __builtin_shufflevector(*c, *d, 2, 6, 3, 7);
	*a = __builtin_shufflevector(p, q, 0, 1, 4, 5);
	*b = __builtin_shufflevector(p, q, 2, 3, 6, 7);
	*c = __builtin_shufflevector(u, v, 0, 1, 4, 5);
	*d = __builtin_shufflevector(u, v, 2, 3, 6, 7);
}

/* The filters of four lines, over n frames, in place. */
static void
damp(struct reverb *s, int first, unsigned n, float (*y)[PF_BLOCK])
{
	v4 state = *(v4 *)&s->low_state[first];
	const v4 pole = *(const v4 *)&s->pole[first];
	const v4 gain = *(const v4 *)&s->gain[first];
	for (unsigned i = 0; i < n; i += 4) {
		v4 t[4];
		for (int k = 0; k < 4; k++)
			t[k] = *(v4u *)&y[first + k][i];
		transpose(&t[0], &t[1], &t[2], &t[3]);
		for (unsigned k = 0; k < 4 && i + k < n; k++)
			t[k] = state = gain * t[k] + pole * state;
		transpose(&t[0], &t[1], &t[2], &t[3]);
		for (int k = 0; k < 4; k++)
			*(v4u *)&y[first + k][i] = t[k];
	}
	*(v4 *)&s->low_state[first] = state;
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
	float x[2][PF_BLOCK] = {{0}}, y[LINES][PF_BLOCK];
	front(s, 0, io->l, io->pos, n, x[0]);
	front(s, 1, io->r, io->pos, n, x[1]);
	for (int k = 0; k < LINES; k++) {
		for (unsigned i = n; i < ((n + 3) & ~3u); i++)
			y[k][i] = 0;
		read_line(s, &s->line[k], io->pos, n, y[k]);
	}
	for (int k = 0; k < LINES; k += 4)
		damp(s, k, n, y);

	float out[2][PF_BLOCK] = {{0}};
	for (int k = 0; k < LINES; k += 4)
		for (int c = 0; c < 2; c++)
			for (unsigned i = 0; i < n; i++)
				out[c][i] += y[k + c][i] - y[k + c + 2][i];
	blend(s, io, out);

	scatter(y, n);
	for (int k = 0; k < LINES; k++) {
		/* Lines 0 and 1 of each four are left's and right's. */
		const float *const in = x[k & 1];
		const float sign = k & 2 ? -0.70710678f : 0.70710678f;
		for (unsigned i = 0; i < n; i++)
			y[k][i] = 0.25f * y[k][i] + sign * in[i];
		store(s->line[k].ring, s->mask, s->at, n, y[k]);
	}
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
