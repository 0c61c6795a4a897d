/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Minds beside a player who is heard through ears: levels, onsets and beats,
 * and notes only where ears find some.
 */
#include "agent/bar_count.h"
#include "agent/mind.h"
#include "agent/personality.h"
#include "base/hash.h"
#include "event/type.h"
#include "music/style.h"
#include "tap.h"

#include <stdlib.h>

enum { MOST = 8192, BEAT_NS = 500000000, TICK_NS = 50000000 };

struct said {
	size_t n;
	struct pf_event event[MOST];
};

static int
say(void *ctx, const struct pf_event *e, const char *more)
{
	struct said *const s = ctx;
	(void)more;
	if (s->n < MOST && pf_event_type(e) == PF_NOTE)
		s->event[s->n++] = *e;
	return 0;
}

static int
by_time(const void *a, const void *b)
{
	const struct pf_event *const x = a, *const y = b;
	return (x->time > y->time) - (x->time < y->time);
}

static void
must(bool right)
{
	if (!right)
		abort();
}

/* What the player does. */
struct player {
	int64_t stops_ns;        /* and is silent from then on */
	int64_t soft_ns, loud_ns; /* plays softer between */
	bool wild;               /* ears hear leaps from string to string */
};

static void
hear(struct pf_mind *mind, enum pf_type type, int64_t ns,
    void (*fill)(struct pf_event *, const struct player *, int64_t),
    const struct player *p)
{
	struct pf_event e = pf_event_make(type, ns, pf_hash_str("ears"));
	e.type |= PF_HEARD;
	e.at_us = 0;
	fill(&e, p, ns);
	must(pf_mind_hear(mind, &e, "") == 0);
}

static void
level(struct pf_event *e, const struct player *p, int64_t ns)
{
	e->a = ns >= p->stops_ns ? -90 : ns >= p->soft_ns && ns < p->loud_ns ?
	    -27 : -20;
}

static void
onset(struct pf_event *e, const struct player *p, int64_t ns)
{
	(void)p;
	(void)ns;
	e->velocity = 0.8f;
	e->confidence = 0.9f;
}

static void
beat(struct pf_event *e, const struct player *p, int64_t ns)
{
	(void)p;
	e->a = 120;
	e->b = 0.9f;
	e->u8[PF_BEAT_INDEX] = (uint8_t)(ns / BEAT_NS % 4 + 1);
	e->u8[PF_BEAT_PER_BAR] = 4;
	e->u8[PF_BEAT_UNIT] = 4;
}

static void
on(struct pf_event *e, const struct player *p, int64_t ns)
{
	(void)p;
	e->pitch = (float)(43 + 12 * (ns / (BEAT_NS / 2) % 2));
	e->velocity = 0.8f;
	e->id = (uint32_t)(ns / TICK_NS) + 1;
}

static void
chord(struct pf_event *e, const struct player *p, int64_t ns)
{
	static const int root[] = {7, 0, 7, 2};
	(void)p;
	e->a = (float)root[ns / (4 * BEAT_NS) % 4];
	e->b = 0.8f;
	e->u8[PF_CHORD_QUALITY] = PF_MAJ;
}

static void
play(const char *role, const char *style_name, const struct player *p,
    int64_t end_ns, struct said *said)
{
	struct pf_personality who;
	struct pf_style *style;
	struct pf_names *names;
	struct pf_mind *mind;
	struct pf_err err;
	const struct pf_sink sink = {say, said};
	said->n = 0;
	pf_personality_init(&who);
	if (pf_style_load(&style, style_name, &err) != 0 ||
	    pf_names_new(&names) != 0)
		return;
	const struct pf_mind_config config = {.role = role, .seed = 7,
	    .style = style, .personality = &who, .names = names};
	if (pf_mind_new(&mind, &config, &err) == 0) {
		for (int64_t t = 0; t < end_ns; t += TICK_NS) {
			must(pf_mind_think(mind, t, &sink) == 0);
			hear(mind, PF_LEVEL, t, level, p);
			if (t >= p->stops_ns)
				continue;
			if (t % BEAT_NS == 0)
				hear(mind, PF_BEAT, t, beat, p);
			if (p->wild && t % (4 * BEAT_NS) == 0)
				hear(mind, PF_CHORD, t, chord, p);
			if (t % (BEAT_NS / 2) != 0)
				continue;
			hear(mind, PF_ONSET, t, onset, p);
			if (p->wild)
				hear(mind, PF_ON, t, on, p);
		}
		pf_mind_free(mind);
	}
	qsort(said->event, said->n, sizeof *said->event, by_time);
	pf_names_free(names);
	pf_style_free(style);
}

static int
between(const struct said *s, int64_t from_ns, int64_t to_ns)
{
	int n = 0;
	for (size_t i = 0; i < s->n; i++)
		n += s->event[i].time >= from_ns && s->event[i].time < to_ns;
	return n;
}

static void
test_drummer(struct said *s)
{
	static const char *const roles[] = {"drums", "bass", "harmony"};
	const int64_t second = 1000000000;
	const struct player p = {.stops_ns = 40 * second};
	for (size_t r = 0; r < PF_COUNT(roles); r++) {
		int64_t gap = 0;
		play(roles[r], "drum-and-bass", &p, 60 * second, s);
		for (size_t i = 1; i < s->n; i++) {
			const int64_t d = s->event[i].time -
			    s->event[i - 1].time;
			gap = d > gap ? d : gap;
		}
		ok(s->n > 20 && between(s, 36 * second, 40 * second) > 0 &&
		    gap < 5 * second, "a player who only drums keeps the %s "
		    "playing (%d notes)", roles[r], (int)s->n);
		ok(between(s, 46 * second, 60 * second) == 0,
		    "and the %s ends when the drummer has stopped", roles[r]);
	}
}

static void
test_lead(struct said *s)
{
	const int64_t second = 1000000000;
	const struct player p = {.stops_ns = 80 * second, .soft_ns =
	    32 * second, .loud_ns = 56 * second, .wild = true};
	int out = 0, moves = 0, steps = 0, leaps = 0;
	play("melody", "folk", &p, 80 * second, s);
	for (size_t i = 0; i < s->n; i++) {
		const struct pf_event *const e = &s->event[i];
		out += e->pitch < 60 || e->pitch > 84;
		if (i == 0 || e->time - s->event[i - 1].time > 550000000)
			continue;
		const int by = abs((int)(e->pitch - s->event[i - 1].pitch));
		moves++;
		steps += by <= 2;
		leaps += by > 7;
	}
	const int lead = between(s, 34 * second, 58 * second);
	ok(lead >= 12 && lead > 2 * between(s, 8 * second, 32 * second),
	    "who steps back is led, over the tune there is room for little "
	    "(%d, %d)", lead, between(s, 8 * second, 32 * second));
	ok(s->n > 0 && out == 0, "the melody stays in its range");
	ok(2 * steps > moves && leaps == 0,
	    "and moves mostly by step (%d of %d)", steps, moves);
}

static void
test_count(void)
{
	struct bar_count c = {0};
	int64_t b = 0;
	for (; b < 64; b++) {
		bar_count_told(&c, b, (int)(b % 4), 4);
		if (b % 4 == 0)
			bar_count_change(&c, b, 0.8);
	}
	/* Ears slip by a beat; the harmony does not. */
	int wrong = 0;
	for (; b < 160; b++) {
		bar_count_told(&c, b, (int)((b + 3) % 4), 4);
		if (b % 4 == 0)
			bar_count_change(&c, b, 0.8);
		wrong += bar_count_index(&c, b) != (int)(b % 4);
	}
	ok(wrong == 0, "ears that slip do not move the bar (%d)", wrong);
	for (; b < 288; b++) {
		bar_count_told(&c, b, (int)((b + 2) % 4), 4);
		if (b % 4 == 2)
			bar_count_change(&c, b, 0.8);
	}
	ok(bar_count_index(&c, b) == (int)((b + 2) % 4),
	    "a bar that everything speaks for is followed");
	for (int i = 0; i < 3; i++, b++)
		bar_count_told(&c, b, (int)(b % 3), 3);
	ok(c.per_bar == 4, "one bar in another meter is not believed");
	for (int i = 0; i < 12; i++, b++)
		bar_count_told(&c, b, (int)(b % 3), 3);
	ok(c.per_bar == 3, "four are");
}

int
main(void)
{
	static struct said said;
	struct pf_style *style;
	struct pf_err err;
	test_count();
	if (pf_style_load(&style, "folk", &err) != 0) {
		tap_skip("no styles: run by tests/run");
		return tap_done();
	}
	pf_style_free(style);
	test_drummer(&said);
	test_lead(&said);
	return tap_done();
}
