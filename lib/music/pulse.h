/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pulse of music while it goes on: felt beat, tempo, bar, meter.
 *
 * A bar-pointer model: hidden states say where in the bar the music is and
 * how fast it goes, for bars of 2, 3 and 4 beats that divide in two and bars
 * of 2 and 3 beats that divide in three.  After F. Krebs, S. Boeck and
 * G. Widmer, "An Efficient State-Space Model for Joint Tempo and Meter
 * Tracking", ISMIR 2015, filtered forward only (nothing is known ahead), with
 * how often notes begin at each place of a bar learnt from tunes.  A Kalman
 * filter on beat and period, fed with the onsets' exact times, then makes the
 * answer finer than the 20 ms of the states.
 *
 * Hears audio and notes alike: whatever begins says when and how strongly.
 * Allocates only when made; plain double arithmetic, the same on every host.
 */
#ifndef PF_MUSIC_PULSE_H
#define PF_MUSIC_PULSE_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

#define PF_PULSE_BPM_LEAST 50.0 /* felt beats a minute */
#define PF_PULSE_BPM_MOST 220.0

/* One thread at a time may use it. */
struct pf_pulse;

/* Something that begins.  Zero what is not known. */
struct pf_pulse_onset {
	int64_t at_ns;   /* when it happened */
	double strength; /* 0..1: how sure and how loud */
	double low;      /* 0..1: a kick or a bass note in it */
	double back;     /* 0..1: a snare or a clap in it: a backbeat? */
	double change;   /* 0..1: new harmony, a cymbal crash: a new bar? */
	double length_s; /* how long it sounds, if that is known already */
	double pitch;    /* MIDI number of the melody note, or 0 */
};

/* What is believed now. */
struct pf_pulse_belief {
	int64_t beat_ns;   /* the last felt beat at or before now */
	double period_ns;  /* of the felt beat */
	int index;         /* that beat's place in the bar, from 0 */
	int per_bar;       /* felt beats in a bar: 2, 3, 4 */
	int subdivision;   /* 2, or 3 in 6/8 and 9/8 */
	double confidence; /* 0..1: that the beats are right */
	double bar_confidence; /* 0..1: that `index` and `per_bar` are */
	bool locked;       /* has heard enough to be followed */
};

/* Make one, at 0 ns.  Returns 0, to be freed with pf_pulse_free(); -ENOMEM. */
PF_MUST_CHECK int pf_pulse_new(struct pf_pulse **pulse);
void pf_pulse_free(struct pf_pulse *pulse);

/* Forget everything; the next call begins at from_ns. */
void pf_pulse_reset(struct pf_pulse *pulse, int64_t from_ns);

/*
 * Hear an onset.  Onsets come in order of their becoming known; at_ns may lie
 * up to 100 ms before the time of the last pf_pulse_run(), older ones count
 * as that old.  Non-finite fields count as 0.
 */
void pf_pulse_hear(struct pf_pulse *pulse, const struct pf_pulse_onset *onset);

/*
 * Ears may give their onset strength function too, a value 0..1 for each hop
 * (about 100 a second): it guides the states where no onset was picked out.
 */
void pf_pulse_activation(struct pf_pulse *pulse, int64_t at_ns, double value);

/*
 * Somebody knows: the beat is here (a count-in, a foot, other ears).
 * index from 0 or -1, per_bar 0 if unknown, weight 0..1.
 */
void pf_pulse_told(struct pf_pulse *pulse, int64_t beat_ns, double period_ns,
    int index, int per_bar, double weight);

/* Go on to now_ns: nothing else began before it.  Earlier times do nothing. */
void pf_pulse_run(struct pf_pulse *pulse, int64_t now_ns);

/* What is believed at the time of the last pf_pulse_run(). */
void pf_pulse_get(const struct pf_pulse *pulse, struct pf_pulse_belief *belief);

/*
 * The time of the k-th felt beat after belief->beat_ns (k may be negative)
 * and, in *index (NULL is fine), its place in the bar from 0.
 */
int64_t pf_pulse_foresee(const struct pf_pulse *pulse, int k, int *index);

#endif
