/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The porter's own state: porter.c is his thread, porter_lanes.c finds
 * musicians, porter_watch.c watches them, porter_strips.c makes strips and
 * loads instruments, porter_taps.c taps them.
 */
#ifndef PF_LIVE_PORTER_PRIVATE_H
#define PF_LIVE_PORTER_PRIVATE_H

#include "event/names.h"
#include "live/porter.h"
#include "session/tap_file.h"

#include <pthread.h>
#include <stdatomic.h>

#define PF_WANTS_MOST 256
#define PF_VALUES_MOST 64
#define PF_BAD_MOST 32
#define PF_TAPS_MOST 64 /* beside those of a recorder */

/* A value that somebody set before we heard of it. */
struct pf_values {
	struct pf_event set[PF_VALUES_MOST]; /* the last of each parameter */
	unsigned n;
};

/* What a source asked to play. */
struct pf_wish {
	uint32_t name;     /* hash; 0: none */
	int bank, program; /* General MIDI; program -1: none */
	int64_t time_ns;   /* when it asked */
};

struct pf_musician {
	struct pf_part part;
	struct pf_lane_file file;
	struct pf_wish wish;
	struct pf_values values; /* of its history */
	int pidfd;         /* -1: none */
	uint32_t pid;
	bool alive;
	bool attached;     /* the stage has the part */
	bool leaving;
	bool plays;        /* it says notes: it needs a strip */
	uint32_t heard;    /* so far its names were heard, */
	uint32_t spelled;  /* and spelled on the tape; by the lock */
	uint64_t refused_told, foreign_told;
	bool suspect_told;
	int64_t told_ns, released_ns;
};

/* A strip or an instrument that somebody wants. */
struct pf_want {
	bool strip;            /* a new strip; else another instrument */
	struct pf_part *part;  /* who waits; NULL: a command, or nobody */
	uint32_t ticket;
	int64_t at_ns;
	uint32_t source;       /* the strip */
	struct pf_wish wish;
	char more[PF_MORE_BYTES + 1];
};

struct pf_porter {
	struct pf_porter_config config;
	struct pf_stage *stage;
	pthread_t thread;
	bool runs;
	atomic_bool quit;

	pthread_mutex_t lock;  /* of the list below and of both tails */
	struct pf_musician *musician[PF_PARTS_MOST]; /* as they came */
	unsigned musicians;

	struct pf_names *names;
	struct pf_want want[PF_WANTS_MOST];
	unsigned wants;
	struct pf_order unsent;         /* the stage had no room for it */
	bool has_unsent;
	struct pf_change *flying;       /* ordered, not yet in place */
	struct pf_part *flying_part;
	struct pf_change *old[PF_WANTS_MOST]; /* in place, to be freed */
	unsigned olds;
	const struct pf_instrument *flying_instrument;
	struct pf_values values;        /* of the engine before us */
	struct pf_values patches;       /* instruments chosen by hand */
	struct pf_lane_cursor taped;    /* how far the desk heard the tape */
	uint32_t roster;
	int64_t scanned_ns, watched_ns, told_ns, load_told_ns;
	uint64_t faded_told;   /* voices let go that the log told of */
	char bad[PF_BAD_MOST][PF_LANE_NAME_MOST + 1]; /* said to be unusable */
	unsigned bads;
	bool full_told;                 /* that there is no room */

	/* With the lock: what is to be tapped, and what is. */
	char tap_wish[PF_TAPS_MOST][PF_LANE_NAME_MOST + 1];
	unsigned tap_wishes;
	struct pf_tap_file tap[PF_TAPS_MOST];
	unsigned taps, tapped; /* made; and the stage knows of */
};


/* ---- porter_lanes.c */

/* Look who is there; new ones are read and handed over. */
void pf_porter_scan(struct pf_porter *p);
/* What a `patch` asks for. */
void pf_wish_of(struct pf_wish *wish, const struct pf_event *e);
/* A musician has a new owner, or is new. */
void pf_musician_meet(struct pf_musician *m);
/* Who died, whose heart stands still, who writes garbage? */
void pf_porter_watch(struct pf_porter *p);
/* The stage gave a part back: let go of its lane. */
void pf_porter_bury(struct pf_porter *p, struct pf_part *part);
/* New spellings of everybody. */
void pf_porter_hear_names(struct pf_porter *p);
void pf_porter_tell_member(struct pf_porter *p, const struct pf_musician *m,
    bool gone);
void pf_porter_close_all(struct pf_porter *p);

/* ---- porter_strips.c */

void pf_porter_want(struct pf_porter *p, const struct pf_want *want);
/* Prepare the next change, if none is on its way. */
void pf_porter_strips(struct pf_porter *p);
/* A change is in place. */
void pf_porter_placed(struct pf_porter *p, struct pf_change *change);
/* Set again what can be by now; what can not stays. */
void pf_porter_restore(struct pf_porter *p, struct pf_values *values);
/* Keep the last `patch` of each strip. */
void pf_patches_put(struct pf_values *patches, const struct pf_event *e);
/* Keep the last `set` of each parameter. */
void pf_values_put(struct pf_values *values, const struct pf_event *e);

/* ---- porter_taps.c */

/* Make the taps that are wished.  0, or the last failure, worded. */
int pf_porter_taps(struct pf_porter *p, struct pf_err *err);
void pf_porter_close_taps(struct pf_porter *p);

static inline struct pf_musician *
pf_musician_of(struct pf_part *part)
{
	return (struct pf_musician *)part; /* its first member */
}

#endif
