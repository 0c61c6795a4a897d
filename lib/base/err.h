/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One sentence for the person whose input was wrong, with its place.
 *
 * Readers of human input return a negative errno and fill a pf_err; the
 * program prints it and exits.  Passing NULL for it is allowed everywhere.
 */
#ifndef PF_BASE_ERR_H
#define PF_BASE_ERR_H

#include "base/attr.h"

struct pf_err {
	char text[512];
};

/*
 * Write a sentence: lower case, no full stop, the culprit in quotes.
 * Returns -EINVAL, so that a reader can `return pf_err_set(err, ...)`.
 */
int pf_err_set(struct pf_err *err, const char *fmt, ...) PF_PRINTF(2, 3);

/* The same behind "file:line: ".  line 0 leaves the number out. */
int pf_err_at(struct pf_err *err, const char *file, long line, const char *fmt,
    ...) PF_PRINTF(4, 5);

#endif
