/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One program of the rig as a process: its pipes, its life, its log.
 */
#ifndef PLAYER_H
#define PLAYER_H

#include "base/err.h"
#include "rig/backstage.h"
#include "rig/heart.h"
#include "rig/log.h"
#include "rig/rig.h"
#include "rig/supervise.h"

#include <limits.h>
#include <stdbool.h>

struct player {
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
int player_open(struct player *p, const struct pf_rig *rig, size_t i,
    const struct pf_backstage *backstage, int log_dir, struct pf_err *err);
void player_close(struct player *p);

/* Take over one that runs already; false if none does. */
bool player_adopt(struct player *p);

/* Start it.  Returns 0 with *denied (enum pf_rig_denied, each told once) or a
 * negative errno. */
int player_start(struct player *p, int null_fd, unsigned *denied);

/* Send it, and all that it started, a signal. */
void player_signal(struct player *p, int sig);

/* Did it say that it is ready? */
bool player_says_ready(struct player *p);

/* Pass on what it wrote, a bounded piece of it. */
void player_pass_on(struct player *p);

/*
 * It ended (pidfd says so).  Returns true with *end; or false if others of
 * its group are still leaving in peace: ask player_haunted() now and then.
 */
bool player_ended(struct player *p, bool in_peace, struct pf_super_end *end);
bool player_haunted(const struct player *p);

#endif
