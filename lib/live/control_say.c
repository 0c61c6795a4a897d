/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/control_private.h"
#include "base/message.h"

#include <errno.h>
#include <string.h>

void
pf_control_log(struct pf_control *c, unsigned peer, char way,
    const struct pf_osc_message *m)
{
	char text[1024];
	if (!c->log)
		return;
	pf_osc_print(text, sizeof text, m);
	if (fprintf(c->log, "%.6f %s %c %s\n", (double)c->now_ns / 1e9,
	    peer && c->server ? pf_osc_server_peer_name(c->server, peer)
	    : "-", way, text) >= 0)
		return;
	pf_msg("cannot write '%s': %s; OSC is no longer logged",
	    c->config.log, strerror(errno));
	fclose(c->log);
	c->log = NULL;
}

void
pf_control_send_packet(struct pf_control *c, unsigned peer,
    const void *packet, size_t len)
{
	if (peer == 0 || len == 0 || !c->server)
		return;
	if (pf_osc_server_send(c->server, peer, packet, len) == 0)
		c->counts.sent++;
	else
		c->counts.unsent++;
}

void
pf_control_send(struct pf_control *c, unsigned peer,
    const struct pf_osc_message *m)
{
	unsigned char buf[4096];
	pf_control_log(c, peer, '>', m);
	pf_control_send_packet(c, peer, buf, pf_osc_write(buf, sizeof buf,
	    m));
}

void
pf_control_ok(struct pf_control *c, unsigned peer, const char *path,
    uint32_t ticket, int64_t time_ns)
{
	struct pf_osc_message m;
	pf_osc_begin(&m, "/ok");
	pf_osc_add_s(&m, path);
	pf_osc_add_i(&m, (int32_t)ticket);
	pf_osc_add_d(&m, (double)time_ns / 1e9);
	pf_control_send(c, peer, &m);
}

void
pf_control_error(struct pf_control *c, unsigned peer, const char *path,
    const char *reason)
{
	struct pf_osc_message m;
	c->counts.refused++;
	pf_osc_begin(&m, "/error");
	pf_osc_add_s(&m, path);
	pf_osc_add_s(&m, reason);
	pf_control_send(c, peer, &m);
}
