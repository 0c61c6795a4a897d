/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the programs have in common that live in a session: how they are
 * asked to end, how long they wait for an engine, how they tell that they are
 * ready, and their exit status.  For main() and its thread.
 */
#ifndef PF_LIVE_PROGRAM_H
#define PF_LIVE_PROGRAM_H

#include "base/attr.h"
#include "base/err.h"
#include "base/option.h"

#include <signal.h>

/*
 * From now on INT, TERM and HUP are counted, not deadly: the first is a
 * request to come to an end (1), the second an order (2), the third kills.
 * What comes within 0.2 s of one that counted is the same wish on another way
 * (a group's, a parent's).  PIPE is left as it is.
 *
 * Returns where the count stands.
 */
const volatile sig_atomic_t *pf_live_signals(void);

/*
 * From now on HUP is no request to end: it is counted by itself.  Call it
 * after pf_live_signals().  Returns where that count stands.
 */
const volatile sig_atomic_t *pf_live_hangups(void);

/*
 * How long to wait for an engine, seconds, as --wait[=S] says it: S, or -1,
 * for ever, if arg is NULL.  S out of 0..1e9 is wrong usage: exits 2.
 */
double pf_live_wait_s(const struct pf_program *program, const char *arg);

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
