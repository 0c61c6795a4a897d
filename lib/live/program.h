/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the programs have in common that live in a session: how they are
 * asked to end, how they tell that they are ready, and their exit status.
 */
#ifndef PF_LIVE_PROGRAM_H
#define PF_LIVE_PROGRAM_H

#include "base/attr.h"
#include "base/err.h"

#include <signal.h>

/*
 * From now on INT and TERM are counted, not deadly: the first is a request to
 * come to an end, the second, 0.2 s later or more, an order.  HUP is as TERM;
 * PIPE is ignored.
 * Returns where the count stands.
 */
const volatile sig_atomic_t *pf_live_signals(void);

/*
 * The descriptor that is to get a newline when the program is ready: arg
 * ("3"), else what PF_READY_FD in the environment says, else none.  Returns
 * it, -1 for none, or -EINVAL with *err worded if arg is no open descriptor.
 */
int pf_live_ready_fd(const char *arg, struct pf_err *err);

/*
 * The exit status for what the functions of a member returned: 0 for 0, the
 * end of the session and being stopped; 3 if there is no session or no
 * engine, or the name is taken; else 1.
 */
int pf_live_status(int result);

#endif
