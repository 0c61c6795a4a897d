/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "threads.h"

#include "host.h"

#include "base/hash.h"
#include "base/message.h"
#include "engine/live.h"
#include "session/metric.h"
#include "session/tail.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEP_MS = 50 };

struct control_thread {
	struct pf_control *control;
	struct host *host;
	pthread_t thread;
	bool runs;
	atomic_bool quit;
};

static void
quit(void *ctx)
{
	const struct host *const h = ctx;
	pf_stage_end(h->stage);
}

static void
spell(void *ctx, const char *name)
{
	const struct host *const h = ctx;
	pf_porter_name(h->porter, name);
}

static int
tap(void *ctx, const char *name, struct pf_err *err)
{
	const struct host *const h = ctx;
	return pf_porter_tap(h->porter, name, err);
}

static void
round_trip(void *ctx, uint32_t frames)
{
	const struct host *const h = ctx;
	pf_stage_round_trip(h->stage, frames);
}

int
control_open(struct host *h, struct pf_err *err)
{
	struct pf_control_config config = h->wish->control;
	struct control_thread *const c = calloc(1, sizeof *c);
	if (!c)
		return pf_err_set(err, "not enough memory"), -ENOMEM;
	h->control = c;
	c->host = h;
	config.dir_fd = h->dir.fd;
	config.session = h->dir.name;
	config.desk = h->desk;
	config.commands = pf_stage_commands(h->stage);
	config.answers = pf_stage_answers(h->stage);
	config.clock = h->clock.clock;
	config.command = pf_tail_histogram(pf_lane_tail(h->said.lane),
	    pf_hash_str(PF_HISTOGRAM_COMMAND));
	config.quit = quit;
	config.spell = spell;
	config.tap = tap;
	config.round_trip = round_trip;
	config.ctx = h;
	const int r = pf_control_new(&c->control, &config, err);
	if (r == 0)
		pf_stage_port(h->stage,
		    (uint16_t)pf_control_udp_port(c->control));
	return r;
}

/* What it costs and how much came, for who asks. */
static void
tell(const struct control_thread *c)
{
	struct pf_lane_owner *const o = &c->host->said.lane->owner;
	const struct pf_control_counts counts = pf_control_counts(c->control);
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	atomic_store_explicit(&o->metric[PF_METRIC_CONTROL_CPU_NS],
	    (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec,
	    memory_order_relaxed);
	atomic_store_explicit(&o->metric[PF_METRIC_OSC_MESSAGES],
	    counts.messages, memory_order_relaxed);
	atomic_store_explicit(&o->metric[PF_METRIC_OSC_REFUSED],
	    counts.refused, memory_order_relaxed);
}

static void *
live(void *arg)
{
	struct control_thread *const c = arg;
	while (!atomic_load(&c->quit)) {
		const int r = pf_control_step(c->control, STEP_MS);
		if (r < 0) {
			pf_msg("control has ended: %s", strerror(-r));
			break;
		}
		tell(c);
	}
	return NULL;
}

int
control_start(struct host *h, struct pf_err *err)
{
	sigset_t all, old;
	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	const int r = pthread_create(&h->control->thread, NULL, live,
	    h->control);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	h->control->runs = r == 0;
	if (r == 0) /* for who looks at threads */
		pthread_setname_np(h->control->thread, "pf-control");
	else
		pf_err_set(err, "cannot start a thread: %s", strerror(r));
	return -r;
}

void
control_stop(struct host *h)
{
	if (!h->control || !h->control->runs)
		return;
	atomic_store(&h->control->quit, true);
	pthread_join(h->control->thread, NULL);
	h->control->runs = false;
}

void
control_close(struct host *h)
{
	if (!h->control)
		return;
	control_stop(h);
	pf_control_free(h->control->control);
	free(h->control);
}

/* As the audio thread runs, whoever gave it that (the device, or JACK). */
static void
schedule_alike(const struct host *h, pthread_t thread)
{
	const pthread_t audio = (pthread_t)pf_stage_thread(h->stage);
	struct sched_param param;
	int policy;
	if (audio && pthread_getschedparam(audio, &policy, &param) == 0 &&
	    policy != SCHED_OTHER)
		/* Where it is not allowed the device said so, for all. */
		(void)pthread_setschedparam(thread, policy, &param);
}

static void
pin(pthread_t thread, int cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	const int e = pthread_setaffinity_np(thread, sizeof set, &set);
	if (e != 0)
		pf_msg("cannot keep a thread on core %d: %s", cpu,
		    strerror(e));
}

void
workers_place(struct host *h)
{
	const struct wish *const w = h->wish;
	pthread_t thread[16];
	const unsigned n = pf_engine_threads(h->engine, thread,
	    PF_COUNT(thread));
	for (unsigned i = 0; i < n; i++) {
		if (w->cpus > 1)
			pin(thread[i], w->cpu[1 + i % (w->cpus - 1)]);
		schedule_alike(h, thread[i]);
	}
}
