/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/fm_voice_rt.h"

#include "base/rng.h"
#include "engine/fm.h"

void
pf_fm_start(struct pf_bank *bank, unsigned lane, const struct pf_start *start)
{
	const struct pf_fm *s = bank->state;
	const float left = (float)(int)(PF_BLOCK - start->pos);
	pf_lanes_start(bank, lane, ROWS, start);
	s->row[ROW_DRIFT][lane] =
	    (float)(pf_rng_unit(start->seed, 0, 0, 0) * 2 - 1);
	s->row[ROW_VELOCITY][lane] = start->velocity;
	for (unsigned op = 0; op < PF_OPS; op++)
		s->row[ROW_ENV + 3 * op + 2][lane] = STAGE_ATTACK;
	pf_lanes_aim(bank, lane, 0, 0, 0);
	pf_lanes_aim(bank, lane, left, left, PF_BLOCK - start->pos);
}

/* All envelopes go on from where they are now. */
static void
enter(struct pf_bank *bank, unsigned lane, unsigned pos, float stage)
{
	const struct pf_fm *s = bank->state;
	const unsigned left = PF_BLOCK - pos;
	for (unsigned op = 0; op < PF_OPS; op++) {
		float *const now = &s->row[ROW_ENV + 3 * op + 2][lane];
		if (*now != STAGE_IDLE)
			*now = stage;
	}
	pf_lanes_aim(bank, lane, (float)(int)left, 0, left);
}

void
pf_fm_release(struct pf_bank *bank, unsigned lane, unsigned pos,
    float velocity)
{
	(void)velocity;
	enter(bank, lane, pos, STAGE_RELEASE);
}

void
pf_fm_fade(struct pf_bank *bank, unsigned lane, unsigned pos)
{
	enter(bank, lane, pos, STAGE_FADE);
}
