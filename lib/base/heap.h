/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bounded heap over somebody's array: which of its slots are in use, the
 * first in order always at hand, and which are free.
 *
 * The slots stay where they are and are the owner's; the heap moves their
 * numbers only.  place[] holds every number once:
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
	uint32_t *place;  /* place[most] */
	uint32_t n, most; /* in use; slots in all */
	bool (*before)(const void *slots, uint32_t a, uint32_t b);
	void *slots;
};

/*
 * All free.
 *
 * before  whether slot a comes before slot b; two that are equal have no
 *         order, so whoever wants one counts
 * slots   handed to it: the array
 *
 * Returns 0 or -ENOMEM.
 */
PF_MUST_CHECK int pf_heap_init(struct pf_heap *heap, uint32_t most,
    bool (*before)(const void *slots, uint32_t a, uint32_t b),
    void *slots);

/* Free it; harmless for one of zeros. */
void pf_heap_fini(struct pf_heap *heap);

/* Put slot place[n], which must be free and is filled by now, in order. */
void pf_heap_enter(struct pf_heap *heap);

/*
 * Take the first out; there must be one.  Returns its number: it is free and
 * will be the next to be used.
 */
uint32_t pf_heap_take(struct pf_heap *heap);

/* What is in use changed its order: find it anew. */
void pf_heap_settle(struct pf_heap *heap);

/* Free all that keep() does not want kept.  It is asked once of each. */
void pf_heap_sift(struct pf_heap *heap, bool (*keep)(void *ctx, uint32_t at),
    void *ctx);

#endif
