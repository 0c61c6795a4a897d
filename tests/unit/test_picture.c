/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draw/picture.h"

#include "base/hash.h"
#include "event/type.h"

#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct pf_names *names;

static uint32_t
name(const char *s)
{
	uint32_t h = 0;
	(void)!pf_names_add(names, s, strlen(s), &h);
	return h;
}

static void
note(struct pf_picture *p, const char *who, double s, float pitch)
{
	struct pf_event e = pf_event_make(PF_NOTE, (int64_t)(s * 1e9),
	    name(who));
	e.pitch = pitch;
	e.velocity = 0.8f;
	e.duration = 0.5f;
	(void)!pf_picture_add(p, &e, s);
}

/* The picture as text, to be freed; NULL if there was nothing to draw. */
static char *
draw(struct pf_picture *p, const struct pf_picture_options *o)
{
	char *text = NULL;
	size_t len = 0;
	FILE *const f = open_memstream(&text, &len);
	const int r = pf_picture_write(p, o, f);
	fclose(f);
	if (r == 0)
		return text;
	free(text);
	return NULL;
}

static int
count(const char *text, const char *word)
{
	int n = 0;
	for (const char *at = text; at && (at = strstr(at, word)); at++)
		n++;
	return n;
}

int
main(void)
{
	struct pf_picture *p;
	const struct pf_picture_options plain = {.title = "a <b> & c"};
	if (pf_names_new(&names) != 0 || pf_picture_new(&p, names) != 0)
		return 1;
	ok(!draw(p, &plain), "an empty stream has no picture");
	struct pf_event tempo = pf_event_make(PF_TEMPO, 0, name("score"));
	tempo.value = 120;
	(void)!pf_picture_add(p, &tempo, 0);
	for (int i = 0; i < 16; i++) {
		note(p, "bass", i * 0.5, 40.0f + (float)(i % 3));
		note(p, "drums", i * 0.5, i % 2 ? 38 : 36);
	}
	struct pf_event chord = pf_event_make(PF_CHORD, 7000000000,
	    name("harmony"));
	chord.duration = 1;
	(void)!pf_picture_add(p, &chord, 14);
	char *const a = draw(p, &plain);
	char *const b = draw(p, &plain);
	ok(a && count(a, "<svg") == 1 && count(a, "</svg>") == 1,
	    "a stream with notes has one");
	ok(a && b && strcmp(a, b) == 0, "the same stream, the same bytes");
	ok(count(a, ">bass<") == 1 && count(a, ">drums<") == 1,
	    "every source that plays is named once");
	ok(count(a, ">N.C.<") == 1, "no chord is drawn as such");
	ok(count(a, ">kick<") == 1 && count(a, ">snare<") == 1,
	    "every piece of the drums has a row");
	ok(count(a, "a &lt;b&gt; &amp; c") == 1,
	    "a title cannot break out of the picture");
	ok(count(a, ">4</text>") >= 1 && count(a, ">6</text>") == 0,
	    "bars of the axis are numbered");
	const struct pf_picture_options half = {.from_s = 4, .to_s = 6};
	char *const c = draw(p, &half);
	ok(c && strlen(c) < strlen(a), "a part can be drawn");
	const struct pf_picture_options late = {.from_s = 100};
	ok(!draw(p, &late), "behind the end there is nothing");
	const struct pf_picture_options lines = {.bars_per_line = 1};
	char *const d = draw(p, &lines);
	ok(count(d, ">bass<") == 4, "bars a line can be chosen: %d lines",
	    count(d, ">bass<"));
	free(a);
	free(b);
	free(c);
	free(d);
	pf_picture_free(p);
	pf_names_free(names);
	return tap_done();
}
