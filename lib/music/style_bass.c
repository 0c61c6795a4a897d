/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bass of a bar: patterns relative to the chords, and lines that walk.
 */
#include "music/style.h"

#include "base/hash.h"
#include "base/rng.h"
#include "music/style_grid.h"

#include <stdlib.h>

enum { KICK = 36, NEAR = PF_TICKS / 8 };

struct bar {
	const struct pf_style *style;
	const struct pf_place *place;
	struct pf_key key;
	const struct pf_chord_span *span;
	size_t n_spans;
	struct pf_chord next;
};

static int
fold(const struct pf_style *s, int midi)
{
	while (midi > s->bass_high)
		midi -= 12;
	while (midi < s->bass_low)
		midi += 12;
	return midi;
}

/* The root of a chord (or its bass tone), low in the range. */
static int
low_root(const struct pf_style *s, struct pf_chord c)
{
	const int pc = c.bass >= 0 ? c.bass : c.root;
	return fold(s, pf_pcs_toward((uint16_t)(1 << pc), s->bass_low, 1));
}

/* The root nearest to a pitch, within the range. */
static int
near_root(const struct pf_style *s, struct pf_chord c, int midi)
{
	const int pc = c.bass >= 0 ? c.bass : c.root;
	return fold(s, pf_pcs_nearest((uint16_t)(1 << pc), midi));
}

/* Semitones above the root of a step's degree. */
static int
degree_height(struct pf_key key, struct pf_chord c, int degree)
{
	const int octaves = (degree - 1) / 7, d = (degree - 1) % 7 + 1;
	int up;
	switch (d) {
	case 1:
		up = 0;
		break;
	case 3:
		up = pf_chord_third(c);
		break;
	case 5:
		up = pf_chord_fifth(c);
		break;
	default:
		if (d == 7 && pf_chord_seventh(c) != 12) {
			up = pf_chord_seventh(c);
			break;
		}
		up = pf_pcs_step(pf_chord_scale(key, c), c.root + 60, d - 1) -
		    c.root - 60;
	}
	return up + 12 * octaves;
}

/* A note that leads into a root at `target`. */
static int
approach(const struct bar *b, int target, int before, int tick)
{
	const struct pf_place *const p = b->place;
	const double u = pf_rng_unit(p->seed, pf_hash_str("bass"),
	    (int64_t)p->bar * 4096 + tick, 1);
	const uint16_t scale = pf_key_scale(b->key);
	int from;
	if (u < 0.4)
		from = target - 1;
	else if (u < 0.75)
		from = pf_pcs_step(scale, target, before > target ? 1 : -1);
	else
		from = before > target ? target + 1 : target + 7;
	if (from == before)
		from = before < target ? target + 1 : target - 1;
	return fold(b->style, from);
}

/* The next note of a line that shall reach `target` in `left` steps. */
static int
walk(const struct bar *b, struct pf_chord c, int before, int target, int left,
    int tick)
{
	const struct pf_place *const p = b->place;
	const uint16_t tones = pf_chord_tones(c);
	const uint16_t scale = pf_chord_scale(b->key, c);
	const bool strong = pf_metric_weight(p->meter, tick) >= 3;
	const double pace = (double)(target - before) / left;
	int best = before;
	double least = 1e9;
	for (int d = -7; d <= 7; d++) {
		const int m = before + d;
		if (d == 0 || m < b->style->bass_low || m > b->style->bass_high)
			continue;
		const bool tone = pf_pcs_has(tones, m);
		if (!pf_pcs_has(scale, m) || (strong && !tone))
			continue;
		double cost = abs(d) > 4 ? 1.5 : abs(d) > 2 ? 0.6 : 0;
		const double off = d - pace;
		cost += 0.25 * (off < 0 ? -off : off) + (tone ? 0 : 0.7);
		if (m == target && left > 1)
			cost += 2;
		cost += 2.2 * pf_rng_unit(p->seed, pf_hash_str("walk"),
		    (int64_t)p->bar * 4096 + tick, (uint32_t)(d + 8));
		if (cost < least) {
			least = cost;
			best = m;
		}
	}
	return best;
}

static size_t
span_at(const struct bar *b, int tick)
{
	size_t i = 0;
	while (i + 1 < b->n_spans && b->span[i + 1].tick <= tick)
		i++;
	return i;
}

/* The chord that follows span i. */
static struct pf_chord
after(const struct bar *b, size_t i)
{
	return i + 1 < b->n_spans ? b->span[i + 1].chord : b->next;
}

/* Steps of the line from hit i until the chord changes. */
static int
left_until_change(const struct bar *b, const struct pf_hit *hit, size_t n,
    size_t i)
{
	const size_t span = span_at(b, hit[i].tick);
	int left = 1;
	for (size_t k = i + 1; k < n && span_at(b, hit[k].tick) == span; k++)
		left++;
	return left;
}

/* Sound hit i; `line` is the pitch before it. */
static int
pitch_of(const struct bar *b, const struct pf_hit *hit, size_t n, size_t i,
    int line)
{
	const struct pf_step s = hit[i].step;
	const size_t k = span_at(b, hit[i].tick);
	const struct pf_chord c = b->span[k].chord;
	struct pf_chord next = after(b, k);
	if (next.root < 0)
		next = c;
	const int root = low_root(b->style, c);
	const int target = near_root(b->style, next, line);
	switch (s.kind) {
	case PF_STEP_APPROACH:
		return approach(b, s.octave ? target :
		    low_root(b->style, next), line, hit[i].tick);
	case PF_STEP_WALK: {
		const int left = left_until_change(b, hit, n, i);
		const bool begins = i == 0 || span_at(b, hit[i - 1].tick) != k;
		if (begins)
			return near_root(b->style, c, line);
		if (left == 1)
			return approach(b, target, line, hit[i].tick);
		return walk(b, c, line, target, left, hit[i].tick);
	}
	case PF_STEP_DEAD:
		return line;
	default:
		break;
	}
	const int high = root + degree_height(b->key, c, s.degree) + s.alter +
	    12 * s.octave;
	return fold(b->style, high);
}

/* Begin with the kick where it is near. */
static void
lock(struct pf_hit *h, const struct pf_hit *kicks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (kicks[i].pitch == KICK &&
		    abs(kicks[i].tick - h->tick) <= NEAR) {
			const int end = h->tick + h->len;
			h->tick = kicks[i].tick;
			h->len = end - h->tick;
			h->at_beats = kicks[i].at_beats;
			h->late_ms = kicks[i].late_ms;
			return;
		}
}

size_t
pf_style_bass(const struct pf_style *style, const struct pf_place *place,
    struct pf_key key, const struct pf_chord_span *span, size_t n,
    struct pf_chord next, int before, const struct pf_hit *kicks,
    size_t n_kicks, struct pf_hit *hit, size_t room)
{
	const struct bar b = {style, place, key, span, n, next};
	const struct pf_line_pattern *const p = pf_grid_choose_line(
	    style->bass, style->n_bass, place, pf_hash_str("bass"));
	if (!p || n == 0)
		return 0;
	const size_t asked = pf_grid_line(style, "bass", p, place, hit, room);
	int line = before > 0 ? fold(style, before)
	    : (style->bass_low + style->bass_high) / 2;
	size_t count = 0;
	/* Pitches first, each knowing what follows; then drop the silent. */
	for (size_t i = 0; i < asked; i++) {
		if (span[span_at(&b, hit[i].tick)].chord.root < 0)
			continue;
		hit[i].pitch = line = pitch_of(&b, hit, asked, i, line);
		if (hit[i].step.kind == PF_STEP_DEAD) {
			hit[i].velocity *= 0.6f;
			hit[i].len = hit[i].len > 12 ? 12 : hit[i].len;
		}
	}
	for (size_t i = 0; i < asked; i++) {
		if (hit[i].pitch < 0)
			continue;
		lock(&hit[i], kicks, n_kicks);
		if (count && hit[count - 1].tick + hit[count - 1].len >
		    hit[i].tick)
			hit[count - 1].len = hit[i].tick -
			    hit[count - 1].tick;
		if (hit[i].len > 0)
			hit[count++] = hit[i];
	}
	return count;
}
