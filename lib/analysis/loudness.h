/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How loud it is: RMS, peak, and loudness as people hear it.
 *
 * Loudness after ITU-R BS.1770-4 and EBU R 128 for one channel: K-weighting,
 * 400 ms (momentary), and gated over all that was heard (integrated, from a
 * histogram of 0.1 dB, so it needs no memory of the past).
 */
#ifndef PF_ANALYSIS_LOUDNESS_H
#define PF_ANALYSIS_LOUDNESS_H

#include <stddef.h>
#include <stdint.h>

#define PF_SILENCE_DB (-400.0)

struct pf_biquad {
	double b0, b1, b2, a1, a2; /* a0 is 1 */
	double z1, z2;
};

enum { PF_LOUDNESS_STEPS = 8, PF_LOUDNESS_BINS = 1000 };

struct pf_loudness {
	struct pf_biquad shelf, high_pass;
	uint32_t step_frames; /* 50 ms */
	uint32_t frames;      /* of this step */
	double sum, peak, weighted; /* of this step */
	double step[PF_LOUDNESS_STEPS]; /* weighted mean squares, a ring */
	uint32_t steps;       /* done */
	uint32_t histogram[PF_LOUDNESS_BINS]; /* -70..+30 LUFS */
};

/* Measures of the last step of 50 ms. */
struct pf_loudness_step {
	double rms_db, peak_db; /* dBFS: a full-scale sine has -3.01 and 0 */
	double lufs;            /* of the last 400 ms */
};

void pf_loudness_init(struct pf_loudness *loudness, uint32_t rate_hz);

/*
 * Take in[n] in, n at most the frames of a step.  Returns 1 and fills *step
 * when a step of 50 ms is over, else 0.
 */
int pf_loudness_run(struct pf_loudness *loudness, const float *in, size_t n,
    struct pf_loudness_step *step);

/* The integrated loudness, LUFS; PF_SILENCE_DB if all was below the gate. */
double pf_loudness_integrated(const struct pf_loudness *loudness);

/* Decibels of a power; PF_SILENCE_DB for nothing. */
double pf_power_db(double power);

#endif
