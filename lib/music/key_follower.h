/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The key of music while it goes on, through modulations.
 *
 * A hidden Markov model over 24 keys.  The evidence is how long, and on how
 * heavy a place, each pitch class sounds, against profiles learnt from tunes
 * (key_table.c); keys change seldom, and most often to a near one.  After
 * C. L. Krumhansl, "Cognitive Foundations of Musical Pitch", 1990, chapter 4,
 * with the probabilistic reading of D. Temperley, "Music and Probability",
 * 2007, chapter 6.  Lives in the caller's storage.
 */
#ifndef PF_MUSIC_KEY_FOLLOWER_H
#define PF_MUSIC_KEY_FOLLOWER_H

#include "music/theory.h"

#define PF_KEYS 24 /* tonic * 2 + (0 major, 1 minor) */

struct pf_key_follower {
	double log_p[PF_KEYS]; /* log probability of each key, the best 0 */
	double lately[12];     /* beats of pitch classes, for church modes */
	double heard_beats;
};

struct pf_key_belief {
	struct pf_key key;   /* PF_MAJOR, PF_MINOR, PF_DORIAN, PF_MIXOLYDIAN */
	double confidence;   /* 0..1: its probability */
	struct pf_key other; /* the runner-up, major or minor */
};

void pf_key_follower_init(struct pf_key_follower *follower);

/*
 * Hear weight[12] of pitch classes (felt beats that each sounded, more on
 * heavy places; a chroma vector times its length) in the last `beats` beats.
 */
void pf_key_follower_hear(struct pf_key_follower *follower,
    const double weight[12], double beats);

/* Somebody says it: a score (confidence 1), ears (theirs). */
void pf_key_follower_told(struct pf_key_follower *follower, struct pf_key key,
    double confidence);

/* What is believed.  Before anything is heard: C major, confidence 1/24. */
void pf_key_follower_get(const struct pf_key_follower *follower,
    struct pf_key_belief *belief);

/* The probability of each key, p[PF_KEYS], sum 1. */
void pf_key_follower_odds(const struct pf_key_follower *follower,
    double p[PF_KEYS]);

#endif
