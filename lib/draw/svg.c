/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draw/svg.h"

void
svg_rect(FILE *f, double x, double y, double w, double h, const char *colour,
    double opacity)
{
	fprintf(f, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
	    "height=\"%.1f\" fill=\"%s\"", x, y, w, h, colour);
	if (opacity < 1)
		fprintf(f, " fill-opacity=\"%.2f\"", opacity);
	fputs("/>\n", f);
}

void
svg_line(FILE *f, double x1, double y1, double x2, double y2,
    const char *colour, double width)
{
	fprintf(f, "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\" "
	    "stroke-width=\"%.1f\"/>\n", x1, y1, x2, y2, colour, width);
}

static void
escaped(FILE *f, const char *text)
{
	for (const char *c = text; *c; c++)
		switch (*c) {
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '&':
			fputs("&amp;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		default:
			if ((unsigned char)*c >= ' ' && *c != 127)
				fputc(*c, f);
		}
}

void
svg_text(FILE *f, double x, double y, const char *anchor, double size_px,
    const char *weight, const char *colour, const char *text)
{
	fprintf(f, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.0f\" "
	    "fill=\"%s\"", x, y, size_px, colour);
	if (*anchor != 's')
		fprintf(f, " text-anchor=\"%s\"", anchor);
	if (*weight == 'b')
		fprintf(f, " font-weight=\"bold\"");
	fputc('>', f);
	escaped(f, text);
	fputs("</text>\n", f);
}

void
svg_path_begin(FILE *f, const char *colour, double opacity)
{
	fprintf(f, "<path fill=\"%s\" fill-opacity=\"%.2f\" d=\"", colour,
	    opacity);
}

void
svg_path_rect(FILE *f, double x, double y, double w, double h)
{
	fprintf(f, "M%.1f %.1fh%.1fv%.1fh%.1fz", x, y, w, h, -w);
}

void
svg_path_end(FILE *f)
{
	fputs("\"/>\n", f);
}
