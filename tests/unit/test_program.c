/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/program.h"

#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
pass_the_time_of_one_wish(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 250000000}, NULL);
}

static void
test_signals(void)
{
	const volatile sig_atomic_t *const stop = pf_live_signals();
	const volatile sig_atomic_t *const hangups = pf_live_hangups();
	int status = 0;
	ok(*stop == 0 && *hangups == 0, "nobody asks yet");
	raise(SIGTERM);
	raise(SIGINT);
	ok(*stop == 1, "a wish that comes on two ways is one");
	raise(SIGHUP);
	raise(SIGHUP);
	ok(*stop == 1 && *hangups == 2, "who counts hang-ups is not ended by "
	    "them");
	pass_the_time_of_one_wish();
	raise(SIGTERM);
	ok(*stop == 2, "the second wish is an order");
	const pid_t child = fork();
	if (child == 0) {
		pass_the_time_of_one_wish();
		raise(SIGTERM);
		_exit(0);
	}
	waitpid(child, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
	    "the third kills who does not obey");
}

static void
test_ready_fd(void)
{
	struct pf_err err;
	int end[2];
	char text[16];
	unsetenv("PF_READY_FD");
	ok(pipe(end) == 0 && pf_live_ready_fd(NULL, &err) == -1,
	    "nobody wants to know");
	snprintf(text, sizeof text, "%d", end[1]);
	ok(pf_live_ready_fd(text, &err) == end[1] &&
	    fcntl(end[1], F_GETFD) & FD_CLOEXEC,
	    "a descriptor by its number, not for our children");
	setenv("PF_READY_FD", text, 1);
	ok(pf_live_ready_fd(NULL, &err) == end[1], "or by the environment");
	close(end[1]);
	ok(pf_live_ready_fd(NULL, &err) == -1,
	    "one of the environment that is closed is nobody's");
	ok(pf_live_ready_fd(text, &err) == -EINVAL && strstr(err.text, text),
	    "one that was named and is closed is an error");
	ok(pf_live_ready_fd("3x", &err) == -EINVAL, "so is what is no number");
	close(end[0]);
}

int
main(void)
{
	test_signals();
	test_ready_fd();
	ok(pf_live_status(0) == 0 && pf_live_status(-EINTR) == 0 &&
	    pf_live_status(-ESHUTDOWN) == 0,
	    "the end of a session is a good end");
	ok(pf_live_status(-ENOENT) == 3 && pf_live_status(-EBUSY) == 3 &&
	    pf_live_status(-EIDRM) == 1,
	    "what may be there later has status 3, a failure 1");
	return tap_done();
}
