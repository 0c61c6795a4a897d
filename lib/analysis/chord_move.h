/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a chord goes, when it goes: by scale degree in the keys that are
 * likely and by place in the bar, as folk tunes and pop songs do
 * (music/chord_table.h).
 */
#ifndef PF_ANALYSIS_CHORD_MOVE_H
#define PF_ANALYSIS_CHORD_MOVE_H

#include "analysis/chord_look.h"

enum { PF_CHORD_DOWNBEAT, PF_CHORD_HALF_BAR, PF_CHORD_BEAT, PF_CHORD_PLACES };

/* Lives in the caller's storage. */
struct pf_chord_move {
	/* [place][minor][chord][next], roots above the tonic; no chord
	 * follows itself, each row's sum is 1. */
	double usual[PF_CHORD_PLACES][2][PF_CHORD_TRIADS][PF_CHORD_TRIADS];
	double key[24]; /* odds that `now` is made for */
	/* [place][chord][next] */
	double now[PF_CHORD_PLACES][PF_CHORD_TRIADS][PF_CHORD_TRIADS];
};

void pf_chord_move_init(struct pf_chord_move *move);

/* Make `now` for key[24], the odds of keys (tonic * 2 + minor), sum 1. */
void pf_chord_move_key(struct pf_chord_move *move, const double key[24]);

#endif
