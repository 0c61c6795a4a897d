/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command of a program in a rig, as words.
 *
 * One line is cut at blanks, but not within '...' or "..."; a backslash
 * takes the next character as it is.  ${NAME} and ${NAME:-default} stand for
 * the environment, except within '...', and what they bring is not cut; one
 * that brings nothing is no word.  No shell is involved.  Setup only.
 */
#ifndef PF_RIG_WORDS_H
#define PF_RIG_WORDS_H

#include "base/attr.h"
#include "base/err.h"
#include "config/yaml.h"

#include <stddef.h>

enum { PF_RIG_WORDS_MOST = 256, PF_RIG_WORD_BYTES = 4096 };

/*
 * Read the words of a node: a line of them, or a list with one in each item.
 *
 * Returns 0, and *words as an array that ends with NULL and *n without it,
 * to be freed with pf_rig_words_free(); or a negative errno with *err placed.
 */
PF_MUST_CHECK int pf_rig_words_read(const struct pf_yaml_node *node,
    char ***words, size_t *n, struct pf_err *err);

/* One scalar as one word, with its variables put in; to be freed. */
PF_MUST_CHECK int pf_rig_word_read(const struct pf_yaml_node *node,
    char **word, struct pf_err *err);

void pf_rig_words_free(char **words);

#endif
