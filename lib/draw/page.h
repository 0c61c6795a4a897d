/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to the room: how a picture is divided into lines and panels.
 *
 *     title                                            key, tempo, length
 *     +---------+------------------------------------------------------+
 *     | section |  intro      | verse                                  |
 *     | chords  |  G   | C    | ...                                    |
 *     | guitar  |  piano roll                                          |
 *     | drums   |  a row for each piece                                |
 *     |         |  1      2      3    bars, seconds                    |
 *     +---------+------------------------------------------------------+
 *     the next line of bars ...
 */
#ifndef PF_DRAW_PAGE_H
#define PF_DRAW_PAGE_H

#include "draw/collect.h"

enum panel_kind {
	PANEL_SECTIONS, PANEL_CHORDS, PANEL_LEVEL, PANEL_NOTES, PANEL_DRUMS
};

enum { MOST_PANELS = 2 * MOST_SOURCES + 2, MOST_LINES = 400 };

struct panel {
	enum panel_kind kind;
	const struct source *source; /* NULL: sections */
	int number;                  /* of the source: its colour */
	double y, height;            /* from the top of the line */
	int low, high;               /* pitches shown */
	uint8_t row_of[128];         /* drums: row of a pitch, 255 none */
	int rows;
};

/* The colours of a theme. */
struct theme {
	const char *ground, *panel, *bar, *beat, *ink, *faint, *black_key;
	const char *source[8];
};

struct page {
	const struct pf_picture *picture;
	const struct theme *theme;
	double from_s, to_s;
	double width, plot_x, plot_width;
	struct panel panel[MOST_PANELS];
	size_t n_panels;
	struct ticks bars;  /* s; index is the bar's number, from 1 */
	struct ticks beats; /* all beats, bars included */
	double line_s[MOST_LINES + 1]; /* where lines begin; one more: the end */
	size_t n_lines;
	double line_height;
};

/* Lay a picture out.  Returns 0, -EINVAL (nothing to show) or -ENOMEM. */
PF_MUST_CHECK int page_init(struct page *page,
    const struct pf_picture *picture,
    const struct pf_picture_options *options);
void page_fini(struct page *page);

#endif
