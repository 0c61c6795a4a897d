/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The agent on stage: a member of a session.
 */
#ifndef PF_AGENT_LIVE_H
#define PF_AGENT_LIVE_H

#include "base/attr.h"
#include "event/names.h"
#include "event/sink.h"

#include <stdbool.h>

struct live {
	/* From the command line. */
	const char *session;  /* NULL: as the environment says */
	const char *name, *role;
	double wait_s;        /* for an engine; < 0: for ever */
	bool standby;
	bool verbose;
	int ready_fd;         /* -1: none */
	unsigned hz;
	int heard_fd, out_fd; /* -1: none */
	struct pf_names *names;
	/* The mind: told by live_open() where it may speak. */
	struct pf_hearer hearer;
	int (*start)(void *ctx);
};

struct pf_member;

/*
 * Join the session.  Returns 0 and *member; else the exit status, after a
 * message.
 */
PF_MUST_CHECK int live_open(struct pf_member **member,
    const struct live *live);

/* Play until the end.  Leaves the session; returns the exit status. */
int live_play(struct pf_member *member, const struct live *live);

#endif
