/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mind in a session: stream/filter.c's rules on other ground.
 *
 * Everything is told and thought in the order and at the times of the
 * session, not of this machine; so what was heard, put through the filter,
 * gives the same thoughts, and `out` is what that filter prints.
 */
#include "live/member_inside.h"

#include "base/hash.h"
#include "base/message.h"
#include "event/type.h"
#include "live/axis.h"
#include "session/metric.h"
#include "stream/writer.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* An answer stands so much later than what it answers: contract of delivery. */
#define REACTION_NS 3000000
#define ENDING_NS INT64_C(4000000000)   /* to play on after the end */
#define BEHIND_NS 500000000  /* then it is the past that is thought over */
#define REHEARSE_S 64.0
#define FLUSH_NS 200000000

struct runner {
	struct pf_member *m;
	const struct pf_hearer *hearer;
	struct pf_writer *heard, *out;
	struct pf_held held;      /* said, for out */
	int64_t base_ns;          /* of what the mind is being told; -1 */
	int64_t last_ns;          /* when the last note it said ends */
	int64_t next;             /* thought */
	int64_t rehearse_ns, hz;
	bool past;                /* behind the clock: nothing old is said */
	bool was_running;
	bool ending;              /* was asked to */
	bool ready;               /* said so */
	int ready_fd;
	int64_t flush_mono;
	int broken;               /* the mind's or memory's first error */
	struct pf_histogram *decision, *wake;
};

/* ---- what the mind says */

/*
 * The filter's rule of speech, then into the lane; while the past is thought
 * over, only what is still to come and its sound.
 */
static int
say(void *ctx, const struct pf_event *said, const char *more)
{
	struct runner *const r = ctx;
	struct pf_event e = *said;
	const int64_t earliest = r->base_ns < 0 ? 0
	    : r->base_ns + REACTION_NS;
	if (pf_event_type(&e) == PF_CANCEL) {
		pf_held_cancel(&r->held, e.name, e.from);
		return member_say(r->m, &e, NULL);
	}
	e.source = r->m->source;
	if (e.time < earliest) {
		r->m->counts.delayed += e.time != PF_TIME_NOW;
		e.time = earliest;
	}
	if (r->out)
		(void)pf_held_add(&r->held, &e, more);
	if (r->past && e.time < pf_member_now(r->m)) {
		if (pf_event_type(&e) != PF_PATCH)
			return 0;
		e.time = PF_TIME_NOW;
	}
	/* Who leaves does not end the others' music. */
	if (r->ending && pf_event_type(&e) == PF_INTENT &&
	    e.u8[PF_INTENT_ACT] == PF_ACT_END)
		return 0;
	if (pf_event_type(&e) == PF_NOTE && e.duration > 0 &&
	    e.time + (int64_t)((double)e.duration * 1e9) > r->last_ns)
		r->last_ns = e.time + (int64_t)((double)e.duration * 1e9);
	return member_say(r->m, &e, more);
}

/* ---- what it is told */

static void
release(struct runner *r, int64_t until_ns)
{
	const struct pf_held_event *h;
	while (r->out && (h = pf_held_take(&r->held, until_ns)))
		pf_writer_event(r->out, &h->event, h->more);
}

static void
check(struct runner *r, int result)
{
	if (result < 0 && r->broken == 0)
		r->broken = result;
}

static bool
startles(const struct pf_event *e)
{
	const enum pf_type type = pf_event_type(e);
	return e->type & PF_HEARD && (type == PF_ONSET || type == PF_ON);
}

static void
reflex(struct runner *r, const struct pf_event *e)
{
	const int64_t base = r->base_ns;
	const uint64_t said = r->m->counts.said;
	r->base_ns = e->time;
	check(r, r->hearer->reflex(r->hearer->ctx, e));
	r->base_ns = base;
	r->m->counts.reflexes += r->m->counts.said > said;
}

/* An event was just read: who is quick answers before its turn comes. */
static void
fresh(void *ctx, struct member_waiting *w)
{
	struct runner *const r = ctx;
	if (r->past || w->late_ns > 0 || !startles(&w->event) ||
	    w->event.source == r->m->source)
		return;
	w->reflexed = true;
	reflex(r, &w->event);
}

/* Tell one event, of which the member has taken note. */
static void
tell(struct runner *r, const struct pf_event *e, const char *more,
    bool reflexed)
{
	struct pf_member *const m = r->m;
	release(r, e->time);
	if (r->out)
		pf_writer_event(r->out, e, more);
	if (r->heard)
		pf_writer_event(r->heard, e, more);
	r->base_ns = e->time;
	m->counts.heard++;
	if (r->hearer->reflex && !reflexed && startles(e))
		reflex(r, e);
	if (r->hearer->hear)
		check(r, r->hearer->hear(r->hearer->ctx, e, more,
		    pf_tempo_map_beat(&m->map, e->time)));
}

/* Obey the tempo as the filter does: what is held for `out` moves along. */
static void
tell_transport(struct runner *r, const struct pf_event *e, const char *more,
    double old_bpm)
{
	if (pf_event_type(e) == PF_TEMPO && old_bpm != e->value)
		pf_held_stretch(&r->held, e->time, old_bpm / e->value);
	tell(r, e, more, false);
}

static double
bpm_at(const struct pf_member *m, int64_t time_ns)
{
	return pf_tempo_map_bpm(&m->map, pf_tempo_map_beat(&m->map, time_ns));
}

/* Not for a mind: what the engine tells of others' events. */
static bool
is_report(const struct member_waiting *w)
{
	return w->from_engine && pf_event_type(&w->event) == PF_DECISION;
}

/* Tell all that stands before a time. */
static void
tell_until(struct runner *r, int64_t until_ns)
{
	struct pf_member *const m = r->m;
	for (;;) {
		const struct member_waiting *const first =
		    member_heap_first(&m->heap);
		if (!first)
			return;
		const double old = bpm_at(m, first->event.time);
		const struct member_waiting *const w = member_take(m,
		    until_ns);
		if (!w)
			return;
		struct member_lane *const lane = w->lane;
		if (w->from_engine && !is_report(w))
			tell_transport(r, &w->event, w->more, old);
		else if (!is_report(w))
			tell(r, &w->event, w->more, w->reflexed);
		member_refill(m, lane);
	}
}

/* Bring the mind in step with an engine whose words it has missed. */
static void
correct(struct runner *r, int64_t time_ns)
{
	struct pf_event e;
	r->m->out_of_step = false;
	for (int i = 0; i < 6 && member_correct(r->m, time_ns, &e); i++) {
		const double old = bpm_at(r->m, time_ns);
		member_obey(r->m, &e);
		tell_transport(r, &e, "", old);
	}
	if (r->m->told_ns < time_ns)
		r->m->told_ns = time_ns;
}

/*
 * What a mind in a session begins with: nothing plays until it is told, at
 * the tempo of the session's first beat, which may be nowhere else.
 */
static void
tell_beginning(struct runner *r)
{
	struct pf_member *const m = r->m;
	struct pf_axis axis;
	struct pf_event e = pf_event_make(PF_STOP, 0, pf_hash_str("engine"));
	e.duration = 0;
	tell(r, &e, "", false);
	if (pf_axis_learn(&axis, &m->dir, m->has_state ? &m->state : NULL))
		return;
	e = pf_event_make(PF_TEMPO, 0, pf_hash_str("engine"));
	e.value = pf_tempo_map_bpm(&axis.map, 0);
	pf_axis_free(&axis);
	if (pf_event_check(&e))
		return;
	const double old = bpm_at(m, 0);
	member_obey(m, &e);
	tell_transport(r, &e, "", old);
}

/* ---- thought */

static int64_t
thought_ns(const struct runner *r, int64_t n)
{
	return n * INT64_C(1000000000) / r->hz;
}

static void
think(struct runner *r)
{
	struct pf_member *const m = r->m;
	const int64_t n = r->next++, at_ns = thought_ns(r, n);
	const int64_t begin = member_mono();
	release(r, at_ns);
	r->base_ns = at_ns;
	m->counts.thoughts++;
	if (m->told_ns < at_ns)
		m->told_ns = at_ns;
	if (r->hearer->think)
		check(r, r->hearer->think(r->hearer->ctx, n, at_ns));
	if (r->decision && !r->past)
		pf_histogram_add(r->decision, member_mono() - begin);
}

/* Hear and think what is due at session time now. */
static void
catch_up(struct runner *r)
{
	struct pf_member *const m = r->m;
	const int64_t grace = m->config.grace_ns;
	int64_t now = pf_member_now(m);
	/* What is too long ago to be thought over is only heard. */
	const int64_t first = (now - r->rehearse_ns) * r->hz / 1000000000;
	if (r->next < first) {
		tell_until(r, thought_ns(r, first));
		r->next = first;
	}
	while (thought_ns(r, r->next) + grace <= now && r->broken == 0) {
		const int64_t at = thought_ns(r, r->next);
		r->past = at < now - BEHIND_NS || !r->ready;
		tell_until(r, at);
		if (m->out_of_step && m->running && at > 0 &&
		    thought_ns(r, r->next + 1) + grace > now)
			correct(r, at - 1);
		if (r->wake && !r->past)
			pf_histogram_add(r->wake, now - at - grace);
		think(r);
		now = pf_member_now(m);
		if (!r->past)
			member_pull(m);
	}
	r->past = false;
}

/* ---- the run */

static int
flush(struct runner *r, struct pf_err *err)
{
	int result = 0;
	r->flush_mono = member_mono();
	if (r->heard)
		result = pf_writer_flush(r->heard, err);
	if (r->out && result == 0)
		result = pf_writer_flush(r->out, err);
	return result;
}

static void
say_ready(struct runner *r)
{
	r->ready = true;
	pf_member_state(r->m, PF_LANE_READY);
	if (r->ready_fd >= 0 && write(r->ready_fd, "\n", 1) != 1)
		pf_msg("cannot tell that it is ready: %s", strerror(errno));
}

static void
watch_engine(struct runner *r)
{
	if (r->m->running == r->was_running)
		return;
	r->was_running = r->m->running;
	pf_msg(r->was_running ? "an engine is back" :
	    "the engine is gone, waiting for another");
}

/* Until somebody stops us (-EINTR), the session ends, or something fails. */
static int
live(struct runner *r, struct pf_err *err)
{
	struct pf_member *const m = r->m;
	const int64_t period = 1000000000 / r->hz;
	for (;;) {
		member_pull(m);
		catch_up(r);
		if (m->anew) {
			pf_err_set(err, "the session's time began anew");
			return -ESTALE;
		}
		if (r->broken != 0) {
			pf_err_set(err, "the agent failed: %s",
			    strerror(-r->broken));
			return r->broken;
		}
		if (!r->ready)
			say_ready(r);
		if (member_mono() - r->flush_mono > FLUSH_NS) {
			const int f = flush(r, err);
			if (f != 0)
				return f;
		}
		int64_t ns = period;
		if (m->running)
			ns = pf_clock_mono(&m->state, thought_ns(r, r->next) +
			    m->config.grace_ns) - member_mono();
		const int w = pf_member_wait(m, ns > 0 ? ns : 0);
		watch_engine(r);
		if (w == -ESHUTDOWN)
			pf_err_set(err, "the session '%s' has ended",
			    m->dir.name);
		if (w != 0)
			return w;
	}
}

/* Is there time left to come to an end, and somebody to play it? */
static bool
may_end(const struct pf_member *m, int64_t until_mono)
{
	return m->running && !m->gone && *m->config.stop < 2 &&
	    member_mono() < until_mono;
}

static void
doze(struct pf_member *m)
{
	const struct timespec t = {0, 5000000};
	nanosleep(&t, NULL);
	member_tend(m);
}

/*
 * The mind was asked to end: it hears no more, as at the end of a pipe, and
 * finds its last note.
 */
static void
end(struct runner *r)
{
	struct pf_member *const m = r->m;
	const struct pf_hearer *const h = r->hearer;
	const int64_t last_ns = r->next > 0 ? thought_ns(r, r->next - 1) : 0;
	const int64_t until = member_mono() + ENDING_NS;
	const struct pf_event tick = pf_event_make(PF_TICK, last_ns,
	    pf_hash_str("engine"));
	if (r->heard)
		pf_writer_event(r->heard, &tick, NULL);
	if (r->out)
		pf_writer_event(r->out, &tick, NULL);
	pf_member_state(m, PF_LANE_ENDING);
	r->ending = true;
	m->fresh = NULL;
	if (h->end)
		h->end(h->ctx, last_ns);
	while (h->over && !h->over(h->ctx) && r->broken == 0 &&
	    may_end(m, until)) {
		while (thought_ns(r, r->next) <= pf_member_now(m) &&
		    !h->over(h->ctx))
			think(r);
		doze(m);
	}
	/* What has not begun by now is not begun; the rest may ring. */
	if (h->over && !h->over(h->ctx))
		member_withdraw(m);
	else
		while (pf_member_now(m) < r->last_ns && may_end(m, until))
			doze(m);
	release(r, INT64_MAX);
}

static int
open_writer(struct pf_writer **writer, int fd, const char *what,
    const struct pf_names *names)
{
	if (fd < 0)
		return 0;
	const int r = pf_writer_new(writer, fd, what, names);
	if (r == 0)
		pf_writer_header(*writer);
	return r;
}

static int
begin(struct runner *r, const struct pf_member_run *run)
{
	struct pf_member *const m = r->m;
	struct pf_tail *const tail = pf_member_tail(m);
	if (pf_held_init(&r->held, KEPT_MOST) != 0 ||
	    open_writer(&r->heard, run->heard_fd,
		"the file of what was heard", m->names) != 0 ||
	    open_writer(&r->out, run->out_fd, "the output", m->names) != 0)
		return pf_err_set(run->err, "not enough memory"), -ENOMEM;
	if (tail) {
		r->decision = pf_tail_histogram(tail,
		    pf_hash_str(PF_HISTOGRAM_DECISION));
		r->wake = pf_tail_histogram(tail,
		    pf_hash_str(PF_HISTOGRAM_WAKE));
		(void)!pf_tail_say_name(tail, PF_HISTOGRAM_DECISION,
		    strlen(PF_HISTOGRAM_DECISION));
		(void)!pf_tail_say_name(tail, PF_HISTOGRAM_WAKE,
		    strlen(PF_HISTOGRAM_WAKE));
	}
	m->mortal = true;
	m->out_of_step = true;
	m->mind = say;
	m->mind_ctx = r;
	if (run->hearer->reflex) {
		m->fresh = fresh;
		m->fresh_ctx = r;
	}
	r->past = true;
	r->was_running = true;
	return 0;
}

static void
leave(struct runner *r)
{
	r->m->fresh = NULL;
	r->m->mind = NULL;
	r->m->mortal = false;
	pf_writer_free(r->heard);
	pf_writer_free(r->out);
	pf_held_fini(&r->held);
}

int
pf_member_run(struct pf_member *m, const struct pf_member_run *run)
{
	const double rehearse_s = run->rehearse_s > 0 ? run->rehearse_s
	    : REHEARSE_S;
	struct runner r = {.m = m, .hearer = run->hearer, .base_ns = -1,
	    .hz = m->config.thoughts_hz, .ready_fd = run->ready_fd,
	    .rehearse_ns = (int64_t)(rehearse_s * 1e9)};
	int result = begin(&r, run);
	if (result == 0 && run->start)
		result = run->start(run->hearer->ctx);
	if (result == 0) {
		tell_beginning(&r);
		result = live(&r, run->err);
	}
	if (result == -EINTR) {
		end(&r);
		result = 0;
	}
	struct pf_err later;
	const int f = flush(&r, result == 0 ? run->err : &later);
	leave(&r);
	return result != 0 ? result : f;
}
