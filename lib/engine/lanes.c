/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/lanes.h"

#include "engine/arena.h"

/* row: NULL while counting. */
static void
lay_out(struct pf_arena *a, size_t state, float **row, unsigned rows,
    unsigned lanes)
{
	pf_arena_take(a, 1, state);
	for (unsigned i = 0; i < rows; i++) {
		float *const at = pf_arena_take(a, lanes, sizeof *at);
		if (row)
			row[i] = at;
	}
}

size_t
pf_lanes_bytes(size_t state, unsigned rows, unsigned lanes)
{
	struct pf_arena a = {0};
	lay_out(&a, state, NULL, rows, lanes);
	return a.used;
}

void
pf_lanes_init(struct pf_bank *bank, size_t state, float **row, unsigned rows,
    const struct pf_control_rows *which,
    const struct pf_lane_kernels *const *of)
{
	struct pf_lanes *const s = bank->state;
	struct pf_arena a = {.base = bank->state};
	const enum pf_simd simd = pf_simd_choose();
	lay_out(&a, state, row, rows, bank->lanes);
	s->row = row;
	s->rows = which;
	s->one_over_rate = 1.0f / (float)bank->rate_hz;
	s->wide = s->narrow = of[simd];
	if (simd == PF_SIMD_AVX512 && !pf_simd_forced())
		s->narrow = of[PF_SIMD_AVX2];
	s->now = s->narrow;
}
