/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A control value that moves evenly through a block and arrives at its end:
 * the value at a frame depends on the frame alone, so any cut of the block
 * gives the same samples.
 */
#ifndef PF_ENGINE_RAMP_H
#define PF_ENGINE_RAMP_H

#include "engine/model.h"

#include <stdbool.h>

struct pf_ramp {
	float from, step; /* value at frame p of the block: from + step * p */
	float to;         /* at the block's end */
};

/* Stand still at a value. */
static inline void
pf_ramp_set(struct pf_ramp *r, float value)
{
	r->from = r->to = value;
	r->step = 0;
}

/* A block begins: go from where the last one ended to a value. */
static inline void
pf_ramp_to(struct pf_ramp *r, float value)
{
	r->from = r->to;
	r->to = value;
	r->step = (value - r->from) * (1.0f / PF_BLOCK);
}

static inline float
pf_ramp_at(const struct pf_ramp *r, unsigned pos)
{
	return r->from + r->step * (float)(int)pos; /* no sign: costs more */
}

static inline bool
pf_ramp_moves(const struct pf_ramp *r)
{
	return r->step != 0;
}

#endif
