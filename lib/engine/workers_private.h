/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What workers.c makes and workers_rt.c runs. */
#ifndef PF_ENGINE_WORKERS_PRIVATE_H
#define PF_ENGINE_WORKERS_PRIVATE_H

#include "engine/workers.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

#define PF_WORKERS_MOST 15

struct pf_workers {
	/* Row << 32 | jobs of the row << 16 | next job.  See work(). */
	alignas(64) _Atomic uint64_t work;
	void (*job)(void *arg, unsigned i);
	void *arg;
	alignas(64) _Atomic uint32_t done; /* jobs finished; futex of driver */
	_Atomic uint32_t waiting;          /* 1: the driver sleeps on done */
	alignas(64) _Atomic uint32_t bell; /* futex of the workers */
	_Atomic uint32_t sleepers;
	_Atomic uint32_t quit;
	unsigned n;
	pthread_t thread[PF_WORKERS_MOST];
};

/* A worker's life: jobs, spinning, sleep, until quit. */
PF_RT void pf_workers_live(struct pf_workers *workers);

/* Wake who sleeps on the bell. */
PF_RT void pf_workers_ring(struct pf_workers *workers);

#endif
