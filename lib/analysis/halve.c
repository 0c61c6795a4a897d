/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/halve.h"

#include <math.h>
#include <string.h>

enum { TAPS = PF_HALVE_TAPS, MIDDLE = TAPS / 2, MOST = 4096 };

void
pf_halve_init(struct pf_halve *halve)
{
	double sum = 0;
	memset(halve, 0, sizeof *halve);
	for (int i = 0; i < TAPS; i++) {
		const int d = i - MIDDLE;
		const double sinc = d == 0 ? 0.5
		    : d % 2 == 0 ? 0 : sin(M_PI * d / 2) / (M_PI * d);
		const double window = 0.54 + 0.46 * cos(M_PI * d / MIDDLE);
		halve->tap[i] = (float)(sinc * window);
		sum += sinc * window;
	}
	for (int i = 0; i < TAPS; i++)
		halve->tap[i] /= (float)sum;
}

void
pf_halve_run(struct pf_halve *halve, const float *in, float *out, size_t n)
{
	float x[MOST + TAPS - 1];
	memcpy(x, halve->last, sizeof halve->last);
	memcpy(x + TAPS - 1, in, n * sizeof *x);
	for (size_t i = 0; i < n; i += 2) {
		/* Every second tap beside the middle is 0. */
		float sum = halve->tap[MIDDLE] * x[i + MIDDLE + 1];
		for (size_t k = 0; k < TAPS; k += 2)
			sum += halve->tap[k] * x[i + 1 + k];
		out[i / 2] = sum;
	}
	memcpy(halve->last, x + n, sizeof halve->last);
}
