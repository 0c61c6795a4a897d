/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host.h"

#include "base/message.h"
#include "base/mono.h"
#include "device/realtime.h"
#include "event/event.h"
#include "sound.h"
#include "taps.h"
#include "threads.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* ---- the session's files */

static int
open_session(struct host *h, struct pf_err *err)
{
	struct pf_err why;
	bool old;
	int r = pf_directory_open(&h->dir, h->wish->session, true, err);
	if (r == 0)
		r = pf_lane_file_own(&h->said, &h->dir, "engine", "engine",
		    &why);
	else
		return r;
	if (r == -EBUSY)
		pf_err_set(err, "session '%s' has an engine: %s",
		    h->dir.name, why.text);
	else if (r != 0)
		*err = why;
	/* The tape of the engine before us ends; ours begins with our strips
	 * as we make them.  The session is ours: we hold lane.engine. */
	if (r == 0)
		(void)unlinkat(h->dir.fd, "lane.tape", 0);
	if (r == 0)
		r = pf_lane_file_own(&h->tape, &h->dir, "tape", "tape", err);
	if (r == 0)
		r = pf_bell_file_open(&h->bell, &h->dir, err);
	if (r == 0)
		r = pf_clock_file_own(&h->clock, &h->dir, &old, err);
	if (r == 0)
		h->resumes = old && pf_clock_get(h->clock.clock, &h->old);
	return r;
}

/* ---- stage and porter */

/* Free running, the audio thread may wait: nobody listens. */
static void
wait_for_porter(void *ctx)
{
	const struct host *const h = ctx;
	pf_porter_wait(h->porter);
}

static void
wait_for_recorder(void *ctx)
{
	const struct host *const h = ctx;
	pf_recorder_wait(h->recorder);
}

static int
open_stage(struct host *h, struct pf_err *err)
{
	struct pf_stage_config config = {.engine = h->engine,
	    .device = h->info, .said = h->said.lane, .tape = h->tape.lane,
	    .clock = h->clock.clock, .bell = h->bell.bell,
	    .in = h->in.tap, .transport = h->transport,
	    .inputs = h->wish->inputs, .wake_fd = h->wake_fd,
	    .length = llround(h->wish->length_s * h->info.rate_hz),
	    .about = {.rate_hz = h->info.rate_hz,
	    .period_frames = h->info.period_frames,
	    .in_latency = h->info.in_latency,
	    .out_latency = h->info.out_latency,
	    .master_latency = pf_engine_latency(h->engine),
	    .engine_pid = (uint32_t)getpid(),
	    .engine_born_ns = (uint64_t)pf_mono_ns()}};
	for (unsigned i = 0; i < h->wish->inputs; i++) {
		config.input[i].left = h->input[i].left;
		config.input[i].right = h->input[i].right;
	}
	if (!h->info.paced) {
		config.wait = wait_for_porter;
		config.throttle = h->recorder ? wait_for_recorder : NULL;
		config.ctx = h;
	}
	const int r = pf_stage_new(&h->stage, &config);
	if (r != 0)
		pf_err_set(err, "not enough memory");
	return r;
}

static int
open_porter(struct host *h, struct pf_err *err)
{
	h->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (h->wake_fd < 0) {
		const int e = errno;
		pf_err_set(err, "%s", strerror(e));
		return -e;
	}
	const struct pf_porter_config config = {.dir = &h->dir,
	    .engine = h->engine, .rack = h->rack, .said = &h->said,
	    .tape = &h->tape, .bell = h->bell.bell, .desk = h->desk,
	    .rate_hz = h->info.rate_hz, .wake_fd = h->wake_fd,
	    .verbose = h->wish->verbose,
	    .comes = h->recorder ? recording_strip : NULL, .ctx = h};
	return pf_porter_new(&h->porter, &config, err);
}

int
host_open(struct host *h, const struct wish *wish, struct pf_err *err)
{
	*h = (struct host){.wish = wish, .dir.fd = -1, .wake_fd = -1,
	    .said = {.fd = -1, .guard = -1}, .tape = {.fd = -1, .guard = -1},
	    .clock = {.fd = -1, .guard = -1}, .bell = {.fd = -1, .guard = -1}};
	int r = pf_desk_new(&h->desk);
	if (r != 0) {
		pf_err_set(err, "not enough memory");
		return r;
	}
	if ((r = open_session(h, err)) != 0 ||
	    (r = sound_open_device(h, err)) != 0 ||
	    (r = sound_open_engine(h, err)) != 0 ||
	    (r = taps_open(h, err)) != 0 ||
	    (r = recording_open(h, err)) != 0 ||
	    (r = open_porter(h, err)) != 0 ||
	    (r = open_stage(h, err)) != 0)
		return r;
	recording_begin(h);
	pf_stage_round_trip(h->stage, h->wish->round_trip);
	if ((r = taps_wish(h, err)) != 0 ||
	    (r = pf_porter_begin(h->porter, h->stage, err)) != 0)
		return r;
	return control_open(h, err);
}

/* ---- life */

/* Until the clock is ours, nobody would find us: wait for a period. */
static void
await_clock(const struct host *h)
{
	const struct timespec ms = {.tv_nsec = 1000000};
	struct pf_clock_state s;
	for (int i = 0; i < 2000; i++) {
		if (pf_clock_get(h->clock.clock, &s) &&
		    s.engine_pid == (uint32_t)getpid())
			return;
		nanosleep(&ms, NULL);
	}
}

/* What is known from now on, for who comes later. */
static void
announce(struct host *h)
{
	if (h->wish->verbose) {
		pf_msg("session '%s', %s, %u Hz, %u frames x %u, %u thread%s",
		    h->dir.name, h->info.text, h->info.rate_hz,
		    h->info.period_frames, h->info.periods,
		    h->wish->threads, h->wish->threads == 1 ? "" : "s");
	}
	const double ms = 1e3 * (h->info.in_latency + h->info.out_latency +
	    pf_engine_latency(h->engine)) / h->info.rate_hz;
	const bool card = !h->wish->device.spec ||
	    strncmp(h->wish->device.spec, "alsa", 4) == 0 ||
	    strncmp(h->wish->device.spec, "jack", 4) == 0;
	if (h->wish->verbose || (card && ms > 8))
		pf_msg("sound in to sound out: %.1f ms%s", ms, ms > 8
		    ? "; fewer or shorter periods make it less" : "");
	await_clock(h);
	workers_place(h);
	atomic_store(&h->said.lane->owner.state, PF_LANE_READY);
	atomic_fetch_add(&h->bell.bell->roster, 1);
	for (int c = 0; c < PF_BELL_CLASSES; c++)
		pf_bell_ring(h->bell.bell, (enum pf_bell_class)c);
	if (h->wish->ready_fd >= 0)
		(void)!write(h->wish->ready_fd, "\n", 1);
}

int
host_start(struct host *h, struct pf_err *err)
{
	struct pf_err remedy = {""};
	if (h->info.paced && pf_realtime_lock_memory(&remedy) != 0)
		pf_msg("%s", remedy.text);
	int r = pf_porter_start(h->porter);
	if (r != 0) {
		pf_err_set(err, "cannot start a thread: %s", strerror(-r));
		return r;
	}
	if (h->recorder && (r = pf_recorder_start(h->recorder)) != 0) {
		pf_err_set(err, "cannot start a thread: %s", strerror(-r));
		return r;
	}
	if ((r = control_start(h, err)) != 0 ||
	    (r = pf_device_start(h->device, pf_stage_process, h->stage,
	    err)) != 0)
		return r;
	announce(h);
	return 0;
}

void
host_tend(struct host *h)
{
	if (h->recorder)
		pf_recorder_tend(h->recorder);
}

int
host_look(const struct host *h, struct pf_err *err)
{
	const char *what = NULL;
	if (pf_directory_gone(&h->dir))
		return -ENOENT;
	if (pf_page_file_broken(&h->clock))
		what = "clock";
	if (pf_lane_file_broken(&h->said))
		what = "lane.engine";
	if (h->in.tap && pf_tap_file_broken(&h->in))
		what = "tap.in";
	if (!what)
		return 0;
	pf_err_set(err, "'%s' of session '%s' was removed or cut", what,
	    h->dir.name);
	return -EIDRM;
}

int
host_stop(struct host *h, struct pf_err *err)
{
	const int r = pf_device_stop(h->device, err);
	struct pf_err second;
	control_stop(h);
	pf_porter_stop(h->porter);
	const int recorded = h->recorder ? pf_recorder_finish(h->recorder,
	    r ? &second : err) : 0;
	return r ? r : recorded;
}

void
host_close(struct host *h)
{
	pf_device_close(h->device);
	control_close(h);
	pf_porter_free(h->porter);
	pf_stage_free(h->stage);
	pf_recorder_free(h->recorder);
	if (h->in.tap)
		pf_tap_file_close(&h->in, &h->dir);
	pf_engine_free(h->engine);
	pf_rack_free(h->rack);
	pf_desk_free(h->desk);
	if (h->wake_fd >= 0)
		close(h->wake_fd);
	pf_page_file_close(&h->clock);
	pf_page_file_close(&h->bell);
	if (h->tape.lane)
		pf_lane_file_close(&h->tape);
	if (h->said.lane)
		pf_lane_file_close(&h->said);
	pf_directory_close(&h->dir);
}
