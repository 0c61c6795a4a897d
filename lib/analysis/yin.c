/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/yin.h"

#include <errno.h>
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double lowest_hz = 38, highest_hz = 2400;
static const double deep_enough = 0.12; /* of the normalised difference */
static const double near_best = 0.06;   /* an earlier dip so near the deepest
                                         * is the period, not its multiple */

struct pf_yin {
	uint32_t rate_hz;
	size_t longest;   /* lag, frames */
	size_t size;      /* of the FFT and the ring: a power of two */
	size_t window;    /* frames compared at most */
	size_t since;     /* frames heard since the restart, up to size */
	size_t at;        /* where the oldest frame stands in the ring */
	float *ring;
	float *x, *y;     /* all that is looked at; its newest part */
	float *difference;
	fftwf_complex *fx, *fy;
	fftwf_plan forward_x, forward_y, back;
};

int
pf_yin_new(struct pf_yin **yin, uint32_t rate_hz)
{
	if (rate_hz < 8000 || rate_hz > 48000)
		return -EINVAL;
	struct pf_yin *const y = calloc(1, sizeof *y);
	if (!y)
		return -ENOMEM;
	y->rate_hz = rate_hz;
	y->longest = (size_t)(rate_hz / lowest_hz) + 2;
	y->window = rate_hz / 24;
	for (y->size = 256; y->size < y->window + y->longest;)
		y->size *= 2;
	y->ring = calloc(y->size, sizeof *y->ring);
	y->x = fftwf_alloc_real(y->size);
	y->y = fftwf_alloc_real(y->size);
	y->difference = calloc(y->longest + 2, sizeof *y->difference);
	y->fx = fftwf_alloc_complex(y->size / 2 + 1);
	y->fy = fftwf_alloc_complex(y->size / 2 + 1);
	if (y->ring && y->x && y->y && y->difference && y->fx && y->fy) {
		const int n = (int)y->size;
		y->forward_x = fftwf_plan_dft_r2c_1d(n, y->x, y->fx,
		    FFTW_ESTIMATE);
		y->forward_y = fftwf_plan_dft_r2c_1d(n, y->y, y->fy,
		    FFTW_ESTIMATE);
		y->back = fftwf_plan_dft_c2r_1d(n, y->fy, y->y, FFTW_ESTIMATE);
	}
	if (!y->forward_x || !y->forward_y || !y->back) {
		pf_yin_free(y);
		return -ENOMEM;
	}
	*yin = y;
	return 0;
}

void
pf_yin_free(struct pf_yin *yin)
{
	if (!yin)
		return;
	if (yin->forward_x)
		fftwf_destroy_plan(yin->forward_x);
	if (yin->forward_y)
		fftwf_destroy_plan(yin->forward_y);
	if (yin->back)
		fftwf_destroy_plan(yin->back);
	fftwf_free(yin->fy);
	fftwf_free(yin->fx);
	free(yin->difference);
	fftwf_free(yin->y);
	fftwf_free(yin->x);
	free(yin->ring);
	free(yin);
}

void
pf_yin_feed(struct pf_yin *yin, const float *in, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		yin->ring[yin->at] = in[i];
		yin->at = (yin->at + 1) & (yin->size - 1);
	}
	yin->since = yin->since + n < yin->size ? yin->since + n : yin->size;
}

void
pf_yin_restart(struct pf_yin *yin, size_t ago)
{
	if (ago < yin->since)
		yin->since = ago;
}

/*
 * difference[lag] = sum over the newest `window` frames of
 * (x[j] - x[j - lag])^2, for lags 0..longest.
 */
static void
make_difference(struct pf_yin *yin, size_t window, size_t longest)
{
	const size_t n = yin->size, all = window + longest;
	float *const x = yin->x, *const y = yin->y;
	memset(x, 0, n * sizeof *x);
	memset(y, 0, n * sizeof *y);
	for (size_t i = 0; i < all; i++)
		x[i] = yin->ring[(yin->at + n - all + i) & (n - 1)];
	memcpy(y + longest, x + longest, window * sizeof *y);
	double energy = 0; /* of the window `lag` earlier */
	for (size_t i = 0; i < window; i++)
		energy += (double)x[longest + i] * (double)x[longest + i];
	const double newest = energy;
	float *const d = yin->difference;
	d[0] = 0;
	for (size_t lag = 1; lag <= longest; lag++) {
		const double in = (double)x[longest - lag];
		const double out = (double)x[longest + window - lag];
		energy += in * in - out * out;
		d[lag] = (float)(newest + energy);
	}
	/* y correlated with x: the product at circular shift of lag. */
	fftwf_execute(yin->forward_x);
	fftwf_execute(yin->forward_y);
	for (size_t i = 0; i <= n / 2; i++) {
		const float a = yin->fx[i][0], b = yin->fx[i][1];
		const float c = yin->fy[i][0], e = yin->fy[i][1];
		yin->fy[i][0] = a * c + b * e;
		yin->fy[i][1] = a * e - b * c;
	}
	fftwf_execute(yin->back);
	for (size_t lag = 1; lag <= longest; lag++) {
		d[lag] -= 2 * y[lag] / (float)n;
		if (d[lag] < 0)
			d[lag] = 0;
	}
}

/* The place and depth of the dip around lag, by a parabola. */
static double
refine(const float *d, size_t lag, double *depth)
{
	const double a = (double)d[lag - 1], b = (double)d[lag];
	const double c = (double)d[lag + 1];
	const double curve = a - 2 * b + c;
	double shift = curve > 0 ? 0.5 * (a - c) / curve : 0;
	shift = shift > 0.5 ? 0.5 : shift < -0.5 ? -0.5 : shift;
	*depth = b - 0.25 * (a - c) * shift;
	return (double)lag + shift;
}

struct pf_yin_pitch
pf_yin_get(struct pf_yin *yin)
{
	struct pf_yin_pitch pitch = {0, 0};
	const size_t shortest = (size_t)(yin->rate_hz / highest_hz);
	size_t window = yin->since / 2 < yin->window ? yin->since / 2
	    : yin->window;
	size_t longest = yin->since - window;
	if (longest > yin->longest)
		longest = yin->longest;
	if (longest < 2 * shortest + 4)
		return pitch;
	make_difference(yin, window, longest);
	/* A low, silent or constant input has no pitch. */
	float *const d = yin->difference;
	double sum = 0;
	for (size_t lag = 1; lag <= longest; lag++) {
		sum += (double)d[lag];
		d[lag] = sum > 1e-7 * (double)window
		    ? (float)((double)d[lag] * (double)lag / sum) : 1;
	}
	d[0] = 1;
	double best = 1;
	for (size_t lag = shortest; lag < longest; lag++)
		if (d[lag] < d[lag - 1] && d[lag] <= d[lag + 1] &&
		    (double)d[lag] < best)
			best = (double)d[lag];
	const double enough = best + near_best > deep_enough
	    ? best + near_best : deep_enough;
	for (size_t lag = shortest; lag < longest && best < 1; lag++) {
		double depth;
		if (!(d[lag] < d[lag - 1] && d[lag] <= d[lag + 1]) ||
		    (double)d[lag] > enough)
			continue;
		const double period = refine(d, lag, &depth);
		pitch.hz = yin->rate_hz / period;
		pitch.confidence = depth > 0 ? 1 - depth : 1;
		break;
	}
	return pitch;
}
