/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/member_heap.h"

#include "event/type.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
before(const void *slots, uint32_t i, uint32_t k)
{
	const struct member_waiting *const slot = slots;
	const struct member_waiting *const a = &slot[i], *const b = &slot[k];
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

int
member_heap_init(struct member_heap *h, uint32_t most)
{
	/* Pages of slots that are never used are never there. */
	*h = (struct member_heap){.slot = malloc(most * sizeof *h->slot)};
	uint32_t *const place = malloc(most * sizeof *place);
	if (!h->slot || !place) {
		free(place);
		free(h->slot);
		return -ENOMEM;
	}
	pf_heap_init(&h->heap, place, most, before, h->slot);
	return 0;
}

void
member_heap_fini(struct member_heap *h)
{
	free(h->slot);
	free(h->heap.place);
	*h = (struct member_heap){0};
}

bool
member_heap_full(const struct member_heap *h)
{
	return h->heap.n == h->heap.most;
}

struct member_waiting *
member_heap_room(struct member_heap *h)
{
	return member_heap_full(h) ? NULL
	    : &h->slot[h->heap.place[h->heap.n]];
}

void
member_heap_enter(struct member_heap *h)
{
	struct member_waiting *const w = member_heap_room(h);
	w->rank = (uint8_t)pf_event_rank(&w->event);
	pf_heap_enter(&h->heap);
}

struct member_waiting *
member_heap_first(const struct member_heap *h)
{
	return h->heap.n ? &h->slot[h->heap.place[0]] : NULL;
}

struct member_waiting *
member_heap_take(struct member_heap *h)
{
	return h->heap.n ? &h->slot[pf_heap_take(&h->heap)] : NULL;
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
	for (uint32_t i = 0; i < h->heap.n; i++) {
		struct member_waiting *const w = &h->slot[h->heap.place[i]];
		struct pf_event *const e = &w->event;
		if (!member_is_played(e) || e->type & PF_FREE ||
		    e->time <= at_ns || w->read_ns > at_ns)
			continue;
		e->time = at_ns +
		    (int64_t)((double)(e->time - at_ns) * stretch + 0.5);
		if (pf_event_type(e) == PF_NOTE)
			e->duration = (float)((double)e->duration * stretch);
	}
	pf_heap_settle(&h->heap);
}

struct cancel {
	struct member_heap *heap;
	uint32_t source, id;
	int64_t from_ns;
	void (*gone)(void *ctx, struct member_waiting *w);
	void *ctx;
};

static bool
survives(void *ctx, uint32_t at)
{
	const struct cancel *const c = ctx;
	struct member_waiting *const w = &c->heap->slot[at];
	const enum pf_type type = pf_event_type(&w->event);
	if ((type != PF_NOTE && type != PF_ON) ||
	    w->event.type & PF_HEARD || w->event.source != c->source ||
	    w->event.time < c->from_ns || (c->id != 0 && w->event.id != c->id))
		return true;
	c->gone(c->ctx, w);
	return false;
}

void
member_heap_cancel(struct member_heap *h, uint32_t source, uint32_t id,
    int64_t from_ns, void (*gone)(void *ctx, struct member_waiting *w),
    void *ctx)
{
	pf_heap_sift(&h->heap, survives, &(struct cancel){h, source, id,
	    from_ns, gone, ctx});
}

void
member_heap_forget(struct member_heap *h, const struct member_lane *lane)
{
	for (uint32_t i = 0; i < h->heap.n; i++)
		if (h->slot[h->heap.place[i]].lane == lane)
			h->slot[h->heap.place[i]].lane = NULL;
}
