/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lanes of a stream: one for each source that plays in it.
 */
#ifndef PF_SEND_VOICES_H
#define PF_SEND_VOICES_H

#include "base/err.h"
#include "event/names.h"
#include "live/member.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VOICES_MOST = 64 };

struct voice {
	struct pf_member *member;
	uint32_t source;
	int64_t end_ns;  /* where its last note ends */
	unsigned held;   /* `on` without `off` */
};

struct voices {
	struct pf_member_config config; /* of each, but for the name */
	struct pf_names *names;
	struct voice voice[VOICES_MOST];
	size_t n;
};

/*
 * The voice of a source, a new lane if need be.  NULL with *err worded and
 * *e: -EBUSY (somebody plays as that), -ENOSPC (too many), or as
 * pf_member_open().
 */
struct voice *voice_of(struct voices *v, const char *name, uint32_t source,
    int *e, struct pf_err *err);

/* Say an event; remember when it ends. */
int voice_say(struct voice *v, const struct pf_event *e, const char *more,
    int64_t now_ns);

/*
 * Let all of them hear what the transport does, beat their hearts, and say
 * what has come near.  Returns 0, or -ESHUTDOWN or -EIDRM: it is over.
 */
int voices_tend(struct voices *v);

/* Where the last note ends. */
int64_t voices_end(const struct voices *v);

/* End what is held, and leave; not finished: what sounds ends, too, and what
 * was to come is withdrawn. */
void voices_close(struct voices *v, bool finished);

#endif
