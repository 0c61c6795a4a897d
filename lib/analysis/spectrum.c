/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/spectrum.h"

#include <errno.h>
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pf_spectrum {
	size_t size, at; /* at: where the oldest frame stands in the ring */
	float *ring, *window, *in, *magnitude;
	fftwf_complex *out;
	fftwf_plan plan;
};

/* A cosine bell whose top stands at `newest` of its length, sum 2. */
static void
make_window(float *window, size_t size, double newest)
{
	const double top = newest * (double)size;
	double sum = 0;
	for (size_t i = 0; i < size; i++) {
		const double x = (double)i + 0.5;
		const double phase = x < top ? x / top
		    : ((double)size - x) / ((double)size - top);
		window[i] = (float)(0.5 - 0.5 * cos(M_PI * phase));
		sum += (double)window[i];
	}
	for (size_t i = 0; i < size; i++)
		window[i] *= (float)(2 / sum);
}

int
pf_spectrum_new(struct pf_spectrum **spectrum, size_t size, double newest)
{
	if (size < 64 || size > 65536 || (size & (size - 1)) != 0 ||
	    !(newest > 0 && newest < 1))
		return -EINVAL;
	struct pf_spectrum *const s = calloc(1, sizeof *s);
	if (!s)
		return -ENOMEM;
	s->size = size;
	s->ring = calloc(size, sizeof *s->ring);
	s->window = calloc(size, sizeof *s->window);
	s->magnitude = calloc(size / 2 + 1, sizeof *s->magnitude);
	s->in = fftwf_alloc_real(size);
	s->out = fftwf_alloc_complex(size / 2 + 1);
	if (s->ring && s->window && s->magnitude && s->in && s->out)
		s->plan = fftwf_plan_dft_r2c_1d((int)size, s->in, s->out,
		    FFTW_ESTIMATE);
	if (!s->plan) {
		pf_spectrum_free(s);
		return -ENOMEM;
	}
	make_window(s->window, size, newest);
	*spectrum = s;
	return 0;
}

void
pf_spectrum_free(struct pf_spectrum *spectrum)
{
	if (!spectrum)
		return;
	if (spectrum->plan)
		fftwf_destroy_plan(spectrum->plan);
	fftwf_free(spectrum->out);
	fftwf_free(spectrum->in);
	free(spectrum->magnitude);
	free(spectrum->window);
	free(spectrum->ring);
	free(spectrum);
}

void
pf_spectrum_feed(struct pf_spectrum *spectrum, const float *in, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		spectrum->ring[spectrum->at] = in[i];
		spectrum->at = (spectrum->at + 1) & (spectrum->size - 1);
	}
}

const float *
pf_spectrum_magnitudes(struct pf_spectrum *spectrum)
{
	const size_t old = spectrum->size - spectrum->at;
	for (size_t i = 0; i < old; i++)
		spectrum->in[i] = spectrum->ring[spectrum->at + i]
		    * spectrum->window[i];
	for (size_t i = 0; i < spectrum->at; i++)
		spectrum->in[old + i] = spectrum->ring[i]
		    * spectrum->window[old + i];
	fftwf_execute(spectrum->plan);
	for (size_t i = 0; i <= spectrum->size / 2; i++) {
		const float re = spectrum->out[i][0];
		const float im = spectrum->out[i][1];
		spectrum->magnitude[i] = sqrtf(re * re + im * im);
	}
	return spectrum->magnitude;
}
