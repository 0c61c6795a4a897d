/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/histogram.h"

static uint64_t
load(const _Atomic uint64_t *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

uint64_t
pf_histogram_count(const struct pf_histogram *h)
{
	uint64_t n = 0;
	for (int i = 0; i < PF_HISTOGRAM_BUCKETS; i++)
		n += load(&h->bucket[i]);
	return n;
}

double
pf_histogram_mean(const struct pf_histogram *h)
{
	const uint64_t n = pf_histogram_count(h);
	return n ? (double)load(&h->sum_ns) / (double)n : 0;
}

double
pf_histogram_edge(int i)
{
	return (double)((uint64_t)1 << i / 4) * (1 + (i % 4 + 1) / 4.0);
}

double
pf_histogram_quantile(const struct pf_histogram *h, double q)
{
	const double wanted = q * (double)pf_histogram_count(h);
	const double most = (double)load(&h->most_ns);
	double n = 0;
	for (int i = 0; i < PF_HISTOGRAM_BUCKETS; i++) {
		n += (double)load(&h->bucket[i]);
		if (n > 0 && n >= wanted) {
			const double edge = pf_histogram_edge(i);
			return edge < most ? edge : most;
		}
	}
	return 0;
}
