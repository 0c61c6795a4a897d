/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does a program that runs also get anywhere?  The engine does when the
 * session's clock moves, a player when the heartbeat in its lane does.  Not
 * moving is no proof of death (the kernel tells that), but a program that
 * does not move for long is of no use.  Setup only.
 */
#ifndef PF_RIG_HEART_H
#define PF_RIG_HEART_H

#include "base/attr.h"
#include "session/clock.h"
#include "session/directory.h"
#include "session/lane_file.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_heart {
	const char *lane;  /* borrowed; NULL: the clock is looked at */
	bool open;
	int guard;         /* of the clock; see fault.h */
	int fd;
	const struct pf_clock *clock;
	struct pf_lane_file file;
	uint64_t last;     /* what was seen */
	int64_t moved_ns;  /* when it last was another */
};

/* Begin to look at a lane, or with NULL at the engine's clock. */
void pf_heart_init(struct pf_heart *heart, const char *lane);
void pf_heart_fini(struct pf_heart *heart);

/* It starts anew: what was seen before counts no more. */
void pf_heart_reset(struct pf_heart *heart, int64_t now_ns);

/*
 * Look.  Returns whether it moved since the last look.  A file that is not
 * there has not.
 */
bool pf_heart_look(struct pf_heart *heart, const struct pf_directory *dir,
    int64_t now_ns);

#endif
