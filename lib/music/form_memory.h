/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where in its own past the music is: the repeat of a strain, the next
 * chorus, something new.
 *
 * A hidden Markov model whose states are the distances back ("what sounds now
 * is what sounded so many beats ago") and "new".  It stays where it is but at
 * phrase boundaries, where tunes like to go back to the beginning of a
 * phrase; each beat is compared with the beat that each distance points at.
 */
#ifndef PF_MUSIC_FORM_MEMORY_H
#define PF_MUSIC_FORM_MEMORY_H

#include "base/attr.h"

#include <stdbool.h>

#define FORM_BEATS 2048
#define FORM_FEATURES 36 /* melody in two halves of the beat, harmony */

struct form_beat {
	float sound[FORM_FEATURES]; /* beats that pitch classes sounded */
	float melody, harmony;      /* their sums */
	int index, per_bar;
	long bar;                   /* whole bars since the first, -1 pickup */
};

struct form_memory {
	struct form_beat beat[FORM_BEATS]; /* by beat number % FORM_BEATS */
	long beats;                        /* heard */
	double back[FORM_BEATS];           /* P(distance); [0] is "new" */
	bool begun;                        /* has a note sounded? */
	long bar;
};

void form_memory_init(struct form_memory *form);

/* The probabilities before the beat (index, bar: of that beat, `ahead` beats
 * after the last heard) is heard: from[], to[FORM_BEATS]. */
void form_memory_foresee(const struct form_memory *form, const double *from,
    long beat, int index, int per_bar, long bar, double *to);

/* The beat is over and was so; `beat` numbers come in order. */
void form_memory_hear(struct form_memory *form, const struct form_beat *heard);

#endif
