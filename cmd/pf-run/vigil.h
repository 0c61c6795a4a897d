/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The vigil: looks whether those who run also get anywhere, and tells the
 * service manager, and whoever waits at --ready-fd, how the rig is.
 */
#ifndef VIGIL_H
#define VIGIL_H

#include "process.h"
#include "rig/notify.h"
#include "rig/supervise.h"

#include <stdbool.h>
#include <stdint.h>

struct vigil {
	struct pf_notify notify;
	int ready_fd;           /* gets a newline when all are ready; or -1 */
	int64_t watchdog_at_ns; /* when it is fed again */
	int64_t moved_ns;       /* when the engine's clock last moved */
	bool announced;         /* that all are ready */
	bool stopping;          /* told */
	unsigned ready, restarts; /* told */
};

/* ready_fd is closed when it has got its newline. */
void vigil_open(struct vigil *v, int ready_fd);
void vigil_close(struct vigil *v);

/*
 * Now and then: kill who has stalled, feed the watchdog while the engine's
 * clock moves (without an engine in the rig, while we live).
 */
void vigil_tick(struct vigil *v, struct pf_super *super,
    struct process *processes, const struct pf_directory *session,
    int64_t now_ns);

/* After each step: tell what has changed. */
void vigil_report(struct vigil *v, const struct pf_super *super);

#endif
