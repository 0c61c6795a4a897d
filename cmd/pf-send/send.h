/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of text into a live session, each when its time is near.
 */
#ifndef PF_SEND_SEND_H
#define PF_SEND_SEND_H

#include "base/err.h"
#include "stream/reader.h"

#include <signal.h>
#include <stdbool.h>

/* Where the beginning of a stream stands in the session. */
enum at { AT_NOW, AT_BEAT, AT_BAR, AT_NUMBER };

struct wish {
	const char *session;  /* NULL: $PF_SESSION, or default */
	const char *path;     /* "-" is standard input */
	bool replay;          /* by the stream's own tempo, exactly */
	enum at at;
	double at_beat;       /* AT_NUMBER: of the session's axis */
	double wait_s;        /* as pf_member_config */
	enum pf_strict strict;
	bool verbose;
	/* Set by signals: 1, end the notes and leave; 2, leave. */
	const volatile sig_atomic_t *stop;
};

/*
 * Send it all, and stay until its last note has ended.
 *
 * Returns 0; or a negative errno with *err worded: -ENOENT (no session, no
 * engine), -EBUSY (somebody plays under one of the names), -EINVAL (a wrong
 * line).
 */
int send_stream(const struct wish *w, struct pf_err *err);

#endif
