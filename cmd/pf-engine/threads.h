/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The threads beside the audio thread: control (OSC), and where the engine's
 * own workers run.  Main thread.
 */
#ifndef PF_CMD_ENGINE_THREADS_H
#define PF_CMD_ENGINE_THREADS_H

#include "base/attr.h"
#include "base/err.h"

struct host;

/* Open control's sockets; start and end its thread. */
PF_MUST_CHECK int control_open(struct host *host, struct pf_err *err);
PF_MUST_CHECK int control_start(struct host *host, struct pf_err *err);
void control_stop(struct host *host);
void control_close(struct host *host);

/* Give the engine's workers their cores and the audio thread's priority, when
 * that runs; says what was not allowed. */
void workers_place(struct host *host);

#endif
