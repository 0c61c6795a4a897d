/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The axis of a session: which beat a moment of session time is, for programs
 * that write the session as text or read text for it.
 *
 * It begins at the session's first frame with beat 0 and never jumps; the
 * engine says on lane.engine how fast it goes.  Who comes later learns the
 * tempos so far from what the lane still holds.  If it begins in the middle,
 * the axis before it is taken to have gone at the first tempo known.
 *
 * One thread at a time; setup.
 */
#ifndef PF_LIVE_AXIS_H
#define PF_LIVE_AXIS_H

#include "base/attr.h"
#include "event/event.h"
#include "event/tempo_map.h"
#include "session/clock.h"
#include "session/directory.h"

#include <stdint.h>

struct pf_axis {
	struct pf_tempo_map map;
	int64_t last_ns; /* the time of the last tempo; -1: none yet */
};

/*
 * Learn the axis so far.
 *
 * state  the session's clock, for a session whose lane.engine is not there
 *        or does not go back to the first tempo; NULL: none
 *
 * Returns 0 or -ENOMEM.
 */
PF_MUST_CHECK int pf_axis_learn(struct pf_axis *axis,
    const struct pf_directory *dir, const struct pf_clock_state *state);
void pf_axis_free(struct pf_axis *axis);

/*
 * Hear an event of lane.engine.  Returns 1 if it is a tempo that is new, 0 if
 * it is none or was known, -ENOMEM.
 */
PF_MUST_CHECK int pf_axis_hear(struct pf_axis *axis, const struct pf_event *e);

#endif
