/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * What is quoted may come from a file or a name of anybody's: it must neither
 * break the line nor command the terminal.
 */
static void
disarm(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

void
pf_msg_va(const char *fmt, va_list ap)
{
	/* One write a line, so that programs of a pipe do not mix letters. */
	char line[1024];
	int n = snprintf(line, sizeof line, "%s: ",
	    program_invocation_short_name);
	if (n > 0 && (size_t)n < sizeof line)
		vsnprintf(line + n, sizeof line - (size_t)n, fmt, ap);
	disarm(line);
	fflush(stdout);
	fprintf(stderr, "%s\n", line);
}

void
pf_msg(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	pf_msg_va(fmt, ap);
	va_end(ap);
}

void
pf_die(int status, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	pf_msg_va(fmt, ap);
	va_end(ap);
	exit(status);
}
