/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audiofile/codec.h"

#include "base/rng.h"

#include <math.h>

/*
 * Triangular noise of -1..1 steps from 32 random bits: the difference of two
 * even ones.  Which bits is a function of seed and frame, not a state.
 */
static double
triangle(uint32_t bits)
{
	return ((int)(bits & 0xffff) - (int)(bits >> 16)) * 0x1p-16;
}

void
pf_audio_quantize(struct pf_audio_writer *w, const float *lr, size_t frames)
{
	const unsigned channels = w->config.channels;
	const double scale = w->config.bits == 16 ? 0x1p15 : 0x1p23;
	const double most = scale - 1;
	uint64_t clipped = 0;
	for (size_t i = 0; i < frames; i++) {
		uint64_t bits = pf_rng_mix(w->config.seed ^
		    (uint64_t)(w->frames + (int64_t)i) << 1);
		for (unsigned c = 0; c < channels; c++, bits >>= 32) {
			const double x = (double)lr[i * channels + c];
			double q = x * scale + triangle((uint32_t)bits);
			clipped += x > 1 || x < -1;
			q = q > -scale ? q < most ? q : most : -scale;
			w->whole[i * channels + c] = x == 0 || isnan(x) ? 0
			    : (int32_t)lrint(q);
		}
	}
	w->clipped += clipped;
}
