/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The subtractive voice's inner loops, for PF_W lanes at once.  Included by
 * subtractive_{base,avx2,avx512}_rt.c after simd.h.
 *
 * Each part of the voice is a loop of its own over the frames, on a buffer
 * that stays in the first-level cache: parts that are off cost nothing, and
 * oscillators, which depend on nothing but their phase, overlap freely.
 */
#include "engine/subtractive.h"

/*
 * Band-limited steps.  A naive saw's jump is replaced, within 3 samples of
 * it, by an odd polynomial C(z), z = distance / 3, that rises from -1 to 1:
 * the integral of a low-pass kernel.  Its 7 coefficients are the least-squares
 * answer to "flat to 0.30 of the sample rate, nothing above 0.66 of it" with
 * C(1) = 1 and C'(1) = 0: -1.2 dB at 0.30, -49 dB from 0.66 on, so what
 * folds back below 16 kHz from a saw of 2 kHz at 48 kHz lies 70 dB and more
 * below its fundamental.  The idea: V. Valimaki, J. Pekonen, J. Nam,
 * "Perceptually informed synthesis of bandlimited classical waveforms using
 * integrated polynomial interpolation", JASA 131(1), 2012.
 */
#define REACH 3.0f
#define C0 5.04896589f
#define C1 -19.5989466f
#define C2 47.7667957f
#define C3 -70.3299578f
#define C4 62.6294412f
#define C5 -31.1352543f
#define C6 6.61895586f

PF_INLINE vf
smooth_step(vf z)
{
	z = clamped(z, -1, 1);
	const vf w = z * z;
	vf y = all(C6);
	y = y * w + C5;
	y = y * w + C4;
	y = y * w + C3;
	y = y * w + C2;
	y = y * w + C1;
	y = y * w + C0;
	return y * z;
}

/*
 * What a corner |d| lacks to be smooth, in units of 3 samples: the integral
 * of C minus |z|; 0 from |z| = 1 on.
 */
PF_INLINE vf
smooth_corner(vf z)
{
	z = least(magnitude(z), all(1));
	const vf w = z * z;
	vf y = all(C6 / 14);
	y = y * w + C5 / 12;
	y = y * w + C4 / 10;
	y = y * w + C3 / 8;
	y = y * w + C2 / 6;
	y = y * w + C1 / 4;
	y = y * w + C0 / 2;
	const float end = C6 / 14 + C5 / 12 + C4 / 10 + C3 / 8 + C2 / 6 +
	    C1 / 4 + C0 / 2;
	return y * w - z + (1 - end);
}

/* A phase as a fraction of a turn, -0.5 .. 0.5; 0 is where the saw jumps. */
PF_INLINE vf
turns(vi phase)
{
	return to_float(phase) * 0x1p-32f;
}

/* per: turns to units of smooth_step(). */
PF_INLINE vf
saw(vf t, vf per)
{
	return 2 * t - smooth_step(t * per);
}

PF_INLINE vf
triangle(vf t, vi phase, vf per, vf unit)
{
	const vf other = turns(phase ^ (int32_t)0x80000000);
	return 4 * magnitude(t) - 1 + 4 * unit *
	    (smooth_corner(t * per) - smooth_corner(other * per));
}

PF_INLINE vf
wave(int shape, vi phase, vf per, vf unit, vf width)
{
	const vf t = turns(phase);
	if (shape == SUB_SAW)
		return saw(t, per);
	if (shape == SUB_TRIANGLE)
		return triangle(t, phase, per, unit);
	if (shape == SUB_SINE)
		return sin_turn(t);
	/* A pulse is two saws apart by its width. */
	const vi later = to_int(width * 0x1p31f) * 2;
	return saw(turns(phase - later), per) - saw(t, per);
}

struct group {
	float *const *row;
	unsigned lane, n;
	vf t; /* pos - PF_BLOCK of the first frame */
	vf l[PF_BLOCK], r[PF_BLOCK];
};

#define ROW(x) (g->row[x] + g->lane)

/* A quantity on its way: its value t frames from the block's end. */
struct pair {
	vf end, step;
};

PF_INLINE struct pair
pair(const struct group *g, unsigned row)
{
	return (struct pair){load(ROW(row)), load(ROW(row + 1))};
}

PF_INLINE vf
at(struct pair p, vf t)
{
	return p.end + p.step * t;
}

/*
 * One shape of the first oscillator in unison, or of the second: added to
 * g->l and g->r.  The shape is a constant wherever this is called, so each
 * call becomes a loop of its own.
 */
PF_INLINE void
oscillate(struct group *g, int shape, int first, unsigned voice, int stereo)
{
	const unsigned step_row = first ? ROW_STEP + 2 * voice : ROW_STEP2;
	vi phase = loadi(ROW(first ? ROW_PHASE + voice : ROW_PHASE2));
	vi step = loadi(ROW(step_row));
	const vi bend = loadi(ROW(step_row + 1));
	const struct pair period = pair(g, first ? ROW_PERIOD : ROW_PERIOD2);
	const struct pair amp = pair(g, (first ? ROW_AMP : ROW_AMP2) +
	    2 * (unsigned)shape);
	const struct pair width = pair(g, ROW_WIDTH);
	const vf left = first ? load(ROW(ROW_UNI_L + voice)) : all(1);
	const vf right = first ? load(ROW(ROW_UNI_R + voice)) : all(1);
	vf t = g->t;
	for (unsigned i = 0; i < g->n; i++) {
		const vf per = at(period, t) * (1 / REACH);
		vf unit = all(0);
		if (shape == SUB_TRIANGLE)
			unit = REACH * 0x1p-32f * to_float(step);
		const vf y = at(amp, t) *
		    wave(shape, phase, per, unit, at(width, t));
		g->l[i] += y * left;
		if (stereo)
			g->r[i] += y * right;
		phase += step;
		step += bend;
		t += 1.0f;
	}
}

/* A phase moves on once all its shapes have been heard. */
PF_INLINE void
advance(struct group *g, unsigned phase_row, unsigned step_row)
{
	const vu step = (vu)loadi(ROW(step_row));
	const vu bend = (vu)loadi(ROW(step_row + 1));
	/* n steps, each `bend` more than the one before; modulo 2^32. */
	storei(ROW(phase_row), (vi)((vu)loadi(ROW(phase_row)) + step * g->n +
	    bend * (g->n * (g->n - 1) / 2)));
	storei(ROW(step_row), (vi)(step + bend * g->n));
}

PF_INLINE void
one_oscillator(struct group *g, uint32_t use, int first, unsigned voice,
    int stereo)
{
	const uint32_t shapes = use >> (first ? 0 : 4) & 15;
	if (shapes & 1 << SUB_SAW)
		oscillate(g, SUB_SAW, first, voice, stereo);
	if (shapes & 1 << SUB_PULSE)
		oscillate(g, SUB_PULSE, first, voice, stereo);
	if (shapes & 1 << SUB_TRIANGLE)
		oscillate(g, SUB_TRIANGLE, first, voice, stereo);
	if (shapes & 1 << SUB_SINE)
		oscillate(g, SUB_SINE, first, voice, stereo);
	if (first)
		advance(g, ROW_PHASE + voice, ROW_STEP + 2 * voice);
	else
		advance(g, ROW_PHASE2, ROW_STEP2);
}

static void
oscillators(struct group *g, uint32_t use)
{
	const unsigned unison = use >> USE_UNISON_SHIFT & 7;
	if (use & USE_STEREO)
		for (unsigned k = 0; k < unison; k++)
			one_oscillator(g, use, 1, k, 1);
	else
		for (unsigned k = 0; k < unison; k++)
			one_oscillator(g, use, 1, k, 0);
	if (use & USE_AMP2 * 15)
		one_oscillator(g, use, 0, 0, (use & USE_STEREO) != 0);
}

/* A square an octave below, as a pulse of half a turn. */
static void
sub(struct group *g, vi step, int stereo)
{
	vi phase = loadi(ROW(ROW_SUB_PHASE));
	const vi bend = loadi(ROW(ROW_STEP + 1));
	const struct pair period = pair(g, ROW_PERIOD);
	const struct pair amp = pair(g, ROW_SUB_AMP);
	vf t = g->t;
	for (unsigned i = 0; i < g->n; i++) {
		const vf per = at(period, t) * (2 / REACH);
		const vf y = at(amp, t) *
		    (saw(turns(phase ^ (int32_t)0x80000000), per) -
		    saw(turns(phase), per));
		g->l[i] += y;
		if (stereo)
			g->r[i] += y;
		phase += step >> 1;
		step += bend;
		t += 1.0f;
	}
	storei(ROW(ROW_SUB_PHASE), phase);
}

/* White noise: xorshift, G. Marsaglia, J. Statistical Software 8(14), 2003. */
static void
noise(struct group *g, int stereo)
{
	vu x = (vu)loadi(ROW(ROW_NOISE));
	const struct pair amp = pair(g, ROW_NOISE_AMP);
	vf t = g->t;
	for (unsigned i = 0; i < g->n; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		const vf y = at(amp, t) * 0x1p-31f * to_float((vi)x);
		g->l[i] += y;
		if (stereo)
			g->r[i] += y;
		t += 1.0f;
	}
	storei(ROW(ROW_NOISE), (vi)x);
}

/*
 * Soft clipping, x (27 + x^2) / (27 + 9 x^2) up to 3: close to tanh.  What
 * comes out is scaled so that a loud wave keeps about its level.
 */
static void
drive(struct group *g, vf *buffer)
{
	const struct pair amount = pair(g, ROW_DRIVE);
	vf t = g->t;
	for (unsigned i = 0; i < g->n; i++) {
		const vf gain = at(amount, t);
		const vf x = clamped(buffer[i] * gain, -3, 3);
		const vf w = x * x;
		const vf y = x * (27 + w) * reciprocal(27 + 9 * w);
		buffer[i] = y * reciprocal(0.6f + 0.4f * gain);
		t += 1.0f;
	}
}

/*
 * A state-variable filter by trapezoidal integration: stable under any
 * movement of its cutoff.  V. Zavalishin, "The Art of VA Filter Design",
 * rev. 2.1, 2018, ch. 4; in the form of A. Simper, "Linear Trapezoidal
 * Integrated SVF", Cytomic 2013.
 */
PF_INLINE void
filter(struct group *g, vf *x, unsigned stage, unsigned channel, int types)
{
	const unsigned ic = ROW_IC + 4 * channel + 2 * stage;
	vf s1 = load(ROW(ic)), s2 = load(ROW(ic + 1));
	const struct pair cutoff = pair(g, ROW_G);
	const struct pair damping = pair(g, stage ? ROW_K2 : ROW_K);
	const vf type = load(ROW(ROW_TYPE)), steep = load(ROW(ROW_STEEP));
	vf t = g->t;
	for (unsigned i = 0; i < g->n; i++) {
		const vf in = x[i], f = at(cutoff, t), k = at(damping, t);
		const vf a1 = reciprocal(1 + f * (f + k));
		const vf a2 = f * a1, a3 = f * a2;
		const vf v3 = in - s2;
		const vf v1 = a1 * s1 + a2 * v3;
		const vf v2 = s2 + (a2 * s1 + a3 * v3);
		s1 = 2 * v1 - s1;
		s2 = 2 * v2 - s2;
		vf y = v2;
		if (types) {
			const vf high = in - k * v1 - v2;
			y = pick(type == SUB_LOWPASS, v2,
			    pick(type == SUB_BANDPASS, k * v1, high));
		}
		if (types && stage)
			y = pick(steep == 1, y, in);
		x[i] = y;
		t += 1.0f;
	}
	store(ROW(ic), s1);
	store(ROW(ic + 1), s2);
}

static void
filters(struct group *g, uint32_t use, vf *x, unsigned channel)
{
	if (use & USE_TYPES) {
		filter(g, x, 0, channel, 1);
		if (use & USE_STEEP)
			filter(g, x, 1, channel, 1);
	} else {
		filter(g, x, 0, channel, 0);
		if (use & USE_STEEP)
			filter(g, x, 1, channel, 0);
	}
}

struct sums {
	vf l[PF_BLOCK], r[PF_BLOCK];
};

static void
pan(struct group *g, struct sums *to, int stereo)
{
	const vf *const right = stereo ? g->r : g->l;
	const struct pair l = pair(g, ROW_L), r = pair(g, ROW_R);
	vf t = g->t;
	for (unsigned i = 0; i < g->n; i++) {
		to->l[i] += g->l[i] * at(l, t);
		to->r[i] += right[i] * at(r, t);
		t += 1.0f;
	}
}

static void
run_group(const struct pf_subtractive *s, unsigned lane, unsigned pos,
    unsigned n, uint32_t use, struct sums *to)
{
	struct group group;
	struct group *const g = &group;
	const int stereo = (use & USE_STEREO) != 0;
	g->row = s->row;
	g->lane = lane;
	g->n = n;
	g->t = all((float)(int)pos - PF_BLOCK);
	for (unsigned i = 0; i < n; i++)
		g->l[i] = all(0);
	for (unsigned i = 0; stereo && i < n; i++)
		g->r[i] = all(0);
	const vi step = loadi(ROW(ROW_STEP));
	oscillators(g, use);
	if (use & USE_SUB)
		sub(g, step, stereo);
	if (use & USE_NOISE)
		noise(g, stereo);
	if (use & USE_DRIVE) {
		drive(g, g->l);
		if (stereo)
			drive(g, g->r);
	}
	filters(g, use, g->l, 0);
	if (stereo)
		filters(g, use, g->r, 1);
	pan(g, to, stereo);
}

static int
anybody(const uint8_t *live)
{
	uint8_t any = 0;
	for (int i = 0; i < PF_W; i++)
		any |= live[i];
	return any;
}

static void
PF_KERNEL(run)(struct pf_bank *bank, unsigned pos, unsigned n, float *l,
    float *r)
{
	struct pf_subtractive *s = bank->state;
	struct sums to;
	for (unsigned i = 0; i < n; i++)
		to.l[i] = to.r[i] = all(0);
	for (unsigned lane = 0; lane < bank->lanes; lane += PF_W)
		if (anybody(bank->live + lane))
			run_group(s, lane, pos, n, s->use[lane / 4], &to);
	for (unsigned i = 0; i < n; i++) {
		l[i] += sum(to.l[i]);
		r[i] += sum(to.r[i]);
	}
}

#include "engine/subtractive_control.h"

const struct pf_subtractive_kernels PF_KERNEL(pf_subtractive) = {
	PF_KERNEL_NAME, PF_KERNEL(aim), PF_KERNEL(run),
};
