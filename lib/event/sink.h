/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two ends of a mind: what it is told, and where it speaks.
 *
 * A mind (an agent, an ear) sees these tables only, so it never knows whether
 * a pipe or a live session carries it.  The carrier calls pf_hearer; the
 * mind calls pf_sink from inside those calls.  One thread.
 */
#ifndef PF_EVENT_SINK_H
#define PF_EVENT_SINK_H

#include "event/event.h"

/* Where events are said. */
struct pf_sink {
	/*
	 * Say an event.  Its time may lie ahead: the carrier holds it back
	 * until then, and moves one that is too early to answer what was just
	 * heard to the first moment allowed.  The carrier fills in the source.
	 *
	 * more  "key=value" pairs separated by TAB, at most PF_MORE_BYTES;
	 *       NULL or "" for none; copied
	 *
	 * Returns 0; or a negative errno if the carrier is broken.  An event
	 * that may not be said (bad values, too many waiting) is counted by
	 * the carrier and is no error.
	 */
	int (*say)(void *ctx, const struct pf_event *e, const char *more);
	void *ctx;
};

/* Say an event through a sink. */
static inline int
pf_sink_say(const struct pf_sink *sink, const struct pf_event *e,
    const char *more)
{
	return sink->say(sink->ctx, e, more);
}

/*
 * What a mind is told.  A NULL function is skipped; one that returns a
 * negative errno ends the run with it.
 */
struct pf_hearer {
	/*
	 * An event has come: in the order of time, rank, source name and
	 * place, and never before its time.
	 *
	 * more  as above; "" for none; valid during the call
	 * beat  where it stands on the axis, in quarter notes
	 */
	int (*hear)(void *ctx, const struct pf_event *e, const char *more,
	    double beat);
	/*
	 * Thought n at its time, n / 20 s by default: everything with an
	 * earlier time has been heard, nothing of this time or later.
	 */
	int (*think)(void *ctx, int64_t n, int64_t time_ns);
	/*
	 * Nothing more will come; the last event stood at time_ns.  Called
	 * once.  Then thinking goes on until over() says so; without over()
	 * it is over at once.  What was said by then is played out.
	 */
	void (*end)(void *ctx, int64_t time_ns);
	bool (*over)(void *ctx);
	void *ctx;
	/*
	 * Something sudden was heard (HEARD `onset` or `on`): who is quick
	 * may answer it, at 3 ms after it.  Called once for each, at its turn
	 * before hear(), or earlier: live, as soon as it is read, which may
	 * be up to a thought before its turn.  So it must not change what
	 * hear() and think() will do, and use only what was known a whole
	 * thought before.
	 */
	int (*reflex)(void *ctx, const struct pf_event *e);
};

#endif
