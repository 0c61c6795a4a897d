/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines for people, on standard error: "pf-gen: cannot open 'x': ...".
 * Not for audio threads.
 */
#ifndef PF_BASE_MESSAGE_H
#define PF_BASE_MESSAGE_H

#include "base/attr.h"

#include <stdarg.h>

/*
 * Print the program's name, ": ", the message and a newline: one line of at
 * most 1023 bytes, with '?' for each control character.
 */
void pf_msg(const char *fmt, ...) PF_PRINTF(1, 2);
void pf_msg_va(const char *fmt, va_list ap) PF_PRINTF(1, 0);

/* The same, then exit with the status.  For main() and its helpers. */
_Noreturn void pf_die(int status, const char *fmt, ...) PF_PRINTF(2, 3);

#endif
