/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The magnitude spectrum of the last frames of a signal.
 *
 * Keeps the last `size` frames, so that it may be asked after any number of
 * them.  FFTW in single precision, planned by estimate: it starts fast.
 */
#ifndef PF_ANALYSIS_SPECTRUM_H
#define PF_ANALYSIS_SPECTRUM_H

#include "base/attr.h"

#include <stddef.h>

/* One thread at a time may use it. */
struct pf_spectrum;

/*
 * Make one.
 *
 * size    frames looked at: a power of two, 64..65536
 * newest  0.5 for a Hann window; more (< 1) puts its top so far to the
 *         newest frames: less is late, at some cost of selectivity
 *
 * Returns 0, to be freed with pf_spectrum_free(); -EINVAL or -ENOMEM.
 */
PF_MUST_CHECK int pf_spectrum_new(struct pf_spectrum **spectrum, size_t size,
    double newest);
void pf_spectrum_free(struct pf_spectrum *spectrum);

/* Take in[n] in. */
void pf_spectrum_feed(struct pf_spectrum *spectrum, const float *in, size_t n);

/*
 * The magnitudes of the last `size` frames (zeros before the first), size /
 * 2 + 1 of them; a sine of amplitude 1 peaks at 1.  Valid until the next call.
 */
const float *pf_spectrum_magnitudes(struct pf_spectrum *spectrum);

#endif
