/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The subtractive voice at control rate: envelopes, LFO, glide, and from
 * them where pitch, cutoff and gains are to be at the block's end.  Part of
 * subtractive_kernels.h.
 */

/* Which lanes of a group are taken where. */
struct aim {
	const struct pf_bank *bank;
	float *const *row;
	unsigned lane;
	vi mask;
	/*
	 * A block begins for all lanes of the group.  A constant: each of
	 * its two values makes functions of its own.
	 */
	int begin;
	const struct pf_subtractive_aim *to;
	float one_over_rate;
	vf pitch, lfo; /* found on the way */
};

#define AT(x) (a->row[x] + a->lane)

PF_INLINE vf
value(const struct aim *a, unsigned param)
{
	return load(a->bank->value[param] + a->lane);
}

PF_INLINE void
put(const struct aim *a, unsigned row, vf x)
{
	store(AT(row), a->begin ? x : pick(a->mask, x, load(AT(row))));
}

/* Where a pair is now; in the middle of a block it has come part of its way. */
PF_INLINE vf
now_at(const struct aim *a, unsigned row)
{
	const vf end = load(AT(row));
	return a->begin ? end : end - load(AT(row + 1)) * a->to->left;
}

/* From `now` evenly to the end; or, with nothing left, at once. */
PF_INLINE vf
step_to(const struct aim *a, vf now, vf end)
{
	if (a->begin)
		return (end - now) * (1.0f / PF_BLOCK);
	return a->to->left > 0 ? (end - now) * (1 / a->to->left) : all(0);
}

PF_INLINE void
put_pair(const struct aim *a, unsigned row, vf end)
{
	const vf step = step_to(a, now_at(a, row), end);
	put(a, row, end);
	put(a, row + 1, step);
}

/* The same for a phase's step, which moves with every frame. */
PF_INLINE void
put_step(const struct aim *a, unsigned row, vf turns_a_frame)
{
	const vi end = to_int(turns_a_frame * 0x1p32f);
	const vi now = loadi(AT(row));
	if (a->begin || a->to->left > 0) {
		const vf bend = to_float(end - now) *
		    (a->begin ? 1.0f / PF_BLOCK : 1 / a->to->left);
		put(a, row + 1, (vf)to_int(bend));
	} else {
		put(a, row, (vf)end);
		put(a, row + 1, all(0));
	}
}

/*
 * An envelope: exponential pieces.  The attack heads for 1.25 and ends at 1,
 * which takes the time given; decay and release cover 99 % of their way in
 * theirs, the release a little more, so that it ends.  row: value, step,
 * stage.  Returns the value at the block's end.
 */
PF_INLINE vf
envelope(const struct aim *a, unsigned row, unsigned first_param)
{
	const vf stage = load(AT(row + 2));
	const vf now = now_at(a, row);
	const vi attack = stage == STAGE_ATTACK, decay = stage == STAGE_DECAY;
	const vf sustain = value(a, first_param + 2);
	const vf seconds = pick(attack, value(a, first_param),
	    pick(decay, value(a, first_param + 1),
	    pick(stage == STAGE_RELEASE, value(a, first_param + 3),
	    all(0.0045f))));
	const vf goal = pick(attack, all(1.25f),
	    pick(decay, sustain, all(-0.01f)));
	/* log2 of 5 and of 100. */
	const vf speed = pick(attack, all(2.32192809f), all(6.64385619f));
	const vf left = exp2v(speed * (-a->to->env_frames * a->one_over_rate) *
	    reciprocal(seconds));
	vf x = goal + (now - goal) * left;
	const vi arrived = attack & (x >= 1.0f);
	vf next = pick(arrived, all(STAGE_DECAY), stage);
	x = pick(arrived, all(1), x);
	/* Below -90 dB there is nothing more to come. */
	const vi over = ((stage > STAGE_DECAY) & (x <= 0)) |
	    (decay & (sustain < 3e-5f) & (x < 3e-5f));
	next = pick(over, all(STAGE_IDLE), next);
	x = pick(over | (stage == STAGE_IDLE), all(0), x);
	put(a, row, x);
	put(a, row + 1, step_to(a, now, x));
	put(a, row + 2, next);
	return x;
}

/* -1 .. 1 by the LFO's shape; its fade-in included. */
PF_INLINE vf
lfo(const struct aim *a)
{
	const float seconds = a->to->frames * a->one_over_rate;
	const vf beats = value(a, SUB_LFO_BEATS);
	const vf shape = value(a, SUB_LFO_SHAPE);
	const vf rate_hz = pick(beats > 0, (float)(a->bank->bpm / 60) /
	    most(beats, all(0.0625f)), value(a, SUB_LFO));
	vf x = load(AT(ROW_LFO)) + rate_hz * seconds;
	x -= rounded_down(x);
	const vf age = load(AT(ROW_LFO_AGE)) + seconds;
	put(a, ROW_LFO, x);
	put(a, ROW_LFO_AGE, age);
	const vf sine = sin_turn(x - pick(x > 0.5f, all(1), all(0)));
	const vf bent = 4 * magnitude(x - rounded_down(x + 0.25f) + 0.25f -
	    0.5f) - 1;
	const vf y = pick(shape == 0, sine, pick(shape == 1, -bent,
	    pick(shape == 2, 1 - 2 * x, pick(x < 0.5f, all(1), all(-1)))));
	return y * least(age / most(value(a, SUB_LFO_DELAY), all(1e-3f)),
	    all(1));
}

PF_INLINE vf
glide(const struct aim *a)
{
	const vf target = load(AT(ROW_TARGET));
	const vf seconds = value(a, SUB_GLIDE);
	const vf left = exp2v(-6.64385619f * a->to->frames *
	    a->one_over_rate / most(seconds, all(1e-4f)));
	const vf x = pick((seconds > 0) & (a->to->frames > 0 ? -1 : 0),
	    target + (load(AT(ROW_PITCH)) - target) * left,
	    pick(seconds > 0, load(AT(ROW_PITCH)), target));
	put(a, ROW_PITCH, x);
	return x;
}

/* MIDI number to turns a frame. */
PF_INLINE vf
frequency(const struct aim *a, vf midi)
{
	/* log2(440) - 69 / 12 */
	const vf hz = exp2v(midi * (1.0f / 12) + 3.03135971f);
	return least(hz * a->one_over_rate, all(0.45f));
}

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

/* Is a pair other than 0, or soon to be? */
PF_INLINE int
matters(const struct aim *a, unsigned row, vf next)
{
	return any((next != 0) | (load(AT(row)) != 0) |
	    (load(AT(row + 1)) != 0));
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
	put_pair(a, ROW_PERIOD2, (0x1p-32f / REACH) * reciprocal(f));
	aim_shapes(a, ROW_AMP2, value(a, SUB_SHAPE2), level);
}

PF_INLINE void
aim_oscillators(struct aim *a)
{
	const vf drift = load(AT(ROW_DRIFT)) * value(a, SUB_DRIFT);
	a->lfo = lfo(a);
	a->pitch = glide(a);
	const vf pitch = a->pitch + 0.08f * drift +
	    0.01f * a->lfo * value(a, SUB_VIBRATO);
	const vf f = frequency(a, pitch);
	aim_unison(a, f);
	put_pair(a, ROW_PERIOD, (0x1p-32f / REACH) * reciprocal(f));
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
	const vf twice = 2 * reciprocal(1 + g_k);
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
	const vf g = sin_turn(0.5f * x) *
	    reciprocal(sin_turn(0.25f - 0.5f * x));
	/* Butterworth without resonance; Q of 20 or so with all of it. */
	const vf resonance = value(a, SUB_RESONANCE);
	const vi steep = value(a, SUB_SLOPE) == 1;
	aim_stage(a, ROW_COEFS, g, pick(steep, all(1.84775907f),
	    1.41421356f * exp2v(-4.8f * resonance)));
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
	const vf side = value(a, SUB_PAN);
	const vf tremolo = 1 - value(a, SUB_TREMOLO) * 0.5f * (1 - a->lfo);
	/* -12 dB for a full wave; 0.166...: dB to octaves of amplitude. */
	const vf gain = 0.25f * env * tremolo *
	    (1 - depth + depth * velocity * velocity) *
	    exp2v(value(a, SUB_GAIN) * 0.166096405f) *
	    (1 - 0.35f * value(a, SUB_RESONANCE));
	put_pair(a, ROW_L, gain * root(1 - side));
	put_pair(a, ROW_R, gain * root(1 + side));
	return gain;
}

/* Is a pair other than 0 anywhere in this block? */
PF_INLINE int
sounds(const struct aim *a, unsigned row, vi live)
{
	return any(live & ((load(AT(row)) != 0) | (load(AT(row + 1)) != 0)));
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
    const struct pf_subtractive_aim *to, vi mask, int begin)
{
	struct pf_subtractive *s = bank->state;
	struct aim aim = {
		.bank = bank,
		.row = s->row,
		.lane = lane,
		.mask = mask,
		.begin = begin,
		.to = to,
		.one_over_rate = s->one_over_rate,
	};
	struct aim *const a = &aim;
	const vi was_live = load(AT(ROW_STAGE)) != STAGE_IDLE;
	aim_oscillators(a);
	aim_filter(a, envelope(a, ROW_FENV, SUB_FATTACK));
	const vf gain = aim_gain(a, envelope(a, ROW_ENV, SUB_ATTACK));
	/* A lane that was idle before this block has faded to nothing. */
	store(bank->level + lane, pick(mask,
	    pick(was_live, most(gain, all(1e-7f)), all(0)),
	    load(bank->level + lane)));
	s->use[lane / 4] = find_use(a, was_live);
}

/* A block begins, for all. */
static void
PF_KERNEL(begin)(struct pf_bank *bank)
{
	const struct pf_subtractive_aim to = {
		.env_frames = PF_BLOCK,
		.frames = PF_BLOCK,
		.left = PF_BLOCK,
	};
	for (unsigned lane = 0; lane < bank->lanes; lane += PF_W)
		if (anybody(bank->live + lane))
			aim_group(bank, lane, &to, alli(-1), 1);
}

/* Something happened to a lane in the middle of a block. */
static void
PF_KERNEL(aim)(struct pf_bank *bank, const struct pf_subtractive_aim *to)
{
	vi mask = {0};
	mask[to->lane % PF_W] = -1;
	aim_group(bank, to->lane / PF_W * PF_W, to, mask, 0);
}
