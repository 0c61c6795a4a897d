/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "latency/spread.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

int
pf_spread_add(struct pf_spread *s, double x)
{
	if (s->n == s->room) {
		const size_t room = s->room ? 2 * s->room : 256;
		double *const more = realloc(s->x, room * sizeof *more);
		if (!more)
			return -ENOMEM;
		s->x = more;
		s->room = room;
	}
	s->x[s->n++] = x;
	s->sorted = false;
	return 0;
}

void
pf_spread_free(struct pf_spread *s)
{
	free(s->x);
	*s = (struct pf_spread){0};
}

double
pf_spread_mean(const struct pf_spread *s)
{
	double sum = 0;
	for (size_t i = 0; i < s->n; i++)
		sum += s->x[i];
	return s->n ? sum / (double)s->n : 0;
}

double
pf_spread_deviation(const struct pf_spread *s)
{
	const double mean = pf_spread_mean(s);
	double sum = 0;
	for (size_t i = 0; i < s->n; i++)
		sum += (s->x[i] - mean) * (s->x[i] - mean);
	return s->n ? sqrt(sum / (double)s->n) : 0;
}

static int
by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double
pf_spread_quantile(struct pf_spread *s, double q)
{
	if (s->n == 0)
		return 0;
	if (!s->sorted)
		qsort(s->x, s->n, sizeof *s->x, by_size);
	s->sorted = true;
	const double at = ceil(q * (double)s->n) - 1;
	return s->x[at < 0 ? 0 : at >= (double)s->n ? s->n - 1 : (size_t)at];
}
