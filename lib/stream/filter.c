/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/filter.h"

#include "event/type.h"
#include "stream/group.h"
#include "stream/held.h"
#include "stream/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An answer stands so much later than what it answers: contract of delivery. */
static const int64_t reaction_ns = 3000000;
/* How long a mind may play on after the end, before it is cut off. */
static const int64_t ending_ns = INT64_C(300000000000);

struct pf_filter {
	struct pf_filter_config config;
	struct pf_hearer hearer;
	struct pf_reader *reader;
	struct pf_writer *out, *heard;
	uint32_t source;
	bool has_header;
	struct pf_group group;    /* lines of time group_ns, not yet told */
	int64_t group_ns;
	struct pf_tempo_map map;  /* the axis as the mind has heard it */
	struct pf_held held;
	int64_t now_ns;           /* of what the mind is being told */
	bool running;
	int64_t next_thought;
	struct pf_filter_counts counts;
};

static int
no_memory(struct pf_err *err)
{
	pf_err_set(err, "not enough memory");
	return -ENOMEM;
}

int
pf_filter_new(struct pf_filter **out, const struct pf_filter_config *config,
    struct pf_names *names, struct pf_err *err)
{
	struct pf_filter *const f = calloc(1, sizeof *f);
	if (!f)
		return no_memory(err);
	f->config = *config;
	struct pf_filter_config *const c = &f->config;
	c->thoughts_hz = c->thoughts_hz ? c->thoughts_hz : 20;
	c->held_most = c->held_most ? c->held_most : 4096;
	int r = pf_names_add(names, c->name, strlen(c->name), &f->source);
	if (r != 0) {
		pf_err_set(err, "the name '%.240s' cannot be used", c->name);
		goto fail;
	}
	r = pf_reader_new(&f->reader, c->in_fd,
	    c->in_name ? c->in_name : "stdin", c->strict, names, err);
	if (r != 0)
		goto fail;
	if (pf_tempo_map_init(&f->map) != 0 ||
	    pf_held_init(&f->held, c->held_most) != 0 ||
	    pf_writer_new(&f->out, c->out_fd,
		c->out_name ? c->out_name : "standard output", names) != 0 ||
	    (c->heard_fd >= 0 && pf_writer_new(&f->heard, c->heard_fd,
		"the file of what was heard", names) != 0)) {
		r = no_memory(err);
		goto fail;
	}
	*out = f;
	return 0;
fail:
	pf_filter_free(f);
	return r;
}

void
pf_filter_free(struct pf_filter *f)
{
	if (!f)
		return;
	pf_reader_free(f->reader);
	pf_writer_free(f->out);
	pf_writer_free(f->heard);
	pf_held_fini(&f->held);
	pf_group_fini(&f->group);
	pf_tempo_map_fini(&f->map);
	free(f);
}

void
pf_filter_set_hearer(struct pf_filter *f, const struct pf_hearer *hearer)
{
	f->hearer = *hearer;
}

struct pf_filter_counts
pf_filter_counts(const struct pf_filter *f)
{
	struct pf_filter_counts c = f->counts;
	c.skipped = pf_reader_skipped(f->reader);
	return c;
}

/* The mind says something: check it, make it late enough, hold it. */
static int
say(void *ctx, const struct pf_event *said, const char *more)
{
	struct pf_filter *const f = ctx;
	struct pf_event e = *said;
	const int64_t earliest = f->running ? f->now_ns + reaction_ns : 0;
	if (pf_event_type(&e) == PF_CANCEL) {
		pf_held_cancel(&f->held, e.name, e.from);
		return 0;
	}
	e.source = f->source;
	if (e.time < earliest) {
		f->counts.delayed += e.time != PF_TIME_NOW;
		e.time = earliest;
	}
	if (pf_event_check(&e) || !pf_type_info[pf_event_type(&e)].in_text ||
	    !pf_held_add(&f->held, &e, more)) {
		f->counts.refused++;
		return 0;
	}
	f->counts.said++;
	return 0;
}

struct pf_sink
pf_filter_sink(struct pf_filter *f)
{
	return (struct pf_sink){say, f};
}

/* Print what waits and stands before a time. */
static void
release(struct pf_filter *f, int64_t until_ns)
{
	const struct pf_held_event *h;
	while ((h = pf_held_take(&f->held, until_ns)))
		pf_writer_event(f->out, &h->event, h->more);
}

static int64_t
thought_ns(const struct pf_filter *f)
{
	return f->next_thought * INT64_C(1000000000) /
	    (int64_t)f->config.thoughts_hz;
}

static int
mind_failed(int r, struct pf_err *err)
{
	pf_err_set(err, "the agent failed: %s", strerror(-r));
	return r;
}

/*
 * Think the next thought.  What was said before and stands earlier can be
 * printed: the next line is not earlier than this, nor is what will be said.
 */
static int
think(struct pf_filter *f, struct pf_err *err)
{
	const int64_t n = f->next_thought, at_ns = thought_ns(f);
	release(f, at_ns);
	f->next_thought++;
	f->now_ns = at_ns;
	f->counts.thoughts++;
	const int r = f->hearer.think
	    ? f->hearer.think(f->hearer.ctx, n, at_ns) : 0;
	return r < 0 ? mind_failed(r, err) : 0;
}

/* All thoughts up to and at a time. */
static int
think_until(struct pf_filter *f, int64_t time_ns, struct pf_err *err)
{
	while (thought_ns(f) <= time_ns) {
		const int r = think(f, err);
		if (r != 0)
			return r;
	}
	return 0;
}

/* The tempos of the group, in file order; what waits moves along. */
static int
follow_tempo(struct pf_filter *f, struct pf_err *err)
{
	for (size_t i = 0; i < f->group.n; i++) {
		const struct pf_line *const line = &f->group.line[i];
		if (line->kind != PF_LINE_EVENT ||
		    pf_event_type(&line->event) != PF_TEMPO)
			continue;
		const double old = pf_tempo_map_bpm(&f->map, line->beat);
		if (pf_tempo_map_add(&f->map, line->beat, line->event.value))
			return no_memory(err);
		if (old != line->event.value)
			pf_held_stretch(&f->held, line->event.time,
			    old / line->event.value);
	}
	return 0;
}

/* Something sudden: the mind may answer at once. */
static int
startle(struct pf_filter *f, const struct pf_event *e)
{
	const enum pf_type type = pf_event_type(e);
	if (!f->hearer.reflex || !(e->type & PF_HEARD) ||
	    (type != PF_ONSET && type != PF_ON))
		return 0;
	return f->hearer.reflex(f->hearer.ctx, e);
}

/* Tell the mind the lines of one time, thoughts up to it first. */
static int
tell(struct pf_filter *f, struct pf_err *err)
{
	if (f->group.n == 0)
		return 0;
	int r = think_until(f, f->group_ns, err);
	if (r != 0 || (r = follow_tempo(f, err)) != 0)
		return r;
	pf_group_sort(&f->group, &f->map);
	f->now_ns = f->group_ns;
	for (size_t i = 0; i < f->group.n; i++) {
		const struct pf_line *const line = &f->group.line[i];
		if (f->heard)
			pf_writer_line(f->heard, line);
		if (line->kind != PF_LINE_EVENT)
			continue;
		f->counts.heard++;
		r = startle(f, &line->event);
		if (r == 0 && f->hearer.hear)
			r = f->hearer.hear(f->hearer.ctx, &line->event,
			    line->more, line->beat);
		if (r < 0)
			return mind_failed(r, err);
	}
	pf_group_clear(&f->group);
	return 0;
}

/* A line from upstream came: the clock goes to its time, and it passes. */
static int
take(struct pf_filter *f, const struct pf_line *line, struct pf_err *err)
{
	int r;
	if (!f->has_header) {
		f->has_header = true;
		if (line->raw_len < 11 ||
		    memcmp(line->raw, "#performia ", 11) != 0)
			pf_writer_header(f->out);
	}
	if (line->kind == PF_LINE_COMMENT) {
		pf_writer_line(f->out, line);
		return 0;
	}
	if (line->event.source == f->source) {
		if (f->config.replace)
			return 0;
		return pf_err_at(err, pf_reader_name(f->reader), line->number,
		    "source: '%s' already plays upstream (take another name, "
		    "or --replace it)", f->config.name);
	}
	if (line->event.time > f->group_ns) {
		if ((r = tell(f, err)) != 0 ||
		    (r = think_until(f, line->event.time, err)) != 0)
			return r;
		release(f, line->event.time);
		f->group_ns = line->event.time;
	}
	pf_writer_line(f->out, line);
	r = pf_group_add(&f->group, line);
	if (r == -E2BIG)
		return pf_err_at(err, pf_reader_name(f->reader), line->number,
		    "more than %d lines at one time", PF_GROUP_MOST);
	return r != 0 ? no_memory(err) : 0;
}

/* The input has ended: the mind finds its end, and what waits is played. */
static int
finish(struct pf_filter *f, struct pf_err *err)
{
	int r = tell(f, err);
	if (r != 0)
		return r;
	const struct pf_hearer *const h = &f->hearer;
	if (h->end)
		h->end(h->ctx, f->group_ns);
	const int64_t last_ns = f->group_ns + ending_ns;
	while (h->over && !h->over(h->ctx) && thought_ns(f) < last_ns)
		if ((r = think(f, err)) != 0)
			return r;
	release(f, INT64_MAX);
	return 0;
}

static int
flush(struct pf_filter *f, struct pf_err *err)
{
	const int r = pf_writer_flush(f->out, err);
	return r != 0 || !f->heard ? r : pf_writer_flush(f->heard, err);
}

/* Lines until the end.  0 or a negative errno. */
static int
run(struct pf_filter *f, struct pf_err *err)
{
	struct pf_line line;
	int r;
	for (;;) {
		if ((pf_reader_would_wait(f->reader) ||
		    pf_writer_failed(f->out)) && (r = flush(f, err)) != 0)
			return r;
		r = pf_reader_next(f->reader, &line, err);
		if (r <= 0)
			return r;
		if ((r = take(f, &line, err)) != 0)
			return r;
	}
}

int
pf_filter_run(struct pf_filter *f, struct pf_err *err)
{
	if (f->heard)
		pf_writer_header(f->heard);
	f->running = true;
	int r = run(f, err);
	if (r == 0) {
		if (!f->has_header)
			pf_writer_header(f->out);
		r = finish(f, err);
	}
	const int w = flush(f, r == 0 ? err : NULL);
	return r != 0 ? r : w;
}
