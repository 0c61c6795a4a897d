/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pitch of one voice: YIN, with a window that grows from the attack.
 *
 * A. de Cheveigne and H. Kawahara, "YIN, a fundamental frequency estimator
 * for speech and music", JASA 111(4), 2002: the cumulative mean normalised
 * difference and its first deep dip (steps 2 to 5).  The difference function
 * is exact, by FFT.  aubio's own YINs allocate or do not lock below 150 Hz.
 *
 * After an onset only what was played since is looked at: two periods and a
 * bit are enough, so a high note is known sooner than a low one.
 */
#ifndef PF_ANALYSIS_YIN_H
#define PF_ANALYSIS_YIN_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

/* One thread at a time may use it. */
struct pf_yin;

struct pf_yin_pitch {
	double hz;         /* 0: none */
	double confidence; /* 0..1: how periodic it is; a sine has 1 */
};

/*
 * Make one for pitches of 38..2400 Hz.  rate_hz 8000..48000.  Returns 0, to
 * be freed with pf_yin_free(); -EINVAL or -ENOMEM.
 */
PF_MUST_CHECK int pf_yin_new(struct pf_yin **yin, uint32_t rate_hz);
void pf_yin_free(struct pf_yin *yin);

/* Take in[n] in. */
void pf_yin_feed(struct pf_yin *yin, const float *in, size_t n);

/* A note began `ago` frames before the newest: forget what was earlier. */
void pf_yin_restart(struct pf_yin *yin, size_t ago);

/* The pitch at the newest frame; hz 0 if too little is heard yet. */
struct pf_yin_pitch pf_yin_get(struct pf_yin *yin);

#endif
