/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tunes: rhythm of cells, bars that return by a plan, and pitches drawn from
 * one distribution that knows how melodies step, what the chords are, where
 * the phrase is going and what the motif was.  Private to lib/generate.
 *
 * Pitches are degrees here: 7 an octave, degree 0 is the key's tonic in MIDI
 * octave -1 (pitch class tonic, at tonic).  A returning bar is not copied but
 * made very likely, so it bends where a chord or a cadence asks for it.
 */
#ifndef PF_GENERATE_MELODY_H
#define PF_GENERATE_MELODY_H

#include "generate/song.h"

#include <stdint.h>

enum {
	PF_STEP_WEIGHTS = 4, /* metrical: 0 between .. 3 downbeat */
	PF_STEP_BEFORE = 7,  /* the step before, -3..3 (clamped) */
	PF_STEP_SIZES = 15,  /* steps -7..7 */
	PF_BAR_NOTES = 48,
	PF_CYCLE_BARS = 16,  /* the longest theme */
	PF_NO_DEGREE = INT16_MIN
};

/* Of 1000 notes on such a place after such a step, so many step so. */
extern const unsigned short
    pf_melody_step[PF_STEP_WEIGHTS][PF_STEP_BEFORE][PF_STEP_SIZES];

struct pf_tone {
	int tick, len; /* in its bar (phrase, in pf_melody_pitches()) */
	int degree;    /* PF_NO_DEGREE: free */
	double hold;   /* how firmly the degree is held to: 0..1 */
	int pitch;     /* MIDI, once it is chosen */
};

struct pf_tone_bar {
	int n;
	struct pf_tone tone[PF_BAR_NOTES];
};

/* What pitches are chosen by. */
struct pf_melody_place {
	const struct pf_song *song;
	const struct pf_melody *melody;
	int low, high;       /* MIDI */
	int64_t tick;        /* of the phrase's first bar, in the song */
	int len;             /* ticks of the phrase */
	double height;       /* where the phrase lies in the range, 0..1 */
	double arch;         /* semitones its middle lies above its ends */
	bool closes;         /* the last tone shall rest */
	uint64_t seed;
	int before, step;    /* the tone before (PF_NO_DEGREE) and its step */
};

/*
 * Choose the degree and pitch of tone[n], in order of tick, by exact sampling
 * of the whole row (forward filtering from a backward pass).  Changes
 * place->before and step.  Returns 0 or -ENOMEM.
 */
PF_MUST_CHECK int pf_melody_pitches(struct pf_melody_place *place,
    struct pf_tone *tone, int n);

/* The MIDI number of a degree over a chord. */
int pf_melody_pitch(const struct pf_song *song, const struct pf_melody *melody,
    int degree, struct pf_chord chord);

/* The chord of a song at a tick. */
struct pf_chord pf_song_chord(const struct pf_song *song, int64_t tick);

/*
 * How heavy a place is, as the table counts it: 3 the downbeat, 2 a beat,
 * 1 its half (a third of a dotted beat), 0 the rest.
 */
int pf_melody_weight(struct pf_meter meter, int tick);

/* Fill one bar with a rhythm of the style's cells. */
void pf_melody_rhythm(const struct pf_melody *melody, struct pf_meter meter,
    double busy, uint64_t seed, int64_t place, struct pf_tone_bar *bar);

/* Where a voice goes, note by note; note() returns 0 or -ENOMEM. */
struct pf_melody_out {
	int (*note)(void *ctx, enum pf_part part, int64_t tick, int len,
	    int pitch, double velocity);
	void *ctx;
};

/* Write the melody (PF_MELODY) of every section that has it: 0, -ENOMEM. */
PF_MUST_CHECK int pf_melody_write(const struct pf_song *song,
    const struct pf_song_wish *wish, const struct pf_melody_out *out);

/* Write the counter-melody (PF_COUNTER) of every section that has it. */
PF_MUST_CHECK int pf_counter_write(const struct pf_song *song,
    const struct pf_melody *counter, const struct pf_melody_out *out);

#endif
