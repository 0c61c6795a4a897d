/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From where sound comes to the input, and an ear there.
 */
#ifndef PF_LATENCY_STIMULUS_H
#define PF_LATENCY_STIMULUS_H

#include "device/jack_probe.h"
#include "latency/probe.h"

struct pf_stimulus {
	enum pf_stimulus_kind kind;
	struct pf_jack_probe *jack;
	struct pf_ear in;  /* at tap.in */
	bool noisy;        /* it was never quiet there */
};

/*
 * Open the ear and, for PF_STIMULUS_JACK, the clients.
 *
 * threshold  of the sound at the input, 0..1; 0: as quiet as the room allows
 *
 * Returns 0; or a negative errno with *err worded: -ENOENT (no input, no
 * JACK).
 */
PF_MUST_CHECK int pf_stimulus_open(struct pf_stimulus *s, struct pf_probe *p,
    float threshold, struct pf_err *err);
void pf_stimulus_close(struct pf_stimulus *s, struct pf_probe *p);

/*
 * Have something sound at the input and wait until it is there, behind
 * 100 ms without.
 *
 * frame  of the session, at which it came in
 *
 * Returns 1; 0: nothing came; -EINTR, -ESHUTDOWN with *err worded.
 */
PF_MUST_CHECK int pf_stimulus_strike(struct pf_stimulus *s,
    struct pf_probe *p, int64_t *frame, struct pf_err *err);

/* Why nothing may have come, for people. */
const char *pf_stimulus_why(const struct pf_stimulus *s);

#endif
