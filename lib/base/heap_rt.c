/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/heap.h"

void
pf_heap_init(struct pf_heap *h, uint32_t *place, uint32_t most,
    bool (*before)(const void *slots, uint32_t a, uint32_t b), void *slots)
{
	*h = (struct pf_heap){place, 0, most, before, slots};
	for (uint32_t i = 0; i < most; i++)
		place[i] = i;
}

static bool
before(const struct pf_heap *h, uint32_t i, uint32_t k)
{
	return h->before(h->slots, h->place[i], h->place[k]);
}

static void
swap(struct pf_heap *h, uint32_t i, uint32_t k)
{
	const uint32_t at = h->place[i];
	h->place[i] = h->place[k];
	h->place[k] = at;
}

static void
sink(struct pf_heap *h, uint32_t i)
{
	for (;;) {
		uint32_t first = i;
		for (uint32_t c = 2 * i + 1; c <= 2 * i + 2 && c < h->n; c++)
			if (before(h, c, first))
				first = c;
		if (first == i)
			return;
		swap(h, i, first);
		i = first;
	}
}

void
pf_heap_enter(struct pf_heap *h)
{
	uint32_t i = h->n++;
	for (; i > 0 && before(h, i, (i - 1) / 2); i = (i - 1) / 2)
		swap(h, i, (i - 1) / 2);
}

uint32_t
pf_heap_take(struct pf_heap *h)
{
	swap(h, 0, --h->n);
	sink(h, 0);
	return h->place[h->n];
}

void
pf_heap_settle(struct pf_heap *h)
{
	for (uint32_t i = h->n / 2; i-- > 0;)
		sink(h, i);
}

void
pf_heap_sift(struct pf_heap *h, bool (*keep)(void *ctx, uint32_t at),
    void *ctx)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < h->n; i++)
		if (keep(ctx, h->place[i]))
			swap(h, kept++, i);
	const bool all = kept == h->n;
	h->n = kept;
	if (!all)
		pf_heap_settle(h);
}
