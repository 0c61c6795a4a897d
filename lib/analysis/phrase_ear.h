/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The breath of a player: phrases that begin, pause, end, rise and fall.
 *
 * A phrase begins with the first sound after an end (or at the start), pauses
 * when nothing begins for two beats or it gets silent, and ends when nothing
 * begins for four, or after two beats of silence.  Rising and falling tell
 * of the pitches of its last notes.  Lives in the caller's storage.
 */
#ifndef PF_ANALYSIS_PHRASE_EAR_H
#define PF_ANALYSIS_PHRASE_EAR_H

#include <stdbool.h>
#include <stdint.h>

enum pf_phrase_what {
	PF_PHRASE_NOTHING, PF_PHRASE_BEGIN, PF_PHRASE_PAUSE, PF_PHRASE_END,
	PF_PHRASE_RISING, PF_PHRASE_FALLING,
	PF_PHRASES
};
extern const char *const pf_phrase_name[PF_PHRASES];

struct pf_phrase_ear {
	bool going, paused;
	int64_t last_ns, silent_ns; /* last onset; silence since, or 0 */
	double pitch[4];
	int pitches, slope; /* slope: as told, -1, 0, 1 */
};

struct pf_phrase_heard {
	enum pf_phrase_what what;
	int64_t at_ns;
	double confidence;
};

void pf_phrase_ear_init(struct pf_phrase_ear *ear);

/* A sound began.  Returns true and fills *heard if a phrase began with it. */
bool pf_phrase_ear_onset(struct pf_phrase_ear *ear, int64_t at_ns,
    struct pf_phrase_heard *heard);

/* A note has this pitch.  True if the line turned to rise or fall. */
bool pf_phrase_ear_note(struct pf_phrase_ear *ear, int64_t at_ns, double midi,
    struct pf_phrase_heard *heard);

/*
 * Time goes on: silent says that nothing sounds now, beat_ns how long a beat
 * is (or some 600 ms).  True if the phrase paused or ended.
 */
bool pf_phrase_ear_run(struct pf_phrase_ear *ear, int64_t now_ns, bool silent,
    double beat_ns, struct pf_phrase_heard *heard);

#endif
