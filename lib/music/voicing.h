/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Voicings: which notes of a chord go where under the hands, so that voices
 * move little, stay apart and keep out of others' way.
 *
 * The least motion between two chords of any sizes is found by dynamic
 * programming over the rotations of their voices: D. Tymoczko, "The Geometry
 * of Musical Chords", Science 313, 2006 (and its supporting material).  What
 * counting semitones can not see (range, crossing, parallel fifths and
 * octaves, mud, rubs against a melody) is added as penalties.
 */
#ifndef PF_MUSIC_VOICING_H
#define PF_MUSIC_VOICING_H

#include "music/style.h"
#include "music/theory.h"

#include <stdint.h>

enum { PF_VOICES = 6 };

/* MIDI numbers, ascending. */
struct pf_voicing {
	int n;
	int pitch[PF_VOICES];
};

/*
 * Semitones that the voices of a and b move in sum, at the least, if every
 * note of both is used and voices do not cross: sizes may differ (a voice
 * splits, or two meet).  Ascending; na, nb 1..PF_VOICES.
 */
int pf_voicing_motion(const int *a, int na, const int *b, int nb);

/*
 * The least motion between two sets of pitch classes of one size n (1..
 * PF_VOICES), by the shorter way around the circle for each voice.  map[i]
 * is set to which of b voice i of a goes to; NULL if unwanted.
 */
int pf_voicing_circle(const int *a, const int *b, int n, int *map);

/* What is wanted of a voicing. */
struct pf_voicing_wish {
	struct pf_chord chord;
	enum pf_voicing_kind kind;
	int voices;         /* 2..5 */
	double colour;      /* 0 triads, 0.5 as it is, 1 ninths */
	int low, high;      /* MIDI range, at least an octave and a fifth */
	uint16_t avoid;     /* left out, but for root and third */
	int ceiling;        /* stay below this note (a melody's); 0: none */
	const struct pf_voicing *before; /* NULL: afresh */
};

/*
 * Find the best voicing.  Returns how many notes it has, 0 for no chord.
 * The same wish always gives the same answer.
 */
int pf_voicing_find(const struct pf_voicing_wish *wish,
    struct pf_voicing *voicing);

#endif
