/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client of JACK; PipeWire is one too, behind the same library.
 *
 * JACK calls us on its own thread.  It may use what belongs to the audio
 * thread while it is let in:
 *
 *     JACK's thread   inside = 1; if let_in, process(); inside = 0
 *     audio thread    let_in = 1; sleep until there is something to look at;
 *                     let_in = 0; wait until inside is 0
 *
 * All four are sequentially consistent: of the two stores one comes first, so
 * either JACK sees that it is out or the audio thread that it is still inside.
 */
#include "device/device_private.h"

#include <errno.h>

#ifdef HAVE_jack

#include "device/realtime.h"

#include <jack/jack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A server that calls nobody for so long is taken for dead. */
#define PATIENCE_NS 1000000000

struct pf_jack {
	struct pf_device *d;
	jack_client_t *client;
	unsigned ins, outs;
	jack_port_t *in[PF_DEVICE_CHANNELS_MOST];
	jack_port_t *out[PF_DEVICE_CHANNELS_MOST];

	/* JACK's thread. */
	bool fresh;              /* it has not been called since let in */
	jack_nframes_t next;     /* frame at which the next cycle begins */

	atomic_bool let_in, inside;
	atomic_bool done;        /* pf_device_run() said so */
	atomic_bool gone;        /* the server shut down */
	_Atomic uint32_t cycles;
	_Atomic uint32_t xruns;  /* not yet counted */
};

static void
raise_alarm(struct pf_jack *j)
{
	atomic_fetch_add(&j->d->alarm, 1);
	pf_device_futex_wake(&j->d->alarm);
}

/* CLOCK_MONOTONIC at which this cycle began, and its frame. */
static int64_t
cycle_begin(const struct pf_jack *j, jack_nframes_t *frame)
{
	jack_time_t begin, end;
	float period;
	if (jack_get_cycle_times(j->client, frame, &begin, &end, &period)) {
		*frame = j->next;
		return pf_device_now();
	}
	const int64_t ago_us = (int64_t)(jack_get_time() - begin);
	return pf_device_now() - (ago_us > 0 ? ago_us * 1000 : 0);
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

/* What goes through us takes our own latency longer. */
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
	for (unsigned c = 0; c < tos; c++)
		jack_port_set_latency_range(to[c], mode, &all);
}

static void
be_quiet(const char *text)
{
	(void)text;
}

static int
refuse(struct pf_err *err, const struct pf_device *d, jack_status_t status)
{
	const char *server = getenv("JACK_DEFAULT_SERVER");
	if (status & JackInvalidOption)
		return pf_err_set(err, "cannot open '%s': a name of at most %d "
		    "letters is wanted", d->spec, jack_client_name_size() - 1);
	if (status & JackVersionError) {
		pf_err_set(err, "cannot open '%s': the server is of another "
		    "version", d->spec);
		return -EPROTO;
	}
	if (status & JackServerFailed || status & JackServerError) {
		pf_err_set(err, "cannot open '%s': no JACK server%s%s%s runs "
		    "(start jackd, or use pw-jack)", d->spec, server ? " '" :
		    "", server ? server : "", server ? "'" : "");
		return -ECONNREFUSED;
	}
	pf_err_set(err, "cannot open '%s': the JACK server refuses (status "
	    "0x%x)", d->spec, (unsigned)status);
	return -EIO;
}

static int
open_client(struct pf_jack *j, struct pf_err *err)
{
	struct pf_device *d = j->d;
	jack_status_t status = 0;
	sigset_t was;
	char latency[32];
	/* It would print, and on whatever thread. */
	jack_set_error_function(be_quiet);
	jack_set_info_function(be_quiet);
	if (d->wanted.period_frames) { /* asks PipeWire for that period */
		snprintf(latency, sizeof latency, "%u/%u",
		    d->wanted.period_frames,
		    d->wanted.rate_hz ? d->wanted.rate_hz : 48000);
		setenv("PIPEWIRE_LATENCY", latency, 0);
	}
	pf_device_block_signals(&was);
	j->client = jack_client_open(d->name[0] ? d->name : d->client,
	    JackNoStartServer, &status);
	pf_device_restore_signals(&was);
	if (!j->client)
		return refuse(err, d, status);
	const uint32_t rate = jack_get_sample_rate(j->client);
	if (d->wanted.rate_hz && rate != d->wanted.rate_hz)
		return pf_err_set(err, "'%s' does not do %u Hz, the server "
		    "runs at %u", d->spec, d->wanted.rate_hz, rate);
	if (rate < PF_DEVICE_RATE_LEAST || rate > PF_DEVICE_RATE_MOST)
		return pf_err_set(err, "'%s' runs at %u Hz, wanted is %u..%u",
		    d->spec, rate, PF_DEVICE_RATE_LEAST, PF_DEVICE_RATE_MOST);
	return 0;
}

static int
make_ports(struct pf_jack *j, struct pf_err *err)
{
	char name[16];
	for (unsigned c = 0; c < j->ins + j->outs; c++) {
		const bool in = c < j->ins;
		const unsigned n = in ? c : c - j->ins;
		snprintf(name, sizeof name, "%s_%u", in ? "in" : "out", n + 1);
		jack_port_t *port = jack_port_register(j->client, name,
		    JACK_DEFAULT_AUDIO_TYPE, in ? JackPortIsInput :
		    JackPortIsOutput, 0);
		if (!port) {
			pf_err_set(err, "'%s' has no room for port %s",
			    j->d->spec, name);
			return -ENOSPC;
		}
		*(in ? &j->in[n] : &j->out[n]) = port;
	}
	return 0;
}

/* Each of ours to one of the card's; all outputs to a card of one. */
static void
connect_ports(struct pf_jack *j, bool in)
{
	const unsigned n = in ? j->ins : j->outs;
	const char **card = jack_get_ports(j->client, NULL,
	    JACK_DEFAULT_AUDIO_TYPE, JackPortIsPhysical |
	    (in ? JackPortIsOutput : JackPortIsInput));
	for (unsigned c = 0, at = 0; card && c < n && card[at]; c++) {
		const char *ours = jack_port_name(in ? j->in[c] : j->out[c]);
		(void)!jack_connect(j->client, in ? card[at] : ours,
		    in ? ours : card[at]);
		at += card[at + 1] || in || at > 0;
	}
	jack_free(card);
}

static int
jack_close(void *handle, bool whole, struct pf_err *err)
{
	struct pf_jack *j = handle;
	(void)whole;
	(void)err;
	if (j->client)
		jack_client_close(j->client);
	free(j);
	return 0;
}

static int
go(struct pf_jack *j, struct pf_err *err)
{
	jack_set_process_callback(j->client, on_process, j);
	jack_set_thread_init_callback(j->client, on_thread, j);
	jack_set_xrun_callback(j->client, on_xrun, j);
	jack_set_latency_callback(j->client, on_latency, j);
	jack_on_info_shutdown(j->client, on_shutdown, j);
	sigset_t was;
	pf_device_block_signals(&was);
	const int r = jack_activate(j->client);
	pf_device_restore_signals(&was);
	if (r != 0) {
		pf_err_set(err, "'%s' is not let to play", j->d->spec);
		return -EIO;
	}
	if (!j->d->wanted.unconnected) {
		connect_ports(j, true);
		connect_ports(j, false);
	}
	return 0;
}

static int
jack_open(struct pf_device *d, struct pf_device_terms *terms, void **handle,
    struct pf_err *err)
{
	struct pf_jack *j = calloc(1, sizeof *j);
	int r = j ? 0 : -ENOMEM;
	if (!j) {
		pf_err_set(err, "cannot open '%s': out of memory", d->spec);
		return r;
	}
	j->d = d;
	j->ins = d->wanted.ins;
	j->outs = d->wanted.outs;
	if ((r = open_client(j, err)) < 0 || (r = make_ports(j, err)) < 0 ||
	    (r = go(j, err)) < 0) {
		jack_close(j, false, NULL);
		return r;
	}
	terms->rate_hz = jack_get_sample_rate(j->client);
	terms->period_frames = jack_get_buffer_size(j->client);
	terms->periods = 2;
	terms->ins = j->ins;
	/* Until it tells us better: on_latency(). */
	const uint64_t latency = atomic_load(&d->latency);
	terms->in_latency = latency >> 32 ? (uint32_t)(latency >> 32) :
	    terms->period_frames;
	terms->out_latency = (uint32_t)latency ? (uint32_t)latency :
	    terms->period_frames;
	terms->paced = true;
	terms->realtime = jack_is_realtime(j->client);
	snprintf(terms->text, sizeof terms->text, "jack, client '%.60s', %u "
	    "in, %u out", jack_get_client_name(j->client), j->ins, j->outs);
	*handle = j;
	return 0;
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
		const int64_t since_ns = pf_device_now();
		pf_device_futex_wait(&d->alarm, alarm, PATIENCE_NS);
		if (pf_device_now() - since_ns < PATIENCE_NS)
			continue;
		if (atomic_load(&j->cycles) == cycles)
			return -ETIMEDOUT;
		cycles = atomic_load(&j->cycles);
	}
}

static int
jack_run(struct pf_device *d, void *handle)
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

static unsigned
jack_list(void (*say)(void *ctx, const char *spec, const char *text),
    void *ctx)
{
	char text[128] = "no server runs";
	jack_status_t status;
	jack_set_error_function(be_quiet);
	jack_set_info_function(be_quiet);
	jack_client_t *client = jack_client_open("performia-list",
	    JackNoStartServer, &status);
	if (client) {
		snprintf(text, sizeof text, "JACK server, %u Hz, %u frames%s",
		    jack_get_sample_rate(client), jack_get_buffer_size(client),
		    jack_is_realtime(client) ? ", real time" : "");
		jack_client_close(client);
	}
	say(ctx, "jack", text);
	return 1;
}

#else /* without JACK */

static int
jack_open(struct pf_device *d, struct pf_device_terms *terms, void **handle,
    struct pf_err *err)
{
	(void)terms;
	(void)handle;
	pf_err_set(err, "cannot open '%s': built without JACK, ALSA can use "
	    "it: 'alsa:jack'", d->spec);
	return -ENOSYS;
}

static int
jack_run(struct pf_device *d, void *handle)
{
	(void)d;
	(void)handle;
	return -ENOSYS;
}

static int
jack_close(void *handle, bool whole, struct pf_err *err)
{
	(void)handle;
	(void)whole;
	(void)err;
	return 0;
}

static unsigned
jack_list(void (*say)(void *ctx, const char *spec, const char *text),
    void *ctx)
{
	(void)say;
	(void)ctx;
	return 0;
}

#endif

const struct pf_device_driver pf_device_jack = {
	"jack", true, jack_open, jack_run, jack_close, jack_list
};
