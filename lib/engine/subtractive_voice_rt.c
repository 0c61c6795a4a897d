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

void
pf_subtractive_start(struct pf_bank *bank, unsigned lane,
    const struct pf_start *start)
{
	const struct pf_subtractive *s = bank->state;
	const unsigned left = PF_BLOCK - start->pos;
	const uint64_t seed = start->seed;
	pf_lanes_start(bank, lane, ROWS, start);
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
	s->row[ROW_STAGE][lane] = STAGE_ATTACK;
	s->row[ROW_FSTAGE][lane] = STAGE_ATTACK;
	pf_lanes_aim(bank, lane, 0, 0, 0);
	pf_lanes_aim(bank, lane, (float)(int)left, (float)(int)left, left);
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
	pf_lanes_aim(bank, lane, (float)(int)left, 0, left);
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
