/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Start a program that outlives us.
 *
 * It gets a session and a process group of its own (so a key pressed at our
 * terminal is ours alone, and a signal reaches all that it starts), four
 * descriptors and no more, default signals, its cores and its priority.
 * vfork: nothing is copied, it runs within a millisecond.  Setup only.
 */
#ifndef PF_RIG_SPAWN_H
#define PF_RIG_SPAWN_H

#include "base/attr.h"

#include <sched.h>
#include <sys/types.h>

struct pf_rig_spawn {
	const char *path;       /* of the program */
	char *const *argv;
	char *const *envp;
	int null_fd;            /* becomes 0 */
	int log_fd;             /* becomes 1 and 2 */
	int ready_fd;           /* becomes 3 (PF_RIG_READY_FD); -1: none */
	const cpu_set_t *cores; /* none in it: anywhere */
	int nice;               /* 0: as ours */
	int realtime;           /* priority of SCHED_FIFO; 0: none */
};

/* What was asked for and not allowed: it runs all the same. */
enum pf_rig_denied {
	PF_RIG_DENIED_CORES = 1, PF_RIG_DENIED_NICE = 2,
	PF_RIG_DENIED_REALTIME = 4
};

/*
 * Start it.  Returns 0 with *pid, *pidfd (to be closed) and *denied; or a
 * negative errno: of execve (-ENOENT, -EACCES) or of the system (-EAGAIN).
 */
PF_MUST_CHECK int pf_rig_spawn(const struct pf_rig_spawn *spawn, pid_t *pid,
    int *pidfd, unsigned *denied);

/*
 * Where a program is: a path as it is; a name beside our own program (so
 * that a build tree needs no PATH), else in PATH.  Writes path[size].
 * Returns 0 or -ENOENT.
 */
PF_MUST_CHECK int pf_rig_which(const char *name, char *path, size_t size);

/* The system calls that the C library of some hosts lacks. */
int pf_rig_pidfd_open(pid_t pid);

#endif
