/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session is a directory of shared memory, /dev/shm/performia-UID/NAME:
 * `ls` shows who is there, `hexdump` debugs it, `rm -r` ends it.
 *
 * It is made by whoever comes first and belongs to one user (0700).  What is
 * of another owner, a link, or open to others is refused with a message.
 * Setup only.
 */
#ifndef PF_SESSION_DIRECTORY_H
#define PF_SESSION_DIRECTORY_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define PF_SESSION_NAME_MOST 64

struct pf_directory {
	int fd; /* O_DIRECTORY | O_CLOEXEC */
	char name[PF_SESSION_NAME_MOST + 1];
	char path[160];
};

/*
 * Open a session's directory.
 *
 * name    NULL or "": $PF_SESSION, else "default"; letters, digits and
 *         ". _ + -", not beginning with a dot
 * create  make it if it is not there
 *
 * Returns 0; -ENOENT (not there), -EINVAL (a bad name), -EPERM (another
 * owner, a link, a mode that lets others in), or another negative errno,
 * with *err worded.
 */
PF_MUST_CHECK int pf_directory_open(struct pf_directory *dir,
    const char *name, bool create, struct pf_err *err);
void pf_directory_close(struct pf_directory *dir);

/* Was the directory removed?  Then the session has ended. */
bool pf_directory_gone(const struct pf_directory *dir);

/* May this be the name of a session or of somebody who plays? */
bool pf_session_name_ok(const char *name, size_t most);

#endif
