/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/held.h"

#include "event/type.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool
before(const void *slots, uint32_t a, uint32_t b)
{
	const struct pf_held_event *const slot = slots;
	const int c = pf_event_order(&slot[a].event, &slot[b].event);
	return c ? c < 0 : slot[a].place < slot[b].place;
}

int
pf_held_init(struct pf_held *h, uint32_t most)
{
	*h = (struct pf_held){.slot = calloc(most, sizeof *h->slot)};
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
pf_held_fini(struct pf_held *h)
{
	free(h->slot);
	free(h->heap.place);
	*h = (struct pf_held){0};
}

bool
pf_held_add(struct pf_held *h, const struct pf_event *e, const char *more)
{
	const size_t len = more ? strlen(more) : 0;
	if (h->heap.n == h->heap.most || len > PF_MORE_BYTES)
		return false;
	struct pf_held_event *const s = &h->slot[h->heap.place[h->heap.n]];
	s->event = *e;
	s->place = h->place++;
	memcpy(s->more, more ? more : "", len + 1);
	pf_heap_enter(&h->heap);
	return true;
}

const struct pf_held_event *
pf_held_first(const struct pf_held *h)
{
	return h->heap.n ? &h->slot[h->heap.place[0]] : NULL;
}

const struct pf_held_event *
pf_held_take(struct pf_held *h, int64_t until_ns)
{
	const struct pf_held_event *const first = pf_held_first(h);
	if (!first || first->event.time >= until_ns)
		return NULL;
	return &h->slot[pf_heap_take(&h->heap)];
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
	for (uint32_t i = 0; i < h->heap.n; i++) {
		struct pf_event *const e = &h->slot[h->heap.place[i]].event;
		if (e->type & PF_FREE || e->time <= at_ns)
			continue;
		e->time = at_ns +
		    (int64_t)((double)(e->time - at_ns) * stretch + 0.5);
		if (has_length(e))
			e->duration = (float)((double)e->duration * stretch);
	}
	pf_heap_settle(&h->heap);
}

struct cancel {
	const struct pf_held *held;
	uint32_t id;
	int64_t from_ns;
};

static bool
survives(void *ctx, uint32_t at)
{
	const struct cancel *const c = ctx;
	const struct pf_event *const e = &c->held->slot[at].event;
	const unsigned type = pf_event_type(e);
	return !((type == PF_NOTE || type == PF_ON) &&
	    e->time >= c->from_ns && (c->id == 0 || e->id == c->id));
}

void
pf_held_cancel(struct pf_held *h, uint32_t id, int64_t from_ns)
{
	pf_heap_sift(&h->heap, survives, &(struct cancel){h, id, from_ns});
}
