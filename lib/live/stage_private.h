/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stage's own state: stage.c makes it; stage_rt.c runs it, with
 * part_rt.c (lanes), command_rt.c (orders and commands), tell_rt.c (what is
 * said about it) and load_rt.c (when time is short).
 */
#ifndef PF_LIVE_STAGE_PRIVATE_H
#define PF_LIVE_STAGE_PRIVATE_H

#include "live/stage.h"
#include "session/histogram.h"

#define PF_SAID_MOST 8192   /* events whose fate is open */
#define PF_DUE_MOST 256     /* commands that wait for their time */
#define PF_ORDERS 256       /* powers of two */
#define PF_NOTICES 128
#define PF_TAKE_MOST 256    /* events of a lane between two runs */

#define PF_STAGE_MS INT64_C(1000000)

/* An event the engine has: until its fate is known. */
struct pf_said {
	struct pf_event event;
	struct pf_part *part; /* NULL: a command's, or its part left */
	uint32_t next_free;
	uint16_t more_len;
	char more[PF_MORE_BYTES];
};

struct pf_orders {
	alignas(64) _Atomic uint32_t put;
	alignas(64) _Atomic uint32_t got;
	struct pf_order slot[PF_ORDERS];
};

struct pf_notices {
	alignas(64) _Atomic uint32_t put;
	alignas(64) _Atomic uint32_t got;
	struct pf_notice slot[PF_NOTICES];
};

/* The fields are the audio thread's; the atomic ones say who else reads. */
struct pf_stage {
	struct pf_stage_config config;
	struct pf_engine *engine;
	uint32_t rate_hz;
	struct pf_transport transport;

	struct pf_part *part[PF_PARTS_MOST]; /* by name */
	unsigned parts;
	struct pf_command due[PF_DUE_MOST];  /* by time */
	unsigned dues;
	struct pf_order change;              /* .change NULL: none waits */
	uint32_t free_said;                  /* a list; PF_SAID_MOST: empty */
	struct pf_said said[PF_SAID_MOST];
	struct {
		struct pf_tap *tap;
		uint32_t source; /* 0: the master */
		int input[2];    /* channels; [0] -1: no input */
	} tap[PF_STAGE_TAPS];
	unsigned taps;

	struct pf_dll dll;
	uint32_t dll_frames;
	uint64_t xruns;
	bool lost;
	float gain, gain_step;               /* of the fade, a frame */
	int64_t ending_frames;               /* left of it; -1: it plays on */
	int64_t begun_frame;
	struct pf_clock_state state;

	int64_t begin_ns;     /* of this period, CLOCK_MONOTONIC */
	double period_ns;
	double load_before;   /* of the last period */
	int64_t help_frames;  /* so long the engine's threads help */
	int64_t fading_frames; /* until voices that were shed are gone */
	uint32_t faded[PF_STRIPS_MOST]; /* voices shed, not yet told */
	uint64_t faded_all;
	int64_t faded_told_ns;
	int64_t metrics_ns;   /* when they were told last */
	double load;
	uint64_t load_most;
	struct pf_histogram *callback, *wake, *lane_lag;
	uint32_t fx_return[PF_RETURNS_MOST]; /* hashes of names */
	unsigned fx_returns;
	uint64_t left[PF_PART_COUNTS]; /* counts of parts that left */
	uint32_t name_engine, name_shed, name_overload, name_count[PF_PART_COUNTS];
	bool news;            /* said something in this period */
	uint32_t roster;      /* of the bell, as the porter was woken for it */

	struct pf_commands commands;
	struct pf_answers answers;
	struct pf_orders orders;
	struct pf_notices notices;

	atomic_bool asleep;   /* the porter is, or is about to be */
	_Atomic uint32_t ring; /* classes of the bell he shall ring */
	atomic_bool end;      /* pf_stage_end() */
	_Atomic uint32_t port;
	_Atomic uint32_t round_trip; /* frames; 0: as the device says */
	_Atomic int64_t frame;   /* release: the porter's and control's */
	_Atomic uint64_t thread;
};

/* ---- load_rt.c */

/* Before each run: are the engine's threads to help? */
PF_RT void pf_stage_hurry(struct pf_stage *s);
/* A period's work is done. */
PF_RT void pf_stage_judge(struct pf_stage *s, int64_t end_ns,
    unsigned frames);

/* ---- part_rt.c */

/* Drain all lanes; what begins before frame `until` (free running). */
PF_RT void pf_stage_drain(struct pf_stage *s, int64_t until);
PF_RT void pf_stage_enter(struct pf_stage *s, struct pf_part *part);
PF_RT void pf_stage_leave(struct pf_stage *s, struct pf_part *part);
PF_RT void pf_stage_release(struct pf_stage *s, struct pf_part *part);
PF_RT void pf_part_free(struct pf_stage *s, struct pf_part *part);
PF_RT void pf_part_count(struct pf_part *part, enum pf_part_count what);

/* ---- command_rt.c */

PF_RT void pf_stage_hear_orders(struct pf_stage *s);
PF_RT void pf_stage_hear_commands(struct pf_stage *s);
/* Those due now take effect; returns how many of n frames come before the
 * next. */
PF_RT unsigned pf_stage_due(struct pf_stage *s, unsigned n);
/* Put the waiting change in place if its time has come. */
PF_RT void pf_stage_change(struct pf_stage *s);
/* An event of the transport that somebody may say: when it is due. */
PF_RT int pf_stage_wait_for(struct pf_stage *s,
    const struct pf_command *command);
/* Returns false if there is no room for it. */
PF_RT bool pf_stage_note_to_porter(struct pf_stage *s,
    const struct pf_notice *notice);

/* ---- tell_rt.c */

/* Time of the next frame. */
PF_RT int64_t pf_stage_now(const struct pf_stage *s);
/*
 * Give the engine an event; its fate will be told.  Returns what
 * pf_engine_push_tagged() does, or -EAGAIN.
 */
PF_RT int pf_stage_push(struct pf_stage *s, const struct pf_event *e,
    const char *more, size_t len, struct pf_part *part);
PF_RT void pf_stage_fates(struct pf_stage *s);
PF_RT void pf_stage_say(struct pf_stage *s, const struct pf_event *e,
    const char *more, size_t len);
PF_RT void pf_stage_tape(struct pf_stage *s, const struct pf_event *e,
    const char *more, size_t len);
/* Once a period: what was not played, on lane.engine. */
PF_RT void pf_stage_complain(struct pf_stage *s);
/* Once a period: clock, histograms, numbers. */
PF_RT void pf_stage_tell(struct pf_stage *s,
    const struct pf_device_period *period, int64_t begin_ns, int64_t end_ns);

#endif
