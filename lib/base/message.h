/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines for people, on standard error: "pf-gen: cannot open 'x': ...".
 * Not for audio threads.
 */
#ifndef PF_BASE_MESSAGE_H
#define PF_BASE_MESSAGE_H

#include "base/attr.h"

/* Print the program's name, ": ", the message and a newline. */
void pf_msg(const char *fmt, ...) PF_PRINTF(1, 2);

/* The same, then exit with the status.  For main() and its helpers. */
_Noreturn void pf_die(int status, const char *fmt, ...) PF_PRINTF(2, 3);

#endif
