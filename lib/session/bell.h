/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bell: one futex word on which sleeping readers wait, and the roster
 * counter.  The one file of a session that everybody may write; only sleep
 * depends on it, so whoever scribbles on it costs a wake-up, no music.
 *
 * Bits 0-7 of the word say "a sleeper of this class waits"; the rest counts.
 *
 * To sleep: (1) pf_bell_arm() sets the class's bit, seq_cst, and gives the
 * word; (2) look at the lanes again; (3) pf_bell_wait() for that word.
 * To ring: (1) store the lane's position, seq_cst (pf_lane_say() does);
 * (2) pf_bell_ring() loads the word, seq_cst: no bit, nothing to do.  One of
 * the two sees the other: either the sleeper finds the new position in its
 * (2), or the ringer finds the bit.  A word that changed in between makes the
 * wait return at once.
 *
 * The audio thread rings nobody: it wakes its own porter, who rings.
 */
#ifndef PF_SESSION_BELL_H
#define PF_SESSION_BELL_H

#include "base/attr.h"

#include <stdatomic.h>
#include <stdint.h>

#define PF_BELL_MAGIC 0x316c6c65622d6670u /* "pf-bell1" */
#define PF_BELL_BYTES 4096

enum pf_bell_class {
	PF_BELL_AGENTS, PF_BELL_EARS, PF_BELL_ENGINE, PF_BELL_SCREENS,
	PF_BELL_CLASSES = 8
};

struct pf_bell {
	uint64_t magic;
	_Atomic uint32_t word;
	_Atomic uint32_t roster; /* raised after each birth of a lane */
};

void pf_bell_init(struct pf_bell *bell);

/* Say that a sleeper of the class will wait; returns the word to wait for. */
uint32_t pf_bell_arm(struct pf_bell *bell, enum pf_bell_class c);

/*
 * Sleep until the class is rung, the word is another one, or timeout_ns has
 * passed (it may also wake for nothing).  Returns 0 or -ETIMEDOUT.
 */
int pf_bell_wait(struct pf_bell *bell, enum pf_bell_class c, uint32_t word,
    int64_t timeout_ns);

/* Wake all sleepers of a class; costs a load when nobody sleeps. */
void pf_bell_ring(struct pf_bell *bell, enum pf_bell_class c);

#endif
