/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attributes that a reader should see in a declaration.
 */
#ifndef PF_BASE_ATTR_H
#define PF_BASE_ATTR_H

/* The return value says whether it worked: ignoring it is a bug. */
#define PF_MUST_CHECK __attribute__((warn_unused_result))

#define PF_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/*
 * May run on an audio thread: allocates nothing, locks nothing, makes no
 * system call, touches no page for the first time, and ends in bounded time.
 * Clang 20 and later check it; tests/rt does for every compiler.
 */
#if defined(__clang__) && __clang_major__ >= 20
#define PF_RT __attribute__((nonblocking))
#else
#define PF_RT
#endif

#define PF_COUNT(array) (sizeof(array) / sizeof *(array))

#endif
