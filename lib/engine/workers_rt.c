/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/workers.h"

#include "engine/workers_private.h"

#include <linux/futex.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* At 40 to 140 cycles a pause this is 5 to 20 us on today's machines. */
#define SPINS 400

static void
pause_a_little(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static void
futex_wait(_Atomic uint32_t *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void
futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

/*
 * Do jobs of a row as long as there are any.  The acquire pairs with the
 * driver's store of `work`; job and arg are the row's own when the exchange
 * succeeds, since the driver writes them only when every job is done.
 */
static void
work(struct pf_workers *w, uint32_t row)
{
	for (;;) {
		uint64_t now = atomic_load_explicit(&w->work,
		    memory_order_acquire);
		const uint32_t jobs = now >> 16 & 0xffff;
		const uint32_t next = now & 0xffff;
		if (now >> 32 != row || next >= jobs)
			return;
		if (!atomic_compare_exchange_weak_explicit(&w->work, &now,
		    now + 1, memory_order_acq_rel, memory_order_acquire))
			continue;
		w->job(w->arg, next);
		/* Release: what the job wrote; pairs in wait_for_done(). */
		const uint32_t done = atomic_fetch_add(&w->done, 1) + 1;
		if (done == jobs && atomic_load(&w->waiting))
			futex_wake(&w->done);
	}
}

static uint32_t
row_of(struct pf_workers *w)
{
	return (uint32_t)(atomic_load(&w->work) >> 32);
}

void
pf_workers_live(struct pf_workers *w)
{
	uint32_t row = 0; /* the first row is 1 */
	while (!atomic_load(&w->quit)) {
		for (int i = 0; i < SPINS && row_of(w) == row; i++)
			pause_a_little();
		const uint32_t bell = atomic_load(&w->bell);
		atomic_fetch_add(&w->sleepers, 1);
		/* Looked at after `sleepers`, as the driver does crosswise. */
		if (row_of(w) == row && !atomic_load(&w->quit))
			futex_wait(&w->bell, bell);
		atomic_fetch_sub(&w->sleepers, 1);
		const uint32_t now = row_of(w);
		if (now != row)
			work(w, row = now);
	}
}

void
pf_workers_ring(struct pf_workers *w)
{
	atomic_fetch_add(&w->bell, 1);
	futex_wake(&w->bell);
}

static void
wait_for_done(struct pf_workers *w, uint32_t n)
{
	for (int i = 0; i < SPINS && atomic_load(&w->done) != n; i++)
		pause_a_little();
	uint32_t done;
	while ((done = atomic_load(&w->done)) != n) {
		atomic_store(&w->waiting, 1);
		if (atomic_load(&w->done) == done)
			futex_wait(&w->done, done);
		atomic_store(&w->waiting, 0);
	}
}

void
pf_workers_run(struct pf_workers *w, void (*job)(void *arg, unsigned i),
    void *arg, unsigned n)
{
	if (n < 2) {
		if (n)
			job(arg, 0);
		return;
	}
	w->job = job;
	w->arg = arg;
	atomic_store_explicit(&w->done, 0, memory_order_relaxed);
	const uint32_t row = row_of(w) + 1;
	atomic_store(&w->work, (uint64_t)row << 32 | n << 16);
	if (atomic_load(&w->sleepers))
		pf_workers_ring(w);
	work(w, row);
	wait_for_done(w, n);
}
