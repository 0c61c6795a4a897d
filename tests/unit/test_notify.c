/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/notify.h"

#include "tap.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A service manager's socket without a file, called after our pid. */
static int
listen_at(char name[32])
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	const int n = snprintf(name, 32, "@pf-notify-%d", (int)getpid());
	memcpy(a.sun_path + 1, name + 1, (size_t)n - 1);
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	return bind(fd, (const struct sockaddr *)&a, (socklen_t)(offsetof(
	    struct sockaddr_un, sun_path) + (size_t)n)) == 0 ? fd : -1;
}

int
main(void)
{
	struct pf_notify n;
	char name[32], got[256] = "";
	const int fd = listen_at(name);
	setenv("NOTIFY_SOCKET", name, 1);
	setenv("WATCHDOG_USEC", "2000000", 1);
	snprintf(got, sizeof got, "%d", (int)getpid());
	setenv("WATCHDOG_PID", got, 1);
	pf_notify_open(&n);
	ok(n.watchdog_ns == 2000000000, "the watchdog's interval is known");
	ok(!getenv("NOTIFY_SOCKET") && !getenv("WATCHDOG_USEC") &&
	    !getenv("WATCHDOG_PID"), "children do not inherit it");
	pf_notify_say(&n, "READY=1\nSTATUS=%d play", 4);
	const ssize_t len = read(fd, got, sizeof got - 1);
	got[len > 0 ? len : 0] = '\0';
	ok(strcmp(got, "READY=1\nSTATUS=4 play") == 0,
	    "the manager hears what is said");
	close(fd);
	pf_notify_say(&n, "STATUS=nobody listens");
	ok(1, "a manager that is gone harms nobody");
	pf_notify_close(&n);
	setenv("NOTIFY_SOCKET", "relative", 1);
	setenv("WATCHDOG_USEC", "2000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	pf_notify_open(&n);
	ok(n.fd < 0, "a name that can not be is passed over");
	ok(n.watchdog_ns == 0, "a watchdog for another process is not ours");
	pf_notify_open(&n);
	pf_notify_say(&n, "READY=1");
	ok(n.fd < 0, "without a manager nothing is said");
	return tap_done();
}
