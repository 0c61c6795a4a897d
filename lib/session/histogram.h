/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A histogram of durations in shared memory: one writer, no locks.
 *
 * Buckets grow with the value: four to an octave, from 1 ns to 4 s, so a
 * quantile is known to within 19 % (a bucket's width).  The largest value is
 * kept exactly.  Readers may see a value counted in its bucket and not yet in
 * the sum; nothing else can go wrong.
 */
#ifndef PF_SESSION_HISTOGRAM_H
#define PF_SESSION_HISTOGRAM_H

#include "base/attr.h"

#include <stdatomic.h>
#include <stdint.h>

#define PF_HISTOGRAM_BUCKETS 128

struct pf_histogram {
	_Atomic uint32_t name; /* hash of what is measured; 0: unused */
	uint32_t zero;
	_Atomic uint64_t sum_ns, most_ns;
	_Atomic uint64_t bucket[PF_HISTOGRAM_BUCKETS];
};
_Static_assert(sizeof(struct pf_histogram) == 24 + 8 * PF_HISTOGRAM_BUCKETS,
    "layout");

/* The owner: count a duration (below 1 counts as 1, above 4 s as 4 s). */
PF_RT void pf_histogram_add(struct pf_histogram *h, int64_t ns);

/* Anybody: how many were counted; their mean, ns (0 of none). */
uint64_t pf_histogram_count(const struct pf_histogram *h);
double pf_histogram_mean(const struct pf_histogram *h);

/*
 * The value that a share q (0..1) of all does not exceed: the upper edge of
 * its bucket, at most the largest value.  0 of none.
 */
double pf_histogram_quantile(const struct pf_histogram *h, double q);

/* The upper edge of bucket i, ns. */
double pf_histogram_edge(int i);

#endif
