/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One program of the rig as a process: its pipes, its life, its log.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include "base/err.h"
#include "rig/backstage.h"
#include "rig/heart.h"
#include "rig/log.h"
#include "rig/rig.h"
#include "rig/supervise.h"

#include <limits.h>
#include <stdbool.h>

struct process {
	const struct pf_rig_program *program;
	const struct pf_backstage *backstage;
	char path[PATH_MAX]; /* of its executable file */
	char **envp;
	pid_t pid;
	int pidfd;     /* -1: it does not run */
	bool child;    /* ours, not adopted */
	bool group;    /* its process group is its own */
	bool ghost;    /* it is gone, others of its group are not */
	unsigned denied; /* what was told already */
	int log_fd, ready_fd; /* our ends of its pipes */
	struct pf_log log;
	struct pf_heart heart;
	struct pf_super_end end; /* of the ghost */
};

/*
 * Prepare: find the executable, make the pipes, begin the log.  Returns 0 or
 * a negative errno with *err worded.
 */
int process_open(struct process *p, const struct pf_rig *rig, size_t i,
    const struct pf_backstage *backstage, int log_dir, struct pf_err *err);
void process_close(struct process *p);

/* Take over one that runs already; false if none does. */
bool process_adopt(struct process *p);

/* Start it.  Returns 0 with *denied (enum pf_rig_denied, each told once) or a
 * negative errno. */
int process_start(struct process *p, int null_fd, unsigned *denied);

/* Send it, and all that it started, a signal. */
void process_signal(struct process *p, int sig);

/* Did it say that it is ready? */
bool process_says_ready(struct process *p);

/* Pass on what it wrote, a bounded piece of it. */
void process_pass_on(struct process *p);

/*
 * It ended (pidfd says so).  Returns true with *end; or false if others of
 * its group are still leaving in peace: ask process_haunted() now and then.
 */
bool process_ended(struct process *p, bool in_peace, struct pf_super_end *end);
bool process_haunted(const struct process *p);

#endif
