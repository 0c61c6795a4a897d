/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/feed.h"

#include "stream/group.h"

#include <errno.h>
#include <stdlib.h>

struct pf_feed {
	struct pf_reader *reader;
	struct pf_group group;
	size_t given;        /* lines of the group that are out */
	struct pf_line next; /* the first line behind the group ... */
	bool has_next;       /* ... its bytes are the reader's */
	bool has_tempo;
	struct pf_tempo_map map; /* without the tempo of `next` */
};

int
pf_feed_new(struct pf_feed **out, struct pf_reader *reader)
{
	struct pf_feed *const f = calloc(1, sizeof *f);
	if (!f || pf_tempo_map_init(&f->map) != 0) {
		free(f);
		return -ENOMEM;
	}
	f->reader = reader;
	*out = f;
	return 0;
}

int
pf_feed_open(struct pf_feed **out, const char *path, enum pf_strict strict,
    struct pf_names *names, struct pf_err *err)
{
	struct pf_reader *reader;
	int r = pf_reader_open(&reader, path, strict, names, err);
	if (r != 0)
		return r;
	r = pf_feed_new(out, reader);
	if (r != 0) {
		pf_reader_free(reader);
		pf_err_set(err, "not enough memory");
	}
	return r;
}

void
pf_feed_free(struct pf_feed *f)
{
	if (!f)
		return;
	pf_reader_free(f->reader);
	pf_group_fini(&f->group);
	pf_tempo_map_fini(&f->map);
	free(f);
}

const struct pf_tempo_map *
pf_feed_map(const struct pf_feed *f)
{
	return &f->map;
}

const char *
pf_feed_name(const struct pf_feed *f)
{
	return pf_reader_name(f->reader);
}

uint64_t
pf_feed_skipped(const struct pf_feed *f)
{
	return pf_reader_skipped(f->reader);
}

bool
pf_feed_has_tempo(const struct pf_feed *f)
{
	return f->has_tempo;
}

bool
pf_feed_would_wait(struct pf_feed *f)
{
	return f->given == f->group.n && pf_reader_would_wait(f->reader);
}

static int
add(struct pf_feed *f, const struct pf_line *line, struct pf_err *err)
{
	const int r = pf_group_add(&f->group, line);
	if (r == -E2BIG)
		pf_err_at(err, pf_feed_name(f), line->number,
		    "more than %d lines at one time", PF_GROUP_MOST);
	else if (r != 0)
		pf_err_set(err, "not enough memory");
	return r;
}

/* Follow the tempos of the group, in file order as the reader did. */
static int
follow(struct pf_feed *f, struct pf_err *err)
{
	for (size_t i = 0; i < f->group.n; i++) {
		const struct pf_line *const line = &f->group.line[i];
		if (line->kind != PF_LINE_EVENT ||
		    pf_event_type(&line->event) != PF_TEMPO)
			continue;
		f->has_tempo = true;
		const int r = pf_tempo_map_add(&f->map, line->beat,
		    line->event.value);
		if (r != 0) {
			pf_err_at(err, pf_feed_name(f), line->number,
			    "tempo: not after the one before");
			return r;
		}
	}
	return 0;
}

/*
 * Gather the lines of the next time.  Comments before it belong to it.
 * Returns 1, 0 at the end, or a negative errno.
 */
static int
gather(struct pf_feed *f, struct pf_err *err)
{
	pf_group_clear(&f->group);
	f->given = 0;
	bool timed = false;
	int64_t time = 0;
	for (;;) {
		int r = 1;
		if (!f->has_next)
			r = pf_reader_next(f->reader, &f->next, err);
		if (r < 0)
			return r;
		f->has_next = r > 0;
		if (!f->has_next)
			break;
		const bool has_time = f->next.kind != PF_LINE_COMMENT;
		if (timed && has_time && f->next.event.time > time)
			break;
		if (has_time) {
			timed = true;
			time = f->next.event.time;
		}
		r = add(f, &f->next, err);
		if (r != 0)
			return r;
		f->has_next = false;
	}
	const int r = follow(f, err);
	if (r != 0)
		return r;
	pf_group_sort(&f->group, &f->map);
	return f->group.n > 0;
}

int
pf_feed_next(struct pf_feed *f, struct pf_line *line, struct pf_err *err)
{
	if (f->given == f->group.n) {
		const int r = gather(f, err);
		if (r <= 0)
			return r;
	}
	*line = f->group.line[f->given++];
	return 1;
}
