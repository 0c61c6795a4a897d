/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/fm_voice_rt.h"

#include "base/rng.h"
#include "engine/fm.h"

/* Only this lane, for the rest of the block. */
static void
aim(struct pf_bank *bank, unsigned lane, float env_frames, float frames,
    unsigned left)
{
	const struct pf_fm *s = bank->state;
	const struct pf_lane_aim to = {
		.lane = lane,
		.env_frames = env_frames,
		.frames = frames,
		.left = (float)(int)left,
	};
	s->kernels->aim(bank, &to);
}

void
pf_fm_start(struct pf_bank *bank, unsigned lane, const struct pf_start *start)
{
	const struct pf_fm *s = bank->state;
	const float left = (float)(int)(PF_BLOCK - start->pos);
	for (unsigned i = 0; i < ROWS; i++)
		s->row[i][lane] = 0;
	s->row[ROW_DRIFT][lane] =
	    (float)(pf_rng_unit(start->seed, 0, 0, 0) * 2 - 1);
	s->row[ROW_VELOCITY][lane] = start->velocity;
	s->row[ROW_TARGET][lane] = start->pitch;
	s->row[ROW_PITCH][lane] = bank->value[FM_GLIDE][lane] > 0 ?
	    start->from_pitch : start->pitch;
	for (unsigned op = 0; op < PF_OPS; op++)
		s->row[ROW_ENV + 3 * op + 2][lane] = STAGE_ATTACK;
	aim(bank, lane, 0, 0, 0);
	aim(bank, lane, left, left, PF_BLOCK - start->pos);
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
	aim(bank, lane, (float)(int)left, 0, left);
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

void
pf_fm_bend(struct pf_bank *bank, unsigned lane, unsigned pos, float pitch,
    bool glide)
{
	const struct pf_fm *s = bank->state;
	const unsigned left = PF_BLOCK - pos;
	s->row[ROW_TARGET][lane] = pitch;
	if (!glide)
		s->row[ROW_PITCH][lane] = pitch;
	aim(bank, lane, (float)(int)left, 0, left);
}

void
pf_fm_control(struct pf_bank *bank)
{
	const struct pf_fm *s = bank->state;
	s->kernels->begin(bank);
}

void
pf_fm_run(struct pf_bank *bank, unsigned pos, unsigned n, float *l, float *r)
{
	const struct pf_fm *s = bank->state;
	s->kernels->run(bank, pos, n, l, r);
}
