/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For LD_PRELOAD: the time of day jumps by hours, to and fro, at every look.
 * Nothing that plays may depend on it.
 */
#include <stdatomic.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>

static _Atomic unsigned looks;

static long
jump_s(void)
{
	/* Up to 18 hours each way, another each time. */
	const unsigned n = atomic_fetch_add(&looks, 1) * 2654435761u;
	return (long)(n >> 15) - 65536;
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	/* The vDSO is not asked, so this is slower: that may not matter. */
	const int r = (int)syscall(SYS_clock_gettime, clock, t);
	if (r == 0 && clock == CLOCK_REALTIME)
		t->tv_sec += jump_s();
	return r;
}

int
gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now;
	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	t->tv_sec = now.tv_sec;
	t->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *at)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (at)
		*at = now.tv_sec;
	return now.tv_sec;
}
