/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draw/page.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GUTTER = 112, MARGIN = 14, MOST_BARS = 100000 };

static const struct theme light = {"#ffffff", "#f5f6f8", "#b9c0cb", "#e2e5ea",
    "#20242b", "#7a828f", "#ebedf1",
    {"#2563ad", "#b5482a", "#2c8a57", "#8a4bb0", "#b07a12", "#0f8a94",
	"#b0306e", "#5a6b2a"}};
static const struct theme dark = {"#15181d", "#1d2127", "#4b525e", "#2a2f37",
    "#e8eaee", "#8e96a3", "#191c22",
    {"#6aa8f0", "#f0896a", "#6ccf98", "#c592e8", "#e6b958", "#5fcbd4",
	"#f07ab2", "#a9bd6a"}};

static int
push_tick(struct ticks *t, double s, int index)
{
	if (t->n == t->room) {
		const size_t room = t->room ? 2 * t->room : 256;
		struct tick *const v = realloc(t->v, room * sizeof *v);
		if (!v)
			return -ENOMEM;
		t->v = v;
		t->room = room;
	}
	t->v[t->n++] = (struct tick){s, index};
	return 0;
}

/* Bars and beats of the axis, from the tempo map and the meters. */
static int
axis_ticks(struct page *page)
{
	const struct pf_picture *const p = page->picture;
	double bar_beats = 4, beat = 0;
	size_t meter = 0;
	for (int bar = 1; bar < MOST_BARS; bar++) {
		while (meter < p->meters.n &&
		    p->meters.v[meter].s <= beat + 1e-6)
			bar_beats = p->meters.v[meter++].index / 1000.0;
		if (bar_beats < 0.25)
			bar_beats = 4;
		double s = (double)pf_tempo_map_ns(&p->map, beat) / 1e9;
		if (s > page->to_s)
			break;
		if (push_tick(&page->bars, s, bar) != 0)
			return -ENOMEM;
		for (double b = 0; b < bar_beats - 1e-6; b++) {
			s = (double)pf_tempo_map_ns(&p->map, beat + b) / 1e9;
			if (push_tick(&page->beats, s, (int)b + 1) != 0)
				return -ENOMEM;
		}
		beat += bar_beats;
	}
	return 0;
}

/* Bars and beats as somebody told them: the source that told the most. */
static int
told_ticks(struct page *page)
{
	const struct pf_picture *const p = page->picture;
	const struct source *who = NULL;
	for (size_t i = 0; i < p->n_sources; i++)
		if (p->source[i].beats.n > (who ? who->beats.n : 1))
			who = &p->source[i];
	if (!who)
		return 0;
	int bar = 0;
	for (size_t i = 0; i < who->beats.n; i++) {
		const struct tick *const t = &who->beats.v[i];
		if (push_tick(&page->beats, t->s, t->index) != 0)
			return -ENOMEM;
		if (t->index == 1 && push_tick(&page->bars, t->s, ++bar) != 0)
			return -ENOMEM;
	}
	return 0;
}

static struct panel *
add_panel(struct page *page, enum panel_kind kind,
    const struct source *source, double height)
{
	struct panel *const last = page->n_panels
	    ? &page->panel[page->n_panels - 1] : NULL;
	struct panel *const panel = &page->panel[page->n_panels++];
	*panel = (struct panel){.kind = kind, .source = source,
	    .height = height, .y = last ? last->y + last->height + 4 : 0};
	if (source)
		panel->number = (int)(source - page->picture->source);
	return panel;
}

static void
add_drums(struct page *page, const struct source *s)
{
	uint8_t row[128];
	int rows = 0;
	memset(row, 255, sizeof row);
	for (size_t i = 0; i < s->notes.n; i++)
		row[(int)s->notes.v[i].pitch & 127] = 0;
	for (int p = 127; p >= 0; p--)
		if (row[p] == 0)
			row[p] = (uint8_t)rows++;
	struct panel *const panel = add_panel(page, PANEL_DRUMS, s,
	    11.0 * rows + 4);
	memcpy(panel->row_of, row, sizeof row);
	panel->rows = rows;
}

static void
add_notes(struct page *page, const struct source *s)
{
	int low = (int)floorf(s->low) - 2, high = (int)ceilf(s->high) + 2;
	while (high - low < 14) {
		low--;
		high++;
	}
	const int range = high - low + 1;
	struct panel *const panel = add_panel(page, PANEL_NOTES, s,
	    range * (range > 40 ? 3.0 : 4.0));
	panel->low = low;
	panel->high = high;
}

static void
add_panels(struct page *page)
{
	const struct pf_picture *const p = page->picture;
	if (p->sections.n)
		add_panel(page, PANEL_SECTIONS, NULL, 16);
	for (size_t i = 0; i < p->n_sources; i++)
		if (p->source[i].chords.n)
			add_panel(page, PANEL_CHORDS, &p->source[i], 18);
	for (size_t i = 0; i < p->n_sources; i++) {
		const struct source *const s = &p->source[i];
		if (s->levels.n || s->onsets.n)
			add_panel(page, PANEL_LEVEL, s, 34);
	}
	for (size_t i = 0; i < p->n_sources; i++) {
		const struct source *const s = &p->source[i];
		if (s->notes.n && s->drums)
			add_drums(page, s);
		else if (s->notes.n)
			add_notes(page, s);
	}
}

/*
 * The length of a line: some 20 bars, a multiple of four, so that phrases
 * stand below each other; at most six lines of about the same length.
 */
static size_t
bars_per_line(size_t bars, int wanted)
{
	if (wanted > 0)
		return (size_t)wanted;
	if (bars <= 24)
		return bars ? bars : 1;
	size_t lines = (bars + 19) / 20;
	if (lines > 6)
		lines = 6;
	return ((bars + lines - 1) / lines + 3) / 4 * 4;
}

static void
break_lines(struct page *page, int wanted)
{
	const struct ticks *const bars = &page->bars;
	size_t first = 0, last = bars->n;
	while (first < bars->n && bars->v[first].s <= page->from_s + 1e-6)
		first++;
	while (last > first && bars->v[last - 1].s >= page->to_s - 1e-6)
		last--;
	page->line_s[0] = page->from_s;
	page->n_lines = 0;
	if (bars->n > 1) {
		const size_t n = bars_per_line(last - first + 1, wanted);
		for (size_t i = first + n - 1;
		     i < last && page->n_lines < MOST_LINES - 1; i += n)
			page->line_s[++page->n_lines] = bars->v[i].s;
	} else {
		const double all = page->to_s - page->from_s;
		double step = 40;
		while (all > 6 * step)
			step *= 2;
		for (double s = step; s < all - 1e-6 && all > 60 &&
		     page->n_lines < MOST_LINES - 1; s += step)
			page->line_s[++page->n_lines] = page->from_s + s;
	}
	page->line_s[++page->n_lines] = page->to_s;
}

int
page_init(struct page *page, const struct pf_picture *picture,
    const struct pf_picture_options *o)
{
	*page = (struct page){.picture = picture,
	    .theme = o->dark ? &dark : &light,
	    .from_s = o->from_s,
	    .to_s = o->to_s > 0 && o->to_s < picture->end_s ? o->to_s
		: picture->end_s,
	    .width = o->width_px ? o->width_px : 1600};
	page->plot_x = GUTTER;
	page->plot_width = page->width - GUTTER - MARGIN;
	add_panels(page);
	if (!(page->to_s > page->from_s) || !page->n_panels)
		return -EINVAL;
	const int r = picture->axis ? axis_ticks(page) : told_ticks(page);
	if (r) {
		page_fini(page);
		return r;
	}
	break_lines(page, o->bars_per_line);
	const struct panel *const last = &page->panel[page->n_panels - 1];
	page->line_height = last->y + last->height + 30;
	return 0;
}

void
page_fini(struct page *page)
{
	free(page->bars.v);
	free(page->beats.v);
}
