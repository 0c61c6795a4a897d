/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to the room: the few shapes of SVG 1.1 that a picture is made of.
 * Coordinates are pixels; numbers are written with one decimal, so that the
 * same picture has the same bytes.
 */
#ifndef PF_DRAW_SVG_H
#define PF_DRAW_SVG_H

#include <stdio.h>

/* A rectangle; colour is "#rrggbb", opacity 0..1. */
void svg_rect(FILE *f, double x, double y, double w, double h,
    const char *colour, double opacity);

void svg_line(FILE *f, double x1, double y1, double x2, double y2,
    const char *colour, double width);

/*
 * Text with its left end ("start"), middle ("middle") or right end ("end")
 * at x, its foot at y.  Escapes what XML wants escaped, and drops control
 * characters.  weight is "normal" or "bold".
 */
void svg_text(FILE *f, double x, double y, const char *anchor, double size_px,
    const char *weight, const char *colour, const char *text);

/* A path of many small rectangles in one colour. */
void svg_path_begin(FILE *f, const char *colour, double opacity);
void svg_path_rect(FILE *f, double x, double y, double w, double h);
void svg_path_end(FILE *f);

#endif
