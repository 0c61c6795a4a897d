/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/told_beats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* A told beat: when, and which of the axis (in felt beats). */
struct mark {
	double ns;
	long felt;
	bool first; /* of a bar */
};

static int
by_time(const void *a, const void *b)
{
	const struct mark *const x = a, *const y = b;
	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

static int
by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

/* The beats by the time at which they happen, doubles left out. */
static size_t
gather(struct mark *mark, const struct pf_event *event, size_t n)
{
	/* Faster than 300 a minute nobody taps: the same beat told twice. */
	const double least_ns = 0.2e9;
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		const struct pf_event *const e = &event[i];
		const int64_t ns = e->type & PF_HEARD ? pf_event_at(e)
						      : e->time;
		mark[i] = (struct mark){(double)(ns < 0 ? 0 : ns), 0,
		    e->u8[PF_BEAT_INDEX] == 1};
	}
	qsort(mark, n, sizeof *mark, by_time);
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && mark[i].ns - mark[kept - 1].ns < least_ns)
			mark[kept - 1].first |= mark[i].first;
		else
			mark[kept++] = mark[i];
	}
	return kept;
}

/*
 * Count: a gap of about k beats is k beats, by the middle one of the gaps
 * around it; the upbeat before the first by the first gap.
 */
static void
count(struct mark *mark, size_t n)
{
	enum { AROUND = 4 };
	for (size_t i = 1; i < n; i++) {
		double gap[2 * AROUND + 1];
		size_t g = 0;
		const size_t from = i > AROUND ? i - AROUND : 1;
		for (size_t j = from; j <= i + AROUND && j < n; j++)
			gap[g++] = mark[j].ns - mark[j - 1].ns;
		qsort(gap, g, sizeof *gap, by_value);
		long k = lround((mark[i].ns - mark[i - 1].ns) / gap[g / 2]);
		if (k < 1)
			k = 1;
		if (i == 1)
			mark[0].felt = lround(mark[0].ns * (double)k /
			    (mark[1].ns - mark[0].ns));
		mark[i].felt = mark[i - 1].felt + k;
	}
}

/* The tempo from mark to mark; the first gap takes in what is before it. */
static int
make_map(struct pf_tempo_map *map, const struct mark *mark, size_t n,
    double quarters, struct pf_err *err)
{
	double ns = 0;
	long felt = 0;
	for (size_t i = 0; i < n; i++) {
		if (mark[i].felt == felt || mark[i].ns <= ns)
			continue;
		const double beats = (double)(mark[i].felt - felt) * quarters;
		const double bpm = 60e9 * beats / (mark[i].ns - ns);
		const int r = pf_tempo_map_add(map, (double)felt * quarters,
		    bpm);
		if (r == -ENOMEM)
			return r;
		if (r != 0)
			return pf_err_set(err, "the beats told near %.1f s "
			    "make a tempo of %.4g, out of %g..%g",
			    mark[i].ns * 1e-9, bpm, PF_BPM_LEAST,
			    PF_BPM_MOST);
		felt = mark[i].felt;
		ns = mark[i].ns;
	}
	return 0;
}

/* The meter most beats tell; felt is how many felt beats a bar has. */
static void
find_meter(const struct pf_event *event, size_t n, uint32_t *num,
    uint32_t *den, double *quarters)
{
	*num = *den = 4;
	for (size_t i = n; i-- > 0;) {
		const uint8_t *const u8 = event[i].u8;
		if (u8[PF_BEAT_PER_BAR] && u8[PF_BEAT_UNIT]) {
			*num = u8[PF_BEAT_PER_BAR];
			*den = u8[PF_BEAT_UNIT];
			break;
		}
	}
	/* In 6/8, 9/8, 12/8 the felt beat is three eighths. */
	const bool compound = *den == 8 && *num > 3 && *num % 3 == 0;
	*quarters = compound ? 1.5 : 4.0 / *den;
}

/* A meter from here on, unless it is in force. */
static void
add_bar(struct pf_told_beats *t, double beat, uint32_t num, uint32_t den)
{
	if (t->n == 0 || t->bar[t->n - 1].num != num)
		t->bar[t->n++] = (struct pf_bar_change){beat, num, den};
}

/* A bar line at each first beat; the length of a bar tells its meter. */
static int
make_bars(struct pf_told_beats *t, const struct mark *mark, size_t n,
    uint32_t num, uint32_t den, double quarters)
{
	const uint32_t unit = (uint32_t)(quarters * den / 4 + 0.5);
	const uint32_t whole = num / unit;
	t->bar = calloc(2 * n + 2, sizeof *t->bar);
	if (!t->bar)
		return -ENOMEM;
	long line = 0;
	for (size_t i = 0; i < n; i++) {
		if (!mark[i].first || mark[i].felt == line)
			continue;
		const long gap = mark[i].felt - line, rest = gap % whole;
		/* Bars of the usual length, and a bar of the rest before them. */
		if (rest != 0) {
			add_bar(t, (double)line * quarters,
			    (uint32_t)rest * unit, den);
			line += rest;
		}
		if (line < mark[i].felt)
			add_bar(t, (double)line * quarters, whole * unit, den);
		line = mark[i].felt;
	}
	add_bar(t, (double)line * quarters, whole * unit, den);
	return 0;
}

int
pf_told_beats_make(struct pf_told_beats *t, const struct pf_event *event,
    size_t n, struct pf_err *err)
{
	*t = (struct pf_told_beats){0};
	struct mark *const mark = calloc(n + 1, sizeof *mark);
	if (!mark || pf_tempo_map_init(&t->map) != 0) {
		free(mark);
		return -ENOMEM;
	}
	int r;
	uint32_t num, den;
	double quarters;
	const size_t kept = gather(mark, event, n);
	if (kept < 2) {
		r = pf_err_set(err, "fewer than two beats were told");
	} else {
		count(mark, kept);
		find_meter(event, n, &num, &den, &quarters);
		r = make_map(&t->map, mark, kept, quarters, err);
		if (r == 0)
			r = make_bars(t, mark, kept, num, den, quarters);
	}
	free(mark);
	if (r != 0)
		pf_told_beats_fini(t);
	return r;
}

void
pf_told_beats_fini(struct pf_told_beats *t)
{
	pf_tempo_map_fini(&t->map);
	free(t->bar);
	*t = (struct pf_told_beats){0};
}
