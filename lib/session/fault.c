/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/fault.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * The handler may run on any thread at any time: it reads what setup stored.
 * A region is in force while its length is not 0 (release, acquire).
 */
struct region {
	_Atomic uintptr_t at;
	_Atomic size_t bytes;
	atomic_bool seen;
};
static struct region region[PF_FAULT_REGIONS];
static struct sigaction before;
static uintptr_t page_bytes;

static void
on_sigbus(int sig, siginfo_t *info, void *context)
{
	const uintptr_t at = (uintptr_t)info->si_addr;
	for (int i = 0; i < PF_FAULT_REGIONS; i++) {
		struct region *const r = &region[i];
		const size_t n = atomic_load_explicit(&r->bytes,
		    memory_order_acquire);
		const uintptr_t a = atomic_load_explicit(&r->at,
		    memory_order_relaxed);
		if (!n || at < a || at - a >= n)
			continue;
		atomic_store_explicit(&r->seen, true, memory_order_relaxed);
		void *const page = (void *)(at & ~(page_bytes - 1));
		/* Writable: the bell is written by everybody. */
		if (mmap(page, page_bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page)
			return;
		break;
	}
	if (before.sa_flags & SA_SIGINFO && before.sa_sigaction) {
		before.sa_sigaction(sig, info, context);
		return;
	}
	/* Not ours: put back what was there; the access faults again. */
	sigaction(SIGBUS, &before, NULL);
}

static void
install(void)
{
	struct sigaction sa = {.sa_sigaction = on_sigbus,
	    .sa_flags = SA_SIGINFO | SA_NODEFER};
	page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
	sigemptyset(&sa.sa_mask);
	sigaction(SIGBUS, &sa, &before);
}

int
pf_fault_guard(void *at, size_t bytes)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, install);
	for (int i = 0; i < PF_FAULT_REGIONS; i++) {
		struct region *const r = &region[i];
		if (atomic_load_explicit(&r->bytes, memory_order_relaxed))
			continue;
		atomic_store_explicit(&r->seen, false, memory_order_relaxed);
		atomic_store_explicit(&r->at, (uintptr_t)at,
		    memory_order_relaxed);
		atomic_store_explicit(&r->bytes, bytes, memory_order_release);
		return i;
	}
	return -ENOSPC;
}

void
pf_fault_release(int i)
{
	if (i >= 0 && i < PF_FAULT_REGIONS)
		atomic_store_explicit(&region[i].bytes, 0,
		    memory_order_release);
}

bool
pf_fault_seen(int i)
{
	return i >= 0 && i < PF_FAULT_REGIONS &&
	    atomic_load_explicit(&region[i].seen, memory_order_relaxed);
}
