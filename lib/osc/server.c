/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server.h"
#include "base/mono.h"
#include "osc/connection.h"
#include "osc/message.h"
#include "osc/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	UNIX, UDP, LISTEN, SOCKETS, /* then the connections */
	AT_ONCE = 64,       /* packets of a socket in one step */
	RATE = 4000,        /* packets a second of one peer */
	BURST = 2000,
	PACKET_UNIT = 256   /* bytes that cost as much as a packet */
};

#define PATIENCE_NS INT64_C(2000000000) /* with who is silent on TCP */

struct peer {
	unsigned number;    /* 0: unused */
	int via;            /* UNIX, UDP, or LISTEN: a connection */
	unsigned connection;
	struct pf_osc_address address;
	double credit;      /* packets it may still send */
	int64_t seen_ns, told_ns;
	bool keep;
	int fd;             /* UNIX: answered from there; -1: from ours */
	char name[80];
};

struct pf_osc_server {
	struct pf_osc_server_config config;
	int fd[SOCKETS];
	int spare_fd;       /* given up for a moment when there is no other */
	unsigned port[SOCKETS];
	unsigned numbers;   /* peers ever met */
	struct peer peer[PF_OSC_PEERS_MOST];
	struct pf_osc_connection connection[PF_OSC_CONNECTIONS_MOST];
	_Alignas(8) uint8_t buf[PF_OSC_PACKET_MOST];
};

void
pf_osc_server_config_init(struct pf_osc_server_config *config)
{
	*config = (struct pf_osc_server_config){
		.dir_fd = -1, .name = "ctl", .udp_port = -1, .tcp_port = -1,
	};
}

/* ---- peers */

static struct peer *
find_number(const struct pf_osc_server *server, unsigned number)
{
	const struct peer *const peer =
	    &server->peer[number % PF_OSC_PEERS_MOST];
	return number != 0 && peer->number == number
	    ? (struct peer *)(uintptr_t)peer : NULL;
}

static void
forget(struct pf_osc_server *server, struct peer *peer)
{
	const unsigned number = peer->number;
	if (number == 0)
		return;
	if (peer->via == LISTEN)
		pf_osc_connection_close(
		    &server->connection[peer->connection]);
	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = -1;
	peer->number = 0;
	if (server->config.gone)
		server->config.gone(server->config.ctx, number);
}

/* A place for a new peer: a free one, or who was silent longest. */
static struct peer *
make_room(struct pf_osc_server *server)
{
	struct peer *oldest = NULL;
	for (size_t i = 0; i < PF_OSC_PEERS_MOST; i++) {
		struct peer *const p = &server->peer[i];
		if (p->number == 0)
			return p;
		/* A connection goes when it closes, and not before. */
		if (p->via == LISTEN)
			continue;
		if (!oldest || p->keep < oldest->keep ||
		    (p->keep == oldest->keep && p->seen_ns < oldest->seen_ns))
			oldest = p;
	}
	forget(server, oldest);
	return oldest;
}

static struct peer *
new_peer(struct pf_osc_server *server, int via,
    const struct pf_osc_address *address, int64_t now)
{
	static const char *const word[] = {"unix", "udp", "tcp"};
	struct peer *const peer = make_room(server);
	/* The number tells the place, and is another one each time. */
	const unsigned place = (unsigned)(peer - server->peer);
	*peer = (struct peer){
		.number = ++server->numbers * PF_OSC_PEERS_MOST + place,
		.via = via, .address = *address, .credit = BURST,
		.seen_ns = now, .fd = -1,
	};
	char shown[64];
	pf_osc_address_show(address, shown, sizeof shown);
	snprintf(peer->name, sizeof peer->name, "%s:%s", word[via], shown);
	return peer;
}

static struct peer *
find_address(struct pf_osc_server *server, int via,
    const struct pf_osc_address *address, int64_t now)
{
	for (size_t i = 0; i < PF_OSC_PEERS_MOST; i++) {
		struct peer *const p = &server->peer[i];
		if (p->number != 0 && p->via == via &&
		    pf_osc_address_equal(&p->address, address))
			return p;
	}
	return new_peer(server, via, address, now);
}

/* A packet came from a peer: hand it over, if it is not too much. */
static void
take_packet(struct pf_osc_server *server, struct peer *peer,
    const void *packet, size_t len, int64_t now)
{
	peer->credit += (double)(now - peer->seen_ns) * (RATE / 1e9);
	if (peer->credit > BURST)
		peer->credit = BURST;
	peer->seen_ns = now;
	const double cost = 1 + (double)(len / PACKET_UNIT);
	if (peer->credit >= cost) {
		peer->credit -= cost;
		server->config.packet(server->config.ctx, peer->number,
		    packet, len);
	} else if (now - peer->told_ns >= 1000000000) {
		peer->told_ns = now;
		if (server->config.flooded)
			server->config.flooded(server->config.ctx,
			    peer->number);
	}
}

/* ---- sockets */

static int
open_unix(struct pf_osc_server *server, struct pf_err *err)
{
	const struct pf_osc_server_config *const c = &server->config;
	struct pf_osc_address address;
	int status = pf_osc_address_at(&address, c->dir_fd, c->name);
	if (status != 0) {
		pf_err_set(err, "'%s' is no name for a socket", c->name);
		return status;
	}
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (fd < 0)
		goto fail;
	server->fd[UNIX] = fd;
	/* Does somebody live there?  A socket left behind refuses. */
	if (connect(fd, &address.any, address.len) == 0) {
		pf_err_set(err, "another engine listens at '%s'", c->name);
		return -EADDRINUSE;
	}
	unlinkat(c->dir_fd, c->name, 0);
	/* The mode of the socket is the mode of its file. */
	if (fchmod(fd, 0600) != 0 ||
	    bind(fd, &address.any, address.len) != 0)
		goto fail;
	return 0;
fail:
	status = -errno;
	pf_err_set(err, "cannot listen at '%s': %s", c->name,
	    strerror(errno));
	return status;
}

static int
open_inet(struct pf_osc_server *server, int which, int port,
    struct pf_err *err)
{
	const char *const where = server->config.bind ? server->config.bind
	    : "127.0.0.1";
	struct pf_osc_address address;
	if (pf_osc_address_inet(&address, where, (unsigned)port) != 0) {
		pf_err_set(err, "'%s' is no numeric address", where);
		return -EINVAL;
	}
	const int kind = which == UDP ? SOCK_DGRAM : SOCK_STREAM, yes = 1;
	const int fd = socket(address.any.sa_family, kind | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	server->fd[which] = fd;
	if (fd < 0)
		goto fail;
	/* A TCP port of an engine that just ended may be taken again. */
	if (which == LISTEN)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(fd, &address.any, address.len) != 0)
		goto fail;
	if (which == LISTEN && listen(fd, 8) != 0)
		goto fail;
	server->port[which] = pf_osc_socket_port(fd);
	return 0;
fail:;
	const int status = -errno;
	pf_err_set(err, "cannot listen at %s port %d: %s", where, port,
	    strerror(errno));
	return status;
}

int
pf_osc_server_new(struct pf_osc_server **server,
    const struct pf_osc_server_config *config, struct pf_err *err)
{
	struct pf_osc_server *const s = calloc(1, sizeof *s);
	int status = 0;
	if (!s)
		return pf_err_set(err, "not enough memory"), -ENOMEM;
	s->config = *config;
	for (int i = 0; i < SOCKETS; i++)
		s->fd[i] = -1;
	for (size_t i = 0; i < PF_OSC_CONNECTIONS_MOST; i++)
		s->connection[i].fd = -1;
	s->spare_fd = -1;
	if (config->dir_fd >= 0)
		status = open_unix(s, err);
	if (status == 0 && config->udp_port >= 0)
		status = open_inet(s, UDP, config->udp_port, err);
	if (status == 0 && config->tcp_port >= 0)
		status = open_inet(s, LISTEN, config->tcp_port, err);
	if (status != 0) {
		/* The name is somebody else's, or could not be had. */
		s->config.dir_fd = -1;
		pf_osc_server_free(s);
		return status;
	}
	if (s->fd[LISTEN] >= 0)
		s->spare_fd = fcntl(s->fd[LISTEN], F_DUPFD_CLOEXEC, 0);
	*server = s;
	return 0;
}

void
pf_osc_server_free(struct pf_osc_server *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < PF_OSC_CONNECTIONS_MOST; i++)
		pf_osc_connection_close(&server->connection[i]);
	for (int i = 0; i < SOCKETS; i++)
		if (server->fd[i] >= 0)
			close(server->fd[i]);
	if (server->spare_fd >= 0)
		close(server->spare_fd);
	for (size_t i = 0; i < PF_OSC_PEERS_MOST; i++)
		if (server->peer[i].number != 0 && server->peer[i].fd >= 0)
			close(server->peer[i].fd);
	if (server->config.dir_fd >= 0)
		unlinkat(server->config.dir_fd, server->config.name, 0);
	free(server);
}

unsigned
pf_osc_server_udp_port(const struct pf_osc_server *server)
{
	return server->port[UDP];
}

unsigned
pf_osc_server_tcp_port(const struct pf_osc_server *server)
{
	return server->port[LISTEN];
}

/* ---- receiving */

static int
receive(struct pf_osc_server *server, int via, int64_t now)
{
	int got = 0;
	for (; got < AT_ONCE; got++) {
		struct pf_osc_address from = {.len = sizeof from.room};
		const ssize_t n = recvfrom(server->fd[via], server->buf,
		    sizeof server->buf, MSG_TRUNC, &from.any, &from.len);
		if (n < 0)
			break;
		take_packet(server, find_address(server, via, &from, now),
		    server->buf, (size_t)n, now);
	}
	return got;
}

/*
 * All places are taken: who said nothing whole for a while, and has no
 * subscription, goes.
 */
static void
make_place(struct pf_osc_server *server, int64_t now)
{
	struct peer *oldest = NULL;
	for (unsigned i = 0; i < PF_OSC_CONNECTIONS_MOST; i++) {
		struct peer *const p = find_number(server,
		    server->connection[i].peer);
		if (server->connection[i].fd < 0)
			return;
		if (p && !p->keep && now - p->seen_ns >= PATIENCE_NS &&
		    (!oldest || p->seen_ns < oldest->seen_ns))
			oldest = p;
	}
	if (oldest)
		forget(server, oldest);
}

/*
 * Somebody wants to connect, and the process has no descriptor left: he is
 * sent away, or poll() would tell of him without end.
 */
static void
send_away(struct pf_osc_server *server)
{
	if (server->spare_fd < 0)
		return;
	close(server->spare_fd);
	const int fd = accept(server->fd[LISTEN], NULL, NULL);
	if (fd >= 0)
		close(fd);
	server->spare_fd = fcntl(server->fd[LISTEN], F_DUPFD_CLOEXEC, 0);
}

static void
accept_one(struct pf_osc_server *server, int64_t now)
{
	struct pf_osc_address from = {.len = sizeof from.room};
	const int fd = accept4(server->fd[LISTEN], &from.any, &from.len,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE))
		send_away(server);
	if (fd < 0)
		return;
	make_place(server, now);
	for (unsigned i = 0; i < PF_OSC_CONNECTIONS_MOST; i++) {
		if (server->connection[i].fd >= 0)
			continue;
		if (pf_osc_connection_open(&server->connection[i], fd) != 0)
			break;
		struct peer *const peer = new_peer(server, LISTEN, &from,
		    now);
		peer->connection = i;
		server->connection[i].peer = peer->number;
		return;
	}
	close(fd); /* the house is full */
}

/* One thing to look after in a step: packets of one connection. */
static int
serve(struct pf_osc_server *server, struct pf_osc_connection *c,
    short events, int64_t now)
{
	int got = 0, status = 0;
	if (events & POLLOUT)
		status = pf_osc_connection_flush(c);
	if (status == 0 && events & (POLLIN | POLLHUP | POLLERR))
		status = pf_osc_connection_fill(c);
	const uint8_t *packet;
	size_t len;
	/* What was read may be answered, and the answer may end it. */
	while (c->fd >= 0 && pf_osc_connection_next(c, &packet, &len) == 1) {
		struct peer *const peer = find_number(server, c->peer);
		if (peer)
			take_packet(server, peer, packet, len, now);
		got++;
	}
	if (c->fd >= 0 && (status != 0 || c->broken)) {
		struct peer *const peer = find_number(server, c->peer);
		if (c->broken && peer) /* say why, as far as it is heard */
			server->config.packet(server->config.ctx,
			    peer->number, "", PF_OSC_PACKET_MOST + 4);
		if (peer)
			forget(server, peer);
	}
	return got;
}

int
pf_osc_server_step(struct pf_osc_server *server, int timeout_ms)
{
	struct pollfd fd[SOCKETS + PF_OSC_CONNECTIONS_MOST];
	nfds_t used = SOCKETS; /* poll() refuses more than there may be */
	for (size_t i = 0; i < SOCKETS; i++)
		fd[i] = (struct pollfd){server->fd[i], POLLIN, 0};
	for (size_t i = 0; i < PF_OSC_CONNECTIONS_MOST; i++) {
		const struct pf_osc_connection *const c =
		    &server->connection[i];
		fd[SOCKETS + i] = (struct pollfd){c->fd, POLLIN, 0};
		if (c->fd >= 0 && c->out_len > 0)
			fd[SOCKETS + i].events |= POLLOUT;
		if (c->fd >= 0)
			used = SOCKETS + i + 1;
	}
	if (poll(fd, used, timeout_ms) < 0)
		return errno == EINTR ? 0 : -errno;
	const int64_t now = pf_mono_ns();
	int got = 0;
	for (size_t i = 0; SOCKETS + i < used; i++)
		if (fd[SOCKETS + i].revents)
			got += serve(server, &server->connection[i],
			    fd[SOCKETS + i].revents, now);
	if (fd[UNIX].revents)
		got += receive(server, UNIX, now);
	if (fd[UDP].revents)
		got += receive(server, UDP, now);
	if (fd[LISTEN].revents)
		accept_one(server, now);
	return got;
}

/* ---- sending */

/* 0; -EAGAIN: there is no room; or another negative errno. */
static int
send_from(int fd, const struct peer *peer, const void *packet, size_t len)
{
	if (sendto(fd, packet, len, MSG_DONTWAIT | MSG_NOSIGNAL,
	    &peer->address.any, peer->address.len) >= 0)
		return 0;
	return errno == EWOULDBLOCK || errno == ENOBUFS ? -EAGAIN : -errno;
}

int
pf_osc_server_send(struct pf_osc_server *server, unsigned number,
    const void *packet, size_t len)
{
	struct peer *const peer = find_number(server, number);
	if (!peer || pf_osc_address_is_nobody(&peer->address))
		return -ENOENT;
	if (peer->via == LISTEN) {
		struct pf_osc_connection *const c =
		    &server->connection[peer->connection];
		const int status = pf_osc_connection_send(c, packet, len);
		if (status == -ECONNREFUSED)
			forget(server, peer);
		return status;
	}
	int status = send_from(peer->fd >= 0 ? peer->fd
	    : server->fd[peer->via], peer, packet, len);
	if (status == -EAGAIN && peer->via == UNIX && peer->fd < 0) {
		/* Ours may be full of what others do not read. */
		peer->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC |
		    SOCK_NONBLOCK, 0);
		if (peer->fd >= 0)
			status = send_from(peer->fd, peer, packet, len);
	}
	/* It is connected to ours, and hears no other. */
	if (status == -EPERM)
		return -EAGAIN;
	if (status == -ECONNREFUSED || status == -ENOENT ||
	    status == -ENOTSOCK) {
		forget(server, peer);
		return -ECONNREFUSED;
	}
	return status;
}

void
pf_osc_server_keep(struct pf_osc_server *server, unsigned number, bool keep)
{
	struct peer *const peer = find_number(server, number);
	if (peer)
		peer->keep = keep;
}

const char *
pf_osc_server_peer_name(const struct pf_osc_server *server, unsigned number)
{
	const struct peer *const peer = find_number(server, number);
	return peer ? peer->name : "somebody";
}
