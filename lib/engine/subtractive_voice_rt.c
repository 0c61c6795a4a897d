/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/subtractive_voice_rt.h"

#include "base/rng.h"
#include "engine/subtractive.h"

#include <string.h>

static void
set_bits(float *to, uint32_t bits)
{
	memcpy(to, &bits, sizeof bits);
}

static float
value(const struct pf_bank *bank, unsigned param, unsigned lane)
{
	return bank->value[param][lane];
}

/* Only this lane, for the rest of the block. */
static void
aim(struct pf_bank *bank, unsigned lane, float env_frames, float frames,
    unsigned left)
{
	const struct pf_subtractive *s = bank->state;
	const struct pf_lane_aim to = {
		.lane = lane,
		.env_frames = env_frames,
		.frames = frames,
		.left = (float)(int)left,
	};
	s->kernels->aim(bank, &to);
}

void
pf_subtractive_start(struct pf_bank *bank, unsigned lane,
    const struct pf_start *start)
{
	const struct pf_subtractive *s = bank->state;
	const unsigned left = PF_BLOCK - start->pos;
	const uint64_t seed = start->seed;
	for (unsigned i = 0; i < ROWS; i++)
		s->row[i][lane] = 0;
	/* Oscillators that drift, or stand beside others, run freely. */
	const int runs_free = value(bank, SUB_DRIFT, lane) > 0;
	for (unsigned k = 0; k < PF_UNISON; k++)
		if (runs_free || k)
			set_bits(&s->row[ROW_PHASE + k][lane],
			    (uint32_t)pf_rng_mix(seed + k));
	set_bits(&s->row[ROW_PHASE2][lane],
	    runs_free ? (uint32_t)pf_rng_mix(seed + 8) : 0);
	set_bits(&s->row[ROW_NOISE][lane], (uint32_t)pf_rng_mix(seed + 9) | 1);
	s->row[ROW_DRIFT][lane] = (float)(pf_rng_unit(seed, 0, 0, 0) * 2 - 1);
	s->row[ROW_DRIFT_CUTOFF][lane] =
	    (float)(pf_rng_unit(seed, 0, 0, 1) * 2 - 1);
	s->row[ROW_VELOCITY][lane] = start->velocity;
	s->row[ROW_TARGET][lane] = start->pitch;
	s->row[ROW_PITCH][lane] = value(bank, SUB_GLIDE, lane) > 0 ?
	    start->from_pitch : start->pitch;
	s->row[ROW_STAGE][lane] = STAGE_ATTACK;
	s->row[ROW_FSTAGE][lane] = STAGE_ATTACK;
	aim(bank, lane, 0, 0, 0);
	aim(bank, lane, (float)(int)left, (float)(int)left, left);
}

/* An envelope goes on from where it is now. */
static void
enter(struct pf_bank *bank, unsigned lane, unsigned pos, float stage)
{
	const struct pf_subtractive *s = bank->state;
	const unsigned left = PF_BLOCK - pos;
	if (s->row[ROW_STAGE][lane] == STAGE_IDLE)
		return;
	s->row[ROW_STAGE][lane] = stage;
	s->row[ROW_FSTAGE][lane] = STAGE_RELEASE;
	aim(bank, lane, (float)(int)left, 0, left);
}

void
pf_subtractive_release(struct pf_bank *bank, unsigned lane, unsigned pos,
    float velocity)
{
	(void)velocity;
	enter(bank, lane, pos, STAGE_RELEASE);
}

void
pf_subtractive_fade(struct pf_bank *bank, unsigned lane, unsigned pos)
{
	enter(bank, lane, pos, STAGE_FADE);
}

void
pf_subtractive_bend(struct pf_bank *bank, unsigned lane, unsigned pos,
    float pitch, bool glide)
{
	const struct pf_subtractive *s = bank->state;
	const unsigned left = PF_BLOCK - pos;
	s->row[ROW_TARGET][lane] = pitch;
	if (!glide)
		s->row[ROW_PITCH][lane] = pitch;
	aim(bank, lane, (float)(int)left, 0, left);
}

void
pf_subtractive_control(struct pf_bank *bank)
{
	const struct pf_subtractive *s = bank->state;
	s->kernels->begin(bank);
}

void
pf_subtractive_run(struct pf_bank *bank, unsigned pos, unsigned n, float *l,
    float *r)
{
	const struct pf_subtractive *s = bank->state;
	s->kernels->run(bank, pos, n, l, r);
}
