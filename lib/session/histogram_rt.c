/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/histogram.h"

/* Bucket 4 k + s holds 2^k (1 + s/4) .. 2^k (1 + (s + 1)/4). */
static int
bucket_of(uint64_t ns)
{
	const int octave = 63 - __builtin_clzll(ns);
	const int sub = octave >= 2 ? (int)(ns >> (octave - 2) & 3)
	    : (int)(ns << (2 - octave) & 3);
	return 4 * octave + sub;
}

/* Only the owner writes: plain additions on atomic words. */
static void
add(_Atomic uint64_t *word, uint64_t x)
{
	atomic_store_explicit(word,
	    atomic_load_explicit(word, memory_order_relaxed) + x,
	    memory_order_relaxed);
}

void
pf_histogram_add(struct pf_histogram *h, int64_t ns)
{
	const int64_t most = ((int64_t)1 << 32) - 1;
	const uint64_t v = (uint64_t)(ns < 1 ? 1 : ns > most ? most : ns);
	add(&h->bucket[bucket_of(v)], 1);
	add(&h->sum_ns, v);
	if (v > atomic_load_explicit(&h->most_ns, memory_order_relaxed))
		atomic_store_explicit(&h->most_ns, v, memory_order_relaxed);
}
