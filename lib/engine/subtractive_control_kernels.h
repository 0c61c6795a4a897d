/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The subtractive voice at control rate: where pitch, cutoff and gains are to
 * be at the block's end.  Part of subtractive_kernels.h.
 */
#include "engine/control_kernels.h"

PF_INLINE void
aim_unison(const struct aim *a, vf turns_a_frame)
{
	const vf voices = value(a, SUB_UNISON);
	const vf spread = value(a, SUB_SPREAD);
	const vf detune = value(a, SUB_DETUNE) * (1.0f / 1200);
	const vf gap = 2 / most(voices - 1, all(1));
	if (!any(voices > 1.5f)) {
		put_step(a, ROW_STEP, turns_a_frame);
		put(a, ROW_UNI_L, all(1));
		put(a, ROW_UNI_R, all(1));
		return;
	}
	const vf amp = 1 / root(most(voices, all(1)));
	for (unsigned k = 0; k < PF_UNISON; k++) {
		/* -1 .. 1; neighbours in pitch stand on opposite sides. */
		const vf place = pick(voices > 1.5f,
		    (float)(int)k * gap - 1, all(0));
		const vf on = pick(voices > (float)(int)k + 0.5f, amp,
		    all(0));
		const vf side = spread * place * (k % 2 ? -1.0f : 1.0f);
		put_step(a, ROW_STEP + 2 * k, least(turns_a_frame *
		    exp2v(place * detune), all(0.45f)));
		put(a, ROW_UNI_L + k, on * root(most(1 - side, all(0))));
		put(a, ROW_UNI_R + k, on * root(most(1 + side, all(0))));
	}
}

PF_INLINE void
aim_shapes(const struct aim *a, unsigned row, vf shape, vf level)
{
	for (unsigned s = 0; s < 4; s++)
		put_pair(a, row + 2 * s,
		    pick(shape == (float)(int)s, level, all(0)));
}

PF_INLINE void
aim_second(const struct aim *a, vf pitch)
{
	const vf level = value(a, SUB_LEVEL2);
	int is_on = any(level != 0);
	for (unsigned s = 0; s < 4 && !is_on; s++)
		is_on = matters(a, ROW_AMP2 + 2 * s, level);
	/* An oscillator that is off, its phase apart, has nothing to aim. */
	if (!is_on)
		return;
	const vf f = frequency(a, pitch + value(a, SUB_TUNE2) +
	    0.01f * value(a, SUB_FINE2));
	put_step(a, ROW_STEP2, f);
	put_pair(a, ROW_PERIOD2, (0x1p-32f / REACH) / f);
	aim_shapes(a, ROW_AMP2, value(a, SUB_SHAPE2), level);
}

PF_INLINE void
aim_oscillators(struct aim *a)
{
	const vf drift = load(AT(ROW_DRIFT)) * value(a, SUB_DRIFT);
	a->lfo = lfo(a, (value(a, SUB_VIBRATO) != 0) |
	    (value(a, SUB_PWM) != 0) | (value(a, SUB_WOBBLE) != 0) |
	    (value(a, SUB_TREMOLO) != 0));
	a->pitch = glide(a);
	const vf pitch = a->pitch + 0.08f * drift +
	    0.01f * a->lfo * value(a, SUB_VIBRATO);
	const vf f = frequency(a, pitch);
	aim_unison(a, f);
	put_pair(a, ROW_PERIOD, (0x1p-32f / REACH) / f);
	aim_shapes(a, ROW_AMP, value(a, SUB_SHAPE), value(a, SUB_LEVEL));
	put_pair(a, ROW_WIDTH, clamped(value(a, SUB_WIDTH) +
	    0.5f * a->lfo * value(a, SUB_PWM), 0.02f, 0.98f));
	aim_second(a, pitch);
	put_pair(a, ROW_SUB_AMP, value(a, SUB_SUB));
	put_pair(a, ROW_NOISE_AMP, value(a, SUB_NOISE));
}

PF_INLINE void
aim_stage(const struct aim *a, unsigned row, vf g, vf k)
{
	const vf g_k = g * (g + k);
	const vf twice = 2 / (1 + g_k);
	put_pair(a, row + COEF_B, g * twice);
	put_pair(a, row + COEF_C, g * g * twice);
	put_pair(a, row + COEF_D, g_k * twice);
	put_pair(a, row + COEF_K, k);
}

PF_INLINE void
aim_filter(const struct aim *a, vf env)
{
	const vf velocity = load(AT(ROW_VELOCITY));
	const vf octave = 4.32192809f /* log2(20) */ +
	    9.96578428f * value(a, SUB_CUTOFF) +
	    value(a, SUB_TRACK) * (a->pitch - 60) * (1.0f / 12) +
	    value(a, SUB_ENVELOPE) * env +
	    value(a, SUB_BRIGHTNESS) * (velocity - 0.7f) +
	    value(a, SUB_WOBBLE) * a->lfo +
	    0.06f * value(a, SUB_DRIFT) * load(AT(ROW_DRIFT_CUTOFF));
	const vf hz = exp2v(clamped(octave, 3, 14.3f)); /* 8 Hz .. 20 kHz */
	const vf x = least(hz * a->one_over_rate, all(0.45f));
	const vf g = sin_turn(0.5f * x) / sin_turn(0.25f - 0.5f * x);
	/* Butterworth without resonance; Q of 20 or so with all of it. */
	const vf resonance = value(a, SUB_RESONANCE);
	const vi steep = value(a, SUB_SLOPE) == 1;
	aim_stage(a, ROW_COEFS, g, pick(steep, all(1.84775907f),
	    1.41421356f * exp2_if(-4.8f * resonance)));
	if (any(steep))
		aim_stage(a, ROW_COEFS + COEFS, g,
		    0.76536686f * exp2v(-4 * resonance));
	put_pair(a, ROW_DRIVE, 1 + 9 * value(a, SUB_DRIVE));
	put(a, ROW_TYPE, value(a, SUB_FILTER));
	put(a, ROW_STEEP, pick(steep, all(1), all(0)));
}

/* Returns the loudness at the block's end. */
PF_INLINE vf
aim_gain(const struct aim *a, vf env)
{
	const vf velocity = load(AT(ROW_VELOCITY));
	const vf depth = value(a, SUB_VELOCITY);
	const vf tremolo = 1 - value(a, SUB_TREMOLO) * 0.5f * (1 - a->lfo);
	/* -12 dB for a full wave; 0.166...: dB to octaves of amplitude. */
	const vf gain = 0.25f * env * tremolo *
	    (1 - depth + depth * velocity * velocity) *
	    exp2_if(value(a, SUB_GAIN) * 0.166096405f) *
	    (1 - 0.35f * value(a, SUB_RESONANCE));
	put_gain(a, ROW_L, ROW_R, gain, value(a, SUB_PAN));
	return gain;
}

PF_INLINE uint32_t
find_use(const struct aim *a, vi live)
{
	uint32_t use = 0, unison = 1;
	for (unsigned s = 0; s < 4; s++) {
		if (sounds(a, ROW_AMP + 2 * s, live))
			use |= (uint32_t)USE_AMP << s;
		if (sounds(a, ROW_AMP2 + 2 * s, live))
			use |= (uint32_t)USE_AMP2 << s;
	}
	if (sounds(a, ROW_SUB_AMP, live))
		use |= USE_SUB;
	if (sounds(a, ROW_NOISE_AMP, live))
		use |= USE_NOISE;
	if (any(live & (value(a, SUB_DRIVE) > 0)))
		use |= USE_DRIVE;
	const vi steep = load(AT(ROW_STEEP)) == 1;
	if (any(live & steep))
		use |= USE_STEEP;
	if (any(live & (load(AT(ROW_TYPE)) != SUB_LOWPASS)) ||
	    (use & USE_STEEP && any(live & ~steep)))
		use |= USE_TYPES;
	const vf voices = value(a, SUB_UNISON);
	if (any(live & (voices > 1.5f))) {
		for (unsigned k = 1; k < PF_UNISON; k++)
			unison += any(live & (voices > (float)(int)k + 0.5f));
		if (any(live & (value(a, SUB_SPREAD) > 0)))
			use |= USE_STEREO;
	}
	return use | unison << USE_UNISON_SHIFT;
}

PF_INLINE void
aim_group(struct pf_bank *bank, unsigned lane,
    const struct pf_lane_aim *to, vi mask, int begin)
{
	struct pf_subtractive *s = bank->state;
	struct aim aim = aim_at(bank, lane, to, mask, begin,
	    &pf_subtractive_rows);
	struct aim *const a = &aim;
	const vi was_live = load(AT(ROW_STAGE)) != STAGE_IDLE;
	aim_oscillators(a);
	aim_filter(a, envelope(a, ROW_FENV, SUB_FATTACK));
	const vf gain = aim_gain(a, envelope(a, ROW_ENV, SUB_ATTACK));
	/* A lane that was idle before this block has faded to nothing. */
	store(bank->level + lane, pick(mask,
	    pick(was_live, most(gain, all(1e-7f)), all(0)),
	    load(bank->level + lane)));
	/* A lane whose envelope ends with this block sounds until then. */
	s->use[lane / 4] = find_use(a, was_live |
	    (load(AT(ROW_ENV_STEP)) != 0));
}

#include "engine/group_kernels.h"
