/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/held.h"

#include "event/type.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
pf_held_init(struct pf_held *h, uint32_t most)
{
	*h = (struct pf_held){.most = most};
	h->slot = calloc(most, sizeof *h->slot);
	h->heap = calloc(most, sizeof *h->heap);
	h->free = calloc(most, sizeof *h->free);
	if (!h->slot || !h->heap || !h->free) {
		pf_held_fini(h);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < most; i++)
		h->free[i] = most - 1 - i;
	return 0;
}

void
pf_held_fini(struct pf_held *h)
{
	free(h->slot);
	free(h->heap);
	free(h->free);
	*h = (struct pf_held){0};
}

static bool
before(const struct pf_held *h, uint32_t a, uint32_t b)
{
	const struct pf_held_event *const x = &h->slot[a], *const y =
	    &h->slot[b];
	const int c = pf_event_order(&x->event, &y->event);
	return c ? c < 0 : x->place < y->place;
}

static void
swap(struct pf_held *h, uint32_t i, uint32_t j)
{
	const uint32_t t = h->heap[i];
	h->heap[i] = h->heap[j];
	h->heap[j] = t;
}

static void
rise(struct pf_held *h, uint32_t i)
{
	while (i > 0 && before(h, h->heap[i], h->heap[(i - 1) / 2])) {
		swap(h, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
}

static void
sink(struct pf_held *h, uint32_t i)
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
heapify(struct pf_held *h)
{
	for (uint32_t i = h->n / 2; i-- > 0;)
		sink(h, i);
}

bool
pf_held_add(struct pf_held *h, const struct pf_event *e, const char *more)
{
	const size_t len = more ? strlen(more) : 0;
	if (h->n == h->most || len > PF_MORE_BYTES)
		return false;
	const uint32_t at = h->free[h->most - h->n - 1];
	struct pf_held_event *const s = &h->slot[at];
	s->event = *e;
	s->place = h->place++;
	memcpy(s->more, more ? more : "", len + 1);
	h->heap[h->n++] = at;
	rise(h, h->n - 1);
	return true;
}

const struct pf_held_event *
pf_held_take(struct pf_held *h, int64_t until_ns)
{
	if (h->n == 0 || h->slot[h->heap[0]].event.time >= until_ns)
		return NULL;
	const uint32_t at = h->heap[0];
	h->heap[0] = h->heap[--h->n];
	h->free[h->most - h->n - 1] = at;
	sink(h, 0);
	return &h->slot[at];
}

/* Does the event have a length in the axis's beats? */
static bool
has_length(const struct pf_event *e)
{
	const struct pf_type_info *const info =
	    &pf_type_info[pf_event_type(e)];
	for (unsigned i = 0; i < info->n; i++)
		if (info->field[i].kind == PF_KIND_LENGTH &&
		    !(info->field[i].when == PF_IF_SAID &&
		    e->type & PF_HEARD))
			return !pf_is_none(e->duration);
	return false;
}

void
pf_held_stretch(struct pf_held *h, int64_t at_ns, double stretch)
{
	for (uint32_t i = 0; i < h->n; i++) {
		struct pf_event *const e = &h->slot[h->heap[i]].event;
		if (e->type & PF_FREE || e->time <= at_ns)
			continue;
		e->time = at_ns +
		    (int64_t)((double)(e->time - at_ns) * stretch + 0.5);
		if (has_length(e))
			e->duration = (float)((double)e->duration * stretch);
	}
	heapify(h);
}

void
pf_held_cancel(struct pf_held *h, uint32_t id, int64_t from_ns)
{
	uint32_t kept = 0, gone = 0;
	for (uint32_t i = 0; i < h->n; i++) {
		const uint32_t at = h->heap[i];
		const struct pf_event *const e = &h->slot[at].event;
		const unsigned type = pf_event_type(e);
		if ((type == PF_NOTE || type == PF_ON) &&
		    e->time >= from_ns && (id == 0 || e->id == id))
			h->free[h->most - h->n + gone++] = at;
		else
			h->heap[kept++] = at;
	}
	h->n = kept;
	heapify(h);
}
