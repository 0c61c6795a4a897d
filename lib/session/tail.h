/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The 64 KiB behind a lane: what its owner tells of itself beside the music.
 *
 *     0      24 KiB  names: the spellings behind the hashes it uses
 *     24 KiB  8 KiB  cursors: how far it has read whom
 *     32 KiB 32 KiB  histograms: what its work costs
 *
 * Written by the lane's owner alone, read by anybody; a reader trusts
 * nothing here either.
 */
#ifndef PF_SESSION_TAIL_H
#define PF_SESSION_TAIL_H

#include "base/attr.h"
#include "event/names.h"
#include "session/histogram.h"
#include "session/lane.h"

#include <stddef.h>
#include <stdint.h>

#define PF_TAIL_NAME_BYTES (24u * 1024 - 8)
#define PF_TAIL_CURSORS 128
#define PF_TAIL_HISTOGRAMS 31

/*
 * Names stand one behind the other: a byte with the length (1..240), then
 * the bytes.  `used` is raised, release, when one is whole.
 */
struct pf_tail_names {
	_Atomic uint32_t used;
	_Atomic uint32_t full; /* names that found no room */
	unsigned char text[PF_TAIL_NAME_BYTES];
};

/* How far the owner has read the lane of that name. */
struct pf_tail_cursor {
	_Atomic uint32_t lane; /* hash; 0: unused */
	uint32_t zero;
	_Atomic uint64_t next, consumed, lost, refused;
	uint64_t zeros[3];
};
_Static_assert(sizeof(struct pf_tail_cursor) == 64, "layout");

struct pf_tail {
	struct pf_tail_names names;
	struct pf_tail_cursor cursor[PF_TAIL_CURSORS];
	struct pf_histogram histogram[PF_TAIL_HISTOGRAMS];
	uint8_t zero[32768 - PF_TAIL_HISTOGRAMS * sizeof(struct pf_histogram)];
};
_Static_assert(sizeof(struct pf_tail) == PF_LANE_TAIL_BYTES, "layout");

/* The tail of a mapped lane file. */
static inline struct pf_tail *
pf_lane_tail(struct pf_lane_segment *lane)
{
	return (struct pf_tail *)(lane + 1);
}

/*
 * The owner: write a name's spelling once, so that others can print what is
 * said with its hash.  A name already there is passed over.  Returns 0;
 * -EINVAL (empty or longer than 240 bytes); -ENOSPC, counted.
 */
PF_MUST_CHECK int pf_tail_say_name(struct pf_tail *tail, const char *name,
    size_t len);

/*
 * Anybody: take the names that came since *from (a place that starts at 0)
 * into a table.  Text that is no name is passed over.  Returns how many were
 * new.
 */
size_t pf_tail_hear_names(const struct pf_tail *tail, uint32_t *from,
    struct pf_names *names);

/*
 * The owner of `to`: say the names that came on another's tail since *from,
 * too.  Text that is no name is passed over.  Returns how many were said.
 */
size_t pf_tail_copy_names(const struct pf_tail *tail, uint32_t *from,
    struct pf_tail *to);

/* The owner: tell how far a lane was read (the slot for `lane` is kept). */
PF_RT void pf_tail_tell_cursor(struct pf_tail *tail, uint32_t lane,
    const struct pf_lane_cursor *cursor);

/* The owner: the histogram of that name, a new one if need be; NULL: full. */
struct pf_histogram *pf_tail_histogram(struct pf_tail *tail, uint32_t name);

#endif
