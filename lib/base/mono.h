/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CLOCK_MONOTONIC, the one clock for durations and deadlines: nobody sets it.
 */
#ifndef PF_BASE_MONO_H
#define PF_BASE_MONO_H

#include "base/attr.h"

#include <stdint.h>
#include <time.h>

/*
 * Now, in ns.  Any thread, audio threads too: the vDSO answers, there is no
 * system call.
 */
PF_RT static inline int64_t
pf_mono_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

#endif
