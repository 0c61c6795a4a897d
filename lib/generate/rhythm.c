/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rhythm of a bar of melody: cells of the style, one after the other.
 */
#include "generate/melody.h"

#include "base/hash.h"
#include "base/math.h"
#include "base/rng.h"

/* For meters that a style has no cells for. */
static const struct pf_cell plain[] = {
	{.weight = 3, .grid = 2, .beats = 1, .n = 2, .len = {1, 1}},
	{.weight = 3, .grid = 1, .beats = 1, .n = 1, .len = {1}},
	{.weight = 1, .grid = 1, .beats = 2, .n = 1, .len = {2}},
};
static const struct pf_cell plain_dotted[] = {
	{.weight = 3, .grid = 3, .beats = 1, .n = 3, .len = {1, 1, 1}},
	{.weight = 3, .grid = 3, .beats = 1, .n = 2, .len = {2, 1}},
	{.weight = 1, .grid = 3, .beats = 1, .n = 1, .len = {3}},
};

/* The beat that cells count in: the felt one, but never an eighth or a half. */
static int
cell_beat(struct pf_meter meter)
{
	const int beat = pf_meter_beat(meter);
	return beat % PF_TICKS && beat > PF_TICKS ? beat : PF_TICKS;
}

/* May a cell stand in this meter? */
static bool
suits(const struct pf_cell *c, struct pf_meter meter)
{
	if (c->meter.num)
		return c->meter.num == meter.num && c->meter.den == meter.den;
	const bool dotted = cell_beat(meter) != PF_TICKS;
	return dotted ? c->grid % 3 == 0 : true;
}

/* Does the style have cells of exactly this meter? */
static bool
has_own(const struct pf_melody *m, struct pf_meter meter)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->cell[i].meter.num && suits(&m->cell[i], meter))
			return true;
	return false;
}

/* How much a cell is wanted: by its notes a beat, and its off-beats. */
static double
wanted(const struct pf_melody *m, const struct pf_cell *c, double busy)
{
	int notes = 0, off = 0, at = 0;
	for (size_t i = 0; i < c->n; at += c->len[i] < 0 ? -c->len[i]
	    : c->len[i], i++)
		if (c->len[i] > 0) {
			notes++;
			off += at % c->grid != 0;
		}
	const double pace = (notes + 0.5) / c->beats;
	const double offs = notes ? (double)off / notes : 0;
	double w = c->weight * pf_pow(pace, 1.6 * (m->density - 0.5) +
	    1.2 * (busy - 0.5));
	w *= 1 + (2 * m->syncopation - 1) * (offs - 0.35);
	return w > 0 ? w : 0;
}

static void
place_cell(struct pf_tone_bar *bar, const struct pf_cell *c, int at, int beat)
{
	for (size_t i = 0; i < c->n; i++) {
		const int len = (c->len[i] < 0 ? -c->len[i] : c->len[i]) *
		    beat / c->grid;
		if (c->len[i] > 0 && bar->n < PF_BAR_NOTES)
			bar->tone[bar->n++] = (struct pf_tone){at, len,
			    PF_NO_DEGREE, 0, 0};
		at += len;
	}
}

void
pf_melody_rhythm(const struct pf_melody *m, struct pf_meter meter,
    double busy, uint64_t seed, int64_t place, struct pf_tone_bar *bar)
{
	const int beat = cell_beat(meter), len = pf_meter_bar(meter);
	const bool own = has_own(m, meter);
	const bool dotted = beat != PF_TICKS;
	uint32_t draw = 0;
	bar->n = 0;
	for (int at = 0; at < len;) {
		const struct pf_cell *list = m->cell, *chosen = NULL;
		size_t n = m->n;
		double sum = 0, w[PF_STYLE_CELLS];
		for (int round = 0; round < 2 && sum <= 0; round++) {
			if (round) {
				list = dotted ? plain_dotted : plain;
				n = PF_COUNT(plain);
			}
			for (size_t i = 0; i < n; i++) {
				const struct pf_cell *const c = &list[i];
				w[i] = 0;
				if (!suits(c, meter) || at + c->beats * beat >
				    len || (!round && own && !c->meter.num))
					continue;
				w[i] = wanted(m, c, busy);
				sum += w[i];
			}
		}
		double u = sum * pf_rng_unit(seed, pf_hash_str("rhythm"),
		    place, draw++);
		for (size_t i = 0; i < n && sum > 0; i++)
			if (w[i] > 0) {
				chosen = &list[i];
				if ((u -= w[i]) < 0)
					break;
			}
		if (!chosen) {
			/* Half a beat is left at the end of 7/8. */
			if (bar->n < PF_BAR_NOTES)
				bar->tone[bar->n++] = (struct pf_tone){at,
				    len - at, PF_NO_DEGREE, 0, 0};
			return;
		}
		place_cell(bar, chosen, at, beat);
		at += chosen->beats * beat;
	}
}
