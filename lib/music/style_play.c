/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asking a style for a bar: feel, drums and comping of style.h.
 */
#include "music/style.h"

#include "base/hash.h"
#include "base/rng.h"
#include "music/style_grid.h"

#include <string.h>

enum {
	KICK = 36, SNARE = 38, CLOSED_HAT = 42, PEDAL_HAT = 44, OPEN_HAT = 46,
	CRASH = 49, RIDE = 51,
	STROKE = 12 /* ticks a drum note is written long */
};

double
pf_style_swing(const struct pf_style *style, struct pf_meter meter, int tick)
{
	const bool dotted = pf_meter_beat(meter) % PF_TICKS != 0;
	const int pair = style->swing_grid == 2 ? PF_TICKS : PF_TICKS / 2;
	/* Triplets are where they are; so are the eighths of 6/8. */
	if (tick % (PF_TICKS / 8) || (dotted && style->swing_grid == 2))
		return (double)tick / PF_TICKS;
	const int in = tick % pair;
	const double half = pair / 2.0, s = style->swing;
	const double u = in < half ? in * 2 * s
	    : pair * s + (in - half) * 2 * (1 - s);
	return (tick - in + u) / PF_TICKS;
}

void
pf_style_feel(const struct pf_style *style, const char *voice,
    const struct pf_place *place, int tick, float *ms, float *level)
{
	const int k = tick * 4 / PF_TICKS % PF_STYLE_GROOVE_STEPS;
	const uint32_t name = pf_hash_str(voice);
	double push = 0, loud = 1, error = 0;
	for (size_t i = 0; i < style->n_grooves; i++) {
		const struct pf_groove *const g = &style->groove[i];
		if (strcmp(g->voice, "all") != 0 &&
		    strcmp(g->voice, voice) != 0)
			continue;
		push += g->ms[k];
		loud *= g->level[k];
	}
	/* Three even errors make a bell; its SD is a half of their range. */
	const int64_t at = (int64_t)place->bar * 4096 + tick;
	for (uint32_t d = 0; d < 3; d++)
		error += pf_rng_unit(place->seed, name, at, 16 + d) - 0.5;
	push += 2 * error * style->humanise_ms;
	loud *= 0.95 + 0.1 * pf_rng_unit(place->seed, name, at, 20);
	*ms = (float)push;
	*level = (float)loud;
}

const char *
pf_style_sound(const struct pf_style *style, enum pf_part part, uint64_t seed)
{
	const struct pf_words *const w = &style->sound[part];
	if (w->n == 0)
		return NULL;
	/* The usual one half of the time. */
	const double u = pf_rng_unit(seed, pf_hash_str("sound"), part, 0);
	const size_t i = w->n == 1 || u < 0.5 ? 0
	    : 1 + (size_t)((2 * u - 1) * (double)(w->n - 1));
	return w->word[i < w->n ? i : 0];
}

/* ---- drums */

struct strokes {
	const struct pf_style *style;
	const struct pf_place *place;
	struct pf_hit *hit;
	size_t n, room;
};

static void
stroke(struct strokes *s, int piece, int tick, float velocity, float early_ms)
{
	if (s->n == s->room)
		return;
	float ms, level;
	const char *const voice = pf_drum_name(piece);
	pf_style_feel(s->style, voice ? voice : "drums", s->place, tick, &ms,
	    &level);
	const float v = velocity * level *
	    (float)(0.8 + 0.2 * s->place->intensity);
	s->hit[s->n++] = (struct pf_hit){tick, STROKE,
	    pf_style_swing(s->style, s->place->meter, tick), ms - early_ms,
	    v > 1 ? 1 : v, piece, {0}};
}

/* Play one sign of a grid. */
static void
sign(struct strokes *s, int piece, char c, int tick, int len)
{
	const struct pf_place *const p = s->place;
	if (c == '.')
		return;
	if (c >= '1' && c <= '9') {
		stroke(s, piece, tick, pf_grid_velocity(c - '0'), 0);
		return;
	}
	switch (c) {
	case 'x':
	case 'X':
		stroke(s, piece, tick, pf_grid_velocity(c == 'x' ? 7 : 9), 0);
		break;
	case 'g':
		stroke(s, piece, tick, pf_grid_velocity(2), 0);
		break;
	case '?':
		if (pf_rng_below(p->seed, (uint32_t)piece,
		    (int64_t)p->bar * 4096 + tick, 30, 3) == 0)
			stroke(s, piece, tick, pf_grid_velocity(2), 0);
		break;
	case 'f':
		stroke(s, piece, tick, pf_grid_velocity(4), 28);
		stroke(s, piece, tick, pf_grid_velocity(8), 0);
		break;
	case 'd':
		stroke(s, piece, tick, pf_grid_velocity(3), 70);
		stroke(s, piece, tick, pf_grid_velocity(3), 35);
		stroke(s, piece, tick, pf_grid_velocity(8), 0);
		break;
	case 'r':
		stroke(s, piece, tick, pf_grid_velocity(6), 0);
		stroke(s, piece, tick + len / 2, pf_grid_velocity(4), 0);
		break;
	}
}

static void
lay_rows(struct strokes *s, const struct pf_drum_row *rows, size_t n,
    const struct pf_grid_place *g, size_t n_places, int shift)
{
	for (size_t r = 0; r < n; r++)
		for (size_t i = 0; i < n_places; i++)
			sign(s, rows[r].piece, rows[r].step[g[i].step],
			    g[i].tick + shift, g[i].len);
}

static struct pf_grid_rank
rank_drums(const void *list, size_t i)
{
	const struct pf_drum_pattern *const p =
	    (const struct pf_drum_pattern *)list + i;
	return (struct pf_grid_rank){p->intensity, p->weight, p->meter,
	    &p->only};
}

/* The longest fill that fits, the strongest of those; NULL if there is none. */
static const struct pf_drum_fill *
choose_fill(const struct pf_style *style, const struct pf_place *place)
{
	double best = -1, sum = 0;
	for (int pass = 0; pass < 2; pass++) {
		double draw = sum * pf_rng_unit(place->seed,
		    pf_hash_str("fill"), place->bar, 0);
		for (size_t i = 0; i < style->n_fills; i++) {
			const struct pf_drum_fill *const f = &style->fill[i];
			if (f->beats > place->fill_beats + 0.01 ||
			    f->intensity > place->intensity + 1e-9)
				continue;
			const double score = f->beats;
			if (pass == 0 && score > best) {
				best = score;
				sum = 0;
			}
			if (score != best)
				continue;
			if (pass == 0)
				sum += f->weight;
			else if ((draw -= f->weight) < 0)
				return f;
		}
	}
	return NULL;
}

/* Clear what the fill replaces. */
static void
clear(struct strokes *s, const struct pf_drum_fill *f, int from)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		bool drop = s->hit[i].tick >= from;
		for (size_t r = 0; drop && f->keep; r++) {
			if (r == f->n) {
				drop = false;
				break;
			}
			if (f->row[r].piece == s->hit[i].pitch)
				break;
		}
		if (!drop)
			s->hit[n++] = s->hit[i];
	}
	s->n = n;
}

static void
add_fill(struct strokes *s)
{
	const struct pf_drum_fill *const f = choose_fill(s->style, s->place);
	const int beat = pf_meter_beat(s->place->meter);
	const int bar = pf_meter_bar(s->place->meter);
	struct pf_grid_place g[PF_GRID_MOST];
	size_t n = 0;
	if (!f || f->beats * beat > bar)
		return;
	const int from = bar - f->beats * beat;
	for (int k = 0; k < f->steps && n < PF_GRID_MOST; k++)
		g[n++] = (struct pf_grid_place){k * beat / f->grid,
		    beat / f->grid, k};
	clear(s, f, from);
	lay_rows(s, f->row, f->n, g, n, from);
}

static void
add_crash(struct strokes *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		const int p = s->hit[i].pitch;
		const bool time = p == CLOSED_HAT || p == PEDAL_HAT ||
		    p == OPEN_HAT || p == RIDE || p == CRASH;
		if (s->hit[i].tick != 0 || !time)
			s->hit[n++] = s->hit[i];
	}
	s->n = n;
	stroke(s, CRASH, 0, pf_grid_velocity(s->place->intensity > 0.5 ? 9 :
	    6), 0);
}

static void
sort_hits(struct pf_hit *hit, size_t n)
{
	/* Nearly sorted and short: insertion keeps equal ticks in order. */
	for (size_t i = 1; i < n; i++) {
		const struct pf_hit h = hit[i];
		size_t k = i;
		for (; k > 0 && hit[k - 1].tick > h.tick; k--)
			hit[k] = hit[k - 1];
		hit[k] = h;
	}
}

size_t
pf_style_drums(const struct pf_style *style, enum pf_part part,
    const struct pf_place *place, struct pf_hit *hit, size_t room)
{
	const bool perc = part == PF_PERC;
	const struct pf_drum_pattern *const list = perc ? style->perc
	    : style->drums;
	struct strokes s = {style, place, hit, 0, room};
	const int i = pf_grid_choose(rank_drums, list, perc ? style->n_perc
	    : style->n_drums, place, pf_hash_str(pf_part_name[part]));
	if (i >= 0) {
		const struct pf_drum_pattern *const p = &list[i];
		struct pf_grid_place g[PF_GRID_MOST];
		const size_t n = pf_grid_lay(p->meter, p->grid, p->bars,
		    place->phrase_bar, place->meter, g);
		lay_rows(&s, p->row, p->n, g, n, 0);
	}
	if (!perc && place->fill_beats > 0 && (i >= 0 ||
	    place->intensity > 0.3))
		add_fill(&s);
	if (!perc && place->crash && i >= 0)
		add_crash(&s);
	sort_hits(hit, s.n);
	return s.n;
}

/* ---- comping */

const struct pf_comp *
pf_style_voicing(const struct pf_style *style, enum pf_part part)
{
	return part == PF_PAD ? &style->pad : part == PF_ARP ? &style->arp
	    : &style->harmony;
}

size_t
pf_style_comp(const struct pf_style *style, enum pf_part part,
    const struct pf_place *place, struct pf_hit *hit, size_t room)
{
	const struct pf_comp *const c = pf_style_voicing(style, part);
	const struct pf_line_pattern *const p = pf_grid_choose_line(
	    c->pattern, c->n, place, pf_hash_str(pf_part_name[part]));
	if (p)
		return pf_grid_line(style, pf_part_name[part], p, place, hit,
		    room);
	if (c->n || part != PF_PAD || room == 0)
		return 0;
	float ms, level;
	pf_style_feel(style, "pad", place, 0, &ms, &level);
	hit[0] = (struct pf_hit){0, pf_meter_bar(place->meter), 0, ms,
	    0.6f * level, -1, {.kind = PF_STEP_CHORD, .loudness = 6}};
	return 1;
}
