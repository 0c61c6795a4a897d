/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/lanes.h"

void
pf_lanes_init(struct pf_bank *bank, float **row,
    const struct pf_control_rows *rows,
    const struct pf_lane_kernels *const *of)
{
	struct pf_lanes *const s = bank->state;
	const enum pf_simd simd = pf_simd_choose();
	s->row = row;
	s->rows = rows;
	s->one_over_rate = 1.0f / (float)bank->rate_hz;
	s->wide = s->narrow = of[simd];
	if (simd == PF_SIMD_AVX512 && !pf_simd_forced())
		s->narrow = of[PF_SIMD_AVX2];
	s->now = s->narrow;
}
