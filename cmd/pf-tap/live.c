/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session as a stream: every lane in the order of delivery, a line as
 * soon as its time has come, on the session's own axis.
 */
#include "tap.h"

#include "base/message.h"
#include "event/names.h"
#include "event/type.h"
#include "live/axis.h"
#include "live/member.h"
#include "stream/writer.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

struct tap {
	const struct wish *wish;
	struct pf_names *names;
	struct pf_member *member;
	struct pf_writer *writer;
	struct pf_axis axis;
	int64_t begin_ns; /* what is earlier is not ours to tell */
	int64_t last_ns;  /* of the last line */
	int64_t printed;
};

static bool
is_chosen(const struct wish *w, const struct pf_event *e)
{
	if (w->some_types && !w->types[pf_event_type(e)])
		return false;
	for (size_t i = 0; i < w->sources.n; i++)
		if (w->sources.hash[i] == e->source)
			return true;
	return w->sources.n == 0;
}

static void
print(struct tap *t, const struct pf_event *e, const char *more)
{
	struct pf_event at = *e;
	if (at.time < t->last_ns)
		at.time = t->last_ns;
	t->last_ns = at.time;
	pf_writer_event(t->writer, &at, more);
}

/* The tempos so far: they make the axis of what follows. */
static int
print_axis(struct tap *t)
{
	uint32_t engine;
	const int r = pf_names_add(t->names, "engine", 6, &engine);
	if (r != 0)
		return r;
	for (size_t i = 0; i < t->axis.map.n; i++) {
		const struct pf_tempo_change *const c =
		    &t->axis.map.change[i];
		struct pf_event e = pf_event_make(PF_TEMPO, llround(c->ns),
		    engine);
		e.value = c->bpm;
		if (i > 0 || c->bpm != 60)
			print(t, &e, NULL);
	}
	return 0;
}

/* One event.  1: it was the last, 0, or a negative errno. */
static int
hear(struct tap *t, const struct pf_member_heard *h)
{
	const struct wish *const w = t->wish;
	const struct pf_event *const e = &h->event;
	if (e->time < t->begin_ns)
		return 0;
	if (pf_event_type(e) == PF_TEMPO) {
		/* Only the engine's words make the axis, and they all do. */
		const int r = strcmp(h->lane, "engine") == 0
		    ? pf_axis_hear(&t->axis, e) : 0;
		if (r <= 0)
			return r;
		print(t, e, h->more);
		if (!is_chosen(w, e))
			return 0;
	} else {
		if (!is_chosen(w, e) || pf_event_type(e) == PF_TICK)
			return 0;
		print(t, e, h->more);
	}
	return ++t->printed == w->count;
}

static int
run(struct tap *t, struct pf_err *err)
{
	const struct wish *const w = t->wish;
	const int64_t from_ns = pf_member_now(t->member);
	const int64_t until_ns = w->for_s < 0 ? INT64_MAX
	    : from_ns + llround(w->for_s * 1e9);
	struct pf_member_heard heard;
	int r = w->count == 0;
	while (r == 0) {
		while ((r = pf_member_next(t->member, &heard)) == 1) {
			if (heard.event.time >= until_ns)
				break;
			if ((r = hear(t, &heard)) != 0)
				break;
		}
		if (r == -ENOMEM)
			pf_err_set(err, "not enough memory");
		if (r != 0)
			break;
		if ((r = pf_writer_flush(t->writer, err)) != 0)
			return r;
		const int64_t left = until_ns - pf_member_now(t->member);
		if (left <= 0)
			break;
		r = pf_member_wait(t->member, left);
	}
	if (r == -ESHUTDOWN && w->verbose)
		pf_msg("the session has ended");
	if (r > 0 || r == -ESHUTDOWN || r == -EINTR)
		r = 0;
	return r ? r : pf_writer_flush(t->writer, err);
}

static void
report(struct tap *t)
{
	const struct pf_member_counts c = pf_member_counts(t->member);
	pf_msg("%lld events printed, %llu late, %llu slots lost, %llu refused",
	    (long long)t->printed, (unsigned long long)c.late,
	    (unsigned long long)c.lost, (unsigned long long)c.refused);
}

static int
begin(struct tap *t, struct pf_err *err)
{
	const struct wish *const w = t->wish;
	struct pf_clock_state clock;
	int r;
	if (!w->from_start) {
		const bool runs = pf_member_clock(t->member, &clock);
		r = pf_axis_learn(&t->axis, pf_member_directory(t->member),
		    runs ? &clock : NULL);
	} else {
		t->axis.last_ns = -1;
		r = pf_tempo_map_init(&t->axis.map);
	}
	if (r != 0)
		goto fail;
	pf_writer_header(t->writer);
	if (w->from_start)
		return 0;
	t->begin_ns = pf_member_now(t->member);
	/* A tempo may stand a little ahead of us. */
	if (t->axis.last_ns > t->begin_ns)
		t->begin_ns = t->axis.last_ns;
	if ((r = print_axis(t)) == 0)
		return 0;
fail:
	pf_err_set(err, "not enough memory");
	return r;
}

int
tap_live(const struct wish *w, struct pf_err *err)
{
	struct tap t = {.wish = w};
	const struct pf_member_config config = {.session = w->session,
	    .wait_s = w->wait_s, .from = w->from_start ? PF_MEMBER_OLDEST
	    : PF_MEMBER_NOW, .sleeper = PF_BELL_SCREENS, .stop = w->stop};
	int r = pf_names_new(&t.names);
	if (r == 0)
		r = pf_writer_new(&t.writer, STDOUT_FILENO, "standard output",
		    t.names);
	if (r != 0) {
		pf_err_set(err, "not enough memory");
		goto out;
	}
	r = pf_member_open(&t.member, &config, t.names, err);
	if (r == 0)
		r = begin(&t, err);
	if (r == 0)
		r = run(&t, err);
	if (t.member && w->verbose)
		report(&t);
out:
	pf_member_close(t.member, true);
	pf_axis_free(&t.axis);
	pf_writer_free(t.writer);
	pf_names_free(t.names);
	return r;
}
