/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A member of a live session: a lane of one's own, everybody's lanes, and the
 * session's clock.
 *
 * This is the live carrier, as stream/filter.h is that of a pipe: it hands a
 * mind the events of all lanes in the order time, rank, source name, place,
 * never before the clock has reached them, and lets it think at n/hz seconds
 * of session time; what the mind says goes to its own lane.  The same mind,
 * given what --heard wrote down, says the same in a pipe.
 *
 *     lanes:   drums ..xx.x   engine ..t...   ears .o..o.     any order
 *                 \               |             /
 *     heap:        bounded; each lane at most 512 in it
 *                                 |      when the clock is there, and 3 ms on
 *     told:        t o x x  T  o x  T                          in order
 *     said:        own lane, at most 200 ms ahead, stamped with the epoch
 *
 * Tools that are no minds take the same things by hand: pf_member_next(),
 * pf_member_say() and pf_member_wait() in a loop of their own.
 *
 * A member finds others through the roster beside the bell and looks again
 * each second; it trusts nothing in what it reads, survives files that
 * shrink, and finds the engine again when that was away.  One thread.
 */
#ifndef PF_LIVE_MEMBER_H
#define PF_LIVE_MEMBER_H

#include "base/attr.h"
#include "base/err.h"
#include "event/event.h"
#include "event/names.h"
#include "event/sink.h"
#include "session/bell.h"
#include "session/clock.h"
#include "session/directory.h"
#include "session/lane.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct pf_member;
struct pf_tail;

/* Events are said at most this much before their time. */
#define PF_MEMBER_AHEAD_NS 200000000

/* Where reading begins. */
enum pf_member_from { PF_MEMBER_NOW, PF_MEMBER_OLDEST };

struct pf_member_config {
	const char *session; /* NULL: $PF_SESSION, else "default" */
	const char *name;    /* of the own lane; NULL: none, only listens */
	const char *role;    /* stands in the lane; NULL: the name */
	double wait_s;       /* for an engine: 0 not at all; < 0: for ever */
	bool standby;        /* wait until the name is free */
	bool own;            /* hear what one says oneself, too */
	enum pf_member_from from;
	const char *only;    /* hear this lane alone ("tape"); NULL: all but
	                      * "tape", which repeats the others */
	enum pf_bell_class sleeper; /* as what to be woken */
	unsigned thoughts_hz; /* of pf_member_run(); 10..30, 0: 20 */
	int64_t grace_ns;    /* how long after its time an event is told, so
	                      * that others may still come before it; 0: 3 ms;
	                      * < 0: none */
	/* Asked once more before sleeping: has something come beside the
	 * lanes (on a tap)?  Then there is no sleep.  NULL: nothing can. */
	bool (*came)(void *ctx);
	void *came_ctx;
	/* Set by signal handlers: 0 go on, 1 come to an end, 2 at once.  NULL
	 * if nobody will. */
	const volatile sig_atomic_t *stop;
};

/*
 * Join a session.
 *
 * names  spellings; must outlive the member; learns those of all lanes
 *
 * Returns 0, to be freed with pf_member_close(); or, with *err worded,
 * -ENOENT (no session, or no engine in it: status 3), -EBUSY (somebody plays
 * under that name: status 3), -EINTR (stopped while it waited), or another
 * negative errno.
 */
PF_MUST_CHECK int pf_member_open(struct pf_member **member,
    const struct pf_member_config *config, struct pf_names *names,
    struct pf_err *err);

/*
 * Leave: what one said and has not begun is withdrawn unless `finished`;
 * the lane stays, marked as gone.  NULL is fine.
 */
void pf_member_close(struct pf_member *member, bool finished);

const struct pf_directory *pf_member_directory(const struct pf_member *m);

/* ---- time */

/*
 * Session time now, ns.  Stands still when no engine moves it; never goes
 * back.
 */
int64_t pf_member_now(struct pf_member *m);

/* The clock's last state; false while no engine runs (it is a dead one's). */
bool pf_member_clock(struct pf_member *m, struct pf_clock_state *state);

/* ---- speech.  With a lane of one's own. */

/*
 * Say an event in the own lane and ring for those who wait for it.
 *
 * Its source is the own name and its epoch the transport's, as far as it is
 * known; PF_TIME_NOW becomes now.  One that lies more than 200 ms ahead is
 * kept (4096 of them at most) until pf_member_wait() or pf_member_run() finds
 * its time near; it moves with the tempo (if pf_member_next() is called) and
 * falls with the epoch, as the engine does with what it has.  A spelling that
 * the event carries as a hash should be in the names given at opening: it is
 * written into the lane.
 *
 * more  "key=value" pairs separated by TAB; NULL or "" for none
 *
 * Returns 0; what may not be said (bad values, too much at once) is counted.
 */
int pf_member_say(struct pf_member *m, const struct pf_event *e,
    const char *more);

/*
 * The same as a sink; valid as long as the member.  While pf_member_run()
 * runs it is the mind's: what it says stands 3 ms or more after what it
 * answers, and a note that is too late to be played is left out.
 */
struct pf_sink pf_member_sink(struct pf_member *m);

/* How many events are kept until their time is near. */
unsigned pf_member_kept(const struct pf_member *m);

/* Say what the own lane tells of its owner: its state; its tail. */
void pf_member_state(struct pf_member *m, enum pf_lane_state state);
struct pf_tail *pf_member_tail(struct pf_member *m); /* NULL: no lane */

/* The own lane, to say in it by hand what is not to be stamped or kept; NULL:
 * there is none. */
struct pf_lane_segment *pf_member_lane(struct pf_member *m);

/* ---- hearing, by hand */

struct pf_member_heard {
	struct pf_event event;
	const char *more;    /* "" for none; valid until the next call */
	const char *lane;    /* in whose lane it stood */
	int64_t late_ns;     /* it came so late that its time was moved on by
	                      * this much; 0: in time */
};

/*
 * The next event whose time has come, in the order of delivery.  Returns 1;
 * 0: none for now; -ESHUTDOWN: the session was removed; -EIDRM: one's own
 * lane was removed or cut, so that nobody hears one any more.
 */
PF_MUST_CHECK int pf_member_next(struct pf_member *m,
    struct pf_member_heard *heard);

/*
 * Sleep until something may have come, its time may have come, or timeout_ns
 * has passed; at most 50 ms.  Looks after the heartbeat, the roster and what
 * is kept.  Returns 0; -EINTR when *stop is set; -ESHUTDOWN; -EIDRM.
 */
PF_MUST_CHECK int pf_member_wait(struct pf_member *m, int64_t timeout_ns);

/* ---- a mind */

struct pf_member_run {
	const struct pf_hearer *hearer;
	/* Before anything is heard: the mind says what stands at the start,
	 * its sound.  With the hearer's ctx; NULL for nothing. */
	int (*start)(void *ctx);
	struct pf_err *err;
	int heard_fd;   /* -1; or where what the mind is told is written */
	int out_fd;     /* -1; or what a pipe would have printed: that, and
	                 * what the mind said */
	int ready_fd;   /* -1; or where a newline is written when it plays */
	double rehearse_s; /* thinks over so much of the past before it plays;
	                    * what is older is only heard; 0: 32 */
};

/*
 * Be that mind in the session, until *stop is set (then the hearer's end()
 * is called, and it may play on until its over(), for 4 s at most) or the
 * session is removed (*err tells; returns -ESHUTDOWN).  Returns 0, or a
 * negative errno with *err worded.
 */
PF_MUST_CHECK int pf_member_run(struct pf_member *m,
    const struct pf_member_run *run);

/* ---- others */

struct pf_member_other {
	const char *name, *role;
	uint32_t pid;
	enum pf_lane_state state;
	bool alive, suspect;
	const struct pf_lane_cursor *cursor; /* how far it was read */
	const struct pf_lane_segment *lane;  /* may vanish at the next call */
};

/* Member i of those known now, the own lane not among them unless it is
 * heard; false beyond the last. */
bool pf_member_other(struct pf_member *m, unsigned i,
    struct pf_member_other *other);

/* ---- what happened */

struct pf_member_counts {
	uint64_t heard, thoughts, said;
	uint64_t late;     /* came after their thought; were moved on */
	uint64_t stale;    /* of an old epoch; not told */
	uint64_t lost;     /* slots overwritten before they were read */
	uint64_t refused;  /* slots that were no events */
	uint64_t far;      /* more than 8 s ahead; not told */
	uint64_t delayed;  /* said too early to answer; moved on */
	uint64_t unsaid;   /* bad, too many, or too late to be played */
	uint64_t reflexes;
	uint64_t engines;  /* that were met, one after the other */
};
struct pf_member_counts pf_member_counts(const struct pf_member *m);

/*
 * Which of a lane's metric[] a member writes, beside PF_METRIC_NO_CPU_NS and
 * PF_METRIC_NO_MEMORY_BYTES (session/metric.h).
 */
enum pf_member_metric {
	PF_METRIC_HEARD, PF_METRIC_THOUGHTS, PF_METRIC_SAID, PF_METRIC_LATE,
	PF_METRIC_STALE, PF_METRIC_LOST, PF_METRIC_REFUSED,
	PF_METRIC_UNSAID, PF_METRIC_REFLEXES, PF_METRIC_ENGINES
};

#endif
