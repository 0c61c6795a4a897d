/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tell the service manager how we are: systemd's notification protocol, one
 * datagram a message to the socket that NOTIFY_SOCKET names.  See
 * sd_notify(3); no library is needed.  Setup only; never waits.
 */
#ifndef PF_RIG_NOTIFY_H
#define PF_RIG_NOTIFY_H

#include "base/attr.h"

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct pf_notify {
	int fd; /* -1: nobody wants to know */
	struct sockaddr_un address;
	socklen_t length;
	int64_t watchdog_ns; /* within which it wants a sign; 0: never */
};

/*
 * Look who wants to know, and take the variables NOTIFY_SOCKET, WATCHDOG_USEC
 * and WATCHDOG_PID out of the environment: they are not our children's.
 */
void pf_notify_open(struct pf_notify *n);
void pf_notify_close(struct pf_notify *n);

/* Say "READY=1", "STATUS=...", several parted by newlines. */
void pf_notify_say(const struct pf_notify *n, const char *fmt, ...)
    PF_PRINTF(2, 3);

#endif
