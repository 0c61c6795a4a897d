/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The device and the engine of a host, with returns, master and input
 * strips.  Main thread.
 */
#ifndef PF_CMD_ENGINE_SOUND_H
#define PF_CMD_ENGINE_SOUND_H

#include "base/attr.h"
#include "base/err.h"

struct host;

/* Open the device, with as many inputs as are wanted. */
PF_MUST_CHECK int sound_open_device(struct host *host, struct pf_err *err);

/* Make the engine, for the device's rate, and put all on the desk; the
 * transport goes on where the session was. */
PF_MUST_CHECK int sound_open_engine(struct host *host, struct pf_err *err);

#endif
