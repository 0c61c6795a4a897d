/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/jack_probe.h"

#include <errno.h>

#ifdef HAVE_jack

#include "base/rng.h"

#include <jack/jack.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLICK = 512 };         /* frames */
#define LOUD 0.5f
#define THRESHOLD 0.02f

/* What a JACK thread and ours share: plain numbers, each with one writer. */
struct pf_jack_probe {
	jack_client_t *click, *listen;
	jack_port_t *out, *in;
	float wave[CLICK];
	unsigned at;                 /* of wave; CLICK: silent.  JACK's */
	_Atomic uint32_t wish;       /* clicks wished, by us; */
	_Atomic uint32_t done;       /* and made, by JACK */
	_Atomic uint32_t offset;
	_Atomic uint32_t struck;     /* frame; before `done`, release */
	_Atomic uint32_t ask;        /* listenings begun, by us; */
	_Atomic uint32_t told;       /* and answered, by JACK */
	_Atomic uint32_t heard;
};

static int
on_click(jack_nframes_t frames, void *arg)
{
	struct pf_jack_probe *const p = arg;
	float *const out = jack_port_get_buffer(p->out, frames);
	const uint32_t wish = atomic_load_explicit(&p->wish,
	    memory_order_acquire);
	unsigned i = 0;
	memset(out, 0, frames * sizeof *out);
	if (p->at == CLICK && wish != atomic_load_explicit(&p->done,
	    memory_order_relaxed)) {
		i = atomic_load_explicit(&p->offset, memory_order_relaxed) %
		    frames;
		p->at = 0;
		atomic_store_explicit(&p->struck,
		    jack_last_frame_time(p->click) + i, memory_order_relaxed);
		/* Release: who sees it finds the frame. */
		atomic_store_explicit(&p->done, wish, memory_order_release);
	}
	for (; i < frames && p->at < CLICK; i++)
		out[i] = p->wave[p->at++];
	return 0;
}

static int
on_listen(jack_nframes_t frames, void *arg)
{
	struct pf_jack_probe *const p = arg;
	const float *const in = jack_port_get_buffer(p->in, frames);
	const uint32_t ask = atomic_load_explicit(&p->ask,
	    memory_order_acquire);
	if (ask == atomic_load_explicit(&p->told, memory_order_relaxed))
		return 0;
	for (unsigned i = 0; i < frames; i++)
		if (fabsf(in[i]) > THRESHOLD) {
			atomic_store_explicit(&p->heard,
			    jack_last_frame_time(p->listen) + i,
			    memory_order_relaxed);
			atomic_store_explicit(&p->told, ask,
			    memory_order_release);
			break;
		}
	return 0;
}

static void
be_quiet(const char *text)
{
	(void)text;
}

/* A client with one port. */
static int
open_client(struct pf_jack_probe *p, jack_client_t **client,
    jack_port_t **port, const char *name, bool in, struct pf_err *err)
{
	jack_status_t status;
	*client = jack_client_open(name, JackNoStartServer, &status);
	if (!*client)
		return pf_err_set(err, "no JACK server runs"), -ENOENT;
	*port = jack_port_register(*client, in ? "in" : "out",
	    JACK_DEFAULT_AUDIO_TYPE, in ? JackPortIsInput : JackPortIsOutput,
	    0);
	jack_set_process_callback(*client, in ? on_listen : on_click, p);
	if (!*port || jack_activate(*client) != 0)
		return pf_err_set(err, "the JACK server lets nobody in"),
		    -ENOENT;
	return 0;
}

/* With the other's ports: the click with all inputs, the ear with one. */
static int
connect(struct pf_jack_probe *p, const char *client, bool in,
    struct pf_err *err)
{
	char pattern[128];
	snprintf(pattern, sizeof pattern, "^%s:", client);
	const char **const port = jack_get_ports(p->click, pattern,
	    JACK_DEFAULT_AUDIO_TYPE, in ? JackPortIsInput
	    : JackPortIsOutput);
	int r = port && port[0] ? 0 : -ENOENT;
	for (unsigned i = 0; r == 0 && port[i] && (in || i == 0); i++)
		(void)!jack_connect(p->click, in ? jack_port_name(p->out)
		    : port[i], in ? port[i] : jack_port_name(p->in));
	jack_free(port);
	if (r != 0)
		pf_err_set(err, "JACK has no client '%s' with %s", client,
		    in ? "inputs" : "outputs");
	return r;
}

int
pf_jack_probe_open(struct pf_jack_probe **probe, const char *client,
    struct pf_err *err)
{
	struct pf_jack_probe *const p = calloc(1, sizeof *p);
	if (!p)
		return pf_err_set(err, "not enough memory"), -ENOMEM;
	p->at = CLICK;
	/* Noise that falls by 60 dB; its first frame is its loudest. */
	for (unsigned i = 0; i < CLICK; i++)
		p->wave[i] = LOUD * expf(-6.9f * (float)i / CLICK) * (i == 0
		    ? 1 : 2 * (float)pf_rng_unit(1, 0, i, 0) - 1);
	jack_set_error_function(be_quiet);
	jack_set_info_function(be_quiet);
	int r = open_client(p, &p->click, &p->out, "pf-click", false, err);
	if (r == 0)
		r = open_client(p, &p->listen, &p->in, "pf-listen", true,
		    err);
	if (r == 0)
		r = connect(p, client, true, err);
	if (r == 0)
		r = connect(p, client, false, err);
	if (r == 0)
		*probe = p;
	else
		pf_jack_probe_close(p);
	return r;
}

void
pf_jack_probe_close(struct pf_jack_probe *p)
{
	if (!p)
		return;
	if (p->listen)
		jack_client_close(p->listen);
	if (p->click)
		jack_client_close(p->click);
	free(p);
}

void
pf_jack_probe_strike(struct pf_jack_probe *p, uint32_t offset)
{
	atomic_store_explicit(&p->offset, offset, memory_order_relaxed);
	(void)pf_jack_probe_listen(p);
	/* Release: JACK's thread finds the offset. */
	atomic_fetch_add_explicit(&p->wish, 1, memory_order_release);
}

int
pf_jack_probe_heard(const struct pf_jack_probe *p, uint32_t *struck,
    uint32_t *heard)
{
	if (atomic_load_explicit(&p->done, memory_order_acquire) !=
	    atomic_load_explicit(&p->wish, memory_order_relaxed) ||
	    atomic_load_explicit(&p->told, memory_order_acquire) !=
	    atomic_load_explicit(&p->ask, memory_order_relaxed))
		return 0;
	*struck = atomic_load_explicit(&p->struck, memory_order_relaxed);
	*heard = atomic_load_explicit(&p->heard, memory_order_relaxed);
	return 1;
}

uint32_t
pf_jack_probe_listen(struct pf_jack_probe *p)
{
	atomic_fetch_add_explicit(&p->ask, 1, memory_order_release);
	return jack_frame_time(p->listen);
}

#else

int
pf_jack_probe_open(struct pf_jack_probe **probe, const char *client,
    struct pf_err *err)
{
	(void)probe;
	(void)client;
	pf_err_set(err, "built without JACK");
	return -ENOSYS;
}

void
pf_jack_probe_close(struct pf_jack_probe *probe)
{
	(void)probe;
}

void
pf_jack_probe_strike(struct pf_jack_probe *probe, uint32_t offset)
{
	(void)probe;
	(void)offset;
}

int
pf_jack_probe_heard(const struct pf_jack_probe *probe, uint32_t *struck,
    uint32_t *heard)
{
	(void)probe;
	(void)struck;
	(void)heard;
	return 0;
}

uint32_t
pf_jack_probe_listen(struct pf_jack_probe *probe)
{
	(void)probe;
	return 0;
}

#endif
