/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests that print TAP: one line a check, the plan at the end.
 *
 *     int main(void)
 *     {
 *             ok(2 + 2 == 4, "two and two make %d", 4);
 *             return tap_done();
 *     }
 */
#ifndef PF_TESTS_TAP_H
#define PF_TESTS_TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int tap_count, tap_failures;

/* Report a check; its name is a sentence about behaviour.  Returns cond. */
__attribute__((format(printf, 4, 5))) static inline int
tap_ok(int cond, const char *file, int line, const char *fmt, ...)
{
	va_list ap;
	tap_count++;
	printf("%sok %d - ", cond ? "" : "not ", tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!cond) {
		tap_failures++;
		printf("#   at %s:%d\n", file, line);
	}
	return cond;
}

#define ok(cond, ...) tap_ok(!!(cond), __FILE__, __LINE__, __VA_ARGS__)

/* Note a check that cannot be made here, with the reason. */
static inline void
tap_skip(const char *why)
{
	printf("ok %d # skip %s\n", ++tap_count, why);
}

/* Print the plan; returns the exit status of the program. */
static inline int
tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
