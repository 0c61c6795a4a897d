/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which notes sound: the spectrum explained as a sum of harmonic tones.
 *
 * After M. Mauch and S. Dixon, "Approximate Note Transcription for the
 * Improved Identification of Difficult Chords", ISMIR 2010: a spectrum of
 * three bins a semitone, whitened, tuned, and explained by non-negative least
 * squares with tones whose partials fall by a constant ratio.  Here it is
 * causal: windows are short and lean towards the newest sound, low notes get
 * a longer one, and the tuning is that of the past.
 *
 * Wants 10..24 kHz, what is above 4.2 kHz does not matter.
 */
#ifndef PF_ANALYSIS_SOUNDING_H
#define PF_ANALYSIS_SOUNDING_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

#define PF_SOUNDING_LOW 28   /* MIDI: the E of a bass guitar */
#define PF_SOUNDING_NOTES 69 /* up to E7 */

/* One thread at a time may use it. */
struct pf_sounding;

struct pf_sounding_frame {
	double note[PF_SOUNDING_NOTES]; /* how much each sounds; sum about 1 */
	double treble[12], bass[12]; /* pitch classes; each 0..1, largest 1,
	                              * all 0 when nothing tonal sounds */
	double power;                /* of the spectrum */
	double tonal;                /* 0..1: how much of it is explained */
	double tuning_cents;         /* A4 away from 440 Hz, as believed */
};

/* Make one; rate_hz 8000..24000.  Returns 0; -EINVAL or -ENOMEM. */
PF_MUST_CHECK int pf_sounding_new(struct pf_sounding **sounding,
    uint32_t rate_hz);
void pf_sounding_free(struct pf_sounding *sounding);

/* Frames between two results; about 23 ms. */
size_t pf_sounding_hop(const struct pf_sounding *sounding);

/* Take in[n] in, n a divisor of the hop.  Returns 1 and fills *frame when it
 * is time, else 0. */
int pf_sounding_run(struct pf_sounding *sounding, const float *in, size_t n,
    struct pf_sounding_frame *frame);

#endif
