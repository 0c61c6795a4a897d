/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What strip_rt.c asks of strip_events_rt.c; nobody else includes it. */
#ifndef PF_ENGINE_STRIP_EVENTS_H
#define PF_ENGINE_STRIP_EVENTS_H

#include "engine/strip.h"

/*
 * All events that are due at a frame, below a rank: what changes values
 * comes before a block's control values, notes after them.
 */
PF_RT void pf_strip_apply_due(struct pf_strip *strip, int64_t frame,
    unsigned below, const struct pf_run *run);

/*
 * A block begins: a stop with a duration takes one step down, and at its end
 * the voices go while they are unheard.
 */
PF_RT void pf_strip_fade_out(struct pf_strip *strip);

#endif
