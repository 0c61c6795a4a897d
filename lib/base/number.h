/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers as decimal text, exact both ways and fast for short ones.
 *
 * Reading rounds correctly; printing gives the shortest decimal that reads
 * back to the same bits.  The point is always '.', whatever the locale.
 *
 * A decimal m / 10^k with m < 2^53 and k <= 22 is one division of two exact
 * doubles, hence correctly rounded: W. D. Clinger, "How to Read Floating
 * Point Numbers Accurately", PLDI 1990.  Streams hold hardly any other; the
 * rest goes through strtod().  Any thread.
 */
#ifndef PF_BASE_NUMBER_H
#define PF_BASE_NUMBER_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest text of a number, without a NUL. */
#define PF_NUMBER_MOST 40

/*
 * Read all of s[len] as a decimal: sign, digits, point, exponent.  Words
 * (nan, inf), hexadecimal and blanks are no numbers.  Returns 0; -EINVAL;
 * -ERANGE if it is too large for a finite value.
 */
PF_MUST_CHECK int pf_number_parse(const char *s, size_t len, double *x);
PF_MUST_CHECK int pf_number_parse_f32(const char *s, size_t len, float *x);

/* Read all of s[len] as a whole number in 0..most.  0, -EINVAL, -ERANGE. */
PF_MUST_CHECK int pf_number_parse_u32(const char *s, size_t len,
    uint32_t most, uint32_t *x);

/*
 * Print the shortest decimal with the same bits, x finite; no NUL.  Returns
 * its length, at most PF_NUMBER_MOST.
 */
size_t pf_number_print(char *buf, double x);
size_t pf_number_print_f32(char *buf, float x);
size_t pf_number_print_u64(char *buf, uint64_t x);

/*
 * Print the decimal nearest to x with the fewest decimals, 0..most_decimals,
 * that `same` accepts; most_decimals 0..15.  `same` must accept an interval
 * around x.  If it accepts none, all decimals are printed.
 */
size_t pf_number_shortest(char *buf, double x, int most_decimals,
    bool (*same)(const void *ctx, double candidate), const void *ctx);

#endif
