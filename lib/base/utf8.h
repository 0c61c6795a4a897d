/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-8, checked: F. Yergeau, "UTF-8, a transformation format of ISO 10646",
 * RFC 3629.  Any thread.
 */
#ifndef PF_BASE_UTF8_H
#define PF_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How many bytes, 1..4, the character at the start of s[len] has; 0 if there
 * is none: an overlong form, a surrogate, a stray or missing byte, len 0.
 */
size_t pf_utf8_len(const char *s, size_t len);

/* Is all of s[len] UTF-8, control characters included? */
bool pf_utf8_is(const char *s, size_t len);

/* The same, and without control characters (below 0x20, and 0x7f)? */
bool pf_utf8_is_text(const char *s, size_t len);

#endif
