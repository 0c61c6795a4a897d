/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ears in a session: they hear an audio tap and speak in a lane.
 */
#ifndef PF_ANALYZE_LIVE_H
#define PF_ANALYZE_LIVE_H

#include "analysis/ears.h"

#include <stdbool.h>
#include <stdint.h>

struct live {
	const char *session; /* NULL: as the environment says */
	const char *name;    /* of the lane */
	const char *tap;     /* what to hear: "in" */
	double wait_s;       /* for an engine and its tap; < 0: for ever */
	bool standby, verbose;
	int ready_fd;        /* -1: none */
	uint32_t hop, what;  /* as in struct pf_ears_config */
};

/* Listen until the end.  Returns the exit status. */
int live_listen(const struct live *live);

#endif
