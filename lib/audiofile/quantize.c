/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audiofile/codec.h"

#include "base/rng.h"

enum { PART = 64 }; /* frames at a time, in the nearest cache */

/*
 * Triangular noise of -1..1 steps from 32 random bits: the difference of two
 * even ones, times 2^16.
 */
static int32_t
triangle(uint32_t bits)
{
	return (int32_t)(bits & 0xffff) - (int32_t)(bits >> 16);
}

/* Noise for n frames.  Which bits is a function of seed and frame alone. */
static void
draw(uint64_t seed, int64_t frame, unsigned n, unsigned channels,
    int32_t *noise)
{
	for (unsigned i = 0; i < n; i++) {
		const uint64_t bits = pf_rng_mix(seed ^
		    (uint64_t)(frame + (int64_t)i) << 1);
		noise[channels * i] = triangle((uint32_t)bits);
		if (channels > 1)
			noise[2 * i + 1] = triangle((uint32_t)(bits >> 32));
	}
}

/*
 * n samples; loops without a branch, so that they go side by side.  Silence
 * stays silence, what is no number becomes it.  Returns how many were beyond
 * full scale.
 */
static unsigned
round_off(const float *x, const int32_t *noise, unsigned n, double scale,
    int32_t *restrict whole)
{
	/* Added and taken away again, 1.5 * 2^52 rounds to the nearest. */
	const double rounder = 0x1.8p52, most = scale - 1;
	int32_t clipped = 0;
	for (unsigned i = 0; i < n; i++)
		clipped += (x[i] > 1) | (x[i] < -1);
	for (unsigned i = 0; i < n; i++) {
		double q = (double)x[i] * scale + (double)noise[i] * 0x1p-16;
		q = q > -scale ? q : -scale;
		q = q < most ? q : most;
		whole[i] = (int32_t)(q + rounder - rounder);
	}
	for (unsigned i = 0; i < n; i++)
		whole[i] = ((x[i] < 0) | (x[i] > 0)) ? whole[i] : 0;
	return (unsigned)clipped;
}

void
pf_audio_quantize(struct pf_audio_writer *w, const float *lr, size_t frames)
{
	const unsigned channels = w->config.channels;
	const double scale = w->config.bits == 16 ? 0x1p15 : 0x1p23;
	int32_t noise[2 * PART];
	for (size_t done = 0; done < frames; done += PART) {
		const unsigned n =
		    (unsigned)(frames - done < PART ? frames - done : PART);
		const size_t at = done * channels;
		draw(w->config.seed, w->frames + (int64_t)done, n, channels,
		    noise);
		w->clipped += round_off(lr + at, noise, n * channels, scale,
		    w->whole + at);
	}
}
