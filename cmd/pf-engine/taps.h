/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of the sound goes elsewhere: taps for others in the session, and the
 * recording.  Main thread, but for recording_strip().
 */
#ifndef PF_CMD_ENGINE_TAPS_H
#define PF_CMD_ENGINE_TAPS_H

#include "base/attr.h"
#include "base/err.h"

struct host;

/* Make tap.in and the taps that are wanted; have the stage write them. */
PF_MUST_CHECK int taps_open(struct host *host, struct pf_err *err);
void taps_hand_over(struct host *host);

/* Begin to record, if it is wanted; then what is there from the start. */
PF_MUST_CHECK int recording_open(struct host *host, struct pf_err *err);
void recording_begin(struct host *host);

/* A strip is about to come: record it, too.  On the porter's thread. */
void recording_strip(void *host, const char *name);

#endif
