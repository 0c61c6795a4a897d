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

#include "engine/pair_kernels.h"

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
	y = mul_add(y, w, all(C5));
	y = mul_add(y, w, all(C4));
	y = mul_add(y, w, all(C3));
	y = mul_add(y, w, all(C2));
	y = mul_add(y, w, all(C1));
	y = mul_add(y, w, all(C0));
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
	y = mul_add(y, w, all(C5 / 12));
	y = mul_add(y, w, all(C4 / 10));
	y = mul_add(y, w, all(C3 / 8));
	y = mul_add(y, w, all(C2 / 6));
	y = mul_add(y, w, all(C1 / 4));
	y = mul_add(y, w, all(C0 / 2));
	const float end = C6 / 14 + C5 / 12 + C4 / 10 + C3 / 8 + C2 / 6 +
	    C1 / 4 + C0 / 2;
	return mul_add(y, w, (1 - end) - z);
}

#define HALF_TURN 0x80000000u

/* A phase as a fraction of a turn, -0.5 .. 0.5; 0 is where the saw jumps. */
PF_INLINE vf
turns(vu phase)
{
	return to_float((vi)phase) * 0x1p-32f;
}

/* per: 2^-32 turns to units of smooth_step(). */
PF_INLINE vf
saw(vu phase, vf per)
{
	const vf p = to_float((vi)phase);
	return mul_add(all(0x1p-31f), p, -smooth_step(p * per));
}

PF_INLINE vf
triangle(vu phase, vf per, vf unit)
{
	const vf p = to_float((vi)phase);
	const vf other = to_float((vi)(phase ^ HALF_TURN));
	return mul_add(4 * unit,
	    smooth_corner(p * per) - smooth_corner(other * per),
	    mul_add(all(0x1p-30f), magnitude(p), all(-1)));
}

PF_INLINE vf
wave(int shape, vu phase, vf per, vf unit, vf width)
{
	if (shape == SUB_SAW)
		return saw(phase, per);
	if (shape == SUB_TRIANGLE)
		return triangle(phase, per, unit);
	if (shape == SUB_SINE)
		return sin_sample(turns(phase));
	/* A pulse is two saws apart by its width. */
	const vu later = (vu)to_int(width * 0x1p31f) << 1;
	return saw(phase - later, per) - saw(phase, per);
}

struct group {
	float *const *row;
	unsigned lane, n;
	vf t; /* pos - PF_BLOCK of the first frame */
	vf l[PF_BLOCK], r[PF_BLOCK];
};

#define ROW(x) (g->row[x] + g->lane)

PF_INLINE struct pair
pair(const struct group *g, unsigned row)
{
	return (struct pair){load(ROW(row)), load(ROW(row + 1))};
}

/*
 * One shape of the first oscillator in unison, or of the second: added to
 * g->l and g->r; or alone, so that it need not be added.  steady: neither
 * pitch nor level moves.  Shape and the like are constants wherever this is
 * called, so each call becomes a loop of its own.
 */
PF_INLINE void
oscillate(struct group *g, int shape, int first, unsigned voice, int stereo,
    int alone, int steady)
{
	const unsigned step_row = first ? ROW_STEP + 2 * voice : ROW_STEP2;
	vu phase = loadu(ROW(first ? ROW_PHASE + voice : ROW_PHASE2));
	vu step = loadu(ROW(step_row));
	const vu bend = loadu(ROW(step_row + 1));
	const struct pair period = pair(g, first ? ROW_PERIOD : ROW_PERIOD2);
	const struct pair amp = pair(g, (first ? ROW_AMP : ROW_AMP2) +
	    2 * (unsigned)shape);
	const struct pair width = pair(g, ROW_WIDTH);
	const vf left = first ? load(ROW(ROW_UNI_L + voice)) : all(1);
	const vf right = first ? load(ROW(ROW_UNI_R + voice)) : all(1);
	vf t = g->t;
	for (unsigned i = 0; i < g->n; i++) {
		const vf per = steady ? period.end : at(period, t);
		const vf loud = steady ? amp.end : at(amp, t);
		vf unit = all(0);
		if (shape == SUB_TRIANGLE)
			unit = REACH * 0x1p-32f * to_float((vi)step);
		const vf y = loud *
		    wave(shape, phase, per, unit, at(width, t));
		if (alone) {
			g->l[i] = y;
		} else {
			g->l[i] = mul_add(y, left, g->l[i]);
			if (stereo)
				g->r[i] = mul_add(y, right, g->r[i]);
		}
		phase += step;
		if (!steady)
			step += bend;
		t += 1.0f;
	}
}

/* A phase moves on once all its shapes have been heard. */
PF_INLINE void
advance(struct group *g, unsigned phase_row, unsigned step_row)
{
	const vu step = loadu(ROW(step_row));
	const vu bend = loadu(ROW(step_row + 1));
	/* n steps, each `bend` more than the one before; modulo 2^32. */
	storeu(ROW(phase_row), loadu(ROW(phase_row)) + step * g->n +
	    bend * (g->n * (g->n - 1) / 2));
	storeu(ROW(step_row), step + bend * g->n);
}

PF_INLINE void
one_oscillator(struct group *g, uint32_t use, int first, unsigned voice,
    int stereo)
{
	const uint32_t shapes = use >> (first ? 0 : 4) & 15;
	if (shapes & 1 << SUB_SAW)
		oscillate(g, SUB_SAW, first, voice, stereo, 0, 0);
	if (shapes & 1 << SUB_PULSE)
		oscillate(g, SUB_PULSE, first, voice, stereo, 0, 0);
	if (shapes & 1 << SUB_TRIANGLE)
		oscillate(g, SUB_TRIANGLE, first, voice, stereo, 0, 0);
	if (shapes & 1 << SUB_SINE)
		oscillate(g, SUB_SINE, first, voice, stereo, 0, 0);
	if (first)
		advance(g, ROW_PHASE + voice, ROW_STEP + 2 * voice);
	else
		advance(g, ROW_PHASE2, ROW_STEP2);
}

/* Do pitch and level of the first oscillator stand still? */
PF_INLINE int
is_steady(const struct group *g, int shape)
{
	const vf period = load(ROW(ROW_PERIOD + 1));
	const vf amp = load(ROW(ROW_AMP + 2 * shape + 1));
	return !any((loadi(ROW(ROW_STEP + 1)) != 0) | (period != 0) |
	    (amp != 0));
}

/* The commonest case: one saw or pulse, and nothing to add it to. */
static int
alone(struct group *g, uint32_t use)
{
	const uint32_t shapes = use & (USE_AMP * 15 | USE_AMP2 * 15);
	if (use >> USE_UNISON_SHIFT != 1)
		return 0;
	if (shapes == USE_AMP << SUB_SAW && is_steady(g, SUB_SAW))
		oscillate(g, SUB_SAW, 1, 0, 0, 1, 1);
	else if (shapes == USE_AMP << SUB_SAW)
		oscillate(g, SUB_SAW, 1, 0, 0, 1, 0);
	else if (shapes == USE_AMP << SUB_PULSE)
		oscillate(g, SUB_PULSE, 1, 0, 0, 1, 0);
	else
		return 0;
	advance(g, ROW_PHASE, ROW_STEP);
	return 1;
}

static void
oscillators(struct group *g, uint32_t use)
{
	if (alone(g, use))
		return;
	for (unsigned i = 0; i < g->n; i++)
		g->l[i] = all(0);
	for (unsigned i = 0; use & USE_STEREO && i < g->n; i++)
		g->r[i] = all(0);
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
sub(struct group *g, vu step, int stereo)
{
	vu phase = loadu(ROW(ROW_SUB_PHASE));
	const vu bend = loadu(ROW(ROW_STEP + 1));
	const struct pair period = pair(g, ROW_PERIOD);
	const struct pair amp = pair(g, ROW_SUB_AMP);
	vf t = g->t;
	for (unsigned i = 0; i < g->n; i++) {
		const vf per = 2 * at(period, t);
		const vf y = at(amp, t) *
		    (saw(phase ^ HALF_TURN, per) -
		    saw(phase, per));
		g->l[i] += y;
		if (stereo)
			g->r[i] += y;
		phase += step >> 1;
		step += bend;
		t += 1.0f;
	}
	storeu(ROW(ROW_SUB_PHASE), phase);
}

/* White noise: xorshift, G. Marsaglia, J. Statistical Software 8(14), 2003. */
static void
noise(struct group *g, int stereo)
{
	vu x = loadu(ROW(ROW_NOISE));
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
	storeu(ROW(ROW_NOISE), x);
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

/* Where a channel's filter leads: back to its buffer, or out. */
enum { TO_BUFFER, TO_LEFT, TO_RIGHT, TO_BOTH };

/*
 * A state-variable filter by trapezoidal integration: V. Zavalishin, "The Art
 * of VA Filter Design", rev. 2.1, 2018, ch. 4.  With g = tan(pi f / rate),
 * damping k and a = 1 / (1 + g (g + k)) its integrators go on by
 *
 *     s1' = (1 - D) s1 - B s2 + B in        B = 2 g a       C = 2 g^2 a
 *     s2' = B s1 + (1 - C) s2 + C in        D = 2 g (g + k) a
 *
 * which never makes s1^2 + s2^2 grow, whatever g and k >= 0 are.  That holds
 * for mixtures of two such filters as well, so moving B, C and D evenly from
 * block to block is stable however far the cutoff jumps.
 */
PF_INLINE void
filter(struct group *g, struct sums *sums, unsigned stage, unsigned channel,
    int types, int to)
{
	vf *const x = channel ? g->r : g->l;
	const unsigned ic = ROW_IC + 4 * channel + 2 * stage;
	const unsigned coefs = ROW_COEFS + COEFS * stage;
	vf s1 = load(ROW(ic)), s2 = load(ROW(ic + 1));
	const struct pair bs = pair(g, coefs + COEF_B);
	const struct pair cs = pair(g, coefs + COEF_C);
	const struct pair ds = pair(g, coefs + COEF_D);
	const struct pair ks = pair(g, coefs + COEF_K);
	const struct pair left = pair(g, ROW_L), right = pair(g, ROW_R);
	const vf type = load(ROW(ROW_TYPE)), steep = load(ROW(ROW_STEEP));
	vf t = g->t;
	for (unsigned i = 0; i < g->n; i++) {
		const vf in = x[i];
		const vf b = at(bs, t), c = at(cs, t), d = at(ds, t);
		/* Grouped for short chains from frame to frame. */
		const vf n1 = mul_add(-d, s1, s1) + mul_add(-b, s2, b * in);
		const vf n2 = mul_add(b, s1, s2) + mul_add(-c, s2, c * in);
		vf y = 0.5f * (n2 + s2);
		if (types) {
			const vf band = at(ks, t) * 0.5f * (n1 + s1);
			y = pick(type == SUB_LOWPASS, y,
			    pick(type == SUB_BANDPASS, band, in - band - y));
		}
		if (types && stage)
			y = pick(steep == 1, y, in);
		s1 = n1;
		s2 = n2;
		if (to == TO_BUFFER)
			x[i] = y;
		if (to == TO_LEFT || to == TO_BOTH)
			sums->l[i] = mul_add(y, at(left, t), sums->l[i]);
		if (to == TO_RIGHT || to == TO_BOTH)
			sums->r[i] = mul_add(y, at(right, t), sums->r[i]);
		t += 1.0f;
	}
	store(ROW(ic), s1);
	store(ROW(ic + 1), s2);
}

PF_INLINE void
filter_out(struct group *g, struct sums *sums, uint32_t use,
    unsigned channel, int to)
{
	const unsigned last = use & USE_STEEP ? 1 : 0;
	if (use & USE_TYPES) {
		if (last)
			filter(g, sums, 0, channel, 1, TO_BUFFER);
		filter(g, sums, last, channel, 1, to);
	} else {
		if (last)
			filter(g, sums, 0, channel, 0, TO_BUFFER);
		filter(g, sums, last, channel, 0, to);
	}
}

static void
run_group(const struct pf_subtractive *s, unsigned lane, unsigned pos,
    unsigned n, struct sums *to)
{
	const uint32_t use = s->use[lane / 4];
	struct group group;
	struct group *const g = &group;
	const int stereo = (use & USE_STEREO) != 0;
	g->row = s->row;
	g->lane = lane;
	g->n = n;
	g->t = all((float)(int)pos - PF_BLOCK);
	const vu step = loadu(ROW(ROW_STEP));
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
	if (stereo) {
		filter_out(g, to, use, 0, TO_LEFT);
		filter_out(g, to, use, 1, TO_RIGHT);
	} else {
		filter_out(g, to, use, 0, TO_BOTH);
	}
}

#include "engine/subtractive_control_kernels.h"

const struct pf_lane_kernels PF_KERNEL(pf_subtractive) = {
	PF_KERNEL_NAME, PF_KERNEL(begin), PF_KERNEL(aim), PF_KERNEL(run),
};
