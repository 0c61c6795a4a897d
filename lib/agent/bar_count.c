/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/bar_count.h"

#include <string.h>

#define OTHERS_MOST 8 /* beats of another meter that are not believed */

static const double keeps = 0.97;  /* of a vote, a beat */
static const double change_votes = 4;
static const double ahead = 1.5, ahead_least = 2; /* to be followed */

static int
place(int64_t x, int per_bar)
{
	return (int)((x % per_bar + per_bar) % per_bar);
}

static void
begin(struct bar_count *c, int64_t beat, int index, int per_bar)
{
	memset(c, 0, sizeof *c);
	c->per_bar = per_bar;
	c->shift = place(index - beat, per_bar);
	c->vote[c->shift] = 1;
}

static void
elect(struct bar_count *c)
{
	for (int i = 0; i < c->per_bar; i++)
		if (c->vote[i] > ahead * c->vote[c->shift] + ahead_least)
			c->shift = i;
}

void
bar_count_told(struct bar_count *c, int64_t beat, int index, int per_bar)
{
	if (c->per_bar == 0) {
		begin(c, beat, index, per_bar);
		return;
	}
	if (per_bar != c->per_bar) {
		c->others = per_bar == c->other_per_bar ? c->others + 1 : 1;
		c->other_per_bar = per_bar;
		if (c->others > OTHERS_MOST)
			begin(c, beat, index, per_bar);
		return;
	}
	c->others = 0;
	for (int i = 0; i < c->per_bar; i++)
		c->vote[i] *= keeps;
	c->vote[place(index - beat, per_bar)] += 1;
	elect(c);
}

void
bar_count_change(struct bar_count *c, int64_t beat, double sure)
{
	if (c->per_bar == 0)
		return;
	c->vote[place(-beat, c->per_bar)] += change_votes * sure;
	elect(c);
}

int
bar_count_index(const struct bar_count *c, int64_t beat)
{
	return c->per_bar ? place(beat + c->shift, c->per_bar) : 0;
}
