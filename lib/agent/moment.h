/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A moment: all that a role wants to know about the beat it plans.  For the
 * files of this room only.
 */
#ifndef PF_AGENT_MOMENT_H
#define PF_AGENT_MOMENT_H

#include "agent/role.h"

/* What is decided once a bar. */
struct pf_bar_held {
	int64_t bar;      /* -1: none yet */
	double intensity;
};

struct pf_moment_from {
	const struct pf_listener *listener;
	const struct pf_style *style;
	const struct pf_personality *personality;
	enum pf_part part;
	int64_t in_beat, end_beat; /* -1: none */
	struct pf_bar_held *held;
};

/* Fill in the moment of a beat that is about to come. */
void pf_moment_take(struct pf_moment *at, const struct pf_moment_from *from,
    int64_t beat);

#endif
