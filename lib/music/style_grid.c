/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/style_grid.h"

#include "base/rng.h"

#include <stdio.h>
#include <string.h>

enum { PULSES = 64 };

/* The beats to which patterns of other meters are fitted, in ticks. */
static int
pulses(struct pf_meter m, int len[PULSES])
{
	const int bar = pf_meter_bar(m), beat = pf_meter_beat(m);
	int n = 0, at = 0;
	if (beat > PF_TICKS * 4 / m.den) { /* 6/8: dotted beats */
		for (; at < bar && n < PULSES; at += beat)
			len[n++] = beat;
		return n;
	}
	/* 7/8 is 2 + 2 + 3; everything else falls into quarters. */
	while (bar - at >= 2 * PF_TICKS && n < PULSES - 1) {
		len[n++] = PF_TICKS;
		at += PF_TICKS;
	}
	len[n++] = bar - at;
	return n;
}

/* Which beat of a bar of `have` beats stands for beat i of `want`. */
static int
stand_in(int i, int want, int have)
{
	static const int three_of_four[] = {0, 1, 3};
	if (want <= have)
		return want == 3 && have == 4 ? three_of_four[i] : i;
	/* Longer bars are a whole bar and what remains, its end kept. */
	if (i < have)
		return have == 4 && want == 5 ? (int[]){0, 1, 3, 2}[i] : i;
	const int rest = want - have;
	return rest >= have ? stand_in(i - have, rest, have)
	    : have - rest + (i - have);
}

/* Where step k of g falls in a beat of len ticks, when it was made for
 * another: halves of a beat go to the last of three eighths. */
static int
fit(int k, int g, int len)
{
	if (len <= PF_TICKS || g % 2)
		return k * len / g;
	return 2 * k < g ? 2 * k * (2 * len / 3) / g
	    : 2 * len / 3 + (2 * k - g) * (len / 3) / g;
}

size_t
pf_grid_lay(struct pf_meter from, int grid, int bars, int bar,
    struct pf_meter to, struct pf_grid_place *out)
{
	const int beats = pf_meter_bar(from) / pf_meter_beat(from);
	const int base = (bars > 0 ? bar % bars : 0) * beats * grid;
	size_t n = 0;
	if (from.num == to.num && from.den == to.den) {
		const int beat = pf_meter_beat(from);
		for (int s = 0; s < beats * grid && n < PF_GRID_MOST; s++)
			out[n++] = (struct pf_grid_place){s * beat / grid,
			    beat / grid, base + s};
		return n;
	}
	int len[PULSES], at = 0;
	const int want = pulses(to, len);
	for (int i = 0; i < want; at += len[i++]) {
		const int b = stand_in(i, want, beats);
		for (int k = 0; k < grid && n < PF_GRID_MOST; k++) {
			const int t = fit(k, grid, len[i]);
			const int end = k + 1 < grid ? fit(k + 1, grid, len[i])
			    : len[i];
			out[n++] = (struct pf_grid_place){at + t, end - t,
			    base + b * grid + k};
		}
	}
	return n;
}

float
pf_grid_velocity(int loudness)
{
	static const float v[10] = {0, .14f, .24f, .34f, .44f, .54f, .64f,
	    .74f, .85f, .96f};
	return v[loudness < 0 ? 0 : loudness > 9 ? 9 : loudness];
}

static bool
same_meter(struct pf_meter a, struct pf_meter b)
{
	return a.num == b.num && a.den == b.den;
}

int
pf_grid_choose(struct pf_grid_rank (*rank)(const void *, size_t),
    const void *list, size_t n, const struct pf_place *place, uint32_t name)
{
	/* A pattern made for this section goes before one for all, one of this
	 * meter before one of another, then the strongest allowed. */
	double best = -1, sum = 0;
	for (int pass = 0; pass < 2; pass++) {
		double draw = sum * pf_rng_unit(place->seed, name,
		    place->variant, 0);
		for (size_t i = 0; i < n; i++) {
			const struct pf_grid_rank r = rank(list, i);
			if (r.intensity > place->intensity + 1e-9 ||
			    (r.only->n && !pf_words_have(r.only,
			    place->section)))
				continue;
			const double score = r.intensity +
			    (r.only->n ? 4 : 0) +
			    (same_meter(r.meter, place->meter) ? 2 : 0);
			if (pass == 0 && score > best) {
				best = score;
				sum = 0;
			}
			if (score != best)
				continue;
			if (pass == 0)
				sum += r.weight;
			else if ((draw -= r.weight) < 0)
				return (int)i;
		}
	}
	return -1;
}

static struct pf_grid_rank
rank_line(const void *list, size_t i)
{
	const struct pf_line_pattern *const p =
	    (const struct pf_line_pattern *)list + i;
	return (struct pf_grid_rank){p->intensity, p->weight, p->meter,
	    &p->only};
}

const struct pf_line_pattern *
pf_grid_choose_line(const struct pf_line_pattern *list, size_t n,
    const struct pf_place *place, uint32_t name)
{
	const int i = pf_grid_choose(rank_line, list, n, place, name);
	return i < 0 ? NULL : &list[i];
}

/* How long the note at out[i] is held beyond this bar by the next ones. */
static int
held_beyond(const struct pf_line_pattern *p, const struct pf_place *place)
{
	struct pf_grid_place g[PF_GRID_MOST];
	int len = 0;
	for (int b = place->phrase_bar % p->bars + 1; b < p->bars; b++) {
		const size_t n = pf_grid_lay(p->meter, p->grid, p->bars, b,
		    place->meter, g);
		for (size_t i = 0; i < n; i++) {
			if (p->step[g[i].step].kind != PF_STEP_HOLD)
				return len;
			len += g[i].len;
		}
	}
	return len;
}

size_t
pf_grid_line(const struct pf_style *style, const char *voice,
    const struct pf_line_pattern *p, const struct pf_place *place,
    struct pf_hit *hit, size_t room)
{
	struct pf_grid_place g[PF_GRID_MOST];
	const size_t n = pf_grid_lay(p->meter, p->grid, p->bars,
	    place->phrase_bar, place->meter, g);
	const float loud = (float)(0.82 + 0.18 * place->intensity);
	size_t count = 0;
	for (size_t i = 0; i < n && count < room; i++) {
		const struct pf_step s = p->step[g[i].step];
		if (s.kind == PF_STEP_REST || s.kind == PF_STEP_HOLD)
			continue;
		int len = g[i].len;
		size_t k = i + 1;
		for (; k < n && p->step[g[k].step].kind == PF_STEP_HOLD; k++)
			len += g[k].len;
		if (k == n)
			len += held_beyond(p, place);
		float ms, level;
		pf_style_feel(style, voice, place, g[i].tick, &ms, &level);
		float v = pf_grid_velocity(s.loudness) * level * loud;
		hit[count++] = (struct pf_hit){g[i].tick,
		    (int)(len * p->gate + 0.5),
		    pf_style_swing(style, place->meter, g[i].tick), ms,
		    v > 1 ? 1 : v, -1, s};
	}
	return count;
}
