/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two one-page files of a session: `clock`, written by the engine alone,
 * and `bell`, which everybody may write.
 *
 * Like a lane, a page is whole or not there: made without a name, filled and
 * then linked.  What is no plain file, of another owner or of another
 * version is refused; a page that shrinks under us reads as zeros.  Setup
 * only.
 */
#ifndef PF_SESSION_PAGE_FILE_H
#define PF_SESSION_PAGE_FILE_H

#include "base/attr.h"
#include "base/err.h"
#include "session/bell.h"
#include "session/clock.h"
#include "session/directory.h"

#include <stdbool.h>

struct pf_page_file {
	union {
		void *at;
		struct pf_clock *clock;
		struct pf_bell *bell;
	};
	int fd;
	int guard; /* see fault.h */
};

/*
 * The clock, to be set: for the engine, which holds the lock of lane.engine.
 * It is made if it is not there; one of another version is replaced; one
 * that is there keeps its last state, *old: an engine was here before.
 * Returns 0 or a negative errno with *err worded.
 */
PF_MUST_CHECK int pf_clock_file_own(struct pf_page_file *file,
    const struct pf_directory *dir, bool *old, struct pf_err *err);

/*
 * The clock, to be read.  Returns 0; -ENOENT (no engine was ever here),
 * -EPERM, -EPROTO (another version) or another negative errno, with *err
 * worded.
 */
PF_MUST_CHECK int pf_clock_file_read(struct pf_page_file *file,
    const struct pf_directory *dir, struct pf_err *err);

/*
 * The bell; whoever comes first makes it.  Returns 0 or a negative errno
 * with *err worded.
 */
PF_MUST_CHECK int pf_bell_file_open(struct pf_page_file *file,
    const struct pf_directory *dir, struct pf_err *err);

/* Unmap and close; the file stays.  Harmless twice. */
void pf_page_file_close(struct pf_page_file *file);

/* Was it removed or cut?  Then another may be there: open it again. */
bool pf_page_file_broken(const struct pf_page_file *file);

#endif
