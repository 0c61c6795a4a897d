/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate/melody_plan.h"

#include "base/attr.h"
#include "base/rng.h"

#include <stddef.h>
#include <string.h>

struct schema {
	int bars;
	double weight;
	const char *text;
};
static const struct schema riffs[] = {
	{8, 3, "a b a c a b a d"}, {8, 2, "a a a b a a a c"},
	{8, 2, "a b a b a b c d"}, {8, 1, "a a+ a b a a+ a c"},
	{8, 1, "a b af c a b a d"}, {4, 2, "a b a c"}, {4, 1, "a a a b"},
};
static const struct schema periods[] = {
	{8, 4, "a b c d a b e f"}, {8, 3, "a b c d a b c e"},
	{8, 2, "a b a c a b d e"}, {8, 2, "a a- b c a a- d e"},
	{8, 1, "a b a+ b+ c d e f"}, {8, 1, "a b c d e f c g"},
	{8, 1, "a b ai c a b d e"}, {8, 1, "a b c d a b cf e"},
	{4, 2, "a b a c"}, {4, 2, "a a- b c"}, {4, 1, "a b c d"},
	{12, 2, "a b c d a b c e f g h i"},
	{12, 2, "a b c d a b e d f g c h"},
};
static const struct schema free_lines[] = {
	{8, 2, "a b c d e f g h"}, {8, 2, "a a+ b c d e f g"},
	{8, 2, "a b c d a e f g"}, {8, 1, "a b c af d e ai f"},
	{4, 1, "a b c d"}, {4, 1, "a a+ b c"},
	{12, 1, "a b c d e f g d h i j k"},
	{12, 1, "a b c d a b e d f g h i"},
};

const char *
pf_theme_plan(const struct pf_melody *m, int bars, uint64_t seed, uint32_t name)
{
	const struct schema *list = periods;
	size_t n = PF_COUNT(periods);
	if (m->repeat >= 0.88) {
		list = riffs;
		n = PF_COUNT(riffs);
	} else if (m->repeat < 0.6) {
		list = free_lines;
		n = PF_COUNT(free_lines);
	}
	double sum = 0, u = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			if (list[i].bars != bars)
				continue;
			if (pass == 0)
				sum += list[i].weight;
			else if ((u -= list[i].weight) < 0)
				return list[i].text;
		}
		u = sum * pf_rng_unit(seed, name, 0, 90);
	}
	return NULL;
}

char
pf_plan_bar(const char *plan, int i, char *sign)
{
	*sign = 0;
	if (!plan)
		return 0;
	for (const char *s = plan; *s; i--) {
		const size_t len = strcspn(s, " ");
		if (i == 0) {
			*sign = len > 1 ? s[1] : 0;
			return s[0];
		}
		s += len;
		s += strspn(s, " ");
	}
	return 0;
}

int
pf_plan_first(const char *plan, char letter)
{
	char sign;
	for (int i = 0; i < PF_CYCLE_BARS; i++)
		if (pf_plan_bar(plan, i, &sign) == letter)
			return i;
	return 0;
}
