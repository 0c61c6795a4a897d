/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which beat is the first of the bar, when ears tell it but may slip.
 *
 * Each told index is a vote for a way of counting; so is each change of
 * harmony, which likes downbeats: 58% of those that ears hear in a
 * fingerpicked song begin on one, none on the beat after it.  Votes fade over
 * eight bars, and the count goes on as it is until another is clearly ahead:
 * music hardly ever drops a beat, ears do.  A part of musical time.
 */
#ifndef PF_AGENT_BAR_COUNT_H
#define PF_AGENT_BAR_COUNT_H

#include <stdbool.h>
#include <stdint.h>

enum { BAR_COUNT_MOST = 16 };

struct bar_count {
	int per_bar;   /* 0: nothing told yet */
	int shift;     /* index = (beat + shift) mod per_bar */
	int other_per_bar, others; /* told otherwise so many beats in a row */
	double vote[BAR_COUNT_MOST];
};

/* An index (from 0) in a bar of per_bar (1..16) beats was told of a beat. */
void bar_count_told(struct bar_count *count, int64_t beat, int index,
    int per_bar);

/* The harmony changed on a beat; how surely, 0..1. */
void bar_count_change(struct bar_count *count, int64_t beat, double sure);

/* The place of a beat in its bar, from 0. */
int bar_count_index(const struct bar_count *count, int64_t beat);

#endif
