/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draw/picture.h"

#include "draw/page.h"
#include "draw/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 44, FOOT = 10, BUCKETS = 5 };

/* One line of the page while it is drawn. */
struct line {
	const struct page *page;
	FILE *f;
	double from_s, to_s; /* music */
	double scale;        /* pixels a second */
	double top;          /* y of its first panel */
};

static double
x_of(const struct line *l, double s)
{
	return l->page->plot_x + (s - l->from_s) * l->scale;
}

/* Cut a span to the line; false if nothing is left of it. */
static bool
clip(const struct line *l, double *a, double *b)
{
	if (*b <= l->from_s || *a >= l->to_s)
		return false;
	if (*a < l->from_s)
		*a = l->from_s;
	if (*b > l->to_s)
		*b = l->to_s;
	return true;
}

/*
 * A chord's colour: its root's place on the circle of fifths is the hue, so
 * that neighbours in harmony are neighbours in colour; minor is darker.
 */
static void
chord_colour(struct pf_chord chord, bool on_dark, char out[8])
{
	static const unsigned char hue[12][3] = {{214, 96, 77},
	    {226, 132, 69}, {224, 168, 70}, {205, 193, 84}, {150, 184, 88},
	    {92, 168, 108}, {73, 160, 146}, {75, 148, 184}, {88, 122, 190},
	    {122, 104, 186}, {160, 96, 172}, {194, 92, 130}};
	if (chord.root < 0) {
		snprintf(out, 8, "#%s", on_dark ? "3a3f47" : "d6d9de");
		return;
	}
	const unsigned char *const c = hue[chord.root * 7 % 12];
	const double k = pf_chord_is_minor(chord) ? 0.72 : 1;
	snprintf(out, 8, "#%02x%02x%02x", (unsigned)(c[0] * k),
	    (unsigned)(c[1] * k), (unsigned)(c[2] * k));
}

static void
draw_chords(const struct line *l, const struct panel *p)
{
	const struct spans *const c = &p->source->chords;
	const double y = l->top + p->y;
	for (size_t i = 0; i < c->n; i++) {
		double a = c->v[i].start_s;
		double b = i + 1 < c->n ? c->v[i + 1].start_s
		    : l->page->to_s;
		if (c->v[i].end_s >= 0 && c->v[i].end_s < b)
			b = c->v[i].end_s;
		/* The same chord again is one long chord. */
		while (i + 1 < c->n && b == c->v[i + 1].start_s &&
		    pf_chord_equal(c->v[i].chord, c->v[i + 1].chord)) {
			i++;
			b = i + 1 < c->n ? c->v[i + 1].start_s
			    : l->page->to_s;
			if (c->v[i].end_s >= 0 && c->v[i].end_s < b)
				b = c->v[i].end_s;
		}
		if (!clip(l, &a, &b))
			continue;
		char colour[8], buf[16];
		const char *const name = pf_chord_show(c->v[i].chord, buf);
		chord_colour(c->v[i].chord,
		    strcmp(l->page->theme->ink, "#20242b") != 0, colour);
		const double x = x_of(l, a), w = x_of(l, b) - x;
		svg_rect(l->f, x, y, w > 1 ? w - 0.6 : w, p->height, colour,
		    0.85);
		if (w > 7.2 * (double)strlen(name) + 3)
			svg_text(l->f, x + 3, y + 13, "start", 11, "bold",
			    "#ffffff", name);
	}
}

static void
draw_sections(const struct line *l, const struct panel *p)
{
	const struct spans *const s = &l->page->picture->sections;
	const struct theme *const t = l->page->theme;
	const double y = l->top + p->y;
	for (size_t i = 0; i < s->n; i++) {
		double a = s->v[i].start_s;
		double b = i + 1 < s->n ? s->v[i + 1].start_s
		    : l->page->to_s;
		if (!clip(l, &a, &b))
			continue;
		char buf[16];
		const double x = x_of(l, a);
		svg_rect(l->f, x, y, x_of(l, b) - x - 1, p->height, t->bar,
		    i % 2 ? 0.45 : 0.7);
		svg_text(l->f, x + 4, y + 12, "start", 11, "bold", t->ink,
		    pf_names_show(l->page->picture->names, s->v[i].name, buf));
	}
}

static const char *
colour_of(const struct line *l, const struct panel *p)
{
	return l->page->theme->source[p->number % 8];
}

/* The player's level as a shape (-60 dB at the foot), onsets as strokes. */
static void
draw_level(const struct line *l, const struct panel *p)
{
	const struct points *const v = &p->source->levels;
	const double foot = l->top + p->y + p->height;
	bool open = false;
	for (size_t i = 0; i < v->n; i++) {
		const double s = v->v[i].s;
		if (s < l->from_s || s > l->to_s || pf_is_none(v->v[i].value))
			continue;
		double up = (v->v[i].value + 60) / 60;
		up = up < 0 ? 0 : up > 1 ? 1 : up;
		if (!open)
			fprintf(l->f, "<path fill=\"%s\" fill-opacity=\"0.25\""
			    " d=\"M%.1f %.1f", colour_of(l, p), x_of(l, s),
			    foot);
		open = true;
		fprintf(l->f, "L%.1f %.1f", x_of(l, s),
		    foot - up * p->height);
		if (i + 1 == v->n || v->v[i + 1].s > l->to_s)
			fprintf(l->f, "V%.1fz\"/>\n", foot);
	}
	svg_path_begin(l->f, colour_of(l, p), 0.9);
	for (size_t i = 0; i < p->source->onsets.n; i++) {
		const struct point *const o = &p->source->onsets.v[i];
		const double h = 3 + 12 * (double)(o->value < 0 ? 0
		    : o->value > 1 ? 1 : o->value);
		if (o->s >= l->from_s && o->s < l->to_s)
			svg_path_rect(l->f, x_of(l, o->s), foot - h, 1, h);
	}
	svg_path_end(l->f);
}

/* Draw the notes of one loudness; all of them together are one path. */
static void
draw_bucket(const struct line *l, const struct panel *p, int bucket)
{
	const struct marks *const n = &p->source->notes;
	const bool drums = p->kind == PANEL_DRUMS;
	const double row = drums ? 11
	    : p->height / (p->high - p->low + 1);
	bool open = false;
	for (size_t i = 0; i < n->n; i++) {
		const struct mark *const m = &n->v[i];
		int b = (int)(m->velocity * BUCKETS);
		b = b < 0 ? 0 : b >= BUCKETS ? BUCKETS - 1 : b;
		double a = m->start_s;
		double z = m->end_s < 0 ? l->page->to_s : m->end_s;
		if (b != bucket || (drums ? a < l->from_s || a >= l->to_s
		    : !clip(l, &a, &z)))
			continue;
		if (!open)
			svg_path_begin(l->f, colour_of(l, p),
			    drums ? 1 : 0.3 + 0.7 * (b + 1) / BUCKETS);
		open = true;
		if (drums) {
			const double h = 2 + 7.5 * (b + 1) / BUCKETS;
			const double y = l->top + p->y + 2 + row *
			    (p->row_of[(int)m->pitch & 127] + 0.5) - h / 2;
			svg_path_rect(l->f, x_of(l, a), y, 2.6, h);
			continue;
		}
		const double w = x_of(l, z) - x_of(l, a);
		svg_path_rect(l->f, x_of(l, a), l->top + p->y +
		    (p->high - (double)m->pitch) * row, w < 1.6 ? 1.6 : w,
		    row - 0.4);
	}
	if (open)
		svg_path_end(l->f);
}

/* Black keys as stripes, every C named. */
static void
draw_keys(const struct line *l, const struct panel *p)
{
	const struct page *const page = l->page;
	const double row = p->height / (p->high - p->low + 1);
	for (int pitch = p->low; pitch <= p->high; pitch++) {
		const double y = l->top + p->y + (p->high - pitch) * row;
		if (0x54a >> (pitch % 12 + 12) % 12 & 1)
			svg_rect(l->f, page->plot_x, y,
			    x_of(l, l->to_s) - page->plot_x, row,
			    page->theme->black_key, 1);
		if (pitch % 12 == 0) {
			char name[12];
			snprintf(name, sizeof name, "C%d", pitch / 12 - 1);
			svg_text(l->f, page->plot_x - 4, y + row + 1, "end", 9,
			    "normal", page->theme->faint, name);
		}
	}
}

/* The gutter: who this is; for drums, each piece. */
static void
draw_label(const struct line *l, const struct panel *p)
{
	const struct theme *const t = l->page->theme;
	const double y = l->top + p->y;
	char buf[16];
	const char *name = "";
	if (p->source)
		name = pf_names_show(l->page->picture->names, p->source->name,
		    buf);
	if (p->kind == PANEL_CHORDS) {
		char text[300];
		snprintf(text, sizeof text, "%s chords", name);
		svg_text(l->f, 4, y + 13, "start", 10, "normal", t->faint,
		    text);
		return;
	}
	if (p->source)
		svg_text(l->f, 4, y + 12, "start", 12, "bold",
		    colour_of(l, p), name);
	for (int pitch = 0; p->kind == PANEL_DRUMS && pitch < 128; pitch++) {
		if (p->row_of[pitch] == 255)
			continue;
		const char *const piece = pf_drum_name(pitch);
		snprintf(buf, sizeof buf, "%.15s", piece ? piece : "");
		if (!piece)
			snprintf(buf, sizeof buf, "%d", pitch);
		svg_text(l->f, l->page->plot_x - 4,
		    y + 2 + 11 * p->row_of[pitch] + 9, "end", 9, "normal",
		    t->faint, buf);
	}
}

static void
draw_panel(const struct line *l, const struct panel *p)
{
	const struct page *const page = l->page;
	const bool band = p->kind == PANEL_CHORDS ||
	    p->kind == PANEL_SECTIONS;
	if (!band)
		svg_rect(l->f, page->plot_x, l->top + p->y,
		    x_of(l, l->to_s) - page->plot_x, p->height,
		    page->theme->panel, 1);
	if (p->kind == PANEL_NOTES)
		draw_keys(l, p);
	draw_label(l, p);
}

static void
draw_content(const struct line *l, const struct panel *p)
{
	switch (p->kind) {
	case PANEL_SECTIONS:
		draw_sections(l, p);
		break;
	case PANEL_CHORDS:
		draw_chords(l, p);
		break;
	case PANEL_LEVEL:
		draw_level(l, p);
		break;
	case PANEL_NOTES:
	case PANEL_DRUMS:
		for (int b = 0; b < BUCKETS; b++)
			draw_bucket(l, p, b);
		break;
	}
}

/* Lines for beats (where there is room) and bars, with their numbers. */
static void
draw_grid(const struct line *l)
{
	const struct page *const page = l->page;
	const struct theme *const t = page->theme;
	const double foot = l->top + page->line_height - 30;
	double last = -1e9;
	for (size_t i = 0; i < page->beats.n; i++) {
		const double s = page->beats.v[i].s;
		if (s < l->from_s - 1e-6 || s >= l->to_s)
			continue;
		if (x_of(l, s) - last >= 7)
			svg_line(l->f, x_of(l, s), l->top, x_of(l, s), foot,
			    t->beat, 1);
		last = x_of(l, s);
	}
	last = -1e9;
	for (size_t i = 0; i < page->bars.n; i++) {
		const double s = page->bars.v[i].s, x = x_of(l, s);
		if (s < l->from_s - 1e-6 || s >= l->to_s)
			continue;
		svg_line(l->f, x, l->top, x, foot + 4, t->bar, 1);
		if (x - last < 26)
			continue;
		char text[16];
		snprintf(text, sizeof text, "%d", page->bars.v[i].index);
		svg_text(l->f, x + 2, foot + 12, "start", 10, "normal",
		    t->ink, text);
		last = x;
	}
}

static void
draw_seconds(const struct line *l)
{
	static const double steps[] = {1, 2, 5, 10, 20, 30, 60, 120, 300, 600,
	    1800, 3600};
	const double foot = l->top + l->page->line_height - 30;
	double step = steps[0];
	for (size_t i = 0; i < PF_COUNT(steps) && step * l->scale < 90; i++)
		step = steps[i];
	for (double s = ceil(l->from_s / step - 1e-6) * step; s < l->to_s;
	     s += step) {
		char text[32];
		snprintf(text, sizeof text, "%d:%02d", (int)s / 60,
		    (int)s % 60);
		svg_text(l->f, x_of(l, s) + 2, foot + 23, "start", 9,
		    "normal", l->page->theme->faint, text);
	}
}

static void
draw_line(const struct page *page, FILE *f, size_t n, double longest_s)
{
	struct line l = {.page = page, .f = f, .from_s = page->line_s[n],
	    .to_s = page->line_s[n + 1],
	    .scale = page->plot_width / longest_s,
	    .top = HEAD + (double)n * page->line_height};
	for (size_t i = 0; i < page->n_panels; i++)
		draw_panel(&l, &page->panel[i]);
	draw_grid(&l);
	for (size_t i = 0; i < page->n_panels; i++)
		draw_content(&l, &page->panel[i]);
	draw_seconds(&l);
}

static int
by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/*
 * The usual tempo: of the beat whose length lies in the middle, so that a
 * ritard at the end and a missed beat do not count.  0: unknown.
 */
static double
usual_bpm(const struct ticks *beats)
{
	if (beats->n < 5)
		return 0;
	double *const s = calloc(beats->n, sizeof *s);
	if (!s)
		return 0;
	for (size_t i = 0; i + 1 < beats->n; i++)
		s[i] = beats->v[i + 1].s - beats->v[i].s;
	qsort(s, beats->n - 1, sizeof *s, by_size);
	const double middle = s[(beats->n - 1) / 2];
	free(s);
	return middle > 0 ? 60 / middle : 0;
}

/* Key, tempo and length, as far as they were told. */
static void
summary(const struct page *page, char *text, size_t size)
{
	const struct pf_picture *const p = page->picture;
	const struct spans *keys = NULL;
	char key[40] = "", tempo[40] = "";
	for (size_t i = 0; i < p->n_sources && !keys; i++)
		if (p->source[i].keys.n)
			keys = &p->source[i].keys;
	if (keys) {
		/* Scores tell it first, ears know best at the end. */
		const struct pf_key k = keys->v[keys->n - 1].key;
		snprintf(key, sizeof key, "%s %s, ",
		    pf_pitch_class_name(k.tonic), pf_mode[k.mode].name);
	}
	const double bpm = usual_bpm(&page->beats);
	if (bpm > 0)
		snprintf(tempo, sizeof tempo, "%.0f bpm, ", bpm);
	snprintf(text, size, "%s%s%d:%02d", key, tempo, (int)page->to_s / 60,
	    (int)page->to_s % 60);
}

int
pf_picture_write(struct pf_picture *picture,
    const struct pf_picture_options *options, FILE *f)
{
	struct page page;
	const int r = page_init(&page, picture, options);
	if (r)
		return r;
	const double height = HEAD + FOOT +
	    (double)page.n_lines * page.line_height;
	double longest_s = 0;
	for (size_t i = 0; i < page.n_lines; i++)
		longest_s = fmax(longest_s,
		    page.line_s[i + 1] - page.line_s[i]);
	fprintf(f, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
	    "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
	    "font-family=\"DejaVu Sans, Helvetica, sans-serif\">\n",
	    page.width, height, page.width, height);
	svg_rect(f, 0, 0, page.width, height, page.theme->ground, 1);
	if (options->title)
		svg_text(f, 4, 24, "start", 16, "bold", page.theme->ink,
		    options->title);
	char text[128];
	summary(&page, text, sizeof text);
	svg_text(f, page.width - 14, 24, "end", 13, "normal",
	    page.theme->faint, text);
	for (size_t i = 0; i < page.n_lines; i++)
		draw_line(&page, f, i, longest_s);
	fputs("</svg>\n", f);
	page_fini(&page);
	return 0;
}
