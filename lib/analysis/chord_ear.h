/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chord that sounds, by ear: a hidden Markov model over 24 triads and
 * "no chord", a step each frame of notes that sound, filtered forward only.
 *
 * Chords change on beats, most of all on the first of a bar, and go where
 * chords of the key go (chord_move.h); how a chord looks is learnt
 * (chord_look.h).  A change that is heard where none is expected must be surer
 * to be said, so that passing notes do not make the answer flicker.  After
 * A. Sheh and D. P. W. Ellis, "Chord Segmentation and Recognition using
 * EM-Trained Hidden Markov Models", ISMIR 2003.
 */
#ifndef PF_ANALYSIS_CHORD_EAR_H
#define PF_ANALYSIS_CHORD_EAR_H

#include "analysis/chord_look.h"
#include "analysis/chord_move.h"
#include "analysis/sounding.h"
#include "music/theory.h"

#include <stdbool.h>

enum { PF_CHORD_EAR_STATES = PF_CHORD_TRIADS + 1,
	PF_CHORD_NONE = PF_CHORD_TRIADS };

/* Lives in the caller's storage. */
struct pf_chord_ear {
	struct pf_chord_look look;
	struct pf_chord_move move;
	double p[PF_CHORD_EAR_STATES]; /* root * 2 + minor; none */
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

/* Where in the bar a frame tells of. */
struct pf_chord_when {
	bool known;  /* there is a pulse */
	bool beat;   /* just after a beat: this one, */
	int place;   /* PF_CHORD_DOWNBEAT, PF_CHORD_HALF_BAR, PF_CHORD_BEAT, */
	double sure; /* 0..1 */
};

void pf_chord_ear_init(struct pf_chord_ear *ear);

/*
 * Hear a frame of frame_s seconds.
 *
 * key  odds of 24 keys (tonic * 2 + minor), sum 1
 *
 * Returns 1 and fills *heard if there is another chord, or more is known of
 * it; else 0.
 */
int pf_chord_ear_run(struct pf_chord_ear *ear,
    const struct pf_sounding_frame *frame, double frame_s,
    const struct pf_chord_when *when, const double key[24], struct pf_chord_heard *heard);

#endif
