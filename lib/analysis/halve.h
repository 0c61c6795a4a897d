/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Half the sample rate: a half-band low-pass, then every second sample.
 *
 * 31 taps, a Hamming-windowed sinc: flat to 0.19 and 50 dB down above 0.31 of
 * the input rate; 15 frames late.  Lives in the caller's storage.
 */
#ifndef PF_ANALYSIS_HALVE_H
#define PF_ANALYSIS_HALVE_H

#include <stddef.h>

#define PF_HALVE_TAPS 31

struct pf_halve {
	float tap[PF_HALVE_TAPS];
	float last[PF_HALVE_TAPS - 1]; /* input, oldest first */
};

void pf_halve_init(struct pf_halve *halve);

/* Turn in[n], n even and at most 4096, into out[n / 2]; out may be in. */
void pf_halve_run(struct pf_halve *halve, const float *in, float *out,
    size_t n);

#endif
