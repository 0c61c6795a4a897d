/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Surviving a file that shrinks.
 *
 * Touching a mapped page behind the end of its file raises SIGBUS.  Mappings
 * of other people's files are registered here; a fault within one maps a
 * page of zeros in its place and marks the mapping, so that its reader finds
 * nothing and its owner can be named.  A fault anywhere else is the crash it
 * would have been.
 */
#ifndef PF_SESSION_FAULT_H
#define PF_SESSION_FAULT_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

#define PF_FAULT_REGIONS 512

/*
 * Guard a mapping.  Installs the handler at the first call.  Returns a number
 * for the two below, or -ENOSPC.  Setup; one thread at a time.
 */
PF_MUST_CHECK int pf_fault_guard(void *at, size_t bytes);

/* Stop guarding, before the mapping goes. */
void pf_fault_release(int region);

/* Did a page of it fault since it is guarded?  Any thread. */
PF_RT bool pf_fault_seen(int region);

#endif
