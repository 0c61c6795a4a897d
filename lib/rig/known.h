/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The programs that a rig knows: which runtime keys each takes, and as which
 * option; whether it says when it is ready; which lane it owns.  Any other
 * program may stand in a rig too; it gets its own words only.  Setup only.
 */
#ifndef PF_RIG_KNOWN_H
#define PF_RIG_KNOWN_H

#include "base/attr.h"
#include "base/err.h"
#include "rig/runtime.h"

#include <stdbool.h>
#include <stddef.h>

/* The descriptor on which a program says that it is ready. */
enum { PF_RIG_READY_FD = 3 };

/* Most words that pf_rig_known_options() adds. */
enum { PF_RIG_OPTIONS_MOST = 16 };

struct pf_rig_known {
	const char *program; /* "pf-agent" */
	bool says_ready;     /* knows --ready-fd */
	bool engine;         /* owns the clock */
	bool plays;          /* owns a lane of its name in the rig */
	const char *live;    /* only with this word; NULL: always */
	unsigned lanes;      /* that it owns */
};

/*
 * What is known of a command; NULL if nothing is.  argv[0] may be a path.
 */
const struct pf_rig_known *pf_rig_known_find(char *const *argv, size_t n);

/*
 * Word *err "'pf-agnt' is not found, did you mean 'pf-agent'?" for a program
 * that is nowhere.  Returns -ENOENT.
 */
int pf_rig_known_missing(struct pf_err *err, const char *file, long line,
    const char *program);

/*
 * The lane that a command owns in a rig: the name that it says itself (-n,
 * --name), else the one it has in the rig.  NULL if it owns none that we
 * know of.  Borrowed from argv or name.
 */
const char *pf_rig_known_lane(const struct pf_rig_known *known,
    char *const *argv, size_t argc, const char *name);

/* What a rig says of a program that the program may take as options. */
struct pf_rig_said {
	const char *name;
	bool ready;   /* it shall say when it is ready */
	int realtime; /* the priority of its real-time threads; 0: its own */
};

/*
 * The options that a rig means for a program: its runtime keys, its name if
 * argv says no other, --ready-fd, and its priority if it makes threads of
 * real time by itself.  Writes up to PF_RIG_OPTIONS_MOST words, to be freed
 * one by one; returns how many, or -ENOMEM.  known may be NULL.
 */
PF_MUST_CHECK int pf_rig_known_options(const struct pf_rig_known *known,
    char *const *argv, size_t argc, const struct pf_rig_said *said,
    const struct pf_rig_runtime *runtime,
    char *words[PF_RIG_OPTIONS_MOST]);

#endif
