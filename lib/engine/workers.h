/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Threads that help the audio thread within a run, and sleep between.
 *
 * Protocol.  The driver publishes a row of jobs by one store: `work` holds
 * the row's number, its length and the next job in one word, so a worker
 * that comes late can never take a job of a row that is over.  Whoever finishes counts up
 * `done`; the driver works too and returns when all are done.  Nobody holds
 * a lock, so nobody can keep it.  A waiting thread spins at most about 50 us
 * (SPINS pauses), then sleeps on a futex; waking our own workers and being
 * woken by them are the only system calls.
 */
#ifndef PF_ENGINE_WORKERS_H
#define PF_ENGINE_WORKERS_H

#include "base/attr.h"

struct pf_workers;

/* So many threads besides the caller's, 1..15.  0, -ENOMEM or -EAGAIN. */
PF_MUST_CHECK int pf_workers_new(struct pf_workers **workers, unsigned n);

/* Stop and join them; NULL is fine. */
void pf_workers_free(struct pf_workers *workers);

/* job(arg, i) for i in 0..n-1, n < 65536, on any threads; returns when all are done. */
PF_RT void pf_workers_run(struct pf_workers *workers,
    void (*job)(void *arg, unsigned i), void *arg, unsigned n);

#endif
