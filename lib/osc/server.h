/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sockets at which OSC arrives: a Unix datagram socket in a directory,
 * UDP and TCP.  Ours, not liblo's: liblo binds to every address and keeps
 * its own time.
 *
 * Who sends is a peer, known by a number as long as it is remembered (256 of
 * them; the one that was silent longest makes room).  A peer that floods is
 * not read: 4000 packets a second are its share, large ones count more.  One
 * who does not read what it is told holds up nobody else: the system counts
 * what lies unread by Unix sockets against ours, so a peer that finds no
 * room is answered from a socket of its own.  Who was silent longest on TCP
 * makes room when all places are taken.
 *
 * One thread.
 */
#ifndef PF_OSC_SERVER_H
#define PF_OSC_SERVER_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PF_OSC_PEERS_MOST 256
#define PF_OSC_CONNECTIONS_MOST 16 /* over TCP */

struct pf_osc_server;

struct pf_osc_server_config {
	int dir_fd;        /* where the Unix socket stands; -1: none */
	const char *name;  /* its name there, "ctl" */
	const char *bind;  /* numeric address for UDP and TCP; NULL: loopback */
	int udp_port, tcp_port; /* 0: any that is free; -1: none */
	/* A packet came; len may be larger than PF_OSC_PACKET_MOST, the rest
	 * is not there then. */
	void (*packet)(void *ctx, unsigned peer, const void *packet,
	    size_t len);
	/* A peer is forgotten: its number means nothing any more. */
	void (*gone)(void *ctx, unsigned peer);
	/* A peer sends too much; told once a second. */
	void (*flooded)(void *ctx, unsigned peer);
	void *ctx;
};

/* No sockets at all: dir_fd, udp_port and tcp_port -1. */
void pf_osc_server_config_init(struct pf_osc_server_config *config);

/*
 * Open the sockets.  The Unix socket is made with mode 0600; one that a dead
 * server left is replaced.  Returns 0 and sets *server; or a negative errno
 * with *err worded: -EADDRINUSE (somebody listens there), -EINVAL (bind is
 * no numeric address), -EACCES, -ENOMEM ...
 */
PF_MUST_CHECK int pf_osc_server_new(struct pf_osc_server **server,
    const struct pf_osc_server_config *config, struct pf_err *err);

/* Close and free all and remove the Unix socket; NULL is fine. */
void pf_osc_server_free(struct pf_osc_server *server);

/* The ports that were bound; 0: none. */
unsigned pf_osc_server_udp_port(const struct pf_osc_server *server);
unsigned pf_osc_server_tcp_port(const struct pf_osc_server *server);

/*
 * Wait up to timeout_ms for packets and hand over what came, at most 64 from
 * each socket.  Returns how many, or a negative errno.
 */
int pf_osc_server_step(struct pf_osc_server *server, int timeout_ms);

/*
 * Send a packet to a peer; never waits.  Returns 0; -ENOENT (forgotten),
 * -EAGAIN (it does not read: the packet is lost), -ECONNREFUSED (it is gone,
 * and forgotten now); -EMSGSIZE; another negative errno.
 */
int pf_osc_server_send(struct pf_osc_server *server, unsigned peer,
    const void *packet, size_t len);

/* Keep a peer though others are newer (it has a subscription), or not. */
void pf_osc_server_keep(struct pf_osc_server *server, unsigned peer,
    bool keep);

/* Who a peer is, for logs: "unix:@0004f", "udp:127.0.0.1:40312". */
const char *pf_osc_server_peer_name(const struct pf_osc_server *server,
    unsigned peer);

/* Is a numeric address one of the loopback's?  NULL is. */
bool pf_osc_is_loopback(const char *address);

#endif
