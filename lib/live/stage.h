/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stage: what the audio thread does in a period of a live session.
 *
 *     orders (porter) ──┐            ┌─▶ engine ─▶ fates ─▶ lane.tape
 *     commands (control)┼─▶ stage ───┤                      what was played
 *     lanes (everybody) ┘            └─▶ lane.engine: transport, accepted
 *                                        control, what was not played
 *
 * For each run of at most 64 frames: changes that are due are put in place,
 * commands that are due take effect, lanes are drained (256 events of each at
 * most), the engine runs, and what became of every event is told.  Then once
 * a period the clock is set and, after the device has its samples, the porter
 * is woken if there is something for him.
 *
 * The audio thread allocates nothing, locks nothing, makes no system call
 * but that wake-up; everything here was allocated and touched by
 * pf_stage_new().  What it can not do itself (an instrument that must be
 * loaded, a lane to be mapped) it asks of the porter by a notice, and gets
 * it by an order; two rings, each with one writer and one reader.
 *
 * Who waits for his instrument is held: his lane is read on when it is
 * there, and what became late by it is played at once.
 *
 * The threads of a running engine, and what is theirs:
 *
 *     audio     pf_stage_process() and the engine; the transport, every part
 *               that was handed over, what is due.  Writes clock,
 *               lane.engine, lane.tape and the taps
 *     workers   of the engine, within a run (engine/workers.h)
 *     porter    porter.h: musicians, changes, instruments; keeps the desk
 *     control   control.h: OSC, subscriptions, ramps, solos
 *     recorder  recorder.h: reads taps and lane.tape, writes files
 *     main      opens, waits for the device's end or a signal, closes; looks
 *               whether the session is there and tends the recorder
 *
 * and what passes between them: commands and answers (commands.h) between
 * control and audio, orders and notices (below) between porter and audio,
 * the desk from porter to control, under a lock that audio never takes.
 *
 * Words: who is in a session is a member and has a lane; what the porter
 * knows of one is a musician, what the audio thread knows of it a part.  A
 * source is the name in which something is said, and of the strip that plays
 * it.  Strips, inputs, returns and the master are the nodes of the desk.
 */
#ifndef PF_LIVE_STAGE_H
#define PF_LIVE_STAGE_H

#include "base/attr.h"
#include "device/device.h"
#include "engine/engine.h"
#include "engine/live.h"
#include "live/commands.h"
#include "live/transport.h"
#include "session/bell.h"
#include "session/clock.h"
#include "session/histogram.h"
#include "session/lane.h"
#include "session/tap.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PF_PARTS_MOST 128 /* lanes that are drained */
#define PF_STAGE_INPUTS 16
#define PF_STAGE_TAPS 192
#define PF_STAGE_TRIP_MOST 192000 /* frames of a round trip */

struct pf_stage;

/*
 * A musician's lane as the stage reads it.  The porter makes it, hands it
 * over by an order and may free it when it came back by a notice; in
 * between the fields are the audio thread's, but for the atomic ones, which
 * the porter reads.
 */
struct pf_part {
	/* The porter's; const while the stage has it. */
	const struct pf_lane_segment *lane;
	const char *name;      /* the order of parts */
	uint32_t source;
	bool conductor;        /* may say tempo, meter, play, stop, seek */
	/* Set by the porter before he hands it over. */
	struct pf_lane_cursor cursor;
	int64_t held_ns;       /* since then it waits for us, session time */
	bool wants_strip;      /* hold it until its strip is there */
	struct pf_histogram *lag; /* of its lane; or NULL */
	/* The stage's. */
	struct pf_event event, more[PF_MORE_MOST];
	bool has;              /* event was read and waits */
	bool held;             /* by the porter: until an order comes */
	bool mute;             /* there is no strip for it */
	bool awake;            /* it was not held when it was read last */
	int64_t freed_ns;      /* since then it is not held */
	uint64_t told[6];      /* of count[], on lane.engine */
	int64_t told_ns;
	/* Written by the stage, read by anybody, relaxed. */
	_Atomic uint64_t count[6]; /* enum pf_part_count */
	_Atomic uint64_t next, consumed, lost, refused; /* of the cursor */
	_Atomic bool suspect;
	_Atomic bool holds;    /* it said an `on` since it was last released */
};

enum pf_part_count {
	PF_PART_LATE,     /* played late */
	PF_PART_DROPPED,  /* too late to be played */
	PF_PART_STALE,    /* of an old epoch */
	PF_PART_REFUSED,  /* too many, too far ahead, not its to say */
	PF_PART_UNKNOWN,  /* no such strip or parameter */
	PF_PART_SHED,     /* no voice was free */
	PF_PART_COUNTS
};
/* "late", "dropped", ...: subjects of what lane.engine says about it. */
extern const char *const pf_part_count_name[PF_PART_COUNTS];

/* ---- what the porter tells the stage */

enum pf_order_kind {
	PF_ORDER_PART,    /* drain this lane */
	PF_ORDER_LEAVE,   /* no more; it comes back by a notice */
	PF_ORDER_RELEASE, /* its owner died, or is lost: end what it holds */
	PF_ORDER_CHANGE,  /* put this in place at event.time or later */
	PF_ORDER_FAIL,    /* what was wanted can not be: `result` */
	PF_ORDER_FREE,    /* what was wanted is there: go on */
	PF_ORDER_SET,     /* event, a `set`, as it once was: now */
	PF_ORDER_TAP      /* write a strip or return, event.source (0: the
	                   * master), or inputs, there; begins now */
};

struct pf_order {
	enum pf_order_kind kind;
	int32_t result;
	uint32_t ticket;       /* of the command that wanted it; 0: none */
	struct pf_part *part;  /* who wanted it; NULL: a command, or nobody */
	struct pf_change *change;
	struct pf_tap *tap;
	int input[2];          /* TAP: channels of the device; -1: no input */
	struct pf_event event; /* CHANGE: the `patch` that the tape tells */
	bool said;             /* and lane.engine, too */
};

/* Hand over an order; false when 256 wait already.  The porter's thread. */
bool pf_stage_order(struct pf_stage *stage, const struct pf_order *order);

/* ---- what the stage tells the porter */

enum pf_notice_kind {
	PF_NOTICE_PART,   /* the part is yours again */
	PF_NOTICE_STRIP,  /* the part played and has no strip */
	PF_NOTICE_PATCH,  /* somebody wants another instrument */
	PF_NOTICE_CHANGE  /* a change is in place: it may be freed */
};

struct pf_notice {
	enum pf_notice_kind kind;
	uint32_t ticket;
	struct pf_part *part;
	struct pf_change *change;
	struct pf_event event;  /* PATCH */
	char more[PF_MORE_BYTES + 1];
};

/* Take a notice; false when there is none.  The porter's thread. */
bool pf_stage_notice(struct pf_stage *stage, struct pf_notice *notice);

/*
 * Before the porter sleeps on wake_fd: from now on wake me.  Returns false,
 * and he should not sleep, when a notice waits.
 */
bool pf_stage_may_sleep(struct pf_stage *stage);
void pf_stage_slept(struct pf_stage *stage);

/* The classes of the bell that sleep while there is news: ring them. */
uint32_t pf_stage_ring(struct pf_stage *stage);

/* ---- making it */

struct pf_stage_config {
	struct pf_engine *engine;
	struct pf_device_info device;
	struct pf_lane_segment *said; /* lane.engine */
	struct pf_lane_segment *tape; /* lane.tape */
	struct pf_clock *clock;
	const struct pf_bell *bell;
	struct pf_tap *in;            /* tap.in, all inputs; NULL: none */
	struct pf_transport transport;
	struct pf_clock_state about;  /* pid, birth, port, master's latency */
	struct { unsigned left, right; } input[PF_STAGE_INPUTS]; /* channels */
	unsigned inputs;              /* input strips */
	int64_t length;               /* frames to play; 0: no end */
	int wake_fd;                  /* an eventfd the porter sleeps on */
	/* Free running: wait a little for the porter.  NULL: real time. */
	void (*wait)(void *ctx);
	/* Free running: after each period, wait for who is behind; or NULL. */
	void (*throttle)(void *ctx);
	void *ctx;
};

/* Returns 0 and sets *stage, or -ENOMEM.  The config is copied. */
PF_MUST_CHECK int pf_stage_new(struct pf_stage **stage,
    const struct pf_stage_config *config);
void pf_stage_free(struct pf_stage *stage);

/* The rings of the control thread. */
struct pf_commands *pf_stage_commands(struct pf_stage *stage);
struct pf_answers *pf_stage_answers(struct pf_stage *stage);

/* OSC's port, as the clock tells it; any setup thread. */
void pf_stage_port(struct pf_stage *stage, uint16_t port);

/* The way out and in again, frames, as it was measured: the clock tells it
 * instead of what the device says.  0: as that says.  Any setup thread. */
void pf_stage_round_trip(struct pf_stage *stage, uint32_t frames);

/* Stop, fade out and let the device end.  Any thread, any time. */
void pf_stage_end(struct pf_stage *stage);

/* The next frame and its time, by the audio thread's last word. */
int64_t pf_stage_frame(const struct pf_stage *stage);
int64_t pf_stage_time(const struct pf_stage *stage);

/* The audio thread's pthread_t as a number, for its CPU clock; 0: not yet. */
uint64_t pf_stage_thread(const struct pf_stage *stage);

/* ---- the audio thread */

/* A period: a pf_device_process, ctx is the stage. */
PF_RT int pf_stage_process(void *stage, const float *const *in,
    float *const *out, const struct pf_device_period *period);

/* After it, when the device has its samples: wakes the porter if need be. */
PF_RT void pf_stage_after(void *stage);

#endif
