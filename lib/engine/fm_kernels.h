/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The FM voice's inner loop and control values, for PF_W lanes at once.
 * Included by fm_{base,avx2,avx512}_rt.c after simd.h.
 */
#include "engine/fm.h"

#include "engine/control_kernels.h"
#include "engine/pair_kernels.h"

/* Full level bends the phase by two turns: an index of 4 pi. */
#define MOST_TURNS 2.0f
/* Beyond this feedback is noise. */
#define MOST_FEEDBACK 0.2f

/* sin(2 pi (phase + bend)) */
PF_INLINE vf
sine(vu phase, vf bend)
{
	const vf t = mul_add(to_float((vi)phase), all(0x1p-32f), bend);
	return sin_sample(t - rounded(t));
}

#define ROW(x) (s->row[x] + lane)

PF_INLINE struct pair
pair(const struct pf_fm *s, unsigned row, unsigned lane)
{
	return (struct pair){load(ROW(row)), load(ROW(row + 1))};
}

static void
run_group(const struct pf_fm *s, unsigned lane, unsigned pos, unsigned n,
    struct sums *to)
{
	vu phase[PF_OPS], step[PF_OPS], bend[PF_OPS];
	struct pair amp[PF_OPS], turns[PF_OPS];
	for (unsigned i = 0; i < PF_OPS; i++) {
		phase[i] = loadu(ROW(ROW_PHASE + i));
		step[i] = loadu(ROW(ROW_STEP + 2 * i));
		bend[i] = loadu(ROW(ROW_STEP + 2 * i + 1));
		amp[i] = pair(s, ROW_AMP + 2 * i, lane);
		turns[i] = pair(s, ROW_BEND + 2 * i, lane);
	}
	const vf by01 = load(ROW(ROW_WIRE + 1));
	const vf by02 = load(ROW(ROW_WIRE + 2));
	const vf by03 = load(ROW(ROW_WIRE + 3));
	const vf by12 = load(ROW(ROW_WIRE + PF_OPS + 2));
	const vf by13 = load(ROW(ROW_WIRE + PF_OPS + 3));
	const vf by23 = load(ROW(ROW_WIRE + 2 * PF_OPS + 3));
	const struct pair feedback = pair(s, ROW_FEEDBACK, lane);
	const struct pair left = pair(s, ROW_L, lane);
	const struct pair right = pair(s, ROW_R, lane);
	vf last = load(ROW(ROW_LAST)), before = load(ROW(ROW_LAST + 1));
	vf t = all((float)(int)pos - PF_BLOCK);
	for (unsigned i = 0; i < n; i++) {
		const vf y3 = sine(phase[3], at(feedback, t) * (last + before));
		const vf b3 = y3 * at(turns[3], t);
		const vf y2 = sine(phase[2], by23 * b3);
		const vf b2 = y2 * at(turns[2], t);
		const vf y1 = sine(phase[1], mul_add(by12, b2, by13 * b3));
		const vf b1 = y1 * at(turns[1], t);
		const vf y0 = sine(phase[0], mul_add(by01, b1,
		    mul_add(by02, b2, by03 * b3)));
		const vf y = mul_add(y0, at(amp[0], t), y1 * at(amp[1], t)) +
		    mul_add(y2, at(amp[2], t), y3 * at(amp[3], t));
		to->l[i] = mul_add(y, at(left, t), to->l[i]);
		to->r[i] = mul_add(y, at(right, t), to->r[i]);
		before = last;
		last = y3;
		for (unsigned k = 0; k < PF_OPS; k++) {
			phase[k] += step[k];
			step[k] += bend[k];
		}
		t += 1.0f;
	}
	for (unsigned i = 0; i < PF_OPS; i++) {
		storeu(ROW(ROW_PHASE + i), phase[i]);
		storeu(ROW(ROW_STEP + 2 * i), step[i]);
	}
	store(ROW(ROW_LAST), last);
	store(ROW(ROW_LAST + 1), before);
}

PF_INLINE unsigned
op_param(unsigned op, unsigned param)
{
	return FM_OP + op * FM_PER_OP + param;
}

/* Puts the wires of the lanes' algorithms; heard[op] 1 where it is heard. */
PF_INLINE void
aim_wires(const struct aim *a, vf heard[PF_OPS])
{
	const vf wish = value(a, FM_ALGORITHM);
	for (unsigned i = 0; i < PF_OPS; i++)
		heard[i] = all(0);
	for (unsigned k = 0; k < FM_ALGORITHMS; k++) {
		const vi mine = wish == (float)(int)k;
		if (!any(mine))
			continue;
		for (unsigned i = 0; i < PF_OPS; i++)
			if (pf_fm_algorithm[k].heard >> i & 1)
				heard[i] = pick(mine, all(1), heard[i]);
	}
	for (unsigned i = 0; i < PF_OPS; i++) {
		for (unsigned j = i + 1; j < PF_OPS; j++) {
			vf wire = all(0);
			for (unsigned k = 0; k < FM_ALGORITHMS; k++)
				if (pf_fm_algorithm[k].by[i] >> j & 1)
					wire = pick(wish == (float)(int)k,
					    all(1), wire);
			put(a, ROW_WIRE + i * PF_OPS + j, wire);
		}
	}
}

/*
 * One operator: where its pitch and loudness are to be.  Returns how loud it
 * is heard.
 */
PF_INLINE vf
aim_operator(const struct aim *a, unsigned op, vf pitch, vf heard)
{
	const vf velocity = load(AT(ROW_VELOCITY));
	const vf depth = value(a, op_param(op, FM_VELOCITY));
	const vf level = value(a, op_param(op, FM_LEVEL));
	const vf env = envelope(a, ROW_ENV + 3 * op,
	    op_param(op, FM_ATTACK));
	const vf f = least(frequency(a, pitch) *
	    value(a, op_param(op, FM_RATIO)) *
	    exp2_if(value(a, op_param(op, FM_DETUNE)) * (1.0f / 1200)),
	    all(0.49f));
	const vf loud = env * (1 - depth + depth * velocity * velocity);
	/* High notes get less of it, as strings and tines do. */
	const vf high = exp2v(value(a, FM_TRACK) * (60 - a->pitch) *
	    (1.0f / 24));
	/* Sidebands reach about turns * 2 pi + 1 steps of f to either side. */
	const vf room = most((0.4f - f) / most(f, all(1e-5f)), all(0)) *
	    0.16f;
	const vf turns = least(MOST_TURNS * level * level * loud * high *
	    value(a, FM_INDEX), room);
	put_step(a, ROW_STEP + 2 * op, f);
	put_pair(a, ROW_AMP + 2 * op, heard * level * loud);
	put_pair(a, ROW_BEND + 2 * op, turns);
	return heard * level * loud;
}

PF_INLINE void
aim_gain(const struct aim *a, vf lfo_now)
{
	const vf gain = 0.25f * exp2_if(value(a, FM_GAIN) * 0.166096405f) *
	    (1 - value(a, FM_TREMOLO) * 0.5f * (1 - lfo_now));
	put_gain(a, ROW_L, ROW_R, gain, value(a, FM_PAN));
}

PF_INLINE void
aim_group(struct pf_bank *bank, unsigned lane, const struct pf_lane_aim *to,
    vi mask, int begin)
{
	struct aim aim = aim_at(bank, lane, to, mask, begin,
	    &pf_fm_rows);
	struct aim *const a = &aim;
	vf heard[PF_OPS], loud = all(0);
	vi was_live = {0};
	a->lfo = lfo(a, (value(a, FM_VIBRATO) != 0) |
	    (value(a, FM_TREMOLO) != 0));
	a->pitch = glide(a);
	const vf pitch = a->pitch + 0.01f * a->lfo * value(a, FM_VIBRATO) +
	    0.06f * value(a, FM_DRIFT) * load(AT(ROW_DRIFT));
	aim_wires(a, heard);
	for (unsigned op = 0; op < PF_OPS; op++) {
		was_live |= (heard[op] > 0) &
		    (load(AT(ROW_ENV + 3 * op + 2)) != STAGE_IDLE);
		loud += aim_operator(a, op, pitch, heard[op]);
	}
	put_pair(a, ROW_FEEDBACK, 0.5f * MOST_FEEDBACK *
	    value(a, FM_FEEDBACK));
	aim_gain(a, a->lfo);
	/* A lane whose heard operators were idle has faded to nothing. */
	store(bank->level + lane, pick(mask,
	    pick(was_live, most(0.25f * loud, all(1e-7f)), all(0)),
	    load(bank->level + lane)));
}

#include "engine/group_kernels.h"

const struct pf_lane_kernels PF_KERNEL(pf_fm) = {
	PF_KERNEL_NAME, PF_KERNEL(begin), PF_KERNEL(aim), PF_KERNEL(run),
};
