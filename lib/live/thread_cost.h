/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a thread of this process costs, seen from another.
 */
#ifndef PF_LIVE_THREAD_COST_H
#define PF_LIVE_THREAD_COST_H

#include <pthread.h>
#include <stdint.h>

/* CPU time it used so far, ns; 0 if that is not known.  It must live. */
uint64_t pf_thread_cpu_ns(pthread_t thread);

/* Pages it touched for the first time, or had to have read, so far. */
uint64_t pf_thread_faults(pthread_t thread);

#endif
