/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/string_loop.h"

#include "base/math.h"
#include "engine/approx.h"

#include <math.h>

#define TREBLE_HZ 3000.0f /* where treble_s is measured */

/* A Gaussian of width sigma around a delay of `period` frames. */
static void
gaussian(struct pf_string_loop *l, float period, float sigma, float gain)
{
	const int whole = (int)period;
	int half = (int)(4 * sigma + 1.5f);
	half = half > PF_LOOP_TAPS / 2 ? PF_LOOP_TAPS / 2 : half;
	half = half > whole - 3 ? whole - 3 : half;
	l->delay = (unsigned)(whole - half + 1);
	l->taps = (unsigned)(2 * half);
	const float scale = -0.72134752f / (sigma * sigma);
	float sum = 0;
	for (unsigned k = 0; k < l->taps; k++) {
		const float x = (float)(l->delay + k) - period;
		l->h[k] = pf_fast_exp2(scale * x * x);
		sum += l->h[k];
	}
	for (unsigned k = 0; k < l->taps; k++)
		l->h[k] *= gain / sum;
}

/* Lagrange's interpolator of order five, widened by s to each side. */
static void
lagrange(struct pf_string_loop *l, float period, float side, float gain)
{
	const int whole = (int)period;
	const float x = period - (float)whole + 2; /* place among 0..5 */
	float g[10] = {0}; /* two zeros on either side */
	for (int i = 0; i < 6; i++) {
		float c = gain;
		for (int k = 0; k < 6; k++)
			if (k != i)
				c *= (x - (float)k) / (float)(i - k);
		g[i + 2] = c;
	}
	l->delay = (unsigned)(whole - 3);
	l->taps = 8;
	for (int k = 0; k < 8; k++)
		l->h[k] = (1 - 2 * side) * g[k + 1] +
		    side * (g[k] + g[k + 2]);
}

void
pf_string_loop_make(struct pf_string_loop *l, float rate_hz, float pitch,
    float low_s, float treble_s)
{
	float hz = 440 * pf_fast_exp2((pitch - 69) * (1.0f / 12));
	hz = fminf(fmaxf(hz, PF_LOOP_LOWEST_HZ), rate_hz / 8);
	/* Doubles: a cent is 6e-4 of a frame at the highest pitch. */
	const float period = (float)((double)rate_hz /
	    fmin(fmax(pf_midi_to_hz(pitch), PF_LOOP_LOWEST_HZ), rate_hz / 8));
	/* A string an octave up rings 0.7 of the time. */
	const float decay_s = low_s * sqrtf(110 / hz);
	const float gain = (float)pf_exp(-6.907755 / (decay_s * hz));
	const float loss = fmaxf(6.907755f / treble_s - 6.907755f / decay_s,
	    0) / (TREBLE_HZ * TREBLE_HZ); /* b of alpha = a + b f^2 */
	const float turn = rate_hz * 0.15915494f;
	const float sigma = sqrtf(2 * loss / hz) * turn;
	if (sigma < 0.7f)
		lagrange(l, period, 0.5f * sigma * sigma, gain);
	else
		gaussian(l, period, fminf(sigma, 5.8f), gain);
}
