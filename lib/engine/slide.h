/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pitch that slides to another one block by block, as fast as it may.
 */
#ifndef PF_ENGINE_SLIDE_H
#define PF_ENGINE_SLIDE_H

#include "engine/model.h"

#include <math.h>
#include <stdbool.h>

struct pf_slide {
	float now, to; /* semitones */
	float most;    /* of them a block */
};

static inline void
pf_slide_set(struct pf_slide *s, float pitch)
{
	s->now = s->to = pitch;
}

/* Go there: by semitones a second if it shall glide, else within a block. */
static inline void
pf_slide_to(struct pf_slide *s, float pitch, bool glide,
    float semitones_a_second, uint32_t rate_hz)
{
	s->to = pitch;
	s->most = glide ? semitones_a_second * PF_BLOCK / (float)rate_hz : 200;
}

/* A block begins. */
static inline void
pf_slide_move(struct pf_slide *s)
{
	const float way = s->to - s->now;
	s->now = fabsf(way) <= s->most ? s->to :
	    s->now + (way > 0 ? s->most : -s->most);
}

#endif
