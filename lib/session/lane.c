/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/lane.h"

#include <stdio.h>

void
pf_lane_init(struct pf_lane_segment *lane, const char *name, const char *role)
{
	struct pf_lane_header *const h = &lane->header;
	h->magic = PF_LANE_MAGIC;
	h->version = PF_LANE_VERSION;
	h->slot_bytes = sizeof(struct pf_lane_slot);
	h->slots = PF_LANE_SLOTS;
	h->tail_bytes = PF_LANE_TAIL_BYTES;
	snprintf(lane->owner.name, sizeof lane->owner.name, "%s", name);
	snprintf(lane->owner.role, sizeof lane->owner.role, "%s", role);
}
