/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stage without a device: a session of its own, an engine, a porter with
 * his thread, and periods that the test asks for.
 */
#ifndef PF_TESTS_STAGE_RIG_H
#define PF_TESTS_STAGE_RIG_H

#include "base/hash.h"
#include "base/mono.h"
#include "event/type.h"
#include "live/porter.h"
#include "live/stage.h"
#include "session/tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { RIG_PERIOD = 128, RIG_RATE = 48000 };

struct stage_rig {
	struct pf_directory dir;
	struct pf_lane_file said, tape;
	struct pf_page_file clock, bell;
	struct pf_engine *engine;
	struct pf_rack *rack;
	struct pf_desk *desk;
	struct pf_porter *porter;
	struct pf_stage *stage;
	struct pf_lane_cursor said_at, tape_at;
	struct pf_device_period period;
	float in[2][RIG_PERIOD], out[2][RIG_PERIOD];
	float peak;
	bool finite;
	bool free_running; /* set before rig_open() */
	int wake_fd;
};

static inline void
rig_must(int r, const char *what, const struct pf_err *err)
{
	if (r == 0)
		return;
	printf("Bail out! %s: %s\n", what, err ? err->text : strerror(-r));
	exit(1);
}

static inline void
rig_open_stage(struct stage_rig *r, unsigned threads)
{
	struct pf_err err;
	struct pf_engine_config config;
	struct pf_channel master;
	struct pf_stage_config stage = {.said = r->said.lane,
	    .tape = r->tape.lane, .clock = r->clock.clock,
	    .bell = r->bell.bell, .wake_fd = r->wake_fd,
	    .device = {.rate_hz = RIG_RATE, .period_frames = RIG_PERIOD,
	    .ins = 2, .outs = 2, .paced = !r->free_running}};
	rig_must(pf_rack_new(&r->rack, "default", &err), "rack", &err);
	pf_rack_master(r->rack, &master, 0);
	pf_engine_config_init(&config);
	config.threads = threads;
	config.master = &master;
	config.bpm = 120;
	rig_must(pf_engine_new(&r->engine, &config, &err), "engine", &err);
	rig_must(pf_rack_returns(r->rack, r->engine, &err), "returns", &err);
	rig_must(pf_desk_new(&r->desk), "desk", NULL);
	const struct pf_porter_config porter = {.dir = &r->dir,
	    .engine = r->engine, .rack = r->rack, .said = &r->said,
	    .tape = &r->tape, .bell = r->bell.bell, .desk = r->desk,
	    .rate_hz = RIG_RATE, .wake_fd = r->wake_fd};
	rig_must(pf_porter_new(&r->porter, &porter, &err), "porter", &err);
	stage.engine = r->engine;
	stage.wait = r->free_running ? pf_porter_wait : NULL;
	stage.ctx = r->porter;
	pf_transport_init(&stage.transport, 0);
	rig_must(pf_stage_new(&r->stage, &stage), "stage", NULL);
}

static inline void
rig_open(struct stage_rig *r, unsigned threads)
{
	struct pf_err err;
	char name[64];
	bool old;
	*r = (struct stage_rig){.finite = true,
	    .free_running = r->free_running};
	snprintf(name, sizeof name, "test-stage.%d", (int)getpid());
	rig_must(pf_directory_open(&r->dir, name, true, &err), "dir", &err);
	rig_must(pf_lane_file_own(&r->said, &r->dir, "engine", "engine",
	    &err), "lane.engine", &err);
	rig_must(pf_lane_file_own(&r->tape, &r->dir, "tape", "tape", &err),
	    "lane.tape", &err);
	rig_must(pf_clock_file_own(&r->clock, &r->dir, &old, &err), "clock",
	    &err);
	rig_must(pf_bell_file_open(&r->bell, &r->dir, &err), "bell", &err);
	r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r->period.frames = RIG_PERIOD;
	rig_open_stage(r, threads);
	pf_lane_begin_now(&r->said_at, r->said.lane);
	pf_lane_begin_now(&r->tape_at, r->tape.lane);
}

static inline void
rig_start(struct stage_rig *r)
{
	struct pf_err err;
	rig_must(pf_porter_begin(r->porter, r->stage, &err), "porter", &err);
	rig_must(pf_porter_start(r->porter), "porter", NULL);
}

static inline void
rig_close(struct stage_rig *r)
{
	char command[300];
	pf_porter_free(r->porter);
	pf_stage_free(r->stage);
	pf_engine_free(r->engine);
	pf_rack_free(r->rack);
	pf_desk_free(r->desk);
	pf_page_file_close(&r->clock);
	pf_page_file_close(&r->bell);
	pf_lane_file_close(&r->tape);
	pf_lane_file_close(&r->said);
	snprintf(command, sizeof command, "rm -r %s", r->dir.path);
	if (system(command) != 0)
		printf("# %s stays\n", r->dir.path);
	pf_directory_close(&r->dir);
	close(r->wake_fd);
}

/* One period, no waiting. */
static inline int
rig_period(struct stage_rig *r)
{
	const float *const in[2] = {r->in[0], r->in[1]};
	float *const out[2] = {r->out[0], r->out[1]};
	r->period.mono_ns = pf_mono_ns();
	const int over = pf_stage_process(r->stage, in, out, &r->period);
	pf_stage_after(r->stage);
	for (int i = 0; i < RIG_PERIOD; i++)
		for (int c = 0; c < 2; c++) {
			const float x = out[c][i];
			if (!(x >= -2 && x <= 2))
				r->finite = false;
			else if (x > r->peak || -x > r->peak)
				r->peak = x < 0 ? -x : x;
		}
	return over;
}

/* So many milliseconds of session time, as fast as they go by. */
static inline void
rig_play(struct stage_rig *r, double ms)
{
	const struct timespec pause = {.tv_nsec = 2600000};
	for (double done = 0; done < ms; done += RIG_PERIOD / 48.0) {
		rig_period(r);
		nanosleep(&pause, NULL);
	}
}

/* A lane of somebody's. */
static inline void
rig_join(struct stage_rig *r, struct pf_lane_file *lane, const char *name,
    const char *role)
{
	struct pf_err err;
	rig_must(pf_lane_file_own(lane, &r->dir, name, role, &err), name,
	    &err);
	atomic_fetch_add(&r->bell.bell->roster, 1);
}

static inline struct pf_event
rig_event(enum pf_type type, const char *source, double time_s)
{
	struct pf_event e = pf_event_make(type, (int64_t)(time_s * 1e9 + 0.5),
	    pf_hash_str(source));
	e.type |= 1u << PF_EPOCH_SHIFT; /* the first epoch */
	return e;
}

static inline struct pf_event
rig_note_at(const char *source, double time_s, float pitch, float duration)
{
	struct pf_event e = rig_event(PF_NOTE, source, time_s);
	e.pitch = pitch;
	e.velocity = 0.8f;
	e.duration = duration;
	return e;
}

static inline void
rig_say(struct pf_lane_file *lane, const struct pf_event *e)
{
	rig_must(pf_lane_say(lane->lane, e, NULL, 0), "say", NULL);
}

/* The next event of that type (and source, if not NULL) on a lane. */
static inline bool
rig_hear(struct pf_lane_cursor *c, const struct pf_lane_file *lane,
    enum pf_type type, const char *source, struct pf_event *e)
{
	struct pf_event more[PF_MORE_MOST];
	while (pf_lane_read(c, lane->lane, e, more))
		if (pf_event_type(e) == type &&
		    (!source || e->source == pf_hash_str(source)))
			return true;
	return false;
}

/* Play until it was said, or for ms at most. */
static inline bool
rig_await(struct stage_rig *r, struct pf_lane_cursor *c,
    const struct pf_lane_file *lane, enum pf_type type, const char *source,
    struct pf_event *e, double ms)
{
	for (double done = 0; done < ms; done += 10) {
		if (rig_hear(c, lane, type, source, e))
			return true;
		rig_play(r, 10);
	}
	return rig_hear(c, lane, type, source, e);
}

#endif
