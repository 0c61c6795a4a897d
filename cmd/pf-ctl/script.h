/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands, one by one or as lines of standard input.
 */
#ifndef PF_CTL_SCRIPT_H
#define PF_CTL_SCRIPT_H

#include "talk.h"

#include <stddef.h>

enum { USAGE = 2 };

struct request {
	struct talk talk;
	double ramp;
	bool has_ramp;
};

/*
 * Do what n words say.  Returns a status of talk.h; or USAGE with *err
 * worded: there is no such command.
 */
int request_run(struct request *request, const char *const *word, size_t n,
    struct pf_err *err);

/*
 * Each line of standard input is a command, with "--ramp X" and "--in S" of
 * its own; "sleep S" waits, '#' begins a comment.  A line that fails is told
 * with its number, the others are done all the same; when nobody answers it
 * ends.  Returns the worst status.
 */
int script_run(const struct request *request);

#endif
