/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int
pf_osc_connection_open(struct pf_osc_connection *c, int fd)
{
	const int yes = 1;
	*c = (struct pf_osc_connection){.fd = fd};
	c->unframe = malloc(sizeof *c->unframe);
	c->in = malloc(PF_OSC_PACKET_MOST);
	c->out = malloc(PF_OSC_UNREAD_MOST);
	if (!c->unframe || !c->in || !c->out) {
		c->fd = -1;
		free(c->unframe);
		free(c->in);
		free(c->out);
		return -ENOMEM;
	}
	pf_osc_unframe_init(c->unframe);
	/* Small answers must not wait for more to send. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	return 0;
}

void
pf_osc_connection_close(struct pf_osc_connection *c)
{
	if (c->fd < 0)
		return;
	close(c->fd);
	free(c->unframe);
	free(c->in);
	free(c->out);
	*c = (struct pf_osc_connection){.fd = -1};
}

int
pf_osc_connection_fill(struct pf_osc_connection *c)
{
	c->in_at = c->in_len = 0;
	const ssize_t n = recv(c->fd, c->in, PF_OSC_PACKET_MOST, 0);
	if (n == 0)
		return -ECONNRESET;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	c->in_len = (size_t)n;
	return 0;
}

int
pf_osc_connection_next(struct pf_osc_connection *c, const uint8_t **packet,
    size_t *len)
{
	size_t used;
	const int got = pf_osc_unframe(c->unframe, c->in + c->in_at,
	    c->in_len - c->in_at, &used, packet, len);
	c->in_at += used;
	if (got < 0)
		c->broken = true;
	return got > 0;
}

int
pf_osc_connection_flush(struct pf_osc_connection *c)
{
	size_t done = 0;
	while (done < c->out_len) {
		const ssize_t n = send(c->fd, c->out + done,
		    c->out_len - done, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0)
			return -ECONNREFUSED;
		done += (size_t)n;
	}
	memmove(c->out, c->out + done, c->out_len - done);
	c->out_len -= done;
	return 0;
}

int
pf_osc_connection_send(struct pf_osc_connection *c, const void *packet,
    size_t len)
{
	if (len > PF_OSC_PACKET_MOST ||
	    PF_OSC_UNREAD_MOST - c->out_len < 2 * len + 8)
		return -ECONNREFUSED;
	c->out_len += pf_osc_frame(c->unframe->how, packet, len,
	    c->out + c->out_len);
	return pf_osc_connection_flush(c);
}
