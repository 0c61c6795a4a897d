/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/notify.h"

#include "base/number.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A whole number from the environment; 0 if there is none. */
static double
variable(const char *name)
{
	const char *const text = getenv(name);
	double x = 0;
	if (!text || pf_number_parse(text, strlen(text), &x) != 0)
		return 0;
	return x;
}

static void
connect_to(struct pf_notify *n, const char *path)
{
	const size_t len = strlen(path);
	/* "@name" is a socket without a file: its name begins with NUL. */
	if ((*path != '/' && *path != '@') || len < 2 ||
	    len >= sizeof n->address.sun_path)
		return;
	n->address.sun_family = AF_UNIX;
	memcpy(n->address.sun_path, path, len);
	if (*path == '@')
		n->address.sun_path[0] = '\0';
	n->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

void
pf_notify_open(struct pf_notify *n)
{
	*n = (struct pf_notify){.fd = -1};
	const char *const path = getenv("NOTIFY_SOCKET");
	const double usec = variable("WATCHDOG_USEC");
	const double pid = variable("WATCHDOG_PID");
	if (path)
		connect_to(n, path);
	if (usec > 0 && usec < 1e12 && (pid == 0 || pid == (double)getpid()))
		n->watchdog_ns = (int64_t)(usec * 1e3);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void
pf_notify_close(struct pf_notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

void
pf_notify_say(const struct pf_notify *n, const char *fmt, ...)
{
	char text[512];
	if (n->fd < 0)
		return;
	va_list ap;
	va_start(ap, fmt);
	const int len = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (len > 0 && (size_t)len < sizeof text)
		(void)!sendto(n->fd, text, (size_t)len, MSG_NOSIGNAL,
		    (const struct sockaddr *)&n->address, n->length);
}
