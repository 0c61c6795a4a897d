/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stage: the programs of a rig while they run.  One thread, one loop
 * over signals, deaths, pipes and time; what is to be decided is decided by
 * lib/rig/supervise.
 */
#ifndef STAGE_H
#define STAGE_H

#include "base/err.h"
#include "rig/rig.h"

#include <stdbool.h>

struct stage_config {
	struct pf_rig *rig;
	const char *session;  /* NULL: the environment's, or the default */
	const char *logs;     /* directory; NULL: standard error */
	int ready_fd;         /* gets a newline when all are ready; -1: none */
	bool verbose;
};

/*
 * Run the rig until it is over.  Returns the exit status of the program: 0,
 * 1 with *err worded or with some program given up, 3 if the session has a
 * stage manager already.
 */
int stage_run(const struct stage_config *config, struct pf_err *err);

#endif
