/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bounded heap over somebody's array: which of its slots are in use, the
 * first in order always at hand, and which are free.
 *
 * The slots stay where they are; the heap moves their numbers only.  place[] holds every number once:
 *
 *     place[0..n-1]     in use, a binary heap: the first is place[0]
 *     place[n..most-1]  free; the one freed last is place[n]
 *
 * One thread at a time.
 */
#ifndef PF_BASE_HEAP_H
#define PF_BASE_HEAP_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_heap {
	uint32_t *place;  /* place[most], the caller's */
	uint32_t n, most; /* in use; slots in all */
	bool (*before)(const void *slots, uint32_t a, uint32_t b);
	void *slots;
};

/*
 * All free.  place[most] and slots stay the caller's.
 *
 * before  PF_RT if the heap's thread is; whether slot a comes before slot b.
 *         Two that are equal have no order: whoever wants one counts
 * slots   handed to it: the array
 */
void pf_heap_init(struct pf_heap *heap, uint32_t *place, uint32_t most,
    bool (*before)(const void *slots, uint32_t a, uint32_t b), void *slots);

/* Put slot place[n], which must be free and is filled by now, in order. */
PF_RT void pf_heap_enter(struct pf_heap *heap);

/*
 * Take the first out; there must be one.  Returns its number: it is free and
 * will be the next to be used.
 */
PF_RT uint32_t pf_heap_take(struct pf_heap *heap);

/* What is in use changed its order: find it anew. */
PF_RT void pf_heap_settle(struct pf_heap *heap);

/*
 * Free all that keep() does not want kept; it is asked once of each, in the
 * order of place[].
 */
PF_RT void pf_heap_sift(struct pf_heap *heap,
    bool (*keep)(void *ctx, uint32_t at), void *ctx);

#endif
