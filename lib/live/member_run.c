/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mind's life in a session: it begins, lives, and is asked to end.
 */
#include "live/member_mind.h"

#include "base/hash.h"
#include "base/message.h"
#include "base/mono.h"
#include "session/metric.h"
#include "stream/writer.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ENDING_NS INT64_C(4000000000) /* to play on after the end */
/* A phrase of eight bars at 60 bpm; 32 s cost 20 ms. */
#define REHEARSE_S 32.0
#define FLUSH_NS 200000000

static int
flush(struct member_mind *r, struct pf_err *err)
{
	int result = 0;
	r->flush_mono = pf_mono_ns();
	if (r->heard)
		result = pf_writer_flush(r->heard, err);
	if (r->out && result == 0)
		result = pf_writer_flush(r->out, err);
	return result;
}

static void
say_ready(struct member_mind *r)
{
	r->ready = true;
	pf_member_state(r->m, PF_LANE_READY);
	if (r->ready_fd >= 0 && write(r->ready_fd, "\n", 1) != 1)
		pf_msg("cannot tell that it is ready: %s", strerror(errno));
}

static void
watch_engine(struct member_mind *r)
{
	if (r->m->running == r->was_running)
		return;
	r->was_running = r->m->running;
	pf_msg(r->was_running ? "an engine is back" :
	    "the engine is gone, waiting for another");
}

/* Until somebody stops us (-EINTR), the session ends, or something fails. */
static int
live(struct member_mind *r, struct pf_err *err)
{
	struct pf_member *const m = r->m;
	const int64_t period = 1000000000 / r->hz;
	for (;;) {
		member_pull(m);
		member_mind_catch_up(r);
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
		if (pf_mono_ns() - r->flush_mono > FLUSH_NS) {
			const int f = flush(r, err);
			if (f != 0)
				return f;
		}
		const int64_t due = member_mind_time(r, r->next) +
		    m->config.grace_ns;
		const int64_t ns = m->running ?
		    pf_clock_mono(&m->state, due) - pf_mono_ns() : period;
		const int w = pf_member_wait(m, ns > 0 ? ns : 0);
		watch_engine(r);
		if (w == -ESHUTDOWN)
			pf_err_set(err, "the session '%s' has ended",
			    m->dir.name);
		if (w == -EIDRM)
			pf_err_set(err, "lane '%s' was removed or cut",
			    m->name);
		if (w != 0)
			return w;
	}
}

/* Is there time left to come to an end, and somebody to play it? */
static bool
may_end(const struct pf_member *m, int64_t until_mono)
{
	return m->running && !m->gone && *m->config.stop < 2 &&
	    pf_mono_ns() < until_mono;
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
end(struct member_mind *r)
{
	struct pf_member *const m = r->m;
	const struct pf_hearer *const h = r->hearer;
	const int64_t last_ns = r->next > 0 ?
	    member_mind_time(r, r->next - 1) : 0;
	const int64_t until = pf_mono_ns() + ENDING_NS;
	member_mind_tick(r, last_ns);
	pf_member_state(m, PF_LANE_ENDING);
	r->ending = true;
	m->fresh = NULL;
	if (h->end)
		h->end(h->ctx, last_ns);
	while (h->over && !h->over(h->ctx) && r->broken == 0 &&
	    may_end(m, until)) {
		while (member_mind_time(r, r->next) <= pf_member_now(m) &&
		    !h->over(h->ctx))
			member_mind_think(r);
		doze(m);
	}
	/* What has not begun by now is not begun; the rest may ring. */
	if (h->over && !h->over(h->ctx))
		member_withdraw(m);
	else
		while (pf_member_now(m) < r->last_ns && may_end(m, until))
			doze(m);
	member_mind_release(r, INT64_MAX);
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
begin(struct member_mind *r, const struct pf_member_run *run)
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
	m->mind = member_mind_say;
	m->mind_ctx = r;
	if (run->hearer->reflex) {
		m->fresh = member_mind_startle;
		m->fresh_ctx = r;
	}
	r->past = true;
	r->was_running = true;
	return 0;
}

static void
leave(struct member_mind *r)
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
	struct member_mind r = {.m = m, .hearer = run->hearer, .base_ns = -1,
	    .hz = m->config.thoughts_hz, .ready_fd = run->ready_fd,
	    .rehearse_ns = (int64_t)(rehearse_s * 1e9)};
	int result = begin(&r, run);
	if (result == 0 && run->start)
		result = run->start(run->hearer->ctx);
	if (result == 0) {
		member_mind_begin(&r);
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
