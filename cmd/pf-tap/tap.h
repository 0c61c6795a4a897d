/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pf-tap is asked for, and its three ways of doing it. */
#ifndef PF_TAP_TAP_H
#define PF_TAP_TAP_H

#include "base/err.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORDS_MOST = 128 };

/* Names to choose by; none: all. */
struct choice {
	char *word[WORDS_MOST];
	uint32_t hash[WORDS_MOST];
	size_t n;
};

struct wish {
	const char *session;   /* NULL: $PF_SESSION, or default */
	struct choice sources;
	bool types[64];        /* by enum pf_type */
	bool some_types;
	bool from_start;
	double wait_s;         /* as pf_member_config */
	int64_t count;         /* events to print; < 0: no end */
	double for_s;          /* seconds of the session; < 0: no end */
	const char *record;    /* NULL: print */
	bool verbose;
	const volatile sig_atomic_t *stop; /* as pf_member_config */
};

/*
 * Each returns 0, or a negative errno with *err worded: -ENOENT when there is
 * no session or no engine.
 */
int tap_live(const struct wish *w, struct pf_err *err);
int tap_record(const struct wish *w, struct pf_err *err);
int tap_dump(const struct wish *w, char **lanes, size_t n,
    struct pf_err *err);

#endif
