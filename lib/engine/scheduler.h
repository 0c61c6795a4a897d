/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one strip has still to do: a bounded heap of events, ordered by
 * (frame, rank, place).  One thread at a time; setup hands out the memory.
 */
#ifndef PF_ENGINE_SCHEDULER_H
#define PF_ENGINE_SCHEDULER_H

#include "base/attr.h"
#include "base/heap.h"
#include "engine/arena.h"
#include "engine/fates.h"
#include "event/event.h"

#include <stdbool.h>
#include <stdint.h>

#define PF_OWN_MOST 16 /* parameters a note brings along */

/* A parameter that a note brings along, by name: the instrument may change. */
struct pf_own {
	uint32_t name; /* hash */
	uint32_t word; /* hash of a choice's name; 0: the value stands here */
	float value;
};

/* How a `set` found its parameter: the strip's own name, STRIP.name, a note's. */
enum pf_by { PF_BY_OWN, PF_BY_FULL, PF_BY_NOTE };

/* An event that waits. */
struct pf_due {
	struct pf_event event;
	int64_t frame;    /* of event.time, never before the engine's */
	int64_t end_ns;   /* note: where it ends */
	uint64_t place;   /* rank << 56 | how many came before */
	uint64_t tag;     /* 0: nobody wants to know */
	uint8_t by;       /* set: enum pf_by */
	bool late;        /* its own time was before the engine's */
	bool turns;       /* play, stop, seek, reset: a new epoch begins */
	bool faded;       /* set of `shed` by the engine itself: to be told */
	uint16_t owns;
	struct pf_own own[PF_OWN_MOST];
};

struct pf_scheduler {
	struct pf_due *due;   /* due[heap.most] */
	struct pf_heap heap;
	uint32_t tagged;      /* of heap.n, those with a fate to tell */
	uint64_t count;       /* events ever added */
};

/* The order of due[], for the heap. */
PF_RT bool pf_due_before(const void *slots, uint32_t a, uint32_t b);

/* Take its memory from the arena: room for so many events.  Setup. */
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
 * too, but not before frame `now`.  FREE events stay.
 */
PF_RT void pf_scheduler_stretch(struct pf_scheduler *s, int64_t at_ns,
    double ratio, uint32_t rate_hz, int64_t now);

/* Which notes are to be dropped. */
struct pf_drop {
	uint32_t source;  /* 0: anybody's */
	uint32_t id;      /* 0: any */
	int64_t from;     /* at or after this time */
	uint64_t before;  /* those added before this many others, and ... */
	bool turns;       /* ... later ones that are not of this epoch: */
	unsigned epoch;
	bool keep_free;   /* FREE ones stay */
};

/* Drop them; who is tagged gets the fate. */
PF_RT void pf_scheduler_drop(struct pf_scheduler *s,
    const struct pf_drop *drop, struct pf_fates *fates,
    const struct pf_fate *fate);

/* How many events had been added before this one. */
static inline uint64_t
pf_due_count(const struct pf_due *due)
{
	return due->place & (UINT64_MAX >> 8);
}

/* A note's length in whole ns, at most ten days. */
static inline int64_t
pf_ns_of_duration(float s)
{
	return (int64_t)((double)(s > 1e6f ? 1e6f : s) * 1e9 + 0.5);
}

/* Will its fate be told? */
static inline bool
pf_due_told(const struct pf_due *due)
{
	return due->tag || due->faded;
}

#endif
