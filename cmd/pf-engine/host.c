/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host.h"

#include "base/hash.h"
#include "base/message.h"
#include "base/number.h"
#include "device/realtime.h"
#include "engine/effects.h"
#include "engine/limiter.h"
#include "engine/mix_file.h"
#include "event/event.h"
#include "live/tape.h"
#include "threads.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static int64_t
mono_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

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

/* ---- the device */

/* "guitar", "guitar=2", "keys=3,4": channels count from 1. */
static int
read_input(struct host *h, unsigned i, struct pf_err *err)
{
	const char *const word = h->wish->input[i];
	struct input *const in = &h->input[i];
	const size_t len = strcspn(word, "=");
	uint32_t ch[2] = {i + 1, 0};
	if (len == 0 || len >= sizeof in->name)
		return pf_err_set(err, "--input: '%s' is not NAME[=CH[,CH]]",
		    word);
	memcpy(in->name, word, len);
	if (word[len]) {
		const char *const first = word + len + 1;
		const size_t n = strcspn(first, ",");
		if (pf_number_parse_u32(first, n, 64, &ch[0]) != 0 || !ch[0])
			return pf_err_set(err, "--input: '%s': channels are "
			    "1..64", word);
		if (first[n] && (pf_number_parse_u32(first + n + 1,
		    strlen(first + n + 1), 64, &ch[1]) != 0 || !ch[1]))
			return pf_err_set(err, "--input: '%s': channels are "
			    "1..64", word);
	}
	in->left = ch[0] - 1;
	in->right = ch[1] ? ch[1] - 1 : in->left;
	return 0;
}

static void
say(void *ctx, const char *text)
{
	(void)ctx;
	pf_msg("%s", text);
}

static void
after(void *ctx)
{
	pf_stage_after(ctx);
}

static int
open_device(struct host *h, struct pf_err *err)
{
	struct pf_device_config config = h->wish->device;
	for (unsigned i = 0; i < h->wish->inputs; i++) {
		const int r = read_input(h, i, err);
		if (r != 0)
			return r;
		const struct input *const in = &h->input[i];
		const unsigned most = in->left > in->right ? in->left
		    : in->right;
		if (most >= config.ins)
			config.ins = most + 1;
	}
	config.after = after;
	config.say = say;
	config.own_latency = h->wish->safe_master ? 0 : PF_LIMITER_LOOK;
	if (h->wish->cpus)
		config.cpu = h->wish->cpu[0];
	const int r = pf_device_open(&h->device, &config, err);
	if (r != 0)
		return r;
	pf_device_info(h->device, &h->info);
	for (unsigned i = 0; i < h->wish->inputs; i++)
		if (h->input[i].left >= h->info.ins ||
		    h->input[i].right >= h->info.ins)
			return pf_err_set(err, "--input: '%s' is not there: "
			    "the device has %u input channels",
			    h->wish->input[i], h->info.ins);
	return 0;
}

/* ---- the engine */

/* Where session time goes on: behind what the engine before us has said. */
static int64_t
first_frame(const struct host *h)
{
	if (!h->resumes)
		return 0;
	int64_t t = pf_clock_time(&h->old, mono_ns());
	if (t < h->old.time_ns)
		t = h->old.time_ns;
	if (t < 0 || t > PF_TIME_MOST / 2)
		return 0;
	/* A multiple of 64, and one where a tape may begin. */
	return pf_tape_first(pf_frame_of_time(t, h->info.rate_hz) + 1,
	    h->info.rate_hz);
}

static void
make_safe(struct pf_channel *master)
{
	for (unsigned i = 0; i < master->fxs; i++)
		for (unsigned k = 0; master->fx[i].fx == &pf_fx_limiter &&
		     k < pf_fx_limiter.params; k++)
			if (strcmp(pf_fx_limiter.param[k].name, "mode") == 0)
				master->fx[i].value[k] = 1;
}

static int
assign(struct host *h, struct pf_err *err)
{
	for (unsigned i = 0; i < h->wish->instruments; i++) {
		char source[PF_NAME_MOST];
		const char *const word = h->wish->instrument[i];
		const size_t len = strcspn(word, "=");
		if (len == 0 || len >= sizeof source || !word[len])
			return pf_err_set(err, "--instrument: '%s' is not "
			    "SOURCE=NAME", word);
		memcpy(source, word, len);
		source[len] = '\0';
		const int r = pf_rack_assign(h->rack, source, word + len + 1,
		    err);
		if (r != 0)
			return r;
	}
	return 0;
}

static int
put_on_desk(struct host *h, enum pf_desk_kind kind, const char *name,
    const struct pf_channel *channel, struct pf_err *err)
{
	struct pf_instrument ins;
	pf_instrument_init(&ins, NULL);
	ins.channel = *channel;
	const int r = pf_desk_put(h->desk, kind, name, &ins);
	if (r != 0)
		pf_err_set(err, "%s", strerror(-r));
	return r;
}

static int
add_inputs(struct host *h, struct pf_err *err)
{
	int r = 0;
	for (unsigned i = 0; i < h->wish->inputs && r >= 0; i++) {
		const struct pf_channel channel = {0};
		r = pf_engine_add_input(h->engine, h->input[i].name, i,
		    &channel, err);
		if (r >= 0)
			r = put_on_desk(h, PF_DESK_INPUT, h->input[i].name,
			    &channel, err);
	}
	return r < 0 ? r : 0;
}

static int
add_returns(struct host *h, struct pf_err *err)
{
	struct pf_mix *mix;
	int r = pf_rack_returns(h->rack, h->engine, err);
	if (r == 0)
		r = pf_mix_load(&mix, h->wish->desk, err);
	if (r != 0)
		return r;
	for (unsigned i = 0; i < pf_mix_returns(mix) && r == 0; i++)
		r = put_on_desk(h, PF_DESK_RETURN, pf_mix_return_name(mix, i),
		    pf_mix_return(mix, i), err);
	pf_mix_free(mix);
	return r;
}

static int
open_engine(struct host *h, struct pf_err *err)
{
	struct pf_engine_config config;
	struct pf_channel master;
	int r = pf_rack_new(&h->rack, h->wish->desk, err);
	if (r == 0)
		r = assign(h, err);
	if (r != 0)
		return r;
	pf_rack_master(h->rack, &master, 0);
	if (h->wish->safe_master)
		make_safe(&master);
	pf_engine_config_init(&config);
	config.rate_hz = h->info.rate_hz;
	config.threads = h->wish->threads;
	config.frame = first_frame(h);
	config.master = &master;
	const int64_t now = pf_time_of_frame(config.frame, config.rate_hz);
	if (h->resumes)
		pf_transport_resume(&h->transport, &h->old, now);
	else
		pf_transport_init(&h->transport, now);
	if (h->wish->bpm > 0)
		h->transport.bpm = h->wish->bpm;
	config.bpm = h->transport.bpm;
	r = pf_engine_new(&h->engine, &config, err);
	if (r == 0)
		r = add_returns(h, err);
	if (r == 0)
		r = put_on_desk(h, PF_DESK_MASTER, "master", &master, err);
	return r ? r : add_inputs(h, err);
}

/* ---- taps */

static int
open_tap(struct host *h, struct pf_tap_file *tap, const char *name,
    unsigned channels, struct pf_err *err)
{
	return pf_tap_file_make(tap, &h->dir, name, channels,
	    h->info.rate_hz, pf_engine_frame(h->engine), err);
}

static int
open_taps(struct host *h, struct pf_err *err)
{
	int r = h->info.ins ? open_tap(h, &h->in, "in", h->info.ins, err) : 0;
	for (unsigned i = 0; i < h->wish->taps && r == 0; i++) {
		r = open_tap(h, &h->tap[i], h->wish->tap[i], 2, err);
		h->taps += r == 0;
	}
	return r;
}

static void
hand_over_taps(struct host *h)
{
	for (unsigned i = 0; i < h->taps; i++) {
		const char *const name = h->wish->tap[i];
		const struct pf_order order = {.kind = PF_ORDER_TAP,
		    .tap = h->tap[i].tap, .input = {-1, -1}, .event.source =
		    strcmp(name, "master") == 0 ? 0 : pf_hash_str(name)};
		(void)pf_stage_order(h->stage, &order);
	}
}

/* ---- the recorder */

static void
record(struct host *h, enum pf_record_what what, const char *name,
    uint32_t source, int left, int right)
{
	struct pf_order order = {.kind = PF_ORDER_TAP,
	    .event.source = source, .input = {left, right}};
	order.tap = pf_recorder_ring(h->recorder, what, name,
	    left >= 0 && left == right ? 1 : 2);
	if (order.tap && !pf_stage_order(h->stage, &order))
		pf_msg("recording: '%s' is left out", name);
}

static void
record_strip(void *ctx, const char *name)
{
	struct host *const h = ctx;
	record(h, PF_RECORD_STEM, name, pf_hash_str(name), -1, -1);
}

static int
open_recorder(struct host *h, struct pf_err *err)
{
	const struct pf_recorder_config config = {.path = h->wish->record,
	    .rate_hz = h->info.rate_hz,
	    .first_frame = pf_engine_frame(h->engine),
	    .latency = pf_engine_latency(h->engine), .tape = h->tape.lane};
	return config.path ? pf_recorder_new(&h->recorder, &config, err) : 0;
}

/* What is there from the start: master, takes, returns, input strips. */
static void
record_all(struct host *h)
{
	const char *name;
	if (!h->recorder)
		return;
	record(h, PF_RECORD_MASTER, "master", 0, -1, -1);
	for (unsigned i = 0; i < h->wish->inputs; i++) {
		const struct input *const in = &h->input[i];
		record(h, PF_RECORD_TAKE, in->name, 0, (int)in->left,
		    (int)in->right);
		record_strip(h, in->name);
	}
	if (!h->wish->inputs && h->info.ins)
		record(h, PF_RECORD_TAKE, "take", 0, 0,
		    h->info.ins > 1 ? 1 : 0);
	for (unsigned i = 0; (name = pf_engine_return_name(h->engine, i)); i++)
		record_strip(h, name);
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
	    .engine_born_ns = (uint64_t)mono_ns()}};
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
	    .comes = h->recorder ? record_strip : NULL, .ctx = h};
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
	    (r = open_device(h, err)) != 0 ||
	    (r = open_engine(h, err)) != 0 ||
	    (r = open_taps(h, err)) != 0 ||
	    (r = open_recorder(h, err)) != 0 ||
	    (r = open_porter(h, err)) != 0 ||
	    (r = open_stage(h, err)) != 0)
		return r;
	hand_over_taps(h);
	record_all(h);
	pf_porter_begin(h->porter, h->stage);
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
	workers_place(h);
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
	for (unsigned i = 0; i < h->taps; i++)
		pf_tap_file_close(&h->tap[i], &h->dir);
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
