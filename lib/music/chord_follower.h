/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chords of music while it goes on, and the next one before it comes.
 *
 * A hidden Markov model over 24 keys times 24 triads relative to the key, one
 * step a felt beat: chords change by scale degree and by place in the bar
 * and phrase, melody notes fit chords by scale degree and metric weight
 * (chord_table.c, learnt from tunes).  A second model, of where in its own
 * memory the music is, notices what comes back (the repeat of a strain, the
 * next chorus) and then expects what it understood, afterwards, of the chords
 * there; the two are weighed by how well the memory has fitted so far.
 *
 * One step is one felt beat.  Beats are numbered from 0 and steps come in
 * order.  Allocates only when made.
 */
#ifndef PF_MUSIC_CHORD_FOLLOWER_H
#define PF_MUSIC_CHORD_FOLLOWER_H

#include "base/attr.h"
#include "music/theory.h"

#define PF_CHORD_AHEAD 16 /* beats that can be foreseen */

/* One thread at a time may use it. */
struct pf_chord_follower;

/* What was heard in one felt beat.  Zero what was not. */
struct pf_chord_evidence {
	/* Beats (0..1 each) that pitch classes sounded in the melody, in the
	 * first and in the second half of the beat. */
	double melody[2][12];
	double attack[12];  /* melody notes that began on the beat: 1 each */
	double harmony[12]; /* accompaniment or chroma, any scale */
	double bass[12];    /* lowest notes, any scale */
	struct pf_chord told; /* what somebody says sounds here */
	double told_weight; /* 0: nobody; ears: their confidence; score: 1 */
};

struct pf_chord_belief {
	struct pf_chord chord; /* root -1: nothing heard yet */
	double confidence;     /* 0..1: probability of the triad */
	struct pf_chord other; /* the runner-up */
	double other_confidence;
	double memory; /* 0..1: how much of this is remembered, not guessed */
};

/* The form as it is understood: where the music comes back. */
struct pf_chord_form {
	int lag_beats;     /* it sounds now what sounded so long ago; 0: new */
	double confidence; /* 0..1 */
};

/*
 * Make one that remembers 2048 beats (it forgets older ones).  Returns 0, to
 * be freed with pf_chord_follower_free(); or -ENOMEM.
 */
PF_MUST_CHECK int pf_chord_follower_new(struct pf_chord_follower **follower);
void pf_chord_follower_free(struct pf_chord_follower *follower);

/* Forget everything. */
void pf_chord_follower_reset(struct pf_chord_follower *follower);

/*
 * The next beat is over and was so: index is its place in the bar from 0,
 * per_bar the bar's felt beats (1..16).
 */
void pf_chord_follower_step(struct pf_chord_follower *follower, int index,
    int per_bar, const struct pf_chord_evidence *evidence);

/*
 * The beat that now sounds, as far as it is heard: sharpens what is believed
 * of it until its step comes.  Replaces the last peek; NULL withdraws it.
 */
void pf_chord_follower_peek(struct pf_chord_follower *follower,
    const struct pf_chord_evidence *evidence);

/* Somebody says what the key is; weight 0..1. */
void pf_chord_follower_key(struct pf_chord_follower *follower,
    struct pf_key key, double weight);

/* Somebody says what the chord of a coming beat will be; replaces, weight 0
 * withdraws; beats over already or too far ahead are ignored. */
void pf_chord_follower_foretell(struct pf_chord_follower *follower, long beat,
    struct pf_chord chord, double weight);

/* How many beats are over: the number of the beat that sounds now. */
long pf_chord_follower_beats(const struct pf_chord_follower *follower);

/*
 * What is believed of a beat: understood afterwards if it is over (the last
 * 2048), as heard so far if it is now, foreseen up to PF_CHORD_AHEAD beats
 * ahead.  Returns false, and an unknown chord, outside that.
 */
bool pf_chord_follower_at(const struct pf_chord_follower *follower, long beat,
    struct pf_chord_belief *belief);

/* The key that its chords and notes make likely. */
void pf_chord_follower_key_odds(const struct pf_chord_follower *follower,
    double p[24]);

void pf_chord_follower_form(const struct pf_chord_follower *follower,
    struct pf_chord_form *form);

#endif
