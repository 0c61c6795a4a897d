/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stage manager at work: one thread, one loop over signals, deaths, pipes
 * and time.  What is to be decided is decided by rig/supervise.h; what a
 * program is for the kernel stands in process.h.
 */
#ifndef MANAGER_H
#define MANAGER_H

#include "base/err.h"
#include "rig/rig.h"

#include <stdbool.h>

struct manager_config {
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
int manager_run(const struct manager_config *config, struct pf_err *err);

#endif
