/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/group.h"

#include "event/type.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
pf_group_fini(struct pf_group *g)
{
	free(g->line);
	free(g->bytes);
	*g = (struct pf_group){0};
}

void
pf_group_clear(struct pf_group *g)
{
	g->n = 0;
	g->used = 0;
}

/* Room for one more line and its bytes. */
static int
make_room(struct pf_group *g, size_t bytes)
{
	if (g->n == g->room) {
		const size_t room = g->room ? 2 * g->room : 64;
		struct pf_line *const line = realloc(g->line,
		    room * sizeof *line);
		if (!line)
			return -ENOMEM;
		g->line = line;
		g->room = room;
	}
	if (g->size - g->used < bytes) {
		const size_t size = 2 * g->size + bytes + 4096;
		char *const more = realloc(g->bytes, size);
		if (!more)
			return -ENOMEM;
		g->bytes = more;
		g->size = size;
	}
	return 0;
}

int
pf_group_add(struct pf_group *g, const struct pf_line *line)
{
	if (g->n == PF_GROUP_MOST)
		return -E2BIG;
	const int r = make_room(g, line->raw_len + line->more_len + 1);
	if (r != 0)
		return r;
	struct pf_line *const copy = &g->line[g->n++];
	*copy = *line;
	/* The bytes may move while lines are added: note where they are. */
	copy->raw = (const char *)g->used;
	memcpy(g->bytes + g->used, line->raw, line->raw_len);
	memcpy(g->bytes + g->used + line->raw_len, line->more,
	    line->more_len + 1);
	copy->source = (const char *)(line->source_len
	    ? (size_t)(line->source - line->raw) : 0);
	g->used += line->raw_len + line->more_len + 1;
	return 0;
}

static unsigned
rank(const struct pf_line *line)
{
	return line->kind == PF_LINE_COMMENT ? 0
					     : 1 + pf_event_rank(&line->event);
}

int
pf_group_order(const struct pf_line *x, const struct pf_line *y)
{
	const unsigned rx = rank(x), ry = rank(y);
	if (rx != ry)
		return rx < ry ? -1 : 1;
	const size_t n = x->source_len < y->source_len ? x->source_len
						       : y->source_len;
	const int c = memcmp(x->source, y->source, n);
	if (c != 0)
		return c;
	return x->source_len < y->source_len ? -1
	    : x->source_len > y->source_len;
}

static int
compare(const void *a, const void *b)
{
	const struct pf_line *const x = a, *const y = b;
	const int c = pf_group_order(x, y);
	if (c != 0)
		return c;
	return x->number < y->number ? -1 : x->number > y->number;
}

void
pf_group_sort(struct pf_group *g, const struct pf_tempo_map *map)
{
	long last_tempo = 0;
	for (size_t i = 0; i < g->n; i++) {
		struct pf_line *const line = &g->line[i];
		line->raw = g->bytes + (size_t)line->raw;
		line->source = line->raw + (size_t)line->source;
		line->more = line->raw + line->raw_len;
		if (line->kind == PF_LINE_EVENT &&
		    pf_event_type(&line->event) == PF_TEMPO)
			last_tempo = line->number;
	}
	for (size_t i = 0; i < g->n; i++)
		if (g->line[i].kind == PF_LINE_EVENT &&
		    g->line[i].number < last_tempo)
			pf_text_retime(&g->line[i], map);
	if (g->n > 1)
		qsort(g->line, g->n, sizeof *g->line, compare);
}
