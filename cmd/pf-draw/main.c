/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pf-draw: an event stream as a picture.
 */
#include "base/err.h"
#include "base/message.h"
#include "base/option.h"
#include "base/outfile.h"
#include "draw/picture.h"
#include "event/names.h"
#include "stream/feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPT_FROM = 256, OPT_TO, OPT_BARS, OPT_DARK, OPT_LENIENT };

static const struct pf_option options[] = {
	{'o', "output", "FILE", "where the picture goes (standard output)"},
	{'t', "title", "TEXT", "written above (the file's name)"},
	{'w', "width", "PIXELS", "400..20000 (1600)"},
	{'s', "source", "NAME", "draw only this source; may be repeated"},
	{OPT_FROM, "from", "SECONDS", "begin here"},
	{OPT_TO, "to", "SECONDS", "end here"},
	{OPT_BARS, "bars", "N", "bars a line"},
	{OPT_DARK, "dark", NULL, "light on dark"},
	{OPT_LENIENT, "lenient", NULL, "skip wrong lines instead of failing"},
	{0},
};

static const struct pf_program program = {
	.name = "pf-draw",
	.summary = "an event stream as a picture (SVG)",
	.operands = "[FILE]",
	.options = options,
};

enum { MOST_SOURCES = 64 };

struct settings {
	struct pf_picture_options picture;
	const char *output;
	enum pf_strict strict;
	const char *source[MOST_SOURCES];
	size_t n_sources;
};

static const char *
parse_options(int argc, char **argv, struct settings *s)
{
	const char *arg;
	int c, first;
	*s = (struct settings){.strict = PF_STRICT};
	while ((c = pf_option_next(&program, argc, argv, &arg, &first)) != -1)
		switch (c) {
		case 'o':
			s->output = arg;
			break;
		case 't':
			s->picture.title = arg;
			break;
		case 'w':
			s->picture.width_px = (int)pf_option_int(&program,
			    "width", arg, 400, 20000);
			break;
		case 's':
			if (s->n_sources == MOST_SOURCES)
				pf_option_fail(&program,
				    "--source: more than %d", MOST_SOURCES);
			s->source[s->n_sources++] = arg;
			break;
		case OPT_FROM:
			s->picture.from_s = pf_option_num(&program, "from",
			    arg, 0, 1e6);
			break;
		case OPT_TO:
			s->picture.to_s = pf_option_num(&program, "to", arg,
			    0, 1e6);
			break;
		case OPT_BARS:
			s->picture.bars_per_line = (int)pf_option_int(
			    &program, "bars", arg, 1, 10000);
			break;
		case OPT_DARK:
			s->picture.dark = true;
			break;
		case OPT_LENIENT:
			s->strict = PF_LENIENT;
			break;
		}
	if (argc - first > 1)
		pf_option_fail(&program, "one stream at a time; "
		    "pf-merge makes one of several");
	return first < argc ? argv[first] : "-";
}

/* Does the line belong in the picture?  What orders time always does. */
static bool
wanted(const struct settings *s, const struct pf_line *line)
{
	switch (pf_event_type(&line->event)) {
	case PF_TEMPO:
	case PF_METER:
	case PF_SECTION:
		return true;
	default:
		break;
	}
	for (size_t i = 0; i < s->n_sources; i++)
		if (strlen(s->source[i]) == line->source_len &&
		    memcmp(s->source[i], line->source, line->source_len) == 0)
			return true;
	return s->n_sources == 0;
}

static void
collect(struct pf_picture *picture, const struct settings *s,
    const char *path, struct pf_names *names)
{
	struct pf_err err;
	struct pf_feed *feed;
	struct pf_line line;
	int r;
	if (pf_feed_open(&feed, path, s->strict, names, &err) != 0)
		pf_die(1, "%s", err.text);
	while ((r = pf_feed_next(feed, &line, &err)) > 0)
		if (line.kind == PF_LINE_EVENT && wanted(s, &line) &&
		    pf_picture_add(picture, &line.event, line.beat) != 0)
			pf_die(1, "out of memory");
	if (r < 0)
		pf_die(1, "%s", err.text);
	if (pf_feed_skipped(feed))
		pf_msg("skipped %llu wrong lines",
		    (unsigned long long)pf_feed_skipped(feed));
	pf_feed_free(feed);
}

static void
draw(struct pf_picture *picture, const struct pf_picture_options *o, FILE *f)
{
	const int r = pf_picture_write(picture, o, f);
	if (r == -EINVAL)
		pf_die(1, "there is nothing to draw");
	if (r)
		pf_die(1, "%s", strerror(-r));
}

/* Draw into a file that gets its name when it is whole. */
static void
draw_file(struct pf_picture *picture, const struct settings *s)
{
	struct pf_err err;
	struct pf_outfile out;
	if (pf_outfile_open(&out, s->output, &err) != 0)
		pf_die(1, "%s", err.text);
	FILE *const f = fdopen(dup(out.fd), "w");
	if (!f)
		pf_die(1, "cannot write '%s': %s", s->output, strerror(errno));
	draw(picture, &s->picture, f);
	const int bad = ferror(f);
	if (fclose(f) != 0 || bad)
		pf_die(1, "cannot write '%s': %s", s->output, strerror(errno));
	if (pf_outfile_commit(&out, &err) != 0)
		pf_die(1, "%s", err.text);
}

int
main(int argc, char **argv)
{
	struct settings s;
	struct pf_err err;
	struct pf_names *names;
	struct pf_picture *picture;
	const char *const path = parse_options(argc, argv, &s);
	if (!s.picture.title && strcmp(path, "-") != 0)
		s.picture.title = strrchr(path, '/') ? strrchr(path, '/') + 1
		    : path;
	if (pf_names_new(&names) != 0 ||
	    pf_picture_new(&picture, names) != 0)
		pf_die(1, "out of memory");
	collect(picture, &s, path, names);
	const bool to_stdout = !s.output || strcmp(s.output, "-") == 0;
	if (to_stdout)
		draw(picture, &s.picture, stdout);
	else
		draw_file(picture, &s);
	pf_picture_free(picture);
	pf_names_free(names);
	if (to_stdout && pf_close_stdout(&err) != 0)
		pf_die(1, "%s", err.text);
	return 0;
}
