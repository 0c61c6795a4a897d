/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The other end of a server: one socket that sends packets and hears the
 * answers.  One thread.
 */
#ifndef PF_OSC_CLIENT_H
#define PF_OSC_CLIENT_H

#include "base/attr.h"
#include "base/err.h"

#include <stddef.h>

struct pf_osc_client;

/*
 * Connect to the Unix socket `name` in the directory dir_fd.  Returns 0;
 * -ENOENT or -ECONNREFUSED (nobody listens); -ENOMEM ...; *err worded.
 */
PF_MUST_CHECK int pf_osc_client_open_at(struct pf_osc_client **client,
    int dir_fd, const char *name, struct pf_err *err);

/*
 * Connect to "unix:PATH", "udp:HOST:PORT" or "tcp:HOST:PORT", HOST a numeric
 * address (an IPv6 one in brackets) or "localhost".  Returns 0 or a negative
 * errno as above; -EINVAL: it is none of these.
 */
PF_MUST_CHECK int pf_osc_client_open(struct pf_osc_client **client,
    const char *address, struct pf_err *err);

/* Close it; NULL is fine. */
void pf_osc_client_free(struct pf_osc_client *client);

/* Send a packet; waits for room.  Returns 0 or a negative errno. */
PF_MUST_CHECK int pf_osc_client_send(struct pf_osc_client *client,
    const void *packet, size_t len);

/*
 * Wait up to timeout_ms (-1: for ever) for a packet, *packet, valid until
 * the next call.  Returns its length; -ETIMEDOUT; -EINTR; -ECONNREFUSED
 * (nobody listens any more); another negative errno.
 */
PF_MUST_CHECK int pf_osc_client_receive(struct pf_osc_client *client,
    const void **packet, int timeout_ms);

#endif
