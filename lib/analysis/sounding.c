/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/sounding.h"

#include "analysis/spectrum.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	NOTES = PF_SOUNDING_NOTES,
	PER_NOTE = 3,            /* bins a semitone */
	BELOW = 2, ABOVE = 12,   /* semitones looked at beyond the notes */
	BINS = (NOTES + BELOW + ABOVE) * PER_NOTE,
	SPREAD = 18,             /* semitones of the local mean, each side */
	PARTIALS = 12,
	STEPS = 12,              /* of the least squares, from the last answer */
};

static const double partial_ratio = 0.65;
static const double change_over_midi = 36; /* long window below, short above */
static const double newest = 0.9; /* where the windows have their top */

/* A row of the sparse map from FFT bins to log bins. */
struct tap {
	int first, n;
	float weight[48];
};

struct pf_sounding {
	uint32_t rate_hz;
	size_t hop, fed;
	struct pf_spectrum *lengthy, *brief;
	struct tap tap[BINS];
	float tone[NOTES][BINS];     /* the spectrum of each note */
	float overlap[NOTES][NOTES]; /* tone x tone */
	float note[NOTES];           /* the last answer */
	double turn_re, turn_im;     /* where between semitones energy lies */
	double heard;
};

static double
midi_of_bin(double bin)
{
	/* The middle bin of a semitone stands on its pitch. */
	return PF_SOUNDING_LOW - BELOW + (bin - 1) / PER_NOTE;
}

/*
 * Each log bin gathers the FFT bins around its frequency with a cosine bell
 * as wide as two log bins, or as the FFT can tell apart.
 */
static void
make_taps(struct pf_sounding *s, size_t long_size, size_t brief_size)
{
	for (int b = 0; b < BINS; b++) {
		const double midi = midi_of_bin(b);
		const double hz = 440 * exp2((midi - 69) / 12);
		const size_t size = midi < change_over_midi ? long_size
		    : brief_size;
		const double bin_hz = (double)s->rate_hz / (double)size;
		const double log_width = hz * (exp2(1 / 36.) - 1) * 2;
		const double width = log_width > bin_hz ? log_width : bin_hz;
		struct tap *const t = &s->tap[b];
		t->first = (int)ceil((hz - width) / bin_hz);
		for (t->n = 0; t->n < 48; t->n++) {
			const double at = (t->first + t->n) * bin_hz;
			if (at >= hz + width ||
			    t->first + t->n > (int)size / 2)
				break;
			t->weight[t->n] = (float)(0.5 + 0.5
			    * cos(M_PI * (at - hz) / width));
		}
	}
}

/* The spectrum of a tone as the taps see it: a bell around each partial. */
static void
make_tones(struct pf_sounding *s)
{
	for (int n = 0; n < NOTES; n++) {
		double amplitude = 1, square = 0;
		for (int p = 1; p <= PARTIALS; p++) {
			const double at = (n + BELOW + 12 * log2(p)) * PER_NOTE
			    + 1;
			for (int b = (int)at - 2; b <= (int)at + 3; b++) {
				const double d = fabs(b - at) / 2;
				if (b >= 0 && b < BINS && d < 1)
					s->tone[n][b] += (float)(amplitude
					    * (0.5 + 0.5 * cos(M_PI * d)));
			}
			amplitude *= partial_ratio;
		}
		for (int b = 0; b < BINS; b++)
			square += (double)(s->tone[n][b] * s->tone[n][b]);
		for (int b = 0; b < BINS; b++)
			s->tone[n][b] /= (float)sqrt(square);
	}
	for (int i = 0; i < NOTES; i++)
		for (int j = 0; j < NOTES; j++)
			for (int b = 0; b < BINS; b++)
				s->overlap[i][j] += s->tone[i][b]
				    * s->tone[j][b];
}

int
pf_sounding_new(struct pf_sounding **sounding, uint32_t rate_hz)
{
	if (rate_hz < 8000 || rate_hz > 24000)
		return -EINVAL;
	struct pf_sounding *const s = calloc(1, sizeof *s);
	if (!s)
		return -ENOMEM;
	s->rate_hz = rate_hz;
	for (s->hop = 64; (double)s->hop < 0.016 * rate_hz;)
		s->hop *= 2;
	if (pf_spectrum_new(&s->lengthy, s->hop * 16, newest) != 0 ||
	    pf_spectrum_new(&s->brief, s->hop * 8, newest) != 0) {
		pf_sounding_free(s);
		return -ENOMEM;
	}
	make_taps(s, s->hop * 16, s->hop * 8);
	make_tones(s);
	*sounding = s;
	return 0;
}

void
pf_sounding_free(struct pf_sounding *sounding)
{
	if (!sounding)
		return;
	pf_spectrum_free(sounding->lengthy);
	pf_spectrum_free(sounding->brief);
	free(sounding);
}

size_t
pf_sounding_hop(const struct pf_sounding *sounding)
{
	return sounding->hop;
}

/* The spectrum in log bins; returns its power. */
static double
gather(struct pf_sounding *s, float *x)
{
	const float *const low = pf_spectrum_magnitudes(s->lengthy);
	const float *const high = pf_spectrum_magnitudes(s->brief);
	double power = 0;
	for (int b = 0; b < BINS; b++) {
		const struct tap *const t = &s->tap[b];
		const float *const m = (midi_of_bin(b) < change_over_midi
		    ? low : high) + t->first;
		float sum = 0;
		for (int i = 0; i < t->n; i++)
			sum += t->weight[i] * m[i];
		x[b] = sum;
		power += (double)(sum * sum);
	}
	return power;
}

/*
 * Where between the semitones does the energy lie?  The angle of its sum over
 * the three bins of each; forgotten over some half a minute.
 */
static double
tune(struct pf_sounding *s, const float *x, double power)
{
	double bin[PER_NOTE] = {0};
	for (int b = 0; b < BINS; b++)
		bin[b % PER_NOTE] += (double)x[b];
	const double re = bin[1] - 0.5 * (bin[0] + bin[2]);
	const double im = 0.8660254 * (bin[2] - bin[0]);
	const double size = sqrt(power) + 1e-9;
	s->turn_re = 0.9992 * s->turn_re + re / size;
	s->turn_im = 0.9992 * s->turn_im + im / size;
	s->heard = 0.9992 * s->heard + 1;
	/* Believed as evidence grows. */
	return atan2(s->turn_im, s->turn_re) / (2 * M_PI)
	    * s->heard / (s->heard + 60);
}

/* Move to tuned bins, then take away the local mean and scale by the spread. */
static void
whiten(const float *x, double shift_bins, float *y)
{
	float moved[BINS];
	double sum[BINS + 1], square[BINS + 1];
	const int whole = (int)floor(shift_bins);
	const float part = (float)(shift_bins - whole);
	sum[0] = square[0] = 0;
	for (int b = 0; b < BINS; b++) {
		const int i = b + whole;
		const float p = i >= 0 && i < BINS ? x[i] : 0;
		const float q = i + 1 >= 0 && i + 1 < BINS ? x[i + 1] : 0;
		moved[b] = p + part * (q - p);
		sum[b + 1] = sum[b] + (double)moved[b];
		square[b + 1] = square[b] + (double)(moved[b] * moved[b]);
	}
	for (int b = 0; b < BINS; b++) {
		const int lo = b - SPREAD * PER_NOTE / 2 > 0
		    ? b - SPREAD * PER_NOTE / 2 : 0;
		const int hi = b + SPREAD * PER_NOTE / 2 + 1 < BINS
		    ? b + SPREAD * PER_NOTE / 2 + 1 : BINS;
		const double n = hi - lo, mean = (sum[hi] - sum[lo]) / n;
		double var = (square[hi] - square[lo]) / n - mean * mean;
		var = var > 0 ? var : 0;
		const double over = (double)moved[b] - mean;
		y[b] = over > 0 ? (float)(over / (sqrt(var) + 2e-5)) : 0;
	}
}

/* Non-negative least squares by multiplicative steps (Lee and Seung 2001). */
static void
explain(struct pf_sounding *s, const float *y)
{
	float match[NOTES];
	for (int n = 0; n < NOTES; n++) {
		float sum = 0;
		for (int b = n * PER_NOTE; b < BINS; b++)
			sum += s->tone[n][b] * y[b];
		match[n] = sum;
		/* Rise from nothing again: half the last answer, half new. */
		s->note[n] = 0.5f * s->note[n] + 0.1f * sum + 1e-6f;
	}
	for (int step = 0; step < STEPS; step++) {
		float made[NOTES];
		for (int n = 0; n < NOTES; n++) {
			float sum = 1e-6f;
			for (int m = 0; m < NOTES; m++)
				sum += s->overlap[n][m] * s->note[m];
			made[n] = sum;
		}
		for (int n = 0; n < NOTES; n++)
			s->note[n] *= match[n] / made[n];
	}
}

/* Fold notes to pitch classes, weighted by register, the largest 1. */
static void
fold(const double *note, double from, double full, double full_to, double to,
    double *pc)
{
	double top = 0;
	memset(pc, 0, 12 * sizeof *pc);
	for (int n = 0; n < NOTES; n++) {
		const double midi = PF_SOUNDING_LOW + n;
		double w = midi < full ? (midi - from) / (full - from)
		    : midi > full_to ? (to - midi) / (to - full_to) : 1;
		w = w < 0 ? 0 : w > 1 ? 1 : w;
		pc[(PF_SOUNDING_LOW + n) % 12] += w * note[n];
	}
	for (int i = 0; i < 12; i++)
		top = pc[i] > top ? pc[i] : top;
	for (int i = 0; i < 12; i++)
		pc[i] = top > 1e-6 ? pc[i] / top : 0;
}

int
pf_sounding_run(struct pf_sounding *sounding, const float *in, size_t n,
    struct pf_sounding_frame *frame)
{
	struct pf_sounding *const s = sounding;
	float x[BINS], y[BINS];
	pf_spectrum_feed(s->lengthy, in, n);
	pf_spectrum_feed(s->brief, in, n);
	s->fed += n;
	if (s->fed < s->hop)
		return 0;
	s->fed = 0;
	memset(frame, 0, sizeof *frame);
	frame->power = gather(s, x);
	if (frame->power < 1e-8) {
		memset(s->note, 0, sizeof s->note);
		frame->tuning_cents = 0;
		return 1;
	}
	const double shift = tune(s, x, frame->power);
	frame->tuning_cents = 100 * shift;
	whiten(x, shift * PER_NOTE, y);
	explain(s, y);
	double sum = 1e-9, total = 1e-9, left = 0;
	for (int i = 0; i < NOTES; i++)
		sum += (double)s->note[i];
	for (int b = 0; b < BINS; b++) {
		float made = 0;
		for (int i = 0; i < NOTES; i++)
			made += s->note[i] * s->tone[i][b];
		total += (double)(y[b] * y[b]);
		left += (double)((y[b] - made) * (y[b] - made));
	}
	for (int i = 0; i < NOTES; i++)
		frame->note[i] = (double)s->note[i] / sum;
	frame->tonal = left < total ? 1 - left / total : 0;
	fold(frame->note, 45, 57, 76, 97, frame->treble);
	fold(frame->note, 27, 32, 46, 57, frame->bass);
	return 1;
}
