/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fates that wait to be told: a short list of each strip, written while it
 * runs and emptied by the driver's thread between runs.  Who pushes a tagged
 * event sees to it that there is a place for its fate (push_rt.c), so none is
 * ever lost.
 */
#ifndef PF_ENGINE_FATES_H
#define PF_ENGINE_FATES_H

#include "base/attr.h"
#include "engine/live.h"

#include <stdint.h>

struct pf_fates {
	struct pf_fate *fate; /* fate[room] */
	uint32_t n, room;
	uint32_t first;       /* told already, while they are being told */
};

/* Append one; without room (nobody ever asks) it is forgotten. */
static inline PF_RT void
pf_fates_add(struct pf_fates *fates, const struct pf_fate *fate)
{
	if (fates->n < fates->room)
		fates->fate[fates->n++] = *fate;
}

#endif
