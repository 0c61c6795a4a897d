/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client of JACK; PipeWire is one too, behind the same library.
 * device_jack.c opens it, device_jack_run.c plays.  For these only.
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
#ifndef PF_DEVICE_DEVICE_JACK_H
#define PF_DEVICE_DEVICE_JACK_H

#include "device/device_private.h"

#include <jack/jack.h>

struct pf_jack {
	struct pf_device *d;
	jack_client_t *client;
	unsigned ins, outs;
	bool pipewire;           /* instead of a real JACK */
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

/* Let JACK call us from here on, in silence. */
void pf_jack_set_callbacks(struct pf_jack *j);

/* On the audio thread, as pf_device_driver.run. */
int pf_jack_run(struct pf_device *d, void *handle);

#endif
