/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --dump: what stands in the segments, trusted in nothing.
 *
 * Files are copied with read(2), never mapped: one that shrinks or changes
 * meanwhile gives an odd picture, no crash.  Whatever is printed of them is
 * checked or made harmless first.
 */
#ifndef PF_TAP_DUMP_H
#define PF_TAP_DUMP_H

#include "event/names.h"
#include "session/lane.h"
#include "session/tail.h"

#include <stdbool.h>
#include <stddef.h>

/* A whole lane file, as it was at one moment, more or less. */
struct lane_copy {
	struct pf_lane_segment lane;
	struct pf_tail tail;
};
_Static_assert(sizeof(struct lane_copy) == PF_LANE_FILE_BYTES, "layout");

/*
 * Print one lane.
 *
 * held   somebody holds its lock: the owner lives
 * names  spellings gathered from all lanes
 * last   how many events to print at most, the newest
 */
void dump_lane(const struct lane_copy *copy, bool held,
    const struct pf_names *names, uint64_t last);

/* Print the first bytes of what is no lane, clock or bell. */
void dump_bytes(const void *bytes, size_t n);

/* s[most], which may not end, for people: control characters become '?'. */
const char *dump_text(const char *s, size_t most, char *buf);

#endif
