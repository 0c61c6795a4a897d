/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An engine without sound for tests of what lives beside one: it has a
 * session of its own, a clock that a test sets or a thread moves, and
 * lane.engine, in which it says what it is told to.
 */
#ifndef PF_TESTS_FAKE_ENGINE_H
#define PF_TESTS_FAKE_ENGINE_H

#include "base/hash.h"
#include "base/mono.h"
#include "event/more.h"
#include "event/type.h"
#include "live/transport.h"
#include "session/lane_file.h"
#include "session/page_file.h"
#include "session/tail.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct fake_engine {
	struct pf_directory dir;
	struct pf_page_file clock, bell;
	struct pf_lane_file lane;
	struct pf_transport transport;
	struct pf_clock_state state;
	pthread_t thread;
	atomic_bool runs;
	pthread_mutex_t lock;
};

static inline void
fake_sleep(int ms)
{
	const struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
	nanosleep(&t, NULL);
}

/* Come up in a session of this name. */
static inline bool
fake_engine_start(struct fake_engine *e, const char *name)
{
	struct pf_err err;
	bool old;
	memset(e, 0, sizeof *e);
	pthread_mutex_init(&e->lock, NULL);
	if (pf_directory_open(&e->dir, name, true, &err) != 0 ||
	    pf_bell_file_open(&e->bell, &e->dir, &err) != 0 ||
	    pf_lane_file_own(&e->lane, &e->dir, "engine", "engine", &err) ||
	    pf_clock_file_own(&e->clock, &e->dir, &old, &err) != 0) {
		printf("Bail out! %s\n", err.text);
		return false;
	}
	pf_transport_init(&e->transport, 0);
	e->state.speed = 0;
	e->state.rate_hz = 48000;
	e->state.period_frames = 128;
	e->state.engine_born_ns = (uint64_t)pf_mono_ns();
	e->state.engine_pid = (uint32_t)getpid();
	(void)!pf_tail_say_name(pf_lane_tail(e->lane.lane), "engine", 6);
	return true;
}

/* The session's time is this; it stands until it is set again. */
static inline void
fake_engine_time(struct fake_engine *e, int64_t time_ns)
{
	e->state.mono_ns = pf_mono_ns();
	e->state.time_ns = time_ns;
	pf_transport_tell(&e->transport, time_ns, &e->state);
	pf_clock_set(e->clock.clock, &e->state);
}

/* Say an event of the transport, in force at its time. */
static inline void
fake_engine_say(struct fake_engine *e, struct pf_event ev, const char *more)
{
	struct pf_event slot[PF_MORE_MOST];
	pthread_mutex_lock(&e->lock);
	pf_transport_apply(&e->transport, &ev, ev.time);
	ev.type |= (uint32_t)e->transport.epoch << PF_EPOCH_SHIFT;
	ev.source = pf_hash_str("engine");
	unsigned n = pf_event_more(&ev);
	if (more)
		n = pf_more_split(&ev, more, strlen(more), slot);
	(void)!pf_lane_say(e->lane.lane, &ev, slot, n);
	pthread_mutex_unlock(&e->lock);
}

static inline void *
fake_engine_run(void *ctx)
{
	struct fake_engine *const e = ctx;
	e->state.speed = 1;
	const int64_t begin = pf_mono_ns() - e->state.time_ns;
	while (atomic_load(&e->runs)) {
		pthread_mutex_lock(&e->lock);
		fake_engine_time(e, pf_mono_ns() - begin);
		pthread_mutex_unlock(&e->lock);
		pf_bell_ring(e->bell.bell, PF_BELL_EARS);
		fake_sleep(2);
	}
	return NULL;
}

/* Let time go on by itself, from where it stands. */
static inline void
fake_engine_go(struct fake_engine *e)
{
	atomic_store(&e->runs, true);
	pthread_create(&e->thread, NULL, fake_engine_run, e);
}

static inline void
fake_engine_halt(struct fake_engine *e)
{
	if (atomic_exchange(&e->runs, false))
		pthread_join(e->thread, NULL);
}

static inline int64_t
fake_engine_now(struct fake_engine *e)
{
	struct pf_clock_state s;
	return pf_clock_get(e->clock.clock, &s)
	    ? pf_clock_time(&s, pf_mono_ns()) : 0;
}

/* Take the session away with all that is in it. */
static inline void
fake_session_remove(const char *path)
{
	DIR *const d = opendir(path);
	char file[1024];
	for (const struct dirent *f; d && (f = readdir(d));) {
		snprintf(file, sizeof file, "%s/%s", path, f->d_name);
		if (f->d_name[0] != '.')
			unlink(file);
	}
	if (d)
		closedir(d);
	rmdir(path);
}

/* As if it were killed: what it had stays. */
static inline void
fake_engine_die(struct fake_engine *e)
{
	fake_engine_halt(e);
	pf_lane_file_close(&e->lane);
	pf_page_file_close(&e->clock);
	pf_page_file_close(&e->bell);
	pf_directory_close(&e->dir);
}

#endif
