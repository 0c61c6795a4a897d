/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/program.h"

#include "base/mono.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define SAME_WISH_NS 200000000

static volatile sig_atomic_t asked, hangups;
static int64_t asked_mono; /* of the handler, which is not interrupted */

static void
count(int sig)
{
	const int64_t now = pf_mono_ns();
	if (asked > 0 && now - asked_mono < SAME_WISH_NS)
		return;
	asked_mono = now;
	if (asked < 2) {
		asked = asked + 1;
	} else {
		signal(sig, SIG_DFL);
		raise(sig); /* once the handler is left */
	}
}

static void
count_hangup(int sig)
{
	(void)sig;
	hangups = hangups + 1;
}

const volatile sig_atomic_t *
pf_live_signals(void)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction sa = {.sa_handler = count};
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < PF_COUNT(ends); i++)
		sigaddset(&sa.sa_mask, ends[i]);
	for (size_t i = 0; i < PF_COUNT(ends); i++)
		sigaction(ends[i], &sa, NULL);
	return &asked;
}

const volatile sig_atomic_t *
pf_live_hangups(void)
{
	struct sigaction sa = {.sa_handler = count_hangup};
	sigemptyset(&sa.sa_mask);
	sigaction(SIGHUP, &sa, NULL);
	return &hangups;
}

double
pf_live_wait_s(const struct pf_program *program, const char *arg)
{
	return arg ? pf_option_num(program, "wait", arg, 0, 1e9) : -1;
}

int
pf_live_ready_fd(const char *arg, struct pf_err *err)
{
	const char *const text = arg ? arg : getenv("PF_READY_FD");
	if (!text || !*text)
		return -1;
	char *rest;
	const long fd = strtol(text, &rest, 10);
	if (*rest == '\0' && fd >= 0 && fd < 65536 &&
	    fcntl((int)fd, F_GETFD) >= 0) {
		fcntl((int)fd, F_SETFD, FD_CLOEXEC);
		return (int)fd;
	}
	if (!arg)
		return -1;
	pf_err_set(err, "'%s' is no open descriptor", arg);
	return -EINVAL;
}

int
pf_live_status(int result)
{
	switch (result) {
	case 0: case -EINTR: case -ESHUTDOWN:
		return 0;
	case -ENOENT: case -EBUSY:
		return 3;
	default:
		return 1;
	}
}
