/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/heap.h"

#include "base/rng.h"
#include "tap.h"

#include <string.h>

enum { MOST = 100 };

static int key[MOST];

static bool
before(const void *slots, uint32_t a, uint32_t b)
{
	const int *const k = slots;
	return k[a] < k[b];
}

static bool
is_odd(void *ctx, uint32_t at)
{
	++*(unsigned *)ctx;
	return key[at] % 2;
}

/* Put n keys in, some of them equal. */
static void
fill(struct pf_heap *h, unsigned n, uint64_t seed)
{
	for (unsigned i = 0; i < n; i++) {
		key[h->place[h->n]] = (int)pf_rng_below(seed, 1, i, 0, 64);
		pf_heap_enter(h);
	}
}

/* Every number stands once in place[]. */
static bool
is_whole(const struct pf_heap *h)
{
	bool seen[MOST] = {false};
	for (unsigned i = 0; i < h->most; i++) {
		if (h->place[i] >= MOST || seen[h->place[i]])
			return false;
		seen[h->place[i]] = true;
	}
	return true;
}

/* Take all; whether they came in order. */
static bool
drain(struct pf_heap *h)
{
	int last = -1;
	while (h->n > 0) {
		const uint32_t at = pf_heap_take(h);
		if (key[at] < last || at != h->place[h->n])
			return false;
		last = key[at];
	}
	return is_whole(h);
}

int
main(void)
{
	struct pf_heap h;
	uint32_t place[MOST];
	unsigned asked = 0, odd = 0;
	pf_heap_init(&h, place, MOST, before, key);
	ok(h.n == 0 && is_whole(&h), "at first all is free");
	fill(&h, MOST, 1);
	ok(h.n == h.most && is_whole(&h), "it fills to the last");
	ok(drain(&h), "what went in comes out in order, and is free again");

	fill(&h, 60, 2);
	for (unsigned i = 0; i < 60; i++)
		key[h.place[i]] = 64 - key[h.place[i]];
	pf_heap_settle(&h);
	ok(drain(&h), "keys that changed are put in order anew");

	fill(&h, MOST, 3);
	for (unsigned i = 0; i < MOST; i++)
		odd += key[i] % 2;
	pf_heap_sift(&h, is_odd, &asked);
	ok(asked == MOST && h.n == odd && is_whole(&h),
	    "each is asked for once, and those not kept are free");
	fill(&h, MOST - odd, 4);
	ok(h.n == MOST && drain(&h), "the room they leave is used");
	return tap_done();
}
