/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file that is whole or not there.
 *
 * Output is written beside its final place under a temporary name and
 * renamed when complete; a failure, INT, TERM, HUP or a full disk leaves
 * nothing behind.  Main thread only; at most 256 files open at once.
 */
#ifndef PF_BASE_OUTFILE_H
#define PF_BASE_OUTFILE_H

#include "base/attr.h"
#include "base/err.h"

#include <stdio.h>

struct pf_outfile {
	char *path; /* final name */
	char *temp; /* name while it grows; NULL: the path is no regular file */
	int fd;     /* open for reading and writing, O_CLOEXEC */
	int slot;
};

/*
 * Begin a file.  A path that exists and is not a regular file (a pipe, a
 * device) is opened as it is; a symbolic link stays, and what it points to is
 * replaced.  Returns 0; or a negative errno with *err
 * worded ("cannot write 'x.wav': no such directory").
 */
PF_MUST_CHECK int pf_outfile_open(struct pf_outfile *o, const char *path,
    struct pf_err *err);

/*
 * Give the file its name.  Whoever wrote through another handle (a FILE, a
 * library) must have flushed it; fd is closed.  Returns 0 or a negative
 * errno with *err worded; the file is gone then.
 */
PF_MUST_CHECK int pf_outfile_commit(struct pf_outfile *o, struct pf_err *err);

/* Throw the file away.  Harmless after commit or a failed open. */
void pf_outfile_abort(struct pf_outfile *o);

/*
 * Flush and close standard output.  Returns 0; or -1 with *err worded
 * ("cannot write to standard output: No space left on device").
 */
PF_MUST_CHECK int pf_close_stdout(struct pf_err *err);

#endif
