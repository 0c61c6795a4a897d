/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef HAVE_jack

#include "device/device_jack.h"

#include "base/mono.h"
#include "device/realtime.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* A server that calls nobody for so long is taken for dead. */
#define PATIENCE_NS 1000000000

static void
raise_alarm(struct pf_jack *j)
{
	atomic_fetch_add(&j->d->alarm, 1);
	pf_device_futex_wake(&j->d->alarm);
}

/*
 * CLOCK_MONOTONIC at which this cycle began, and its frame.  JACK's own word
 * for it is smoother than our wake-up; but after an xrun its estimate lags
 * for seconds, so one that is half a period ago is not believed.
 */
static int64_t
cycle_begin(const struct pf_jack *j, jack_nframes_t *frame)
{
	jack_time_t begin, end;
	float period_us;
	const int64_t now_ns = pf_mono_ns();
	if (jack_get_cycle_times(j->client, frame, &begin, &end,
	    &period_us)) {
		*frame = j->next;
		return now_ns;
	}
	const int64_t ago_us = (int64_t)(jack_get_time() - begin);
	return ago_us > 0 && ago_us < (int64_t)(period_us / 2)
	    ? now_ns - ago_us * 1000 : now_ns;
}

/* What was missed since the last cycle. */
static void
count_losses(struct pf_jack *j, jack_nframes_t frame, int64_t mono_ns)
{
	struct pf_device *d = j->d;
	const int32_t lost = (int32_t)(frame - j->next);
	d->period.xruns += atomic_exchange_explicit(&j->xruns, 0,
	    memory_order_relaxed);
	if (j->fresh)
		pf_device_gap(d, mono_ns);
	else if (lost > 0)
		d->period.lost_frames += (uint32_t)lost;
	j->fresh = false;
}

/* A cycle in pieces of what process() was promised at most. */
static void
play(struct pf_jack *j, jack_nframes_t frames)
{
	struct pf_device *d = j->d;
	float *in[PF_DEVICE_CHANNELS_MOST], *out[PF_DEVICE_CHANNELS_MOST];
	jack_nframes_t frame;
	const int64_t mono_ns = cycle_begin(j, &frame);
	bool more = true;
	count_losses(j, frame, mono_ns);
	j->next = frame + frames;
	for (unsigned c = 0; c < j->ins; c++)
		in[c] = jack_port_get_buffer(j->in[c], frames);
	for (unsigned c = 0; c < j->outs; c++)
		out[c] = jack_port_get_buffer(j->out[c], frames);
	for (jack_nframes_t done = 0, n; more && done < frames; done += n) {
		n = frames - done;
		if (n > d->wanted.period_frames)
			n = d->wanted.period_frames;
		for (unsigned c = 0; c < j->ins; c++)
			d->in[c] = in[c] + done;
		for (unsigned c = 0; c < j->outs; c++)
			d->out[c] = out[c] + done;
		more = pf_device_run(d, n, mono_ns + pf_device_ns(d, done));
		for (unsigned c = 0; !more && c < j->outs; c++)
			memset(out[c] + done + n, 0, (frames - done - n) *
			    sizeof(float));
	}
	pf_device_after(d);
	if (!more) {
		atomic_store(&j->done, true);
		raise_alarm(j);
	}
}

static void
be_silent(struct pf_jack *j, jack_nframes_t frames)
{
	for (unsigned c = 0; c < j->outs; c++)
		memset(jack_port_get_buffer(j->out[c], frames), 0,
		    frames * sizeof(float));
}

static int
on_process(jack_nframes_t frames, void *arg)
{
	struct pf_jack *j = arg;
	atomic_fetch_add_explicit(&j->cycles, 1, memory_order_relaxed);
	atomic_store(&j->inside, true);
	if (atomic_load(&j->let_in) && !atomic_load(&j->done))
		play(j, frames);
	else
		be_silent(j, frames);
	atomic_store(&j->inside, false);
	return 0;
}

static int
on_xrun(void *arg)
{
	struct pf_jack *j = arg;
	atomic_fetch_add_explicit(&j->xruns, 1, memory_order_relaxed);
	return 0;
}

static void
on_shutdown(jack_status_t code, const char *reason, void *arg)
{
	struct pf_jack *j = arg;
	(void)code;
	(void)reason;
	atomic_store(&j->gone, true);
	raise_alarm(j);
}

static void
on_thread(void *arg)
{
	const struct pf_jack *j = arg;
	struct pf_err ignored; /* the audio thread has said it already */
	pf_realtime_timer_slack();
	pf_realtime_prefault_stack(128 << 10);
	(void)!pf_realtime_affinity(j->d->wanted.cpu, &ignored);
}

/*
 * What goes through us takes our own latency longer.  PipeWire is only asked:
 * its library (0.3.65) deadlocks when a port's latency is set from here.
 */
static void
on_latency(jack_latency_callback_mode_t mode, void *arg)
{
	const struct pf_jack *j = arg;
	struct pf_device *d = j->d;
	const bool capture = mode == JackCaptureLatency;
	jack_port_t *const *from = capture ? j->in : j->out;
	jack_port_t *const *to = capture ? j->out : j->in;
	const unsigned froms = capture ? j->ins : j->outs;
	const unsigned tos = capture ? j->outs : j->ins;
	jack_latency_range_t all = {UINT32_MAX, 0};
	for (unsigned c = 0; c < froms; c++) {
		jack_latency_range_t range;
		jack_port_get_latency_range(from[c], mode, &range);
		all.min = range.min < all.min ? range.min : all.min;
		all.max = range.max > all.max ? range.max : all.max;
	}
	all.min = all.min < all.max ? all.min : all.max;
	const uint64_t was = atomic_load(&d->latency);
	if (capture)
		pf_device_set_latency(d, all.max, (uint32_t)was);
	else
		pf_device_set_latency(d, (uint32_t)(was >> 32), all.max);
	all.min += d->wanted.own_latency;
	all.max += d->wanted.own_latency;
	for (unsigned c = 0; !j->pipewire && c < tos; c++)
		jack_port_set_latency_range(to[c], mode, &all);
}

void
pf_jack_set_callbacks(struct pf_jack *j)
{
	jack_set_process_callback(j->client, on_process, j);
	jack_set_thread_init_callback(j->client, on_thread, j);
	jack_set_xrun_callback(j->client, on_xrun, j);
	jack_set_latency_callback(j->client, on_latency, j);
	jack_on_info_shutdown(j->client, on_shutdown, j);
}

/* Sleep while JACK plays.  0 or the reason why it does not any more. */
static int
watch(struct pf_jack *j)
{
	struct pf_device *d = j->d;
	uint32_t cycles = atomic_load(&j->cycles) - 1;
	for (;;) {
		const uint32_t alarm = atomic_load(&d->alarm);
		if (atomic_load(&j->gone))
			return -ECONNRESET;
		if (atomic_load(&j->done) || atomic_load(&d->stop) ||
		    atomic_load(&d->reopen))
			return 0;
		const int64_t since_ns = pf_mono_ns();
		pf_device_futex_wait(&d->alarm, alarm, PATIENCE_NS);
		if (pf_mono_ns() - since_ns < PATIENCE_NS)
			continue;
		if (atomic_load(&j->cycles) == cycles)
			return -ETIMEDOUT;
		cycles = atomic_load(&j->cycles);
	}
}

int
pf_jack_run(struct pf_device *d, void *handle)
{
	struct pf_jack *j = handle;
	const struct timespec moment = {0, 100000};
	(void)d;
	j->fresh = true;
	atomic_store(&j->done, false);
	atomic_store(&j->let_in, true);
	const int result = watch(j);
	atomic_store(&j->let_in, false);
	while (atomic_load(&j->inside))
		clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, NULL);
	return result;
}

#else

typedef int pf_device_without_jack; /* a file is not to be empty */

#endif
