/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/socket.h"
#include "osc/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

int
pf_osc_address_unix(struct pf_osc_address *address, const char *path)
{
	*address = (struct pf_osc_address){.un.sun_family = AF_UNIX};
	const size_t n = strlen(path);
	if (n >= sizeof address->un.sun_path)
		return -ENAMETOOLONG;
	memcpy(address->un.sun_path, path, n + 1);
	address->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    n + 1);
	return 0;
}

int
pf_osc_address_at(struct pf_osc_address *address, int dir_fd,
    const char *name)
{
	char path[256];
	const int n = snprintf(path, sizeof path, "/proc/self/fd/%d/%s",
	    dir_fd, name);
	if (n < 0 || (size_t)n >= sizeof path)
		return -ENAMETOOLONG;
	return pf_osc_address_unix(address, path);
}

int
pf_osc_address_inet(struct pf_osc_address *address, const char *host,
    unsigned port)
{
	*address = (struct pf_osc_address){.len = sizeof address->in};
	if (inet_pton(AF_INET, host, &address->in.sin_addr) == 1) {
		address->in.sin_family = AF_INET;
		address->in.sin_port = htons((uint16_t)port);
		return 0;
	}
	if (inet_pton(AF_INET6, host, &address->in6.sin6_addr) == 1) {
		address->in6.sin6_family = AF_INET6;
		address->in6.sin6_port = htons((uint16_t)port);
		address->len = sizeof address->in6;
		return 0;
	}
	return -EINVAL;
}

bool
pf_osc_address_equal(const struct pf_osc_address *a,
    const struct pf_osc_address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	switch (a->any.sa_family) {
	case AF_INET:
		return a->in.sin_port == b->in.sin_port &&
		    a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	case AF_INET6:
		return a->in6.sin6_port == b->in6.sin6_port &&
		    memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr,
		    sizeof a->in6.sin6_addr) == 0;
	}
	return a->len == b->len && memcmp(&a->room, &b->room, a->len) == 0;
}

bool
pf_osc_address_is_nobody(const struct pf_osc_address *address)
{
	return address->len <= offsetof(struct sockaddr_un, sun_path);
}

void
pf_osc_address_show(const struct pf_osc_address *address, char *buf,
    size_t room)
{
	char host[INET6_ADDRSTRLEN] = "?";
	if (pf_osc_address_is_nobody(address)) {
		snprintf(buf, room, "?");
	} else if (address->any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &address->in.sin_addr, host, sizeof host);
		snprintf(buf, room, "%s:%u", host,
		    (unsigned)ntohs(address->in.sin_port));
	} else if (address->any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &address->in6.sin6_addr, host,
		    sizeof host);
		snprintf(buf, room, "[%s]:%u", host,
		    (unsigned)ntohs(address->in6.sin6_port));
	} else {
		/* An abstract name begins with a NUL and has no end. */
		const char *const path = address->un.sun_path;
		const size_t n = address->len -
		    offsetof(struct sockaddr_un, sun_path);
		const bool abstract = path[0] == '\0';
		snprintf(buf, room, "%s%.*s", abstract ? "@" : "",
		    (int)(n - abstract), path + abstract);
	}
}

unsigned
pf_osc_socket_port(int fd)
{
	struct pf_osc_address own = {.len = sizeof own.room};
	if (getsockname(fd, &own.any, &own.len) != 0)
		return 0;
	return own.any.sa_family == AF_INET6 ? ntohs(own.in6.sin6_port)
	    : own.any.sa_family == AF_INET ? ntohs(own.in.sin_port) : 0;
}

bool
pf_osc_is_loopback(const char *host)
{
	struct pf_osc_address a;
	if (!host)
		return true;
	if (pf_osc_address_inet(&a, host, 0) != 0)
		return false;
	if (a.any.sa_family == AF_INET)
		return ntohl(a.in.sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&a.in6.sin6_addr);
}
