/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one strip has still to do: a bounded heap of events, ordered by
 * (time, rank, place).  One thread at a time; setup hands out the memory.
 */
#ifndef PF_ENGINE_SCHEDULER_H
#define PF_ENGINE_SCHEDULER_H

#include "base/attr.h"
#include "engine/arena.h"
#include "event/event.h"

#include <stdbool.h>
#include <stdint.h>

#define PF_OWN_MOST 8 /* parameters a note brings along */

/* An event that waits. */
struct pf_due {
	struct pf_event event;
	int64_t frame;    /* of event.time, never before the engine's */
	int64_t end_ns;   /* note: where it ends */
	uint64_t place;   /* rank << 56 | how many came before */
	uint16_t slot;    /* set: which parameter */
	uint16_t owns;
	uint16_t own_slot[PF_OWN_MOST];
	float own_value[PF_OWN_MOST];
};

struct pf_scheduler {
	struct pf_due *due;   /* due[room] */
	uint32_t *heap;       /* [0, n) a heap of places in due, the rest free */
	uint32_t n, room;
	uint64_t count;       /* events ever added */
};

void pf_scheduler_lay_out(struct pf_scheduler *s, struct pf_arena *arena,
    unsigned room);

/*
 * Insert a copy of *due; its place is filled in here.  Returns false when
 * the heap is full.
 */
PF_RT bool pf_scheduler_add(struct pf_scheduler *s, const struct pf_due *due);

/* The first, or NULL; valid until the next add. */
PF_RT const struct pf_due *pf_scheduler_first(const struct pf_scheduler *s);
PF_RT void pf_scheduler_pop(struct pf_scheduler *s);

/*
 * Tempo: what waits behind `at_ns` moves to at + (t - at) * ratio, ends
 * too.  FREE events stay.
 */
PF_RT void pf_scheduler_stretch(struct pf_scheduler *s, int64_t at_ns,
    double ratio, uint32_t rate_hz);

/*
 * Drop notes: of a source (or all sources: 0), of an id (or all: 0), at or
 * after `from`, among the first `count` that were ever added; FREE ones stay
 * if keep_free.
 */
PF_RT void pf_scheduler_drop(struct pf_scheduler *s, uint32_t source,
    uint32_t id, int64_t from, uint64_t count, bool keep_free);

/* How many events had been added before this one. */
static inline uint64_t
pf_due_count(const struct pf_due *due)
{
	return due->place & (UINT64_MAX >> 8);
}

/* at + (t - at) * ratio for t > at, rounded to the nearest ns. */
PF_RT int64_t pf_stretch(int64_t t, int64_t at, double ratio);

#endif
