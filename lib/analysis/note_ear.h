/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Notes of one voice, from onsets and pitches: on, bend, off.
 *
 * A note begins with an onset and is told when its pitch holds still; or
 * without one, when the pitch moves to another and stays there (legato).  It
 * ends with the next note, when it has died away, or when it has no pitch any
 * more.  Chords have no single pitch: of them nothing is told here.
 *
 * Lives in the caller's storage.
 */
#ifndef PF_ANALYSIS_NOTE_EAR_H
#define PF_ANALYSIS_NOTE_EAR_H

#include "event/event.h"

#include <stdbool.h>
#include <stdint.h>

enum { PF_NOTE_EAR_WINDOW = 5 };

struct pf_note_ear {
	uint32_t id;          /* of the last note */
	bool waiting;         /* for the pitch of an onset */
	int64_t onset_ns;
	double onset_strength;
	bool sounding;
	double midi;          /* of the sounding note, as told */
	int64_t begun_ns, heard_ns; /* its start; when it was last heard */
	int64_t bent_ns;
	double top_db;        /* its loudest */
	double recent[PF_NOTE_EAR_WINDOW]; /* the last pitches, a ring */
	unsigned n;
	double pitched;       /* share of onsets that proved to have a pitch */
};

/* What can come of one look: at most an off and an on. */
struct pf_note_said {
	enum pf_type type;  /* PF_ON, PF_BEND, PF_OFF */
	double midi, velocity;
	int64_t at_ns;
	uint32_t id;
};

void pf_note_ear_init(struct pf_note_ear *ear);

/* A sound began; strength 0..1.  Comes before the pitches after it. */
void pf_note_ear_onset(struct pf_note_ear *ear, int64_t at_ns,
    double strength);

/*
 * Hear a pitch: midi (0: none), its confidence, the level in dBFS, now.
 * Fills said[2] and returns how many.
 */
int pf_note_ear_run(struct pf_note_ear *ear, int64_t now_ns, double midi,
    double confidence, double level_db, struct pf_note_said said[2]);

/* Everything ends now.  Fills *said and returns 1 if a note sounded. */
int pf_note_ear_end(struct pf_note_ear *ear, int64_t now_ns,
    struct pf_note_said *said);

#endif
