/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A click through JACK and back: two clients of their own, one that clicks
 * into another client's inputs and one that listens at its outputs.
 *
 *     pf-click:out ──▶ CLIENT:in_1   CLIENT:out_1 ──▶ pf-listen:in
 *
 * Two, so that there is no loop in JACK's graph, which would cost a period.
 * Both tell frames on the server's own axis.  Setup but for what JACK calls.
 */
#ifndef PF_DEVICE_JACK_PROBE_H
#define PF_DEVICE_JACK_PROBE_H

#include "base/attr.h"
#include "base/err.h"

#include <stdint.h>

struct pf_jack_probe;

/*
 * Connect to a client of the running server; to its inputs and outputs that
 * there are, the first of each is enough.
 *
 * Returns 0, to be freed with pf_jack_probe_close(); -ENOENT (no server, no
 * such client, or it has no ports), -ENOSYS (built without JACK), -ENOMEM,
 * with *err worded.
 */
PF_MUST_CHECK int pf_jack_probe_open(struct pf_jack_probe **probe,
    const char *client, struct pf_err *err);
void pf_jack_probe_close(struct pf_jack_probe *probe);

/* Click in the next period, `offset` frames after it begins (it is taken
 * modulo the period). */
void pf_jack_probe_strike(struct pf_jack_probe *probe, uint32_t offset);

/*
 * The frame at which the last click was put out, and at which sound began
 * after that at the outputs: on the server's axis, which wraps; take the
 * difference.  Returns 1, or 0 as long as one of them is not known.
 */
PF_MUST_CHECK int pf_jack_probe_heard(const struct pf_jack_probe *probe,
    uint32_t *struck, uint32_t *heard);

/* Listen anew; and the server's frame now, as far as it can be told. */
uint32_t pf_jack_probe_listen(struct pf_jack_probe *probe);

#endif
