/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a thread needs to be on time: memory that stays, a priority, a core.
 *
 * None of it is certain: a user may not be allowed.  Each function says what
 * was not given and how to be given it, in one sentence for people; the
 * program prints it and goes on.
 */
#ifndef PF_DEVICE_REALTIME_H
#define PF_DEVICE_REALTIME_H

#include "base/attr.h"
#include "base/err.h"

#include <stddef.h>

/*
 * Lock all memory of the process, present and (where the limit can not bite
 * later: RLIMIT_MEMLOCK is infinite or we have CAP_IPC_LOCK) future, and keep
 * malloc() from giving memory back.
 *
 * Returns 0; or a negative errno with *remedy worded: -EPERM or -ENOMEM ("can
 * not lock memory (limit 8 MiB): join group 'audio' ...").
 */
PF_MUST_CHECK int pf_realtime_lock_memory(struct pf_err *remedy);

/*
 * Give the calling thread SCHED_FIFO; children do not inherit it.
 *
 * priority  1..99; what the limit allows is taken if that is less; 0: stay
 *
 * Returns the priority it got (0 for 0); or -EPERM with *remedy worded.
 */
PF_MUST_CHECK int pf_realtime_priority(int priority, struct pf_err *remedy);

/*
 * Keep the calling thread on a core.
 *
 * cpu  0..; -1: leave it
 *
 * Returns 0 or -EINVAL with *remedy worded (which cores there are).
 */
PF_MUST_CHECK int pf_realtime_affinity(int cpu, struct pf_err *remedy);

/* Touch the next `bytes` (at most 256 KiB) of the calling thread's stack. */
void pf_realtime_prefault_stack(size_t bytes);

/* Let the calling thread's sleeps end when they are due, not 50 us later. */
void pf_realtime_timer_slack(void);

/*
 * All of the above for one audio thread: slack, stack, core, priority.
 * Returns the priority it got; *remedy holds what was not given, or "".
 */
int pf_realtime_thread(int priority, int cpu, struct pf_err *remedy);

#endif
