/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Onsets: when a sound begins, how strong, and which drum it sounds like.
 *
 * aubio's high-frequency content detector (P. Brossier, "Automatic Annotation
 * of Musical Audio for Interactive Applications", PhD thesis, 2006) on 256
 * frames every 64: it knows an attack 6 ms after it.  Two blocks later there
 * is enough of the sound to say how strong it is in which band; the colour of
 * the first 9 ms tells kick, snare and hat apart from each other, but hardly
 * a kick from a bass note: that takes the context (drums below).
 */
#ifndef PF_ANALYSIS_ONSET_H
#define PF_ANALYSIS_ONSET_H

#include "base/attr.h"

#include <stdint.h>

#define PF_BLOCK 64 /* frames */

/* One thread at a time may use it. */
struct pf_onset;

enum { PF_BAND_LOW, PF_BAND_BODY, PF_BAND_MID, PF_BAND_HIGH, PF_BANDS };

struct pf_onset_hit {
	uint32_t ago_frames;    /* how long before the end of the block */
	double strength;        /* 0..1, relative to what was loud lately */
	double confidence;      /* 0..1: that it is one */
	double share[PF_BANDS]; /* of its energy: below 150, 700, 4000 Hz, above */
	double rise_db;         /* its energy above that of the 20 ms before */
	double level_db;        /* dBFS of its first frames */
};

/* Make one; rate_hz 16000..96000.  Returns 0; -EINVAL or -ENOMEM. */
PF_MUST_CHECK int pf_onset_new(struct pf_onset **onset, uint32_t rate_hz);
void pf_onset_free(struct pf_onset *onset);

/* Take in[PF_BLOCK] in.  Returns 1 and fills *hit if there was one, else 0. */
int pf_onset_run(struct pf_onset *onset, const float *in,
    struct pf_onset_hit *hit);

/*
 * The General MIDI drum that a hit sounds like (36 kick, 38 snare, 42 closed
 * hat), or -1.  pitched: how much of what was heard lately had a pitch, 0..1.
 */
int pf_onset_drum(const struct pf_onset_hit *hit, double pitched);

#endif
