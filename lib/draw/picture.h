/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A picture of a stream: what was played, heard and meant, on one page.
 *
 * Events are collected in the order of the stream, then drawn as SVG 1.1:
 * sections and chords as bands, a piano roll for each source, a row for each
 * drum, the player's level as a shape, bars as lines.  Same events and
 * options, same bytes.  One thread at a time.
 */
#ifndef PF_DRAW_PICTURE_H
#define PF_DRAW_PICTURE_H

#include "base/attr.h"
#include "event/event.h"
#include "event/names.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct pf_picture;

struct pf_picture_options {
	const char *title;   /* shown above; NULL: none */
	double from_s, to_s; /* what is shown; to_s 0: up to the end */
	int width_px;        /* 400..20000; 0: 1600 */
	int bars_per_line;   /* 0: as fits */
	bool dark;           /* light on dark */
};

/*
 * Begin a picture.  names are borrowed and must know the sources' spellings
 * when the picture is written.  Returns 0 or -ENOMEM.
 */
PF_MUST_CHECK int pf_picture_new(struct pf_picture **picture,
    const struct pf_names *names);
void pf_picture_free(struct pf_picture *picture);

/*
 * Take an event into the picture, in the order of time; beat is its place on
 * the axis.  Returns 0 or -ENOMEM.
 */
PF_MUST_CHECK int pf_picture_add(struct pf_picture *picture,
    const struct pf_event *event, double beat);

/*
 * Draw what was collected to f.  Returns 0; -EINVAL if there is nothing to
 * show between from_s and to_s; -ENOMEM.  Errors of f are left in f.
 */
PF_MUST_CHECK int pf_picture_write(struct pf_picture *picture,
    const struct pf_picture_options *options, FILE *f);

#endif
