/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/merge.h"

#include "event/type.h"
#include "stream/feed.h"
#include "stream/group.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct input {
	struct pf_feed *feed;
	struct pf_line head; /* the line that comes next */
	bool open;           /* head is there */
	bool says_tempo;
};

struct merge {
	struct input *input;
	size_t n;
	int axis;            /* -1 until somebody says tempo */
	bool chosen;         /* by the user */
	struct pf_tempo_map map; /* of the axis, up to the time of output */
	struct pf_writer *writer;
};

/* The next line of an input becomes its head. */
static int
advance(struct merge *m, struct input *in, struct pf_err *err)
{
	if (pf_feed_would_wait(in->feed) || pf_writer_failed(m->writer)) {
		const int r = pf_writer_flush(m->writer, err);
		if (r != 0)
			return r;
	}
	const int r = pf_feed_next(in->feed, &in->head, err);
	in->open = r > 0;
	return r < 0 ? r : 0;
}

/* Comments first, then time, rank, source name. */
static bool
before(const struct pf_line *a, const struct pf_line *b)
{
	const bool timed = a->kind != PF_LINE_COMMENT &&
	    b->kind != PF_LINE_COMMENT;
	if (timed && a->event.time != b->event.time)
		return a->event.time < b->event.time;
	return pf_group_order(a, b) < 0;
}

/* The input whose head comes next, NULL at the end. */
static struct input *
first(struct merge *m)
{
	struct input *best = NULL;
	for (size_t i = 0; i < m->n; i++) {
		struct input *const in = &m->input[i];
		if (in->open && (!best || before(&in->head, &best->head)))
			best = in;
	}
	return best;
}

/* Is the stream's axis the one in force, at a time? */
static bool
same_axis(const struct merge *m, const struct input *in, int64_t ns)
{
	const struct pf_tempo_map *const own = pf_feed_map(in->feed);
	const double mine = pf_tempo_map_beat(own, ns);
	const double axis = pf_tempo_map_beat(&m->map, ns);
	return fabs(mine - axis) < 1e-9 * (1 + fabs(axis)) &&
	    pf_tempo_map_bpm(own, mine) == pf_tempo_map_bpm(&m->map, axis);
}

/*
 * All heads stand at ns or later, and those at ns have gathered all lines of
 * that time: so the tempos of ns are known before its first line is printed.
 */
static int
settle_axis(struct merge *m, int64_t ns, struct pf_err *err)
{
	for (size_t i = 0; i < m->n; i++) {
		struct input *const in = &m->input[i];
		if (!in->open || in->head.kind == PF_LINE_COMMENT ||
		    in->head.event.time != ns || !pf_feed_has_tempo(in->feed))
			continue;
		in->says_tempo = true;
		if (m->axis < 0)
			m->axis = (int)i;
		if (m->axis != (int)i)
			continue;
		const struct pf_tempo_map *const map = pf_feed_map(in->feed);
		const struct pf_tempo_change *const last =
		    &map->change[map->n - 1];
		const int r = pf_tempo_map_add(&m->map, last->beat, last->bpm);
		if (r != 0)
			return pf_err_set(err, "not enough memory"), r;
	}
	if (m->chosen || m->axis < 0)
		return 0;
	const struct input *const axis = &m->input[m->axis];
	for (size_t i = 0; i < m->n; i++) {
		const struct input *const in = &m->input[i];
		if (!in->open || !in->says_tempo || same_axis(m, in, ns))
			continue;
		return pf_err_at(err, pf_feed_name(in->feed), in->head.number,
		    "its tempo is not that of '%s': choose with --axis whose "
		    "shall hold", pf_feed_name(axis->feed));
	}
	return 0;
}

/* A line of another axis, on ours. */
static void
express(struct merge *m, const struct pf_line *line)
{
	char text[PF_TEXT_MOST];
	if (line->kind == PF_LINE_EVENT) {
		const unsigned type = pf_event_type(&line->event);
		if (type == PF_TEMPO || type == PF_METER)
			return;
		const size_t n = pf_text_print(text, &line->event, line->more,
		    pf_writer_names(m->writer), &m->map);
		pf_writer_bytes(m->writer, text, n);
		return;
	}
	/* A type we do not know: all we can say is when. */
	const size_t beat = strcspn(line->raw, "\t");
	pf_writer_bytes(m->writer, text,
	    pf_text_print_beat(text, line->event.time, &m->map));
	pf_writer_bytes(m->writer, line->raw + beat, line->raw_len - beat);
	if (line->raw[line->raw_len - 1] != '\n')
		pf_writer_bytes(m->writer, "\n", 1);
}

static void
print(struct merge *m, const struct input *in)
{
	const struct pf_line *const line = &in->head;
	if (line->kind == PF_LINE_COMMENT) {
		static const char header[] = "#performia ";
		if (line->raw_len < sizeof header - 1 ||
		    memcmp(line->raw, header, sizeof header - 1) != 0)
			pf_writer_line(m->writer, line);
	} else if (same_axis(m, in, line->event.time)) {
		pf_writer_line(m->writer, line);
	} else {
		express(m, line);
	}
}

static int
run(struct merge *m, struct pf_err *err)
{
	struct input *in;
	int64_t ns = -1;
	int r;
	for (size_t i = 0; i < m->n; i++)
		if ((r = advance(m, &m->input[i], err)) != 0)
			return r;
	while ((in = first(m))) {
		if (in->head.kind != PF_LINE_COMMENT &&
		    in->head.event.time != ns) {
			ns = in->head.event.time;
			if ((r = settle_axis(m, ns, err)) != 0)
				return r;
		}
		print(m, in);
		if ((r = advance(m, in, err)) != 0)
			return r;
	}
	return 0;
}

int
pf_merge(const char *const *path, size_t n, int axis, enum pf_strict strict,
    struct pf_names *names, struct pf_writer *writer, uint64_t *skipped,
    struct pf_err *err)
{
	struct merge m = {.n = n, .axis = axis, .chosen = axis >= 0,
	    .writer = writer};
	int r = 0;
	m.input = calloc(n, sizeof *m.input);
	if (!m.input || pf_tempo_map_init(&m.map) != 0) {
		pf_err_set(err, "not enough memory");
		r = -ENOMEM;
	}
	for (size_t i = 0; i < n && r == 0; i++)
		r = pf_feed_open(&m.input[i].feed, path[i], strict, names,
		    err);
	if (r == 0) {
		pf_writer_header(writer);
		r = run(&m, err);
	}
	if (skipped)
		*skipped = 0;
	for (size_t i = 0; m.input && i < n; i++) {
		if (skipped && m.input[i].feed)
			*skipped += pf_feed_skipped(m.input[i].feed);
		pf_feed_free(m.input[i].feed);
	}
	const int w = pf_writer_flush(writer, r == 0 ? err : NULL);
	pf_tempo_map_fini(&m.map);
	free(m.input);
	return r != 0 ? r : w;
}
