/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hidden states of harmony: kind of tune, key, chord.  Private to
 * chord_*.c.
 *
 * A chord is counted in two ways: above the tonic, (root - tonic) * 2 + (0
 * major, 1 minor), in tables and states; and absolute, root * 2 + ..., in
 * odds[24].
 */
#ifndef PF_MUSIC_CHORD_STATES_H
#define PF_MUSIC_CHORD_STATES_H

#include "base/attr.h"
#include "music/chord_follower.h"
#include "music/chord_table.h"

/* Probabilities (or weights) of all states. */
struct chord_odds {
	double p[CHORD_MODES][12][24]; /* mode, tonic, chord above the tonic */
};

/* The logarithms of chord_table.c, made once. */
struct chord_model {
	double melody[2][CHORD_MODES][24][12];
};

void chord_model_init(struct chord_model *model);

/* Before anything is heard. */
void chord_odds_begin(struct chord_odds *odds);

/* One beat on; index is the place of the coming beat, per_bar its bar. */
void chord_odds_step(const struct chord_odds *from, int index, int per_bar,
    struct chord_odds *to);

/* The same backward: the weight of each state given what follows it. */
void chord_odds_back(const struct chord_odds *after, int index, int per_bar,
    const struct chord_odds *likely, struct chord_odds *before);

/* How likely is it that this was told while a chord (absolute) sounds? */
double chord_told_odds(const struct pf_chord_evidence *heard, int chord);

/*
 * How well each state explains what was heard; the best is 1.  States of keys
 * that have no weight in `odds` are not worth the work: 0.
 */
void chord_odds_fit(const struct chord_model *model,
    const struct pf_chord_evidence *heard, const struct chord_odds *odds,
    struct chord_odds *fit);

/* a *= b, sum 1. */
void chord_odds_times(struct chord_odds *a, const struct chord_odds *b);

/* Sum over modes and keys: absolute chords.  p[24], sum 1. */
void chord_odds_chords(const struct chord_odds *a, double p[24]);

/* Sum over chords: keys, tonic * 2 + minor.  p[24], sum 1. */
void chord_odds_keys(const struct chord_odds *a, double p[24]);

/* Somebody says the key. */
void chord_odds_key(struct chord_odds *a, int tonic, int minor, double weight);

#endif
