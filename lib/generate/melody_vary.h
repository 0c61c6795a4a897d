/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What composers do to a bar that was heard before.  Private to lib/generate.
 */
#ifndef PF_GENERATE_MELODY_VARY_H
#define PF_GENERATE_MELODY_VARY_H

#include "generate/melody.h"

/* Turn its tune over around its first tone. */
void pf_bar_invert(struct pf_tone_bar *bar);

/* Its first half twice; a bar without one stays as it is. */
void pf_bar_fragment(struct pf_tone_bar *bar, int bar_ticks);

/* Every length twice as long: what fits of it. */
void pf_bar_augment(struct pf_tone_bar *bar, int bar_ticks);

/* Only what stands on beats: a tune remembered in quiet. */
void pf_bar_reduce(struct pf_tone_bar *bar, struct pf_meter meter);

/* Divide a long tone; the new half is free to step.  beat in ticks. */
void pf_bar_ornament(struct pf_tone_bar *bar, uint64_t seed, int64_t place,
    int beat);

/* Hold it to its degrees, firm 0..1, `shift` degrees higher. */
void pf_bar_hold(struct pf_tone_bar *bar, double firm, int shift);

#endif
