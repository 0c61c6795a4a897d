/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which chord a frame of notes that sound looks like, by itself and in the
 * light of the last moments.
 *
 * Players break chords, walk in the bass and pass through other notes: the
 * frame tells what is new, slow means of the frames before tell what the
 * notes of it belong to.  A net of one small hidden layer, the same for every
 * root, weighs them (chord_table.c).
 */
#ifndef PF_ANALYSIS_CHORD_LOOK_H
#define PF_ANALYSIS_CHORD_LOOK_H

#include "analysis/sounding.h"

enum { PF_CHORD_TRIADS = 24 }; /* root * 2 + minor */

/* Lives in the caller's storage; zeroed, it has heard nothing. */
struct pf_chord_look {
	double treble[12], bass[12]; /* slow means */
	double frames;               /* heard */
	double loudest;              /* power of the frames lately */
};

/*
 * Look at a frame of frame_s seconds.  Fills log_p[PF_CHORD_TRIADS], the log
 * probabilities of the triads, and *log_none, that of no chord beside them.
 */
void pf_chord_look_run(struct pf_chord_look *look,
    const struct pf_sounding_frame *frame, double frame_s,
    double log_p[PF_CHORD_TRIADS], double *log_none);

#endif
