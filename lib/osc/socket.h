/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses of sockets, of all kinds that OSC travels over here.
 */
#ifndef PF_OSC_SOCKET_H
#define PF_OSC_SOCKET_H

#include "base/attr.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

struct pf_osc_address {
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_storage room;
	};
	socklen_t len;
};

/*
 * A Unix socket: `name` in the directory dir_fd, or a path.  A directory's
 * own path may be too long for a socket, so it goes by its descriptor.
 * Returns 0 or -ENAMETOOLONG.
 */
PF_MUST_CHECK int pf_osc_address_at(struct pf_osc_address *address,
    int dir_fd, const char *name);
PF_MUST_CHECK int pf_osc_address_unix(struct pf_osc_address *address,
    const char *path);

/* A numeric IPv4 or IPv6 address.  Returns 0 or -EINVAL. */
PF_MUST_CHECK int pf_osc_address_inet(struct pf_osc_address *address,
    const char *host, unsigned port);

bool pf_osc_address_equal(const struct pf_osc_address *a,
    const struct pf_osc_address *b);

/* A Unix peer without an address cannot be answered. */
bool pf_osc_address_is_nobody(const struct pf_osc_address *address);

/* For people: "127.0.0.1:9000", "/run/x", "@0004f" (abstract), "?". */
void pf_osc_address_show(const struct pf_osc_address *address, char *buf,
    size_t room);

/* The port that a socket was bound to, or 0. */
unsigned pf_osc_socket_port(int fd);

#endif
