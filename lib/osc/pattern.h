/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Address patterns of OSC 1.0: ? * [a-z] [!a-z] {this,that}, none of them
 * crossing a '/'.  Any thread.
 */
#ifndef PF_OSC_PATTERN_H
#define PF_OSC_PATTERN_H

#include <stdbool.h>

/* Does the address have characters of a pattern in it? */
bool pf_osc_is_pattern(const char *path);

/*
 * Does the pattern match the whole address?  Bounded work: a pattern that
 * would need more than 4096 steps (a row of stars made to hurt) matches
 * nothing.
 */
bool pf_osc_match(const char *pattern, const char *path);

#endif
