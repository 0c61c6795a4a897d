/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/thread_cost.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

uint64_t
pf_thread_cpu_ns(pthread_t thread)
{
	struct timespec t;
	clockid_t clock;
	if (pthread_getcpuclockid(thread, &clock) != 0 ||
	    clock_gettime(clock, &t) != 0)
		return 0;
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t
pf_thread_faults(pthread_t thread)
{
	char path[64], text[512];
	unsigned long long minor, major;
	clockid_t clock;
	if (pthread_getcpuclockid(thread, &clock) != 0)
		return 0;
	/* Linux keeps the thread's number in its clock's: ~number << 3 | 6. */
	snprintf(path, sizeof path, "/proc/self/task/%d/stat",
	    (int)~(clock >> 3));
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	/* Behind the name: state and six numbers, then the two pairs. */
	const char *const name_end = strrchr(text, ')');
	if (!name_end || sscanf(name_end + 1, " %*c %*d %*d %*d %*d %*d %*u "
	    "%llu %*u %llu", &minor, &major) != 2)
		return 0;
	return minor + major;
}
