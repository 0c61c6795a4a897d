/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taps as files of a session, tap.NAME: made by the engine, read by anybody.
 *
 * A tap is whole or not there: it is made without a name, given its size and
 * its header, and then linked in place of one an earlier engine left.  Only
 * who owns lane.engine makes taps.  Setup only.
 */
#ifndef PF_SESSION_TAP_FILE_H
#define PF_SESSION_TAP_FILE_H

#include "base/attr.h"
#include "base/err.h"
#include "session/directory.h"
#include "session/lane.h"
#include "session/tap.h"

#include <stdbool.h>

struct pf_tap_file {
	struct pf_tap *tap; /* ours: writable; theirs: read-only */
	size_t bytes;
	unsigned channels; /* these two are of when it was opened */
	uint32_t rate_hz;
	int fd;
	bool own;
	int guard;          /* see fault.h; -1 for our own */
	char name[PF_LANE_NAME_MOST + 1];
};

/*
 * Make tap.NAME, its pages in memory; one that is there already is replaced
 * (its readers find it broken and open the new one).
 *
 * begin  the session frame that will be written first
 *
 * Returns 0; -EINVAL (a bad name, channels out of 1..64), -ENOSPC (/dev/shm
 * is full), or another negative errno, with *err worded.
 */
PF_MUST_CHECK int pf_tap_file_make(struct pf_tap_file *file,
    const struct pf_directory *dir, const char *name, unsigned channels,
    uint32_t rate_hz, int64_t begin, struct pf_err *err);

/*
 * Open another's tap for reading.  Returns 0; -ENOENT; -EPERM (of another
 * user, a link), -EPROTO (too short, no tap, another version), with *err
 * worded.
 */
PF_MUST_CHECK int pf_tap_file_read(struct pf_tap_file *file,
    const struct pf_directory *dir, const char *name, struct pf_err *err);

/* Unmap and close; our own is removed from the session. */
void pf_tap_file_close(struct pf_tap_file *file,
    const struct pf_directory *dir);

/* Was the file removed, replaced or cut, or did a page of it fault? */
bool pf_tap_file_broken(const struct pf_tap_file *file);

#endif
