/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/flux.h"

#include "analysis/spectrum.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { BANDS_MOST = 48 };

static const double first_hz = 40, last_hz = 15000, band_octaves = 1 / 4.;

struct pf_flux {
	struct pf_spectrum *spectrum;
	uint32_t rate_hz;
	size_t size, hop, fed;
	size_t bands, low_bands;
	size_t edge[BANDS_MOST + 1]; /* first bin of each band, and the end */
	double level[2][BANDS_MOST]; /* log spectra of the last two frames */
	double mean[2], top[2];      /* of the fluxes lately */
	unsigned frames;
};

static void
make_bands(struct pf_flux *f)
{
	const double bin_hz = (double)f->rate_hz / (double)f->size;
	const double end_hz = last_hz < 0.45 * f->rate_hz ? last_hz
	    : 0.45 * f->rate_hz;
	size_t edge = (size_t)ceil(first_hz / bin_hz);
	for (double hz = first_hz; hz < end_hz && f->bands < BANDS_MOST;) {
		hz *= exp2(band_octaves);
		const size_t next = (size_t)ceil(hz / bin_hz);
		if (next <= edge)
			continue; /* bands below are as wide as a bin */
		f->edge[f->bands++] = edge;
		if ((double)edge * bin_hz < 200)
			f->low_bands = f->bands;
		edge = next;
	}
	f->edge[f->bands] = edge;
}

int
pf_flux_new(struct pf_flux **flux, uint32_t rate_hz)
{
	if (rate_hz < 16000 || rate_hz > 96000)
		return -EINVAL;
	struct pf_flux *const f = calloc(1, sizeof *f);
	if (!f)
		return -ENOMEM;
	f->rate_hz = rate_hz;
	for (f->hop = 64; (double)f->hop < 0.0075 * rate_hz;)
		f->hop *= 2;
	f->size = 4 * f->hop;
	if (pf_spectrum_new(&f->spectrum, f->size, 0.6) != 0) {
		free(f);
		return -ENOMEM;
	}
	make_bands(f);
	f->top[0] = f->top[1] = 0.4;
	*flux = f;
	return 0;
}

void
pf_flux_free(struct pf_flux *flux)
{
	if (!flux)
		return;
	pf_spectrum_free(flux->spectrum);
	free(flux);
}

int64_t
pf_flux_late_ns(const struct pf_flux *flux)
{
	/* The window's top is 0.4 of it old, its rise a little older. */
	return (int64_t)(0.55 * (double)flux->size / flux->rate_hz * 1e9);
}

/* Colour: where the energy is, and how evenly it is spread. */
static void
describe(const struct pf_flux *f, const float *magnitude,
    struct pf_flux_frame *frame)
{
	const double bin_hz = (double)f->rate_hz / (double)f->size;
	double sum = 0, moment = 0, power = 0, logs = 0, top = 0;
	size_t peak = 0, n = 0;
	for (size_t i = 1; i < f->edge[f->bands]; i++) {
		const double m = (double)magnitude[i];
		sum += m;
		moment += m * (double)i * bin_hz;
		power += m * m;
		if (m > top)
			top = m, peak = i;
	}
	frame->power = power;
	if (power < 1e-10) {
		frame->centroid_hz = frame->dominant_hz = 0;
		frame->noisiness = 0;
		return;
	}
	/* Flatness of the band powers: geometric over arithmetic mean. */
	double even = 0;
	for (size_t b = 0; b < f->bands; b++, n++) {
		double p = 0;
		for (size_t i = f->edge[b]; i < f->edge[b + 1]; i++)
			p += (double)magnitude[i] * (double)magnitude[i];
		p /= (double)(f->edge[b + 1] - f->edge[b]);
		logs += log(p + 1e-12);
		even += p;
	}
	frame->noisiness = exp(logs / (double)n) / (even / (double)n + 1e-12);
	frame->centroid_hz = moment / sum;
	double shift = 0;
	if (peak > 1) {
		const double a = log((double)magnitude[peak - 1] + 1e-9);
		const double b = log(top + 1e-9);
		const double c = log((double)magnitude[peak + 1] + 1e-9);
		const double curve = a - 2 * b + c;
		shift = curve < -1e-9 ? 0.5 * (a - c) / curve : 0;
	}
	frame->dominant_hz = ((double)peak + shift) * bin_hz;
}

/* Scale by the mean and the tops of the last seconds: 0..1. */
static double
scale(struct pf_flux *f, int which, double x)
{
	/* Quickly up, slowly down: half in 7 s. */
	f->top[which] = x > f->top[which] ? x : f->top[which] * 0.999;
	if (f->top[which] < 0.15)
		f->top[which] = 0.15;
	f->mean[which] += 0.01 * (x - f->mean[which]);
	const double floor_ = f->mean[which];
	const double y = (x - floor_) / (f->top[which] - floor_ + 1e-9);
	return y > 0 ? y < 1 ? y : 1 : 0;
}

int
pf_flux_run(struct pf_flux *flux, const float *in, size_t n,
    struct pf_flux_frame *frame)
{
	struct pf_flux *const f = flux;
	pf_spectrum_feed(f->spectrum, in, n);
	f->fed += n;
	if (f->fed < f->hop)
		return 0;
	f->fed = 0;
	const float *const magnitude = pf_spectrum_magnitudes(f->spectrum);
	double *const now = f->level[f->frames % 2];
	const double *const last = f->level[(f->frames + 1) % 2];
	double all = 0, low = 0;
	f->frames++;
	for (size_t b = 0; b < f->bands; b++) {
		double sum = 0;
		for (size_t i = f->edge[b]; i < f->edge[b + 1]; i++)
			sum += (double)magnitude[i];
		now[b] = log10(1 + 200 * sum);
		double before = last[b];
		if (b > 0 && last[b - 1] > before)
			before = last[b - 1];
		if (b + 1 < f->bands && last[b + 1] > before)
			before = last[b + 1];
		const double d = now[b] > before ? now[b] - before : 0;
		all += d / (double)f->bands;
		if (b < f->low_bands)
			low += d / (double)f->low_bands;
	}
	describe(f, magnitude, frame);
	frame->all = scale(f, 0, all);
	frame->low = scale(f, 1, low);
	return 1;
}
