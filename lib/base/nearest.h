/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "Did you mean ...?": the nearest spelling in a list.
 */
#ifndef PF_BASE_NEAREST_H
#define PF_BASE_NEAREST_H

#include "base/err.h"

#include <stddef.h>

/*
 * The word of words[n] nearest to `word`, by edits (insertion, deletion,
 * exchange, swapped neighbours: F. J. Damerau, CACM 7(3), 1964), ignoring
 * case; or NULL if even that one shares too little (more than a third of the
 * longer word, and at least one edit, is always allowed).  NULLs among the
 * words are passed over.
 */
const char *pf_nearest(const char *word, const char *const *words, size_t n);

/*
 * Word *err "WHAT 'WORD' is unknown, did you mean 'NEAREST'?", without the
 * question if nothing is near.  Returns -EINVAL.
 */
int pf_nearest_fail(struct pf_err *err, const char *what, const char *word,
    const char *const *words, size_t n);

#endif
