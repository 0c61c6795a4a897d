/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/pulse.h"

#include "tap.h"

#include <math.h>

/* A bar of a player: places in beats, MIDI pitches, the strength. */
struct hit {
	double at, pitch, low;
};

struct run {
	struct pf_pulse *pulse;
	double beat_s;  /* the true time of the beat */
	double period_s;
	int beat;       /* its number */
	double lock_s;  /* when it locked; -1 never */
	int good, all;  /* beats foreseen within 40 ms, after 8 s */
	int right_bar;  /* of those, with the right place in the bar */
	double last_ns; /* the beat looked at last, and its period: */
	double uneven;  /* the sum of squares of what steps differ, s */
	int jumps;      /* of the tempo, by over 6 % */
	double tempo_ns;
};

static void
begin(struct run *r)
{
	*r = (struct run){ .period_s = 0.5, .beat_s = 0.3, .lock_s = -1 };
	if (pf_pulse_new(&r->pulse) < 0)
		exit(EXIT_FAILURE);
}

static double
noise(int draw, double sd)
{
	double sum = 0;
	for (int i = 0; i < 12; i++)
		sum += (double)(((unsigned)(draw * 12 + i) * 2654435761u)
		    >> 16 & 0xffff) / 65536;
	return (sum - 6) * sd;
}

/* Beats come one by one, evenly, in one tempo? */
static void
look_at_steps(struct run *r, const struct pf_pulse_belief *belief)
{
	const double next = (double)pf_pulse_foresee(r->pulse, 1, NULL);
	if (r->last_ns > 0) {
		const double step = (next - r->last_ns) / belief->period_ns;
		const double off = (step - floor(step + 0.5))
		    * belief->period_ns / 1e9;
		r->uneven += off * off;
		r->jumps += fabs(belief->period_ns / r->tempo_ns - 1) > 0.06;
	}
	r->last_ns = next;
	r->tempo_ns = belief->period_ns;
}

/* Play one bar of n beats and look at each beat just before it comes. */
static void
play_bar(struct run *r, const struct hit *hit, int hits, int n, double sd)
{
	int h = 0;
	for (int b = 0; b < n; b++, r->beat++) {
		const int64_t soon = (int64_t)((r->beat_s - 0.03) * 1e9);
		struct pf_pulse_belief belief;
		pf_pulse_run(r->pulse, soon);
		pf_pulse_get(r->pulse, &belief);
		if (belief.locked && r->lock_s < 0)
			r->lock_s = r->beat_s;
		if (r->beat_s > 8) {
			look_at_steps(r, &belief);
			int index;
			const double foreseen = (double)pf_pulse_foresee(
			    r->pulse, 1, &index) / 1e9;
			const double now = (double)belief.beat_ns / 1e9;
			const int next = fabs(foreseen - r->beat_s) < 0.04;
			const int here = fabs(now - r->beat_s) < 0.04;
			r->all++;
			r->good += next || here;
			r->right_bar += (next && index == b)
			    || (here && belief.index == b);
		}
		for (; h < hits && hit[h].at < b + 0.99; h++) {
			const double at = r->beat_s + (hit[h].at - b)
			    * r->period_s + noise(r->beat * 16 + h, sd);
			pf_pulse_hear(r->pulse, &(struct pf_pulse_onset){
			    .at_ns = (int64_t)(at * 1e9), .strength = 0.9,
			    .low = hit[h].low, .pitch = hit[h].pitch });
			pf_pulse_run(r->pulse, (int64_t)(at * 1e9));
		}
		r->beat_s += r->period_s;
	}
}

static const struct hit reel[] = {
	{ 0, 67, 0 }, { 1, 71, 0 }, { 1.5, 72, 0 },
	{ 2, 74, 0 }, { 2.5, 71, 0 }, { 3, 67, 0 }, { 3.5, 69, 0 }
};
static const struct hit rock[] = {
	{ 0, 0, 1 }, { 0.5, 0, 0 }, { 1, 0, 0 }, { 1.5, 0, 0 }, { 2, 0, 1 },
	{ 2.5, 0, 0 }, { 2.75, 0, 0.8 }, { 3, 0, 0 }, { 3.5, 0, 0 }
};
static const struct hit waltz[] = {
	{ 0, 43, 1 }, { 1, 62, 0 }, { 1.5, 64, 0 }, { 2, 62, 0 }
};
static const struct hit jig[] = {
	{ 0, 74, 0.5 }, { 1. / 3, 71, 0 }, { 2. / 3, 67, 0 },
	{ 1, 71, 0 }, { 4. / 3, 69, 0 }, { 5. / 3, 67, 0 }
};

/* A funk break: as many hits three eighths apart as there are on beats. */
static const struct hit break_beat[] = {
	{ 0, 0, 1 }, { 0.5, 0, 0.6 }, { 1, 0, 0 }, { 1.75, 0, 0 },
	{ 2, 0, 0 }, { 2.25, 0, 0 }, { 2.5, 0, 1 }, { 2.75, 0, 0.6 },
	{ 3, 0, 0 }, { 3.5, 0, 0 }, { 3.75, 0, 0 }
};
/* An arpeggio, a chord that rings on: five onsets in two bars. */
static const struct hit sparse[] = {
	{ 0, 0, 0.3 }, { 0.5, 0, 0 }, { 1, 0, 0 }, { 1.5, 0, 0 }, { 4, 0, 0 }
};

static void
steady(const char *what, const struct hit *hit, int hits, int n)
{
	struct run r;
	begin(&r);
	for (int i = 0; i < 24; i++)
		play_bar(&r, hit, hits, n, 0.012);
	ok(r.lock_s > 0 && r.lock_s < 6, "%s: locks (after %.1f s)", what,
	    r.lock_s);
	ok(r.good > 0.95 * r.all, "%s: foresees the beats (%d of %d)", what,
	    r.good, r.all);
	ok(sqrt(r.uneven / r.all) < 0.01 && r.jumps == 0,
	    "%s: beats come evenly (%.1f ms)", what,
	    1000 * sqrt(r.uneven / r.all));
	pf_pulse_free(r.pulse);
}

/* What is sure does not give way to a bar or two of something else. */
static void
test_inertia(void)
{
	static const struct hit odd[] = {
		{ 0, 0, 1 }, { 0.75, 0, 1 }, { 1.5, 0, 1 }, { 2.25, 0, 1 },
		{ 3, 0, 1 }, { 3.5, 0, 0 }
	};
	struct pf_pulse_belief b, before;
	struct run r;
	begin(&r);
	for (int i = 0; i < 16; i++)
		play_bar(&r, rock, PF_COUNT(rock), 4, 0.008);
	pf_pulse_get(r.pulse, &before);
	play_bar(&r, odd, PF_COUNT(odd), 4, 0.008);
	pf_pulse_get(r.pulse, &b);
	ok(b.per_bar == before.per_bar
	    && b.subdivision == before.subdivision && r.jumps == 0,
	    "one odd bar changes neither tempo nor meter (%d jumps, %d/%d)",
	    r.jumps, b.per_bar, b.subdivision);
	for (int i = 0; i < 4; i++)
		play_bar(&r, sparse, 1, 4, 0.008);
	pf_pulse_get(r.pulse, &b);
	ok(r.jumps == 0 && r.good > 0.95 * r.all
	    && b.per_bar % 2 == 0,
	    "an onset a bar is enough to go on (%d of %d)", r.good, r.all);
	pf_pulse_free(r.pulse);

	begin(&r);
	for (int i = 0; i < 20; i++)
		play_bar(&r, sparse, PF_COUNT(sparse), 8, 0.005);
	ok(r.jumps == 0, "few onsets do not make the tempo wander (%d jumps)",
	    r.jumps);
	pf_pulse_free(r.pulse);
}

/*
 * Even eighths, from an off-beat on, with a snare on every fourth: are its
 * places the second and the fourth beats?
 */
static void
test_backbeat(void)
{
	struct run r;
	int on = 0, all = 0;
	begin(&r);
	for (int i = 1; i < 96; i++) {
		const int64_t at = (int64_t)i * 250000000;
		pf_pulse_hear(r.pulse, &(struct pf_pulse_onset){ .at_ns = at,
		    .strength = 0.9, .back = i % 4 == 2 });
		pf_pulse_run(r.pulse, at + 120000000);
		if (i < 48 || i % 4 != 2)
			continue;
		struct pf_pulse_belief b;
		pf_pulse_get(r.pulse, &b);
		all++;
		on += llabs(b.beat_ns - at) < 40000000 && b.index % 2 == 1;
	}
	ok(on == all, "a snare falls on the beats between (%d of %d)", on, all);
	pf_pulse_free(r.pulse);
}

int
main(void)
{
	struct run r;
	struct pf_pulse_belief b;

	steady("a reel", reel, PF_COUNT(reel), 4);
	steady("a rock beat", rock, PF_COUNT(rock), 4);
	steady("a funk break", break_beat, PF_COUNT(break_beat), 4);
	steady("a waltz", waltz, PF_COUNT(waltz), 3);
	steady("a jig", jig, PF_COUNT(jig), 2);

	test_inertia();

	begin(&r);
	for (int i = 0; i < 40; i++)
		play_bar(&r, waltz, PF_COUNT(waltz), 3, 0.01);
	pf_pulse_get(r.pulse, &b);
	ok(b.per_bar == 3 && r.right_bar > 0.6 * r.all,
	    "a waltz has bars of three (%d of %d)", r.right_bar, r.all);
	pf_pulse_free(r.pulse);

	begin(&r);
	for (int i = 0; i < 24; i++)
		play_bar(&r, jig, PF_COUNT(jig), 2, 0.01);
	pf_pulse_get(r.pulse, &b);
	ok(b.subdivision == 3, "a jig divides in three");
	pf_pulse_free(r.pulse);

	begin(&r);
	for (int i = 0; i < 40; i++) {
		r.period_s = 0.5 * (1 + 0.03 * sin(i / 6.));
		if (i >= 20)
			r.period_s *= 0.95;
		play_bar(&r, rock, PF_COUNT(rock), 4, 0.012);
	}
	ok(r.good > 0.93 * r.all,
	    "a drift of 3 %% and a step of 5 %% are followed (%d of %d)",
	    r.good, r.all);
	pf_pulse_get(r.pulse, &b);
	const double before = b.period_ns;
	pf_pulse_run(r.pulse, (int64_t)(r.beat_s * 1e9) + 4000000000);
	pf_pulse_get(r.pulse, &b);
	ok(fabs(b.period_ns - before) < 0.01 * before && b.locked,
	    "the pulse goes on through a pause");
	pf_pulse_free(r.pulse);

	begin(&r);
	pf_pulse_run(r.pulse, 10000000000);
	pf_pulse_get(r.pulse, &b);
	ok(!b.locked && b.confidence == 0, "silence has no pulse");
	pf_pulse_hear(r.pulse, &(struct pf_pulse_onset){ .at_ns = INT64_MAX / 4,
	    .strength = NAN, .pitch = INFINITY, .length_s = -1 });
	pf_pulse_activation(r.pulse, -5, NAN);
	pf_pulse_told(r.pulse, 0, NAN, -1, 0, 1);
	pf_pulse_run(r.pulse, 20000000000);
	pf_pulse_get(r.pulse, &b);
	ok(b.period_ns > 0 && !b.locked, "nonsense does no harm");
	pf_pulse_free(r.pulse);

	begin(&r);
	for (int i = 0; i < 8; i++)
		pf_pulse_told(r.pulse, (int64_t)i * 600000000, 600e6, i % 3, 3,
		    0.9);
	for (int i = 0; i < 12; i++)
		pf_pulse_hear(r.pulse, &(struct pf_pulse_onset){
		    .at_ns = 5000000000 + (int64_t)i * 600000000,
		    .strength = 0.9 }),
		pf_pulse_run(r.pulse, 5000000000 + (int64_t)i * 600000000);
	pf_pulse_get(r.pulse, &b);
	ok(fabs(b.period_ns - 600e6) < 15e6, "beats alone give a tempo (%g)",
	    b.period_ns / 1e6);
	pf_pulse_free(r.pulse);
	test_backbeat();
	return tap_done();
}
