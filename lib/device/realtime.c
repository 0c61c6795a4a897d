/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/realtime.h"

#include <errno.h>
#include <linux/capability.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How to be allowed; limits.conf(5), systemd.exec(5). */
#define REMEDY_FILE "join group 'audio' with '@audio - %s' in " \
    "/etc/security/limits.d/audio.conf and log in anew (see ulimit -%c; a " \
    "service: %s)"

static bool
has_capability(unsigned cap)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {{0}};
	return syscall(SYS_capget, &header, data) == 0 &&
	    (data[cap / 32].effective >> cap % 32 & 1);
}

int
pf_realtime_lock_memory(struct pf_err *remedy)
{
	struct rlimit limit = {0};
	getrlimit(RLIMIT_MEMLOCK, &limit);
	/* Under a limit a locked future makes malloc() fail one day. */
	const bool future = limit.rlim_cur == RLIM_INFINITY ||
	    has_capability(CAP_IPC_LOCK);
	mallopt(M_TRIM_THRESHOLD, -1);
	mallopt(M_MMAP_MAX, 0);
	if (mlockall(MCL_CURRENT | (future ? MCL_FUTURE : 0)) == 0 && future)
		return 0;
	const int error = future ? errno : EPERM;
	if (future)
		pf_err_set(remedy, "cannot lock memory: %s", strerror(error));
	else
		pf_err_set(remedy, "may not lock memory (limit %llu KiB), so "
		    "sound may stop when the machine swaps: " REMEDY_FILE,
		    (unsigned long long)limit.rlim_cur / 1024,
		    "memlock unlimited", 'l', "LimitMEMLOCK=infinity");
	return -error;
}

int
pf_realtime_priority(int priority, struct pf_err *remedy)
{
	struct rlimit limit = {0};
	if (priority <= 0)
		return 0;
	struct sched_param param = {.sched_priority = priority};
	const int policy = SCHED_FIFO | SCHED_RESET_ON_FORK;
	if (sched_setscheduler(0, policy, &param) == 0)
		return priority;
	const int error = errno;
	getrlimit(RLIMIT_RTPRIO, &limit);
	param.sched_priority = limit.rlim_cur < 99 ? (int)limit.rlim_cur : 99;
	if (param.sched_priority > 0 && param.sched_priority < priority &&
	    sched_setscheduler(0, policy, &param) == 0)
		return param.sched_priority;
	pf_err_set(remedy, "may not use real-time priority (%s, limit %llu), "
	    "so sound may crackle under load: " REMEDY_FILE, strerror(error),
	    (unsigned long long)limit.rlim_cur, "rtprio 95", 'r',
	    "LimitRTPRIO=95");
	return -EPERM;
}

int
pf_realtime_affinity(int cpu, struct pf_err *remedy)
{
	cpu_set_t set;
	if (cpu < 0)
		return 0;
	CPU_ZERO(&set);
	if (cpu < CPU_SETSIZE) {
		CPU_SET(cpu, &set);
		if (sched_setaffinity(0, sizeof set, &set) == 0)
			return 0;
	}
	char list[128];
	size_t n = 0;
	list[0] = '\0';
	CPU_ZERO(&set);
	sched_getaffinity(0, sizeof set, &set);
	for (int i = 0; i < CPU_SETSIZE && n + 8 < sizeof list; i++)
		if (CPU_ISSET(i, &set))
			n += (size_t)snprintf(list + n, sizeof list - n,
			    "%s%d", n ? " " : "", i);
	return pf_err_set(remedy, "cannot keep sound on core %d: there are %s",
	    cpu, list);
}

__attribute__((noinline)) void
pf_realtime_prefault_stack(size_t bytes)
{
	enum { MOST = 256 << 10, PAGE = 4096 };
	char stack[MOST];
	volatile char *page = stack;
	if (bytes > MOST)
		bytes = MOST;
	for (size_t i = 0; i < bytes; i += PAGE)
		page[MOST - 1 - i] = 0;
}

void
pf_realtime_timer_slack(void)
{
	prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
}

int
pf_realtime_thread(int priority, int cpu, struct pf_err *remedy)
{
	struct pf_err core = {{0}}, fifo = {{0}};
	pf_realtime_timer_slack();
	pf_realtime_prefault_stack(256 << 10);
	const bool unpinned = pf_realtime_affinity(cpu, &core) != 0;
	const int got = pf_realtime_priority(priority, &fifo);
	pf_err_set(remedy, "%.350s%s%.150s", fifo.text,
	    fifo.text[0] && unpinned ? "; " : "", core.text);
	return got > 0 ? got : 0;
}
