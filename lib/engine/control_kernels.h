/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the voices of all models with kernels share at control rate: pairs
 * that move evenly to the block's end, envelopes, LFO, glide.  Included by
 * kernels after simd.h; see lanes.h for the plain part.
 */
#include "engine/lanes.h"

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
	const struct pf_lane_aim *to;
	float one_over_rate;
	const struct pf_control_rows *rows;
	vf pitch, lfo; /* found on the way */
};

/* A group of lanes of a bank whose state begins with struct pf_lanes. */
PF_INLINE struct aim
aim_at(const struct pf_bank *bank, unsigned lane,
    const struct pf_lane_aim *to, vi mask, int begin,
    const struct pf_control_rows *rows)
{
	const struct pf_lanes *const s = bank->state;
	return (struct aim){
		.bank = bank,
		.row = s->row,
		.lane = lane,
		.mask = mask,
		.begin = begin,
		.to = to,
		.rows = rows,
		.one_over_rate = s->one_over_rate,
	};
}

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
	const vf left = exp2v(speed * (-a->to->env_frames * a->one_over_rate) /
	    seconds);
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

/* A value between 0 and 1 of its cycle, as -1 .. 1 by the LFO's shape. */
PF_INLINE vf
lfo_wave(vf x, vf shape)
{
	const vf sine = sin_turn(x - pick(x > 0.5f, all(1), all(0)));
	const vf bent = 4 * magnitude(x - rounded_down(x + 0.25f) + 0.25f -
	    0.5f) - 1;
	return pick(shape == 0, sine, pick(shape == 1, -bent,
	    pick(shape == 2, 1 - 2 * x, pick(x < 0.5f, all(1), all(-1)))));
}

/*
 * The LFO goes on.  Returns -1 .. 1, its fade-in included; 0 if nobody is
 * used by it: most sounds have none.
 */
PF_INLINE vf
lfo(const struct aim *a, vi used)
{
	const struct pf_control_rows *const p = a->rows;
	const float seconds = a->to->frames * a->one_over_rate;
	const vf beats = value(a, p->lfo_beats);
	const vf rate_hz = pick(beats > 0, (float)(a->bank->bpm / 60) /
	    most(beats, all(0.0625f)), value(a, p->lfo_hz));
	vf x = load(AT(p->lfo_row)) + rate_hz * seconds;
	x -= rounded_down(x);
	const vf age = load(AT(p->age_row)) + seconds;
	put(a, p->lfo_row, x);
	put(a, p->age_row, age);
	if (!any(used))
		return all(0);
	return lfo_wave(x, value(a, p->lfo_shape)) *
	    least(age / most(value(a, p->lfo_delay), all(1e-3f)), all(1));
}

PF_INLINE vf
glide(const struct aim *a)
{
	const struct pf_control_rows *const p = a->rows;
	const vf target = load(AT(p->target_row));
	const vf seconds = value(a, p->glide);
	vf x = target;
	if (any(seconds > 0)) {
		const vf left = exp2v(-6.64385619f * a->to->frames *
		    a->one_over_rate / most(seconds, all(1e-4f)));
		x = pick((seconds > 0) & (a->to->frames > 0 ? -1 : 0),
		    target + (load(AT(p->pitch_row)) - target) * left,
		    pick(seconds > 0, load(AT(p->pitch_row)), target));
	}
	put(a, p->pitch_row, x);
	return x;
}

/* 2 to the x where x is often 0 everywhere. */
PF_INLINE vf
exp2_if(vf x)
{
	return any(x != 0) ? exp2v(x) : all(1);
}

/* A gain to both sides: how far to the right, -1 .. 1. */
PF_INLINE void
put_gain(const struct aim *a, unsigned left_row, unsigned right_row, vf gain,
    vf side)
{
	vf left = gain, right = gain;
	if (any(side != 0)) {
		left *= root(1 - side);
		right *= root(1 + side);
	}
	put_pair(a, left_row, left);
	put_pair(a, right_row, right);
}

/* MIDI number to turns a frame. */
PF_INLINE vf
frequency(const struct aim *a, vf midi)
{
	/* log2(440) - 69 / 12 */
	const vf hz = exp2v(midi * (1.0f / 12) + 3.03135971f);
	return least(hz * a->one_over_rate, all(0.45f));
}

/* Is a pair other than 0, or soon to be? */
PF_INLINE int
matters(const struct aim *a, unsigned row, vf next)
{
	return any((next != 0) | (load(AT(row)) != 0) |
	    (load(AT(row + 1)) != 0));
}

/* Is a pair other than 0 anywhere in this block? */
PF_INLINE int
sounds(const struct aim *a, unsigned row, vi live)
{
	return any(live & ((load(AT(row)) != 0) | (load(AT(row + 1)) != 0)));
}
