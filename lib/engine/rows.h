/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done to whole rows of samples everywhere between the voices and the
 * output, as wide as the registers are.  Rows of two parameters never overlap.
 */
#ifndef PF_ENGINE_ROWS_H
#define PF_ENGINE_ROWS_H

#include "base/attr.h"

#include <stdint.h>

/*
 * The largest |x[n]| by its bits, without the sign: they order numbers as
 * their values do, and what is not a number above infinity.  0: x is silent.
 */
PF_RT uint32_t pf_row_most(const float *x, unsigned n);

/* The bits of a number that is not negative, to compare with those. */
static inline uint32_t
pf_row_bits(float most)
{
	union {
		float f;
		uint32_t bits;
	} u = {most};
	return u.bits;
}

/* sum[n] += x[n] */
PF_RT void pf_row_add(float *sum, const float *x, unsigned n);

/* x[i] *= from + step * (pos + i), and the same added to sum[n]. */
PF_RT void pf_row_fade(float *x, float from, float step, unsigned pos,
    unsigned n);
PF_RT void pf_row_add_faded(float *sum, const float *x, float from,
    float step, unsigned pos, unsigned n);

#endif
