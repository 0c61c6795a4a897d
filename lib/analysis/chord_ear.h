/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chord that sounds, by ear: a hidden Markov model over 24 triads and
 * "no chord", a step each frame of notes that sound, filtered forward only.
 *
 * Chords change on beats, and mostly to chords of the key; how a chord looks
 * is learnt (chord_table.c).  A change is said when it is surer than not for
 * some frames, so that passing notes do not make the answer flicker.  After
 * A. Sheh and D. P. W. Ellis, "Chord Segmentation and Recognition using
 * EM-Trained Hidden Markov Models", ISMIR 2003.
 */
#ifndef PF_ANALYSIS_CHORD_EAR_H
#define PF_ANALYSIS_CHORD_EAR_H

#include "analysis/sounding.h"
#include "music/theory.h"

#include <stdbool.h>

enum { PF_CHORD_EAR_STATES = 25, PF_CHORD_NONE = 24 };

/* Lives in the caller's storage. */
struct pf_chord_ear {
	double p[PF_CHORD_EAR_STATES]; /* root * 2 + minor; none */
	double loudest;      /* power of the frames lately */
	int said;            /* state, or -1 */
	int wish, wishes;    /* the state that wants to be said, frames */
	bool refined;        /* the seventh has been said */
	double since_s;      /* since the chord began to be believed */
	double treble[12], bass[12]; /* sums over that time */
};

struct pf_chord_heard {
	struct pf_chord chord, other; /* root -1: no chord */
	double confidence;
	double ago_s;                 /* it began so long ago */
};

void pf_chord_ear_init(struct pf_chord_ear *ear);

/*
 * Hear a frame of frame_s seconds.
 *
 * on_beat  0..1: how near a place where chords change; 0.5 if unknown
 * key      odds of 24 keys (tonic * 2 + minor), or NULL
 *
 * Returns 1 and fills *heard if there is another chord, or more is known of
 * it; else 0.
 */
int pf_chord_ear_run(struct pf_chord_ear *ear,
    const struct pf_sounding_frame *frame, double frame_s, double on_beat,
    const double key[24], struct pf_chord_heard *heard);

#endif
