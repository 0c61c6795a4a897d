/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mind in a session, and what it is told and when: the part of
 * pf_member_run() that keeps the rules of stream/filter.c.  For member_run.c.
 */
#ifndef PF_LIVE_MEMBER_MIND_H
#define PF_LIVE_MEMBER_MIND_H

#include "live/member_private.h"

struct pf_writer;

struct member_mind {
	struct pf_member *m;
	const struct pf_hearer *hearer;
	struct pf_writer *heard, *out;
	struct pf_held held;      /* said, for out */
	int64_t base_ns;          /* of what the mind is being told; -1 */
	int64_t last_ns;          /* when the last note it said ends */
	int64_t next;             /* thought */
	int64_t rehearse_ns, hz;
	bool past;                /* behind the clock: nothing old is said */
	uint32_t follow;          /* who leads, as it was told; 0: the axis */
	bool was_running;
	bool ending;              /* was asked to */
	bool ready;               /* said so */
	int ready_fd;
	int64_t flush_mono;
	int broken;               /* the mind's or memory's first error */
	struct pf_histogram *decision, *wake;
};

/* The mind says something: pf_sink's say(), ctx is a struct member_mind. */
int member_mind_say(void *ctx, const struct pf_event *said, const char *more);

/* An event was just read: who is quick answers before its turn comes. */
void member_mind_startle(void *ctx, struct member_waiting *w);

/* What a mind in a session begins with. */
void member_mind_begin(struct member_mind *r);

/* Thought n's time; think the next. */
int64_t member_mind_time(const struct member_mind *r, int64_t n);
void member_mind_think(struct member_mind *r);

/* Hear and think what is due at session time now. */
void member_mind_catch_up(struct member_mind *r);

/* Write for `out` what was said for before a time; and a last tick. */
void member_mind_release(struct member_mind *r, int64_t until_ns);
void member_mind_tick(struct member_mind *r, int64_t time_ns);

#endif
