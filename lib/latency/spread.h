/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How measurements are spread: their mean, their quantiles, all exactly, from
 * all of them.  One thread.
 */
#ifndef PF_LATENCY_SPREAD_H
#define PF_LATENCY_SPREAD_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct pf_spread {
	double *x;     /* [n] */
	size_t n, room;
	bool sorted;
};

/* Add one.  Returns 0 or -ENOMEM.  A spread of zeros is empty. */
PF_MUST_CHECK int pf_spread_add(struct pf_spread *s, double x);
void pf_spread_free(struct pf_spread *s);

/* 0 of none. */
double pf_spread_mean(const struct pf_spread *s);
double pf_spread_deviation(const struct pf_spread *s);

/*
 * The smallest of them that a share q (0..1) of all does not exceed: q 0.5 is
 * the median, 1 the largest.  0 of none.
 */
double pf_spread_quantile(struct pf_spread *s, double q);

#endif
