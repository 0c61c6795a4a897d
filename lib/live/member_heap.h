/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events that were read from lanes and wait for their time: a bounded heap
 * in the order of delivery: time, rank, source name as bytes, place.  A part
 * of the member.
 */
#ifndef PF_LIVE_MEMBER_HEAP_H
#define PF_LIVE_MEMBER_HEAP_H

#include "base/attr.h"
#include "base/heap.h"
#include "event/event.h"

#include <stdbool.h>
#include <stdint.h>

struct member_lane;

struct member_waiting {
	struct pf_event event;
	struct member_lane *lane; /* where it stood; NULL: nowhere any more */
	const char *name;     /* of its source; NULL: nobody knows */
	uint64_t place;       /* in the order of reading */
	int64_t read_ns;      /* session time when it was read */
	int64_t late_ns;      /* its time was moved on by this */
	uint8_t rank;
	bool reflexed;        /* the reflex has had it */
	bool from_engine;     /* stood in lane.engine */
	char more[PF_MORE_BYTES + 1];
};

struct member_heap {
	struct member_waiting *slot; /* slot[heap.most] */
	struct pf_heap heap;
};

/* Room for `most` events.  Returns 0 or -ENOMEM. */
PF_MUST_CHECK int member_heap_init(struct member_heap *heap, uint32_t most);
void member_heap_fini(struct member_heap *heap);

/* Is there no room for another event? */
bool member_heap_full(const struct member_heap *heap);

/*
 * A place for an event, to be filled in and then put in order by
 * member_heap_enter(); NULL if it is full.
 */
struct member_waiting *member_heap_room(struct member_heap *heap);
void member_heap_enter(struct member_heap *heap);

/* The first event, or NULL; and the same taken out, valid until the next
 * member_heap_room(). */
struct member_waiting *member_heap_first(const struct member_heap *heap);
struct member_waiting *member_heap_take(struct member_heap *heap);

/*
 * The tempo changed at at_ns by the factor stretch (old bpm / new bpm): what
 * was read before, is to be played, is not FREE and comes later moves.
 */
void member_heap_stretch(struct member_heap *heap, int64_t at_ns,
    double stretch);

/*
 * A source withdraws its notes from from_ns on; id 0: all of them.  Tells
 * `gone` of each.
 */
void member_heap_cancel(struct member_heap *heap, uint32_t source,
    uint32_t id, int64_t from_ns,
    void (*gone)(void *ctx, struct member_waiting *w), void *ctx);

/* A lane goes: what it said stays and is its nobody's. */
void member_heap_forget(struct member_heap *heap,
    const struct member_lane *lane);

/* Is it something to be played, that falls with its epoch? */
bool member_is_played(const struct pf_event *e);

#endif
