/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's own state: engine.c makes it, *_rt.c run it. */
#ifndef PF_ENGINE_ENGINE_PRIVATE_H
#define PF_ENGINE_ENGINE_PRIVATE_H

#include "engine/engine.h"
#include "engine/graph.h"
#include "engine/live.h"
#include "engine/tempo.h"
#include "engine/workers.h"

#include <pthread.h>
#include <stdatomic.h>

#define PF_TURNS_MOST PF_PLACES_TURNS

/* An epoch that begins on a frame. */
struct pf_turn {
	int64_t frame;
	unsigned epoch;
};

/*
 * A change of the graph.  The setup thread makes it and frees it; in between
 * the audio thread has it, and says by `frame` that it is through.
 */
struct pf_change {
	struct pf_engine *engine;
	struct pf_change *next;    /* older ones, not freed yet */
	struct pf_graph *graph;    /* as it will be */
	struct pf_graph *before;   /* as it was planned before */
	struct pf_strip *strip;
	struct pf_gear *gear;      /* a patch: the new; committed: the old */
	const struct pf_sheet *sheet; /* of the new */
	bool shown;
	bool at_once;              /* nobody else knows it: free it yourself */
	/* -1 until it is committed: release; pairs with pf_change_frame(). */
	_Atomic int64_t frame;
};

struct pf_engine {
	/* The driver's thread's; workers see `run` and the strips. */
	struct pf_engine_config config;
	struct pf_graph *graph;
	struct pf_workers *workers; /* NULL with one thread */
	bool alone;                 /* the workers shall sleep */
	struct pf_run run;          /* what is rendered now */
	struct pf_strip *const *jobs; /* of the depth that is rendered now */
	int64_t frame;
	unsigned n;                 /* frames of the last run */
	unsigned epoch;
	struct pf_turn turn[PF_TURNS_MOST]; /* to come, by frame */
	unsigned turns;
	float mix_l[PF_BLOCK], mix_r[PF_BLOCK];
	float peak;
	double bpm, beat;           /* in force at beat_ns */
	int64_t beat_ns;
	struct pf_tempos tempos;    /* not in `bpm` yet */
	struct pf_fates fates;      /* of tempos */
	struct pf_fate fate[2 * PF_TEMPOS_MOST];
	uint64_t stale, refused, unknown, clamped, dropped;
	/* The setup thread's. */
	struct pf_graph *planned;   /* with the last change */
	struct pf_change *changes;  /* newest first */
	/* Between the setup thread and who asks. */
	pthread_mutex_t lock;
	const struct pf_sheet *sheet[PF_NODE_MASTER + 1]; /* by node */
};

/*
 * A tempo was pushed for a frame, not before the engine's: pending things
 * move, and it waits for its time.  Returns 0 or -EAGAIN.
 */
PF_RT int pf_engine_tempo(struct pf_engine *engine, int64_t frame,
    double bpm, uint64_t tag);

/* A block begins: which tempo is in force, and where are we? */
PF_RT void pf_engine_find_beat(struct pf_engine *engine);

/* A run is over: tell of tempos that lie behind. */
PF_RT void pf_engine_tell_tempos(struct pf_engine *engine);

/* Put a change in place, wherever in the block we are. */
PF_RT void pf_engine_put(struct pf_engine *engine, struct pf_change *change);

/*
 * Setup.  Prepare a strip of any kind; or (strip) a patch.  0 or a negative
 * errno with *err worded.
 */
PF_MUST_CHECK int pf_change_new_strip(struct pf_engine *engine,
    enum pf_strip_kind kind, const char *name,
    const struct pf_instrument *instrument, unsigned input,
    struct pf_change **change, struct pf_err *err);
PF_MUST_CHECK int pf_change_new_patch(struct pf_engine *engine,
    struct pf_strip *strip, const struct pf_instrument *instrument,
    struct pf_change **change, struct pf_err *err);

/* Setup.  Nothing runs any more: free all changes. */
void pf_changes_free(struct pf_engine *engine);

#endif
