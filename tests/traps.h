/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Traps for what an audio thread must not do: to allocate, to lock, or (by
 * seccomp) to make a system call that is not on a list ends the process, with
 * a status that tells which.
 *
 * A test includes this once, and sets the traps in a child of its own.  Where
 * TRAPS_MISSING is defined (sanitizers have their own allocator) there is
 * nothing here but that: the test skips.
 */
#ifndef PF_TESTS_TRAPS_H
#define PF_TESTS_TRAPS_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRAPS_MISSING 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TRAPS_MISSING 1
#endif
#endif

#ifndef TRAPS_MISSING

#include "base/attr.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* What the process ends with. */
enum { ALLOCATED = 10, LOCKED, FAULTED, SILENT, NO_SECCOMP = 77 };

static _Thread_local int trapped;  /* set: this thread */
static volatile int all_trapped;   /* set: every thread */

static void
trap(int status)
{
	if (trapped || all_trapped)
		_exit(status);
}

/* glibc's own, behind the names that programs call. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

void *
malloc(size_t size)
{
	trap(ALLOCATED);
	return __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	trap(ALLOCATED);
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	trap(ALLOCATED);
	return __libc_realloc(p, size);
}

void
free(void *p)
{
	trap(ALLOCATED);
	__libc_free(p);
}

/* A lock by trying: nobody is to hold what the others here lock for long. */
int
pthread_mutex_lock(pthread_mutex_t *mutex)
{
	const struct timespec pause = {.tv_nsec = 10000};
	trap(LOCKED);
	while (pthread_mutex_trylock(mutex) == EBUSY)
		nanosleep(&pause, NULL);
	return 0;
}

enum { CALLS_MOST = 16 };

/*
 * From here on a system call that is not among call[n] (exit_group always is)
 * kills the process.  For this thread, or with SECCOMP_FILTER_FLAG_TSYNC in
 * flags for all.  Returns 0, or not if the kernel has no seccomp.
 */
static int
allow_only(const unsigned *call, unsigned n, unsigned flags)
{
	struct sock_filter filter[2 * CALLS_MOST + 4] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
	};
	unsigned len = 1;
	for (unsigned i = 0; i <= n && i <= CALLS_MOST; i++) {
		const unsigned nr = i < n ? call[i] : SYS_exit_group;
		filter[len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ
		    | BPF_K, nr, 0, 1);
		filter[len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
		    SECCOMP_RET_ALLOW);
	}
	filter[len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_KILL_PROCESS);
	const struct sock_fprog program = {(unsigned short)len, filter};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
	    &program);
}

#endif
#endif
