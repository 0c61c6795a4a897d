/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/member_heap.h"

#include "event/type.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
member_heap_init(struct member_heap *h, uint32_t most)
{
	*h = (struct member_heap){.most = most};
	/* Pages of slots that are never used are never there. */
	h->slot = malloc(most * sizeof *h->slot);
	h->heap = malloc(most * sizeof *h->heap);
	h->free = malloc(most * sizeof *h->free);
	if (!h->slot || !h->heap || !h->free) {
		member_heap_fini(h);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < most; i++)
		h->free[i] = most - 1 - i;
	return 0;
}

void
member_heap_fini(struct member_heap *h)
{
	free(h->slot);
	free(h->heap);
	free(h->free);
	*h = (struct member_heap){0};
}

/* An unknown name stands as it would be printed. */
static int
by_name(const struct member_waiting *a, const struct member_waiting *b)
{
	char x[16], y[16];
	const char *s = a->name, *t = b->name;
	if (!s)
		snprintf(x, sizeof x, "#%08x", a->event.source), s = x;
	if (!t)
		snprintf(y, sizeof y, "#%08x", b->event.source), t = y;
	return strcmp(s, t);
}

static bool
before(const struct member_heap *h, uint32_t i, uint32_t k)
{
	const struct member_waiting *const a = &h->slot[i];
	const struct member_waiting *const b = &h->slot[k];
	if (a->event.time != b->event.time)
		return a->event.time < b->event.time;
	if (a->rank != b->rank)
		return a->rank < b->rank;
	if (a->event.source != b->event.source) {
		const int c = by_name(a, b);
		if (c != 0)
			return c < 0;
	}
	return a->place < b->place;
}

static void
swap(struct member_heap *h, uint32_t a, uint32_t b)
{
	const uint32_t t = h->heap[a];
	h->heap[a] = h->heap[b];
	h->heap[b] = t;
}

static void
sink(struct member_heap *h, uint32_t i)
{
	for (;;) {
		uint32_t least = i;
		for (uint32_t c = 2 * i + 1; c <= 2 * i + 2 && c < h->n; c++)
			if (before(h, h->heap[c], h->heap[least]))
				least = c;
		if (least == i)
			return;
		swap(h, i, least);
		i = least;
	}
}

static void
heapify(struct member_heap *h)
{
	for (uint32_t i = h->n / 2; i-- > 0;)
		sink(h, i);
}

struct member_waiting *
member_heap_room(struct member_heap *h)
{
	return h->n == h->most ? NULL : &h->slot[h->free[h->most - h->n - 1]];
}

void
member_heap_enter(struct member_heap *h)
{
	uint32_t i = h->n;
	const uint32_t at = h->free[h->most - h->n - 1];
	h->slot[at].rank = (uint8_t)pf_event_rank(&h->slot[at].event);
	h->heap[h->n++] = at;
	for (; i > 0 && before(h, h->heap[i], h->heap[(i - 1) / 2]);
	    i = (i - 1) / 2)
		swap(h, i, (i - 1) / 2);
}

struct member_waiting *
member_heap_first(const struct member_heap *h)
{
	return h->n ? &h->slot[h->heap[0]] : NULL;
}

struct member_waiting *
member_heap_take(struct member_heap *h)
{
	if (h->n == 0)
		return NULL;
	const uint32_t at = h->heap[0];
	h->heap[0] = h->heap[--h->n];
	h->free[h->most - h->n - 1] = at;
	sink(h, 0);
	return &h->slot[at];
}

bool
member_is_played(const struct pf_event *e)
{
	const enum pf_type type = pf_event_type(e);
	return !(e->type & PF_HEARD) && (type == PF_NOTE || type == PF_ON ||
	    type == PF_BEND || type == PF_OFF);
}

void
member_heap_stretch(struct member_heap *h, int64_t at_ns, double stretch)
{
	for (uint32_t i = 0; i < h->n; i++) {
		struct member_waiting *const w = &h->slot[h->heap[i]];
		struct pf_event *const e = &w->event;
		if (!member_is_played(e) || e->type & PF_FREE ||
		    e->time <= at_ns || w->read_ns > at_ns)
			continue;
		e->time = at_ns +
		    (int64_t)((double)(e->time - at_ns) * stretch + 0.5);
		if (pf_event_type(e) == PF_NOTE)
			e->duration = (float)((double)e->duration * stretch);
	}
	heapify(h);
}

void
member_heap_cancel(struct member_heap *h, uint32_t source, uint32_t id,
    int64_t from_ns, void (*gone)(void *ctx, struct member_waiting *w),
    void *ctx)
{
	uint32_t kept = 0, dropped = 0;
	for (uint32_t i = 0; i < h->n; i++) {
		const uint32_t at = h->heap[i];
		struct member_waiting *const w = &h->slot[at];
		const enum pf_type type = pf_event_type(&w->event);
		if ((type == PF_NOTE || type == PF_ON) &&
		    !(w->event.type & PF_HEARD) &&
		    w->event.source == source && w->event.time >= from_ns &&
		    (id == 0 || w->event.id == id)) {
			h->free[h->most - h->n + dropped++] = at;
			gone(ctx, w);
		} else {
			h->heap[kept++] = at;
		}
	}
	h->n = kept;
	heapify(h);
}

void
member_heap_forget(struct member_heap *h, const struct member_lane *lane)
{
	for (uint32_t i = 0; i < h->n; i++)
		if (h->slot[h->heap[i]].lane == lane)
			h->slot[h->heap[i]].lane = NULL;
}
