/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plan of a theme: which of its bars is new, which returns and how.
 * Private to lib/generate.
 *
 * A plan is a row of bars, as text: a letter the first time is new, again it
 * returns; '+' and '-' a step higher or lower (sequence), 'i' turned over,
 * 'f' its first half twice (fragmentation): "a a+ b c d e f g".
 */
#ifndef PF_GENERATE_MELODY_PLAN_H
#define PF_GENERATE_MELODY_PLAN_H

#include "generate/melody.h"

/*
 * Choose a plan of so many bars for a theme of that name, of a kind that the
 * melody's `repeat` asks for; NULL if there is none of that length.
 */
const char *pf_theme_plan(const struct pf_melody *melody, int bars,
    uint64_t seed, uint32_t name);

/* What bar i is: its letter (0: the plan has none), and its sign or 0. */
char pf_plan_bar(const char *plan, int i, char *sign);

/* The bar in which a letter of the plan is heard first. */
int pf_plan_first(const char *plan, char letter);

#endif
