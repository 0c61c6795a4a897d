/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What pf-ctl prints: values, addresses, how the session stands.  All of
 * these return an exit status of talk.h.
 */
#ifndef PF_CTL_SHOW_H
#define PF_CTL_SHOW_H

#include "talk.h"

#include <signal.h>
#include <stddef.h>

/* The value of an address; of a pattern, lines "ADDRESS<TAB>VALUE". */
int show_get(struct talk *talk, const char *path);

/* Addresses below a prefix, a line each, columns apart by tabs. */
int show_list(struct talk *talk, const char *prefix);

/* The words that may come behind word[n], for completions. */
int show_next(struct talk *talk, const char *const *word, size_t n);

/* Transport and session in a few lines. */
int show_status(struct talk *talk);

/*
 * Values as they change, until count lines were printed (0: no end) or *stop
 * is set.
 */
int show_subscribe(struct talk *talk, const char *path, double hz, long count,
    const volatile sig_atomic_t *stop);

#endif
