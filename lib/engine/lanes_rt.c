/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/lanes.h"

void
pf_lanes_aim(struct pf_bank *bank, unsigned lane, float env_frames,
    float frames, unsigned left)
{
	const struct pf_lanes *const s = bank->state;
	const struct pf_lane_aim to = {
		.lane = lane,
		.env_frames = env_frames,
		.frames = frames,
		.left = (float)(int)left,
	};
	s->now->aim(bank, &to);
}

void
pf_lanes_start(struct pf_bank *bank, unsigned lane, unsigned rows,
    const struct pf_start *start)
{
	const struct pf_lanes *const s = bank->state;
	for (unsigned i = 0; i < rows; i++)
		s->row[i][lane] = 0;
	s->row[s->rows->target_row][lane] = start->pitch;
	s->row[s->rows->pitch_row][lane] =
	    bank->value[s->rows->glide][lane] > 0 ? start->from_pitch :
	    start->pitch;
}

void
pf_lanes_bend(struct pf_bank *bank, unsigned lane, unsigned pos, float pitch,
    bool glide)
{
	const struct pf_lanes *const s = bank->state;
	const unsigned left = PF_BLOCK - pos;
	s->row[s->rows->target_row][lane] = pitch;
	if (!glide)
		s->row[s->rows->pitch_row][lane] = pitch;
	pf_lanes_aim(bank, lane, (float)(int)left, 0, left);
}

/* How many groups of lanes have a voice in them? */
static unsigned
groups(const struct pf_bank *bank, unsigned width)
{
	unsigned n = 0;
	for (unsigned lane = 0; lane < bank->lanes; lane += width) {
		uint8_t any = 0;
		for (unsigned i = lane; i < lane + width; i++)
			any |= bank->live[i];
		n += any != 0;
	}
	return n;
}

void
pf_lanes_control(struct pf_bank *bank)
{
	struct pf_lanes *const s = bank->state;
	if (s->wide != s->narrow)
		s->now = 2 * groups(bank, 8) >= 3 * groups(bank, 16) ?
		    s->wide : s->narrow;
	s->now->begin(bank);
}

void
pf_lanes_run(struct pf_bank *bank, unsigned pos, unsigned n, float *l,
    float *r)
{
	const struct pf_lanes *const s = bank->state;
	s->now->run(bank, pos, n, l, r);
}
