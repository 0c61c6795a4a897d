/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/rows.h"

#include "engine/wide.h"

#include <string.h>

PF_WIDE uint32_t
pf_row_most(const float *x, unsigned n)
{
	int32_t most = 0; /* signed: older registers compare only those */
	for (unsigned i = 0; i < n; i++) {
		int32_t bits;
		memcpy(&bits, x + i, sizeof bits);
		bits &= INT32_MAX;
		most = bits > most ? bits : most;
	}
	return (uint32_t)most;
}

PF_WIDE void
pf_row_add(float *restrict sum, const float *restrict x, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		sum[i] += x[i];
}

PF_WIDE void
pf_row_fade(float *restrict x, float from, float step, unsigned pos,
    unsigned n)
{
	if (step == 0) {
		for (unsigned i = 0; i < n; i++)
			x[i] *= from;
		return;
	}
	for (unsigned i = 0; i < n; i++)
		x[i] *= from + step * (float)(int)(pos + i);
}

PF_WIDE void
pf_row_add_faded(float *restrict sum, const float *restrict x, float from,
    float step, unsigned pos, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		sum[i] += x[i] * (from + step * (float)(int)(pos + i));
}
