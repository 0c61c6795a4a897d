/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The string that rides behind an event, as slots of a lane and back: up to
 * 15 slots of type `more`, 16 bytes each, padded with NUL.
 */
#ifndef PF_SESSION_LANE_MORE_H
#define PF_SESSION_LANE_MORE_H

#include "base/attr.h"
#include "event/event.h"

/*
 * Lay text ("key=value" TAB ...; NULL or "" for none) out as slots that
 * belong to *e, whose type word is told how many.  Returns how many, or
 * -EMSGSIZE (longer than PF_MORE_BYTES; *e is as it was).
 */
PF_RT int pf_lane_more_slots(struct pf_event *e, const char *text,
    struct pf_event more[PF_MORE_MOST]);

/* The text of n slots, ended by a NUL. */
PF_RT void pf_lane_more_text(const struct pf_event *more, unsigned n,
    char text[PF_MORE_BYTES + 1]);

#endif
