/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/bell.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { COUNT = 1 << PF_BELL_CLASSES }; /* one, above the class bits */

void
pf_bell_init(struct pf_bell *bell)
{
	bell->magic = PF_BELL_MAGIC;
}

uint32_t
pf_bell_arm(struct pf_bell *bell, enum pf_bell_class c)
{
	return atomic_fetch_or(&bell->word, 1u << c) | 1u << c;
}

int
pf_bell_wait(struct pf_bell *bell, enum pf_bell_class c, uint32_t word,
    int64_t timeout_ns)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	const int64_t ns = until.tv_nsec + timeout_ns % 1000000000;
	until.tv_sec += timeout_ns / 1000000000 + ns / 1000000000;
	until.tv_nsec = ns % 1000000000;
	/* FUTEX_WAIT_BITSET takes an absolute time of CLOCK_MONOTONIC. */
	const long r = syscall(SYS_futex, &bell->word, FUTEX_WAIT_BITSET,
	    word, &until, NULL, 1u << c);
	return r != 0 && errno == ETIMEDOUT ? -ETIMEDOUT : 0;
}

void
pf_bell_ring(struct pf_bell *bell, enum pf_bell_class c)
{
	uint32_t word = atomic_load(&bell->word);
	while (word & 1u << c)
		if (atomic_compare_exchange_weak(&bell->word, &word,
		    (word & ~(1u << c)) + COUNT)) {
			syscall(SYS_futex, &bell->word, FUTEX_WAKE_BITSET,
			    INT_MAX, NULL, NULL, 1u << c);
			return;
		}
}
