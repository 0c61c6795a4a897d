/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Backstage: what a stage manager keeps in the session, so that another one
 * can go on where it was killed.
 *
 * The directory `run` within the session's:
 *
 *     lock         held by the stage manager that is at work
 *     NAME         who runs as NAME: process id and when it was born; or
 *                  0 if it is done
 *     NAME.log     a named pipe: what it writes to standard error
 *     NAME.ready   a named pipe: a newline when it is ready
 *
 * Both ends of a pipe open it for reading and writing, so that a program
 * never notices the death of the stage manager: what it writes waits for the
 * next one, and is lost when the pipe is full.  Setup only.
 */
#ifndef PF_RIG_BACKSTAGE_H
#define PF_RIG_BACKSTAGE_H

#include "base/attr.h"
#include "base/err.h"
#include "session/directory.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct pf_backstage {
	const struct pf_directory *session; /* borrowed */
	int fd;      /* of the directory */
	int lock_fd;
};

/*
 * Enter.  Returns 0; -EBUSY (a living stage manager is here, *err tells its
 * pid); or another negative errno, with *err worded.
 */
PF_MUST_CHECK int pf_backstage_open(struct pf_backstage *b,
    const struct pf_directory *session, struct pf_err *err);

/* Leave.  tidy removes the directory: nobody runs any more. */
void pf_backstage_close(struct pf_backstage *b, bool tidy);

/*
 * Open NAME's pipe (kind "log" or "ready"), making it if it is not there.
 * Returns a descriptor that never waits, or a negative errno.
 */
PF_MUST_CHECK int pf_backstage_pipe(const struct pf_backstage *b,
    const char *name, const char *kind);

/*
 * Write down who runs as NAME; pid 0 means that it is done.  Returns 0 or a
 * negative errno.
 */
int pf_backstage_note(const struct pf_backstage *b, const char *name,
    pid_t pid);
void pf_backstage_forget(const struct pf_backstage *b, const char *name);

/* Was NAME written down as done? */
bool pf_backstage_done(const struct pf_backstage *b, const char *name);

/*
 * Find who runs as NAME already: the one that was written down, if it lives
 * (same id, born at the same time); else the living owner of the lane, if
 * lane is not NULL.
 *
 * Returns 0 with *pid, *pidfd (to be closed) and *group (a signal to its
 * process group is for it alone), or -ENOENT.
 */
PF_MUST_CHECK int pf_backstage_find(const struct pf_backstage *b,
    const char *name, const char *lane, pid_t *pid, int *pidfd, bool *group);

#endif
