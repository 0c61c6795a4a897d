/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draw/svg.h"

#include "tap.h"

#include <string.h>

static char *bytes;
static size_t len;

static FILE *
begin(void)
{
	free(bytes);
	bytes = NULL;
	return open_memstream(&bytes, &len);
}

int
main(void)
{
	FILE *f = begin();
	svg_text(f, 1, 2, "middle", 10, "bold", "#000000",
	    "<A&B \"x\">\n\x1b\xe2\x99\xaf");
	fclose(f);
	ok(strstr(bytes, "&lt;A&amp;B ") && strstr(bytes, "&gt;") &&
	    strstr(bytes, "\xe2\x99\xaf") && !strchr(bytes, '\x1b') &&
	    !strstr(bytes, "<A"), "a name cannot end its text");
	f = begin();
	svg_rect(f, 1.04, 2.06, 3, 4, "#112233", 0.5);
	fclose(f);
	ok(strstr(bytes, "1.0") && strstr(bytes, "2.1") &&
	    !strstr(bytes, "1.04") && strstr(bytes, "#112233"),
	    "numbers have one decimal");
	f = begin();
	svg_path_begin(f, "#112233", 1);
	for (int i = 0; i < 3; i++)
		svg_path_rect(f, i, 0, 1, 1);
	svg_path_end(f);
	fclose(f);
	ok(strstr(bytes, "<path") == strrchr(bytes, '<') &&
	    strstr(bytes, "/>"), "many rectangles are one path");
	free(bytes);
	return tap_done();
}
