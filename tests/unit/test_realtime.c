/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/realtime.h"

#include "tap.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* In a child without any privilege: how many checks failed. */
static int
without_privilege(void)
{
	const struct rlimit none = {0, 0}, little = {65536, 65536};
	struct pf_err remedy = {{0}};
	if (setrlimit(RLIMIT_RTPRIO, &none) != 0 ||
	    setrlimit(RLIMIT_MEMLOCK, &little) != 0 ||
	    (getuid() == 0 && (setgroups(0, NULL) != 0 ||
	    setgid(65534) != 0 || setuid(65534) != 0)))
		return 99;
	const int before = tap_failures;
	ok(pf_realtime_priority(70, &remedy) == -EPERM &&
	    strstr(remedy.text, "group 'audio'") &&
	    strstr(remedy.text, "'@audio - rtprio 95'") &&
	    strstr(remedy.text, "ulimit -r"),
	    "without the right to a priority the remedy is told: %s",
	    remedy.text);
	ok(pf_realtime_lock_memory(&remedy) < 0 &&
	    strstr(remedy.text, "limit 64 KiB") &&
	    strstr(remedy.text, "'@audio - memlock unlimited'") &&
	    strstr(remedy.text, "ulimit -l"),
	    "without the right to lock memory likewise: %s", remedy.text);
	void *big = malloc(8 << 20);
	ok(big != NULL, "and memory can still be had");
	free(big);
	ok(pf_realtime_thread(70, 0, &remedy) == 0 &&
	    strstr(remedy.text, "real-time priority") &&
	    !strchr(remedy.text, '\n'), "a thread goes on without, in a line");
	return tap_failures - before;
}

static void
test_priority(void)
{
	struct pf_err remedy = {{0}};
	struct sched_param param;
	ok(pf_realtime_priority(0, &remedy) == 0, "priority 0 asks nothing");
	const int got = pf_realtime_priority(70, &remedy);
	if (got == -EPERM) {
		tap_skip("no real-time priority for us here");
		return;
	}
	sched_getparam(0, &param);
	ok(got > 0 && got <= 70 && param.sched_priority == got &&
	    sched_getscheduler(0) == (SCHED_FIFO | SCHED_RESET_ON_FORK),
	    "a thread gets SCHED_FIFO %d", got);
	param.sched_priority = 0;
	sched_setscheduler(0, SCHED_OTHER, &param);
}

int
main(void)
{
	struct pf_err remedy = {{0}};
	cpu_set_t was, now;
	sched_getaffinity(0, sizeof was, &was);
	int cpu = 0;
	while (!CPU_ISSET(cpu, &was))
		cpu++;
	ok(pf_realtime_affinity(-1, &remedy) == 0 &&
	    pf_realtime_affinity(cpu, &remedy) == 0 &&
	    sched_getaffinity(0, sizeof now, &now) == 0 &&
	    CPU_COUNT(&now) == 1 && CPU_ISSET(cpu, &now),
	    "a thread stays on its core");
	sched_setaffinity(0, sizeof was, &was);
	ok(pf_realtime_affinity(100000, &remedy) == -EINVAL &&
	    strstr(remedy.text, "cannot keep sound on core 100000: there are"),
	    "a core that is not there is refused: %s", remedy.text);
	pf_realtime_timer_slack();
	ok(prctl(PR_GET_TIMERSLACK) == 1, "sleeps end when they are due");
	pf_realtime_prefault_stack(1 << 20);
	ok(1, "the stack is touched, as far as it goes");
	test_priority();
	fflush(stdout);
	const int count = tap_count, failures = tap_failures;
	const pid_t pid = fork();
	if (pid == 0) {
		const int failed = without_privilege();
		fflush(stdout);
		_exit(failed);
	}
	int status = -1;
	waitpid(pid, &status, 0);
	tap_count = count;
	tap_failures = failures;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 99) {
		tap_skip("we cannot give up our privileges");
		return tap_done();
	}
	tap_count += 4; /* those of the child */
	tap_failures += WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	return tap_done();
}
