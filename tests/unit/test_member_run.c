/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mind that runs in a session beside a writer of garbage, at the rates of
 * the stage; and an engine that dies under it.
 */
#include "live/member.h"

#include "fake_engine.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#define MS INT64_C(1000000)

static char session[64];
static struct fake_engine engine;
static struct pf_names *names;
static volatile sig_atomic_t stop;

/* ---- a mind that keeps a diary */

struct diary {
	int64_t thoughts, last_ns, heard, good, disorder, early, gaps, reflexes;
	int64_t ended_ns;
};

static int
hear(void *ctx, const struct pf_event *e, const char *more, double beat)
{
	struct diary *const d = ctx;
	(void)more;
	(void)beat;
	d->heard++;
	d->good += e->source == pf_hash_str("good");
	d->disorder += e->time < d->last_ns;
	d->early += e->time > fake_engine_now(&engine);
	d->last_ns = e->time;
	return 0;
}

static int
think(void *ctx, int64_t n, int64_t time_ns)
{
	struct diary *const d = ctx;
	d->gaps += n != d->thoughts;
	d->disorder += time_ns < d->last_ns || time_ns != n * 50 * MS;
	d->early += time_ns > fake_engine_now(&engine);
	d->thoughts++;
	return 0;
}

static void
end(void *ctx, int64_t time_ns)
{
	struct diary *const d = ctx;
	d->ended_ns = time_ns;
}

static int
reflex(void *ctx, const struct pf_event *e)
{
	struct diary *const d = ctx;
	(void)e;
	d->reflexes++;
	return 0;
}

/* ---- other processes */

/* Random bytes as events, as fast as 50,000 a second. */
static _Noreturn void
babble(void)
{
	struct pf_lane_file f;
	uint64_t x = 88172645463325252u;
	if (pf_lane_file_own(&f, &engine.dir, "babble", "babble", NULL) != 0)
		_exit(1);
	atomic_fetch_add(&engine.bell.bell->roster, 1);
	for (;;) {
		for (int i = 0; i < 50; i++) {
			struct pf_event e;
			for (size_t k = 0; k < sizeof e / 8; k++) {
				x ^= x << 13, x ^= x >> 7, x ^= x << 17;
				memcpy((char *)&e + 8 * k, &x, 8);
			}
			/* A third looks like a note of about now. */
			if (i % 3 == 0) {
				e = pf_event_make(PF_NOTE,
				    fake_engine_now(&engine) +
				    (int64_t)(x % 90) * MS, (uint32_t)x);
				e.pitch = (float)(x % 128);
				e.velocity = 0.5f;
				e.duration = 0.1f;
			}
			e.type &= ~((uint32_t)PF_MORE_MOST << PF_MORE_SHIFT);
			(void)!pf_lane_say(f.lane, &e, NULL, 0);
		}
		fake_sleep(1);
	}
}

/* An onset each 10 ms, in time. */
static _Noreturn void
speak(int64_t n)
{
	struct pf_lane_file f;
	if (pf_lane_file_own(&f, &engine.dir, "good", "ears", NULL) != 0)
		_exit(1);
	atomic_fetch_add(&engine.bell.bell->roster, 1);
	for (int64_t i = 0; i < n; i++) {
		struct pf_event e = pf_event_make(PF_ONSET,
		    fake_engine_now(&engine), pf_hash_str("good"));
		e.type |= PF_HEARD;
		e.at_us = -9000;
		(void)!pf_lane_say(f.lane, &e, NULL, 0);
		pf_bell_ring(engine.bell.bell, PF_BELL_AGENTS);
		fake_sleep(10);
	}
	for (;;)
		pause();
}

static void
ask_to_end(int sig)
{
	(void)sig;
	stop = 1;
}

/* Run for so many ms.  Returns what pf_member_run() did. */
static int
run(struct diary *d, int ms, struct pf_member_counts *counts)
{
	struct pf_member *m;
	struct pf_err err = {""};
	const struct itimerval timer = {.it_value = {ms / 1000,
	    ms % 1000 * 1000}};
	const struct pf_member_config config = {.session = session,
	    .name = "mind", .from = PF_MEMBER_OLDEST,
	    .sleeper = PF_BELL_AGENTS, .stop = &stop};
	const struct pf_hearer hearer = {.hear = hear, .think = think,
	    .end = end, .reflex = reflex, .ctx = d};
	const struct pf_member_run how = {.hearer = &hearer, .err = &err,
	    .heard_fd = -1, .out_fd = -1, .ready_fd = -1};
	*d = (struct diary){0};
	stop = 0;
	if (pf_member_open(&m, &config, names, &err) != 0)
		return printf("Bail out! %s\n", err.text), -1;
	signal(SIGALRM, ask_to_end);
	setitimer(ITIMER_REAL, &timer, NULL);
	const int r = pf_member_run(m, &how);
	*counts = pf_member_counts(m);
	pf_member_close(m, true);
	return r;
}

int
main(void)
{
	struct diary d;
	struct pf_member_counts c;
	snprintf(session, sizeof session, "test-run.%d", (int)getpid());
	if (pf_names_new(&names) != 0 || !fake_engine_start(&engine, session))
		return 1;
	fake_engine_time(&engine, 0);
	fake_engine_go(&engine);
	const pid_t noise = fork();
	if (noise == 0)
		babble();
	const pid_t good = fork();
	if (good == 0)
		speak(100);
	ok(run(&d, 2000, &c) == 0, "a mind lives beside a babbler, and ends "
	    "when it is asked to");
	ok(d.gaps == 0 && d.thoughts >= 30,
	    "no thought is left out (%lld of them)", (long long)d.thoughts);
	ok(d.disorder == 0, "all is told and thought in order");
	ok(d.early == 0, "and nothing before its time");
	ok(c.refused > 10000, "what is no event is counted: %llu",
	    (unsigned long long)c.refused);
	ok(d.good == 100 && d.reflexes >= 100,
	    "who speaks well beside it is heard whole: %lld, %lld",
	    (long long)d.good, (long long)d.reflexes);
	ok(d.ended_ns == (d.thoughts - 1) * 50 * MS,
	    "the end is told at the last thought");
	kill(noise, SIGKILL);
	kill(good, SIGKILL);
	waitpid(noise, NULL, 0);
	waitpid(good, NULL, 0);
	/* The engine dies and comes again in mid-flight. */
	fake_engine_halt(&engine);
	const int64_t died = engine.state.time_ns;
	fake_sleep(600);
	engine.state.engine_born_ns++;
	fake_engine_time(&engine, died + 700 * MS);
	fake_engine_go(&engine);
	ok(run(&d, 500, &c) == 0 && d.disorder == 0 && d.thoughts > 5,
	    "time goes on with the next engine");
	fake_session_remove(engine.dir.path);
	fake_engine_die(&engine);
	pf_names_free(names);
	return tap_done();
}
