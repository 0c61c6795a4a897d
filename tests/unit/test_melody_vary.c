/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to bars of a tune, and the plans that ask for it. */
#include "generate/melody_vary.h"

#include "generate/melody_plan.h"
#include "tap.h"

#include <string.h>

static const struct pf_meter four = {4, 4};

/* Four quarters: 0 2 4 1. */
static struct pf_tone_bar
tune(void)
{
	static const int degree[] = {0, 2, 4, 1};
	struct pf_tone_bar b = {.n = 4};
	for (int i = 0; i < 4; i++)
		b.tone[i] = (struct pf_tone){.tick = i * PF_TICKS,
		    .len = PF_TICKS, .degree = degree[i]};
	return b;
}

/* Do the tones stand in order, none beyond the bar? */
static int
fits(const struct pf_tone_bar *b)
{
	for (int i = 0; i < b->n; i++)
		if (b->tone[i].len <= 0 || b->tone[i].tick +
		    b->tone[i].len > (i + 1 < b->n ? b->tone[i + 1].tick
		    : pf_meter_bar(four)))
			return 0;
	return 1;
}

static void
test_vary(void)
{
	const int bar = pf_meter_bar(four);
	struct pf_tone_bar b = tune();
	pf_bar_invert(&b);
	ok(b.tone[0].degree == 0 && b.tone[1].degree == -2 &&
	    b.tone[2].degree == -4 && b.tone[3].degree == -1,
	    "a tune turns over around its first tone");
	b = tune();
	pf_bar_fragment(&b, bar);
	ok(b.n == 4 && b.tone[2].degree == 0 && b.tone[3].degree == 2 &&
	    b.tone[2].tick == 2 * PF_TICKS && fits(&b),
	    "its first half comes twice");
	b = tune();
	pf_bar_augment(&b, bar);
	ok(b.n == 2 && b.tone[1].tick == 2 * PF_TICKS &&
	    b.tone[1].len == 2 * PF_TICKS && fits(&b),
	    "twice as slow, half of it fits");
	b = tune();
	b.tone[1].tick -= PF_TICKS / 2;
	b.tone[0].len -= PF_TICKS / 2;
	b.tone[1].len += PF_TICKS / 2;
	pf_bar_reduce(&b, four);
	ok(b.n == 3 && b.tone[0].len == 2 * PF_TICKS && fits(&b),
	    "what stands between beats is tied over");
	b = tune();
	pf_bar_hold(&b, 0.9, 2);
	ok(b.tone[2].degree == 6 && b.tone[2].hold == 0.9,
	    "a sequence stands two steps higher");
	int more = 0, fit = 1;
	for (int i = 0; i < 20; i++) {
		b = tune();
		pf_bar_ornament(&b, 1, i, PF_TICKS);
		more += b.n == 5;
		fit &= fits(&b);
	}
	ok(more == 20 && fit, "an ornament divides one tone");
}

static void
test_plan(void)
{
	char sign;
	ok(pf_plan_bar("a b+ ci", 0, &sign) == 'a' && sign == 0 &&
	    pf_plan_bar("a b+ ci", 1, &sign) == 'b' && sign == '+' &&
	    pf_plan_bar("a b+ ci", 2, &sign) == 'c' && sign == 'i' &&
	    pf_plan_bar("a b+ ci", 3, &sign) == 0 &&
	    pf_plan_bar(NULL, 0, &sign) == 0, "a plan is read bar by bar");
	ok(pf_plan_first("a b a c", 'c') == 3 &&
	    pf_plan_first("a b a c", 'a') == 0,
	    "a letter is heard first where it stands first");
	int all = 1;
	for (int k = 0; k < 30; k++) {
		const struct pf_melody m = {.repeat = k / 30.0};
		const char *const plan = pf_theme_plan(&m, 8, (uint64_t)k, 1);
		all &= plan && pf_plan_bar(plan, 7, &sign) &&
		    !pf_plan_bar(plan, 8, &sign) && *plan == 'a';
	}
	ok(all, "a plan has as many bars as its theme, and begins with a");
	const struct pf_melody m = {.repeat = 0.7};
	ok(!pf_theme_plan(&m, 5, 1, 1), "a theme of five bars has none");
}

int
main(void)
{
	test_vary();
	test_plan();
	return tap_done();
}
