/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lines of one time, gathered and put in the order of delivery: rank,
 * source name as bytes, place.
 */
#ifndef PF_STREAM_GROUP_H
#define PF_STREAM_GROUP_H

#include "base/attr.h"
#include "event/tempo_map.h"
#include "stream/text.h"

#include <stddef.h>

/* So many lines may stand at one time. */
#define PF_GROUP_MOST 65536

struct pf_group {
	struct pf_line *line; /* line[n] */
	size_t n, room;
	char *bytes;          /* copies of raw and more */
	size_t used, size;
};

/* An empty group is all zeros. */
void pf_group_fini(struct pf_group *group);

/*
 * Copy a line into the group.  Returns 0; -E2BIG if PF_GROUP_MOST are there;
 * -ENOMEM.  Until pf_group_sort() the lines must not be looked at.
 */
PF_MUST_CHECK int pf_group_add(struct pf_group *group,
    const struct pf_line *line);

/*
 * Order the lines; those that stood before a tempo of the group get their
 * lengths again from the map, which has it.  Then group->line[0..n-1] may be
 * read until the group is cleared.  Comments stand first.
 */
void pf_group_sort(struct pf_group *group, const struct pf_tempo_map *map);

/*
 * The order of two lines of one time: comments first, then by rank and by
 * source name as bytes.  Below 0 if a comes first, above if b does.
 */
int pf_group_order(const struct pf_line *a, const struct pf_line *b);

/* Empty it; memory is kept. */
void pf_group_clear(struct pf_group *group);

#endif
