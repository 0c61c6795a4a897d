/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/device_private.h"

#include <errno.h>

#ifdef HAVE_jack

#include "device/device_jack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	j->pipewire = strstr(jack_get_version_string(), "PipeWire");
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
	sigset_t was;
	pf_jack_set_callbacks(j);
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

int pf_jack_run(struct pf_device *d, void *handle);

int
pf_jack_run(struct pf_device *d, void *handle)
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
	"jack", true, jack_open, pf_jack_run, jack_close, jack_list
};
