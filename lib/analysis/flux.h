/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much begins, about a hundred times a second: what a pulse is found by.
 *
 * Spectral flux of a log-compressed spectrum in bands of a third of an octave,
 * against the largest neighbour of the frame before, so that vibrato does not
 * count (S. Boeck and G. Widmer, "Maximum Filter Vibrato Suppression for
 * Onset Detection", DAFx-13), scaled by what it was lately.
 */
#ifndef PF_ANALYSIS_FLUX_H
#define PF_ANALYSIS_FLUX_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

/* One thread at a time may use it. */
struct pf_flux;

/* What a frame of about 10 ms was like. */
struct pf_flux_frame {
	double all, low;  /* flux of all bands and below 200 Hz, 0..1 */
	double centroid_hz, dominant_hz; /* 0: silence */
	double noisiness; /* 0 one sine .. 1 white noise */
	double power;     /* mean square of the spectrum */
};

/* Make one; rate_hz 16000..96000.  Returns 0; -EINVAL or -ENOMEM. */
PF_MUST_CHECK int pf_flux_new(struct pf_flux **flux, uint32_t rate_hz);
void pf_flux_free(struct pf_flux *flux);

/* Take in[n] in, n a power of two up to 64.  Returns 1 and fills *frame when
 * one is over, else 0. */
int pf_flux_run(struct pf_flux *flux, const float *in, size_t n,
    struct pf_flux_frame *frame);

/* How long before the end of a frame what it tells of begins, in ns. */
int64_t pf_flux_late_ns(const struct pf_flux *flux);

#endif
