/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/client.h"
#include "base/mono.h"
#include "base/number.h"
#include "osc/framing.h"
#include "osc/message.h"
#include "osc/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A client of a Unix socket is not connected to it: the server may answer
 * from another socket (server.h), so who answers is known by his user.
 */
struct pf_osc_client {
	int fd;
	int dir_fd;                /* keeps `to` alive; -1 */
	bool stream, local;
	struct pf_osc_address to;  /* local */
	struct pf_osc_unframe unframe;
	_Alignas(8) uint8_t in[PF_OSC_PACKET_MOST];
	size_t in_at, in_len; /* stream: bytes not yet taken in */
	uint8_t out[2 * PF_OSC_PACKET_MOST + 8];
};

/* 0 or a negative errno. */
static int
open_socket(struct pf_osc_client *c, const struct pf_osc_address *address)
{
	const int yes = 1;
	c->fd = socket(address->any.sa_family, (c->stream ? SOCK_STREAM
	    : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, &address->any, address->len) != 0)
		return -errno;
	if (c->stream)
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes,
		    sizeof yes);
	if (!c->local)
		return 0;
	/* Somebody listens: say AF_UNSPEC to be connected to nobody. */
	const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	const struct sockaddr_un any_name = {.sun_family = AF_UNIX};
	c->to = *address;
	if (connect(c->fd, &nobody, sizeof nobody) != 0 ||
	    setsockopt(c->fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) != 0)
		return -errno;
	/* A datagram is answered only if it has a sender: any name will do. */
	return bind(c->fd, (const struct sockaddr *)&any_name,
	    sizeof any_name.sun_family) == 0 || errno == EINVAL ? 0 : -errno;
}

static int
connect_to(struct pf_osc_client **client,
    const struct pf_osc_address *address, bool stream, int dir_fd,
    const char *shown, struct pf_err *err)
{
	struct pf_osc_client *const c = calloc(1, sizeof *c);
	if (!c) {
		if (dir_fd >= 0)
			close(dir_fd);
		return pf_err_set(err, "not enough memory"), -ENOMEM;
	}
	pf_osc_unframe_init(&c->unframe);
	c->stream = stream;
	c->local = address->any.sa_family == AF_UNIX;
	c->dir_fd = dir_fd;
	const int status = open_socket(c, address);
	if (status != 0) {
		pf_err_set(err, "nobody listens at '%s': %s", shown,
		    strerror(-status));
		pf_osc_client_free(c);
		return status;
	}
	*client = c;
	return 0;
}

int
pf_osc_client_open_at(struct pf_osc_client **client, int dir_fd,
    const char *name, struct pf_err *err)
{
	struct pf_osc_address address;
	const int own_fd = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
	if (own_fd < 0) {
		const int e = errno;
		return pf_err_set(err, "%s", strerror(e)), -e;
	}
	if (pf_osc_address_at(&address, own_fd, name) != 0) {
		close(own_fd);
		pf_err_set(err, "'%s' is no name for a socket", name);
		return -ENAMETOOLONG;
	}
	return connect_to(client, &address, false, own_fd, name, err);
}

/* "HOST:PORT", HOST perhaps in brackets. */
static int
parse_inet(struct pf_osc_address *address, const char *s)
{
	char host[64];
	const char *const colon = strrchr(s, ':');
	uint32_t port;
	if (!colon || pf_number_parse_u32(colon + 1, strlen(colon + 1), 65535,
	    &port) != 0 || port == 0)
		return -EINVAL;
	const bool brackets = s[0] == '[' && colon > s && colon[-1] == ']';
	const int n = (int)(colon - s) - 2 * brackets;
	if (n <= 0 || (size_t)n >= sizeof host)
		return -EINVAL;
	snprintf(host, sizeof host, "%.*s", n, s + brackets);
	return pf_osc_address_inet(address, strcmp(host, "localhost") == 0
	    ? "127.0.0.1" : host, port);
}

int
pf_osc_client_open(struct pf_osc_client **client, const char *text,
    struct pf_err *err)
{
	struct pf_osc_address address;
	int status = -EINVAL;
	const bool tcp = strncmp(text, "tcp:", 4) == 0;
	if (strncmp(text, "unix:", 5) == 0)
		status = pf_osc_address_unix(&address, text + 5);
	else if (tcp || strncmp(text, "udp:", 4) == 0)
		status = parse_inet(&address, text + 4);
	if (status != 0) {
		pf_err_set(err, "'%s' is no address: unix:PATH, "
		    "udp:HOST:PORT or tcp:HOST:PORT", text);
		return -EINVAL;
	}
	return connect_to(client, &address, tcp, -1, text, err);
}

void
pf_osc_client_free(struct pf_osc_client *client)
{
	if (!client)
		return;
	if (client->fd >= 0)
		close(client->fd);
	if (client->dir_fd >= 0)
		close(client->dir_fd);
	free(client);
}

int
pf_osc_client_send(struct pf_osc_client *c, const void *packet, size_t len)
{
	const uint8_t *bytes = packet;
	if (len > PF_OSC_PACKET_MOST)
		return -EMSGSIZE;
	if (c->stream) {
		len = pf_osc_frame(PF_OSC_LENGTH, packet, len, c->out);
		bytes = c->out;
	}
	while (len > 0) {
		const ssize_t n = sendto(c->fd, bytes, len, MSG_NOSIGNAL,
		    c->local ? &c->to.any : NULL, c->local ? c->to.len : 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

static int64_t
now_ms(void)
{
	return pf_mono_ns() / 1000000;
}

/* The next packet of what was read: its length, or 0. */
static int
next_of_stream(struct pf_osc_client *c, const void **packet)
{
	const uint8_t *p;
	size_t used, len;
	const int got = pf_osc_unframe(&c->unframe, c->in + c->in_at,
	    c->in_len - c->in_at, &used, &p, &len);
	c->in_at += used;
	*packet = p;
	return got > 0 ? (int)len : got;
}

/* As recv(), but nothing that another user says: -EAGAIN. */
static ssize_t
receive(struct pf_osc_client *c)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec iov = {c->in, sizeof c->in};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof control};
	if (!c->local)
		return recv(c->fd, c->in, sizeof c->in, 0);
	const ssize_t n = recvmsg(c->fd, &m, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *const said = n < 0 ? NULL : CMSG_FIRSTHDR(&m);
	struct ucred who = {.uid = (uid_t)-1};
	if (n < 0)
		return n;
	if (said && said->cmsg_level == SOL_SOCKET &&
	    said->cmsg_type == SCM_CREDENTIALS)
		memcpy(&who, CMSG_DATA(said), sizeof who);
	if (who.uid == geteuid() || who.uid == 0)
		return n;
	errno = EAGAIN;
	return -1;
}

int
pf_osc_client_receive(struct pf_osc_client *c, const void **packet,
    int timeout_ms)
{
	const int64_t end = now_ms() + timeout_ms;
	for (;;) {
		if (c->stream) {
			const int got = next_of_stream(c, packet);
			if (got != 0)
				return got;
		}
		const int64_t left = end - now_ms();
		struct pollfd fd = {c->fd, POLLIN, 0};
		const int ready = poll(&fd, 1, timeout_ms < 0 ? -1
		    : left > 0 ? (int)left : 0);
		if (ready == 0)
			return -ETIMEDOUT;
		if (ready < 0)
			return -errno;
		const ssize_t n = receive(c);
		if (n < 0 && errno == EAGAIN)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0 && c->stream)
			return -ECONNREFUSED;
		if (!c->stream && n > 0) {
			*packet = c->in;
			return (int)n;
		}
		c->in_at = 0;
		c->in_len = (size_t)n;
	}
}
