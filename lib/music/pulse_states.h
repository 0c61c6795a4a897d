/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hidden states of a pulse: kind of bar, tempo, place in the bar.
 * Private to pulse*.c.
 *
 * A state is a place x in a bar of `beats` beats of `period` frames each; in
 * one frame all that is believed moves from x to x + 1.  So each (kind,
 * period) keeps its bar as a ring whose origin steps back, and only beliefs
 * that cross a beat are touched: there the tempo may change.
 */
#ifndef PF_MUSIC_PULSE_STATES_H
#define PF_MUSIC_PULSE_STATES_H

#include "base/attr.h"

#include <stdbool.h>

#define PULSE_FRAME_NS 20000000
#define PULSE_SHORTEST 14 /* frames a beat: 214 bpm */
#define PULSE_LONGEST 60  /* 50 bpm */
#define PULSE_FINE 52     /* up to here every period, then every other */
#define PULSE_PERIODS (PULSE_FINE - PULSE_SHORTEST + 1 \
    + (PULSE_LONGEST - PULSE_FINE) / 2)
#define PULSE_KINDS 6
#define PULSE_SLOTS 12    /* places of a beat in the tables */
#define PULSE_BEATS 4     /* most beats of a bar */
#define PULSE_COARSE 16   /* most places of a bar that features tell apart */
#define PULSE_PHASES 16   /* places of a beat in the summary */

/* A kind of bar and what is typical of it (pulse_table.c). */
struct pulse_kind {
	int beats, subdivision;
	double share; /* how common */
	double rate[PULSE_BEATS * PULSE_SLOTS];  /* P(a note begins here) */
	double first[PULSE_BEATS * PULSE_SLOTS]; /* P(a piece begins here) */
	/* P(feature | place) / P(feature); a duple beat has 4 places, a
	 * triple one 3.  Features: pulse.c. */
	double ratio[PULSE_COARSE][5];
	double interval[PULSE_COARSE][9];
	double stable[PULSE_COARSE][4];
	double length[PULSE_COARSE][5];
};
extern const struct pulse_kind pulse_kind[PULSE_KINDS];

/* How well each coarse place of each kind of bar explains an onset. */
struct pulse_fit {
	double at[PULSE_KINDS][PULSE_COARSE];
};

/* A tempo and phase: what is followed. */
struct pulse_mode {
	double period; /* frames */
	double phase;  /* 0..1 of the beat, now */
	double shift;  /* what is believed lies so much later than phase */
	double mass;   /* probability near it */
};

struct pulse_states;

PF_MUST_CHECK int pulse_states_new(struct pulse_states **states);
void pulse_states_free(struct pulse_states *states);

/* Before the first onset; and at it: pieces begin at typical places. */
void pulse_states_reset(struct pulse_states *states);

/*
 * One frame on.  strength 0..1: that something began in it; fit (NULL: all
 * alike) how well it sits where.  quiet: nobody plays, silence means nothing.
 */
void pulse_states_step(struct pulse_states *states, double strength,
    const struct pulse_fit *fit, bool quiet);

/* The period, in frames, of tempo i. */
int pulse_states_period(int i);

/* From now on lean to some tempi and bars: see pulse_repeat_lean(). */
void pulse_states_lean(struct pulse_states *states,
    double lean[PULSE_KINDS][PULSE_PERIODS]);

/* Make the sum 1, before a look. */
void pulse_states_settle(struct pulse_states *states);

/* Somebody says that the beat's phase and period (frames) are these. */
void pulse_states_told(struct pulse_states *states, double period,
    double phase, int index, int per_bar, double weight);

/* The likeliest tempo and phase. */
void pulse_states_best(const struct pulse_states *states,
    struct pulse_mode *best);

/*
 * The probability near `mode`: its mass and shift are set, its period becomes
 * the mean there, and bar[kind][beat of the bar that sounds] are its shares.
 */
void pulse_states_near(const struct pulse_states *states,
    struct pulse_mode *mode, double bar[PULSE_KINDS][PULSE_BEATS]);

#endif
