/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events that were said and wait for their time: a bounded heap, in the
 * order time, rank, place.
 */
#ifndef PF_STREAM_HELD_H
#define PF_STREAM_HELD_H

#include "base/attr.h"
#include "base/heap.h"
#include "event/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pf_held_event {
	struct pf_event event;
	uint64_t place; /* in the order of saying */
	char more[PF_MORE_BYTES + 1];
};

struct pf_held {
	struct pf_held_event *slot; /* slot[heap.most] */
	struct pf_heap heap;
	uint64_t place;
};

/* Room for `most` events.  Returns 0 or -ENOMEM. */
PF_MUST_CHECK int pf_held_init(struct pf_held *held, uint32_t most);
void pf_held_fini(struct pf_held *held);

/*
 * Keep an event; more may be NULL.  False if it is full, or more is longer
 * than PF_MORE_BYTES.
 */
bool pf_held_add(struct pf_held *held, const struct pf_event *e,
    const char *more);

/* The first event, or NULL; valid until the next pf_held_add(). */
const struct pf_held_event *pf_held_first(const struct pf_held *held);

/*
 * Take out the first event with time < until_ns; NULL if there is none.
 * Valid until the next pf_held_add().
 */
const struct pf_held_event *pf_held_take(struct pf_held *held,
    int64_t until_ns);

/*
 * The tempo changed at time at_ns by the factor `stretch` (old bpm / new
 * bpm): what comes later, and is not FREE, moves with its lengths.
 */
void pf_held_stretch(struct pf_held *held, int64_t at_ns, double stretch);

/* Forget notes from from_ns on; id 0: all of them. */
void pf_held_cancel(struct pf_held *held, uint32_t id, int64_t from_ns);

#endif
