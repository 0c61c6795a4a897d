/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One peer of the server over TCP: bytes in, packets out, and the other way.
 */
#ifndef PF_OSC_CONNECTION_H
#define PF_OSC_CONNECTION_H

#include "base/attr.h"
#include "osc/framing.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a peer may leave unread; beyond it the connection ends. */
#define PF_OSC_UNREAD_MOST (256u << 10)

struct pf_osc_connection {
	int fd;              /* -1: free */
	unsigned peer;
	bool broken;         /* what came was no packet */
	struct pf_osc_unframe *unframe;
	uint8_t *in, *out;   /* [PF_OSC_PACKET_MOST], [PF_OSC_UNREAD_MOST] */
	size_t in_at, in_len, out_len;
};

/* Take over a connected socket, not blocking.  Returns 0 or -ENOMEM. */
PF_MUST_CHECK int pf_osc_connection_open(struct pf_osc_connection *c,
    int fd);

/* Close it; one that is free stays so. */
void pf_osc_connection_close(struct pf_osc_connection *c);

/* Read what is there.  Returns 0, or a negative errno: it is over. */
PF_MUST_CHECK int pf_osc_connection_fill(struct pf_osc_connection *c);

/* The next whole packet: 1; 0: none yet (or c->broken). */
PF_MUST_CHECK int pf_osc_connection_next(struct pf_osc_connection *c,
    const uint8_t **packet, size_t *len);

/*
 * Send a packet as the peer frames its own; what it does not read now waits.
 * Returns 0, or -ECONNREFUSED: it is over.
 */
PF_MUST_CHECK int pf_osc_connection_send(struct pf_osc_connection *c,
    const void *packet, size_t len);

/* Go on sending.  Returns 0, or -ECONNREFUSED: it is over. */
PF_MUST_CHECK int pf_osc_connection_flush(struct pf_osc_connection *c);

#endif
