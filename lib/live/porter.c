/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/porter.h"

#include "base/hash.h"
#include "base/message.h"
#include "base/mono.h"
#include "base/share.h"
#include "event/type.h"
#include "live/porter_private.h"
#include "live/thread_cost.h"
#include "session/metric.h"
#include "session/tail.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SCAN_NS INT64_C(1000000000)
#define WATCH_NS INT64_C(10000000)
#define TELL_NS INT64_C(100000000)
#define SLEEP_MS 10

void
pf_porter_name(struct pf_porter *p, const char *name)
{
	const size_t len = strlen(name);
	pthread_mutex_lock(&p->lock);
	/* A tail that is full counts it itself. */
	(void)!pf_tail_say_name(pf_lane_tail(p->config.said->lane), name, len);
	(void)!pf_tail_say_name(pf_lane_tail(p->config.tape->lane), name, len);
	pthread_mutex_unlock(&p->lock);
}

/* Words that the engine itself says by their hash. */
static void
say_own_names(struct pf_porter *p)
{
	pf_porter_name(p, "engine");
	pf_porter_name(p, "shed");
	pf_porter_name(p, "overload");
	for (unsigned i = 0; i < PF_PART_COUNTS; i++)
		pf_porter_name(p, pf_part_count_name[i]);
}

/* The instruments there are, so that a hash can be told from a name. */
static int
learn_names(struct pf_porter *p)
{
	size_t n;
	uint32_t hash, from = 0;
	char **const list = pf_share_list("instruments", ".yaml", &n);
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		(void)!pf_names_add(p->names, list[i], strlen(list[i]), &hash);
	free(list);
	pf_tail_hear_names(pf_lane_tail(p->config.said->lane), &from,
	    p->names);
	return 0;
}

void
pf_patches_put(struct pf_values *patches, const struct pf_event *e)
{
	unsigned i = 0;
	while (i < patches->n && patches->set[i].source != e->source)
		i++;
	if (i == PF_VALUES_MOST)
		return;
	patches->set[i] = *e;
	patches->n += i == patches->n;
}

/* What an engine before us was told, and accepted. */
static void
read_values(struct pf_porter *p)
{
	struct pf_lane_cursor c;
	struct pf_event e, more[PF_MORE_MOST];
	pf_lane_begin_oldest(&c, p->config.said->lane);
	for (int n = 0; n < PF_LANE_SLOTS && pf_lane_read(&c,
	    p->config.said->lane, &e, more); n++) {
		if (pf_event_type(&e) == PF_RESET)
			p->values.n = p->patches.n = 0;
		else if (pf_event_type(&e) == PF_SET)
			pf_values_put(&p->values, &e);
		else if (pf_event_type(&e) == PF_PATCH)
			pf_patches_put(&p->patches, &e);
	}
}

int
pf_porter_new(struct pf_porter **porter,
    const struct pf_porter_config *config, struct pf_err *err)
{
	struct pf_porter *const p = calloc(1, sizeof *p);
	if (!p)
		return pf_err_set(err, "not enough memory"), -ENOMEM;
	p->config = *config;
	pthread_mutex_init(&p->lock, NULL);
	if (pf_names_new(&p->names) != 0 || learn_names(p) != 0) {
		pf_porter_free(p);
		return pf_err_set(err, "not enough memory"), -ENOMEM;
	}
	say_own_names(p);
	pf_lane_begin_now(&p->taped, config->tape->lane);
	p->faded_told = atomic_load(
	    &config->said->lane->owner.metric[PF_METRIC_FADED]);
	if (config->said->taken_over)
		read_values(p);
	*porter = p;
	return 0;
}

void
pf_porter_free(struct pf_porter *p)
{
	if (!p)
		return;
	pf_porter_stop(p);
	pf_porter_close_all(p);
	pf_porter_close_taps(p);
	pf_names_free(p->names);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static void
want_patch(struct pf_porter *p, const struct pf_notice *notice)
{
	const struct pf_event *const e = &notice->event;
	struct pf_want want = {.part = notice->part,
	    .ticket = notice->ticket, .at_ns = e->time, .source = e->source};
	pf_wish_of(&want.wish, e);
	memcpy(want.more, notice->more, sizeof want.more);
	if (notice->part) {
		struct pf_musician *const m = pf_musician_of(notice->part);
		m->wish = want.wish;
		m->plays = true;
	}
	pf_porter_want(p, &want);
}

static void
hear_notice(struct pf_porter *p, const struct pf_notice *notice)
{
	struct pf_musician *const m = notice->part
	    ? pf_musician_of(notice->part) : NULL;
	const struct pf_want strip = {.strip = true, .part = notice->part,
	    .source = notice->event.source, .at_ns = 0,
	    .wish = m ? m->wish : (struct pf_wish){.program = -1}};
	switch (notice->kind) {
	case PF_NOTICE_PART:
		pf_porter_bury(p, notice->part);
		break;
	case PF_NOTICE_STRIP:
		m->plays = true;
		pf_porter_want(p, &strip);
		break;
	case PF_NOTICE_PATCH:
		want_patch(p, notice);
		break;
	case PF_NOTICE_CHANGE:
		pf_porter_placed(p, notice->change);
		break;
	}
}

static void
hear_notices(struct pf_porter *p)
{
	struct pf_notice notice;
	while (pf_stage_notice(p->stage, &notice))
		hear_notice(p, &notice);
}

/* What took effect, as the tape tells it, moves the desk. */
static void
hear_tape(struct pf_porter *p)
{
	struct pf_event e, more[PF_MORE_MOST];
	for (int n = 0; n < PF_LANE_SLOTS && pf_lane_read(&p->taped,
	    p->config.tape->lane, &e, more); n++) {
		if (pf_event_type(&e) == PF_SET ||
		    pf_event_type(&e) == PF_RESET)
			pf_desk_hear(p->config.desk, &e);
		if (pf_event_type(&e) == PF_RESET)
			p->patches.n = 0;
	}
}

static void
number(struct pf_porter *p, unsigned at, uint64_t value)
{
	atomic_store_explicit(&p->config.said->lane->owner.metric[at], value,
	    memory_order_relaxed);
}

static void
tell_costs(struct pf_porter *p)
{
	const pthread_t audio = (pthread_t)pf_stage_thread(p->stage);
	pthread_t worker[16];
	struct pf_node_info info;
	uint64_t workers_ns = 0;
	const unsigned n = pf_engine_threads(p->config.engine, worker,
	    PF_COUNT(worker));
	for (unsigned i = 0; i < n; i++)
		workers_ns += pf_thread_cpu_ns(worker[i]);
	if (audio) {
		number(p, PF_METRIC_AUDIO_CPU_NS, pf_thread_cpu_ns(audio));
		number(p, PF_METRIC_AUDIO_FAULTS, pf_thread_faults(audio));
	}
	number(p, PF_METRIC_WORKERS_CPU_NS, workers_ns);
	number(p, PF_METRIC_PORTER_CPU_NS, pf_thread_cpu_ns(pthread_self()));
	unsigned strips = 0;
	while (strips < PF_STRIPS_MOST && pf_engine_node(p->config.engine,
	    strips, &info) == 0)
		strips++;
	number(p, PF_METRIC_STRIPS, strips);
}

/* How far each lane was read; what threads cost. */
static void
tell(struct pf_porter *p)
{
	struct pf_tail *const tail = pf_lane_tail(p->config.said->lane);
	pf_porter_hear_names(p);
	for (unsigned i = 0; i < p->musicians; i++) {
		const struct pf_part *const part = &p->musician[i]->part;
		const struct pf_lane_cursor c = {
		    .next = atomic_load(&part->next),
		    .consumed = atomic_load(&part->consumed),
		    .lost = atomic_load(&part->lost),
		    .refused = atomic_load(&part->refused)};
		pf_tail_tell_cursor(tail, part->source, &c);
		pf_porter_tell_member(p, p->musician[i], false);
	}
	tell_costs(p);
}

static void
step(struct pf_porter *p)
{
	const int64_t now = pf_mono_ns();
	const uint32_t roster = atomic_load(&p->config.bell->roster);
	struct pf_lane_owner *const owner = &p->config.said->lane->owner;
	struct pf_err err;
	hear_notices(p);
	if (roster != p->roster || now - p->scanned_ns >= SCAN_NS) {
		p->roster = roster;
		p->scanned_ns = now;
		pf_porter_scan(p);
	}
	hear_tape(p); /* a reset stands before what is wanted behind it */
	pf_porter_strips(p);
	if (pf_porter_taps(p, &err) != 0)
		pf_msg("%s", err.text);
	if (now - p->watched_ns >= WATCH_NS) {
		p->watched_ns = now;
		pf_porter_watch(p);
		atomic_store(&owner->heartbeat_ns, (uint64_t)now);
		atomic_store(&p->config.tape->lane->owner.heartbeat_ns,
		    (uint64_t)now);
	}
	if (now - p->told_ns >= TELL_NS) {
		p->told_ns = now;
		tell(p);
	}
}

/*
 * A change that is on its way to be heard at the first frame, all of them
 * before the device starts: the stage does not run yet, so its orders wait.
 */
int
pf_porter_begin(struct pf_porter *p, struct pf_stage *stage,
    struct pf_err *err)
{
	p->stage = stage;
	const int r = pf_porter_taps(p, err);
	if (r != 0)
		return r;
	pf_porter_restore(p, &p->values);
	step(p);
	return 0;
}

static void
sleep_a_little(struct pf_porter *p)
{
	struct pollfd pfd[1 + PF_PARTS_MOST];
	nfds_t n = 0;
	uint64_t count;
	if (!pf_stage_may_sleep(p->stage))
		return;
	pfd[n++] = (struct pollfd){.fd = p->config.wake_fd, .events = POLLIN};
	for (unsigned i = 0; i < p->musicians; i++)
		if (p->musician[i]->alive && p->musician[i]->pidfd >= 0)
			pfd[n++] = (struct pollfd){
			    .fd = p->musician[i]->pidfd, .events = POLLIN};
	poll(pfd, n, SLEEP_MS);
	pf_stage_slept(p->stage);
	if (pfd[0].revents)
		(void)!read(p->config.wake_fd, &count, sizeof count);
	for (nfds_t i = 1; i < n; i++)
		if (pfd[i].revents)
			p->watched_ns = 0; /* somebody died: look at once */
}

static void *
live(void *arg)
{
	struct pf_porter *const p = arg;
	while (!atomic_load(&p->quit)) {
		step(p);
		sleep_a_little(p);
		const uint32_t classes = pf_stage_ring(p->stage);
		for (int c = 0; c < PF_BELL_CLASSES; c++)
			if (classes & 1u << c)
				pf_bell_ring(p->config.bell,
				    (enum pf_bell_class)c);
	}
	return NULL;
}

int
pf_porter_start(struct pf_porter *p)
{
	sigset_t all, old;
	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	const int r = pthread_create(&p->thread, NULL, live, p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	p->runs = r == 0;
	if (p->runs) /* for who looks at threads */
		pthread_setname_np(p->thread, "pf-porter");
	return -r;
}

void
pf_porter_stop(struct pf_porter *p)
{
	const uint64_t one = 1;
	if (!p->runs)
		return;
	atomic_store(&p->quit, true);
	(void)!write(p->config.wake_fd, &one, sizeof one);
	pthread_join(p->thread, NULL);
	p->runs = false;
}

void
pf_porter_wait(void *porter)
{
	const struct pf_porter *const p = porter;
	const struct timespec moment = {.tv_nsec = 50000};
	const uint64_t one = 1;
	(void)!write(p->config.wake_fd, &one, sizeof one);
	nanosleep(&moment, NULL);
}
