/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What holds from here on: the last word of each kind that a tape has to
 * begin with, so that it needs nothing that was said before.
 *
 * One thread at a time.
 */
#ifndef PF_LIVE_TAPE_STATE_H
#define PF_LIVE_TAPE_STATE_H

#include "base/attr.h"
#include "event/event.h"

struct pf_tape_state;

/* The two halves: tempo, meter, key, ...; and patch, set. */
enum pf_tape_half { PF_TAPE_AXIS, PF_TAPE_DESK };

PF_MUST_CHECK int pf_tape_state_new(struct pf_tape_state **state);
void pf_tape_state_free(struct pf_tape_state *state);

/*
 * Hear what was said: tempo, meter, key, chord, section, play; patch of each
 * source; set of each source's parameter, but not of single notes; stop ends
 * play, reset ends what was set.  Others change nothing.
 */
void pf_tape_state_hear(struct pf_tape_state *state,
    const struct pf_event *e, const char *more);

/*
 * Call tell() for each that holds, in the order in which they were said; a
 * parameter that was on its way stands where it was going.
 */
void pf_tape_state_each(const struct pf_tape_state *state,
    enum pf_tape_half half,
    void (*tell)(void *ctx, const struct pf_event *e, const char *more),
    void *ctx);

#endif
