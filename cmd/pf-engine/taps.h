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

/* Make tap.in; then tell the porter which others are wanted. */
PF_MUST_CHECK int taps_open(struct host *host, struct pf_err *err);
PF_MUST_CHECK int taps_wish(struct host *host, struct pf_err *err);

/* Begin to record, if it is wanted; then what is there from the start. */
PF_MUST_CHECK int recording_open(struct host *host, struct pf_err *err);
void recording_begin(struct host *host);

/* A strip is about to come: record it, too.  On the porter's thread. */
void recording_strip(void *host, const char *name);

#endif
