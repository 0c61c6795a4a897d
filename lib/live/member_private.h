/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The insides of a member.  member.c has its life and its clock,
 * member_lanes.c what it reads, member_say.c what it says, member_next.c the
 * order in which it hears, member_run.c the mind; nobody else looks.
 */
#ifndef PF_LIVE_MEMBER_PRIVATE_H
#define PF_LIVE_MEMBER_PRIVATE_H

#include "live/member.h"

#include "event/tempo_map.h"
#include "live/member_heap.h"
#include "live/transport.h"
#include "session/histogram.h"
#include "session/lane_file.h"
#include "session/page_file.h"
#include "session/tail.h"
#include "stream/held.h"

enum {
	LANES_MOST = 128,
	LANE_QUOTA = 512,   /* of one lane in the heap */
	HEAP_MOST = 16384,
	KEPT_MOST = 4096,   /* said, more than 200 ms ahead */
	STATES_MOST = 64,   /* patches, settings: said again to a new engine */
	NAMES_CACHE = 256
};

#define FAR_NS INT64_C(8000000000)       /* nobody says what is further */
#define LATE_MOST_NS INT64_C(2000000000) /* nor is what is older told */
#define BEAT_NS 50000000                 /* of the heart: 20 Hz */
#define ENGINE_GONE_NS 500000000 /* a clock that old is nobody's */

struct member_lane {
	struct pf_lane_file file;
	struct pf_lane_cursor cursor;
	uint32_t hash, names_from;
	uint32_t pid;       /* whose it was when we met */
	unsigned waiting;   /* of it in the heap */
	bool engine;
	bool repeats;       /* what others said: the engine's two lanes */
};

/* Something said that an engine needs to know. */
struct member_state {
	struct pf_event event;
	char more[PF_MORE_BYTES + 1];
};

struct pf_member {
	struct pf_member_config config;
	struct pf_names *names;
	struct pf_directory dir;
	struct pf_page_file bell, clock;
	struct pf_lane_file own;      /* .lane NULL: none */
	uint32_t source;              /* hash of our name */
	char *name, *role, *only;

	/* Time. */
	struct pf_clock_state state;  /* the last that was read */
	bool has_state, running;      /* an engine moves it */
	bool anew;                    /* its time began anew: we are lost */
	unsigned unheard;             /* looks that found our lane gone */
	bool unsettled;               /* an engine that knows nothing of us */
	int64_t now_ns;               /* the last answer; never goes back */
	uint64_t engine_born_ns;

	/* What is heard. */
	struct member_lane *lane[LANES_MOST];
	unsigned lanes, next_lane;
	struct member_heap heap;
	uint64_t place;
	int64_t told_ns;              /* nothing earlier will be told */
	struct pf_transport transport; /* as told; lane.engine's */
	bool epoch_known;
	bool out_of_step;             /* the transport is to be asked again */
	struct pf_tempo_map map;      /* the axis, as told */
	uint32_t roster;
	char more[PF_MORE_BYTES + 1]; /* of what pf_member_next() gave */

	/* What is said. */
	struct pf_held kept;
	bool mortal;                  /* too late to be played: left out */
	struct member_state *said;    /* said[states] */
	unsigned states;
	uint32_t told_name[NAMES_CACHE];

	/* Looking after things. */
	int64_t beat_mono, scan_mono, tell_mono;
	bool gone;                    /* the session was removed */
	struct pf_member_counts counts;
	uint64_t lost_before, refused_before; /* by lanes that went */

	/* While a mind runs: its mouth, and its reflex. */
	int (*mind)(void *ctx, const struct pf_event *e, const char *more);
	void *mind_ctx;
	void (*fresh)(void *ctx, struct member_waiting *w);
	void *fresh_ctx;
};

/* 0, or why nothing more can be heard and said. */
int member_over(const struct pf_member *m);

/* Did somebody ask us to stop? */
bool member_stopped(const struct pf_member *m);

/* Read the clock; a new engine's, if one came. */
void member_look(struct pf_member *m);

/* Look after heartbeat, roster, numbers, and what is kept. */
void member_tend(struct pf_member *m);

/* ---- lanes */

/* Find the lanes that came and let go of those that went. */
void member_scan(struct pf_member *m);
void member_close_lanes(struct pf_member *m);

/* Read what is new into the heap, as far as there is room. */
void member_pull(struct pf_member *m);

/* Read on in a lane whose share of the heap was told. */
void member_refill(struct pf_member *m, struct member_lane *lane);

/* Is there something to read? */
bool member_waits(struct pf_member *m);

/* ---- order */

/*
 * Take the next event with time < until_ns out of the heap, in order; what
 * the transport says takes effect here.  NULL: none.  Valid until the next.
 */
struct member_waiting *member_take(struct pf_member *m, int64_t until_ns);

/*
 * What must be told so that the transport as told is the one the clock tells:
 * the next such event at time_ns, or false if they agree.
 */
bool member_correct(struct pf_member *m, int64_t time_ns, struct pf_event *e);

/* An event of the transport was told: it takes effect here. */
void member_obey(struct pf_member *m, const struct pf_event *e);

/* ---- speech */

/* pf_member_say(), whoever runs. */
int member_say(struct pf_member *m, const struct pf_event *e,
    const char *more);

/* Say what is kept and has come near. */
void member_say_kept(struct pf_member *m);

/* A new engine does not know our sound: say it again. */
void member_say_states(struct pf_member *m);

/* Withdraw what has not begun. */
void member_withdraw(struct pf_member *m);

#endif
