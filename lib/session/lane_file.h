/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lanes as files of a session: birth, take-over, reading other people's.
 *
 * A lane is whole or not there: it is made without a name (O_TMPFILE), given
 * its full size, filled, locked and then linked.  The lock (an open file
 * description lock on the first byte) tells whether its owner lives; the
 * kernel drops it at death.  A lane whose lock is free is taken over where
 * its owner stopped.  Setup only.
 */
#ifndef PF_SESSION_LANE_FILE_H
#define PF_SESSION_LANE_FILE_H

#include "base/attr.h"
#include "base/err.h"
#include "session/directory.h"
#include "session/lane.h"

#include <stdbool.h>

struct pf_lane_file {
	struct pf_lane_segment *lane; /* ours: writable; theirs: read-only */
	int fd;
	bool own;
	bool taken_over; /* it was somebody's who died */
	int guard;       /* see fault.h */
	char name[PF_LANE_NAME_MOST + 1];
};

/*
 * Become NAME in the session.
 *
 * Returns 0; -EBUSY (somebody living plays as NAME: *err tells the pid),
 * -EINVAL (a bad name), -ENOSPC (/dev/shm is full), or another negative
 * errno, with *err worded.  A file of another version under that name is
 * replaced when nobody holds it.
 */
PF_MUST_CHECK int pf_lane_file_own(struct pf_lane_file *file,
    const struct pf_directory *dir, const char *name, const char *role,
    struct pf_err *err);

/*
 * Open another's lane for reading.  Returns 0; -ENOENT; -EPERM (of another
 * user, a link, linked twice, no regular file), -EPROTO (too short, no lane,
 * another version), with *err worded.
 */
PF_MUST_CHECK int pf_lane_file_read(struct pf_lane_file *file,
    const struct pf_directory *dir, const char *name, struct pf_err *err);

/* Unmap and close.  An owner's lane stays, to be heard and taken over. */
void pf_lane_file_close(struct pf_lane_file *file);

/*
 * Does the owner of a lane live?  Asks the kernel for the lock; our own
 * lanes live.
 */
bool pf_lane_file_alive(const struct pf_lane_file *file);

/*
 * Was the file cut: has it another size, or did a page of it fault?  An
 * owner survives that, too, but nobody hears him any more.
 */
bool pf_lane_file_cut(const struct pf_lane_file *file);

/* Was it removed or cut? */
bool pf_lane_file_broken(const struct pf_lane_file *file);

#endif
