/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How what begins repeats itself: which beats and bars that speaks for.
 * Private to pulse*.c.
 *
 * The autocorrelation of the last seconds' onsets, kept as a sum that fades,
 * is high at the length of a beat, of two, of a bar.  A tempo a third too
 * slow may explain the onsets of one bar as well as the right one does; but
 * nothing comes again after two or four of its beats.
 */
#ifndef PF_MUSIC_PULSE_REPEAT_H
#define PF_MUSIC_PULSE_REPEAT_H

#include "music/pulse_states.h"

#define PULSE_LAGS (4 * PULSE_LONGEST + 4) /* frames */

struct pulse_repeat {
	double past[2][PULSE_LAGS]; /* onsets by frame: all; low ones */
	int at;                     /* where the newest stands */
	double sum[PULSE_LAGS];     /* of products, by lag; fading */
	double mean[2], weight;     /* of what was heard; fading too */
	double last[2][2];          /* for the smoothing: the last two */
};

/* Nothing heard yet. */
void pulse_repeat_reset(struct pulse_repeat *repeat);

/* A frame: how strongly something began in it, and something low, 0..1. */
void pulse_repeat_hear(struct pulse_repeat *repeat, double strength,
    double low);

/*
 * lean[kind][period] is how much a second speaks for them: 0 for the best,
 * natural logarithms below it for the others; all 0 if little was heard.
 */
void pulse_repeat_lean(const struct pulse_repeat *repeat,
    double lean[PULSE_KINDS][PULSE_PERIODS]);

#endif
