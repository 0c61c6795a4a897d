/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From beats that ears told to an axis of bars: for free takes that go to
 * the world of bars.
 */
#ifndef PF_STREAM_TOLD_BEATS_H
#define PF_STREAM_TOLD_BEATS_H

#include "base/attr.h"
#include "base/err.h"
#include "event/event.h"
#include "event/tempo_map.h"

#include <stddef.h>

/* A meter from a beat of the axis on. */
struct pf_bar_change {
	double beat;
	uint32_t num, den;
};

struct pf_told_beats {
	struct pf_tempo_map map;
	struct pf_bar_change *bar; /* bar[n] */
	size_t n;
};

/*
 * Make an axis on which each told beat falls on a beat, and each first beat
 * of a bar (index=1) on a bar line.  Time 0 is beat 0: what is before the
 * first beat is an upbeat.
 *
 * event[n]  `beat` events of one source, in order of time
 *
 * Returns 0, to be freed with pf_told_beats_fini(); -ENOMEM; or -EINVAL with
 * *err worded (fewer than two beats).
 */
PF_MUST_CHECK int pf_told_beats_make(struct pf_told_beats *told,
    const struct pf_event *event, size_t n, struct pf_err *err);
void pf_told_beats_fini(struct pf_told_beats *told);

#endif
