/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spreads of measurements, and the budgets they are held against. */
#include "latency/measure.h"
#include "latency/spread.h"
#include "tap.h"

#include <math.h>

static void
add(struct pf_spread *s, double x)
{
	if (pf_spread_add(s, x) != 0)
		abort();
}

static void
test_spread(void)
{
	struct pf_spread s = {0};
	ok(pf_spread_mean(&s) == 0 && pf_spread_quantile(&s, 0.5) == 0 &&
	    pf_spread_deviation(&s) == 0, "nothing measured is 0");
	for (int i = 1000; i > 0; i--)
		add(&s, i);
	ok(pf_spread_quantile(&s, 0.5) == 500 &&
	    pf_spread_quantile(&s, 0.99) == 990 &&
	    pf_spread_quantile(&s, 0.999) == 999 &&
	    pf_spread_quantile(&s, 1) == 1000 &&
	    pf_spread_quantile(&s, 0) == 1, "quantiles are exact");
	ok(pf_spread_mean(&s) == 500.5 &&
	    fabs(pf_spread_deviation(&s) - sqrt(999999 / 12.0)) < 1e-9,
	    "mean and standard deviation");
	add(&s, 5000);
	ok(pf_spread_quantile(&s, 1) == 5000,
	    "what comes later counts, too");
	pf_spread_free(&s);
	ok(s.n == 0 && s.x == NULL, "freed, it is empty");
}

static void
test_budget(void)
{
	struct pf_measures m = {.after.rate_hz = 48000};
	struct pf_budget budget;
	pf_budget_init(&budget);
	ok(pf_budget_broken(&budget, &m) == PF_WAYS,
	    "nothing measured breaks nothing");
	for (int i = 0; i < 2000; i++)
		add(&m.way[PF_WAY_OSC], i == 0 ? 480000 : 48);
	budget.ms[PF_WAY_OSC] = 1;
	ok(pf_budget_broken(&budget, &m) == PF_WAYS,
	    "one in 2000 does not break a budget of 99.9 %%");
	for (int i = 0; i < 2; i++)
		add(&m.way[PF_WAY_OSC], 49);
	ok(pf_budget_broken(&budget, &m) == PF_WAY_OSC,
	    "one in 600 does");
	budget.ms[PF_WAY_OSC] = -1;
	add(&m.way[PF_WAY_SCHEDULED], 0);
	ok(pf_budget_broken(&budget, &m) == PF_WAYS,
	    "scheduled events on their frames keep the promise");
	add(&m.way[PF_WAY_SCHEDULED], -1);
	ok(pf_budget_broken(&budget, &m) == PF_WAY_SCHEDULED,
	    "one a frame early breaks it, without a budget");
	pf_spread_free(&m.way[PF_WAY_SCHEDULED]);
	m.beyond = 1;
	ok(pf_budget_broken(&budget, &m) == PF_WAY_EVENT,
	    "so does an event beyond the next period");
	pf_measures_free(&m);
}

int
main(void)
{
	test_spread();
	test_budget();
	return tap_done();
}
