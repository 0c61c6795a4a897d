/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's own state: engine.c makes it, *_rt.c run it. */
#ifndef PF_ENGINE_ENGINE_PRIVATE_H
#define PF_ENGINE_ENGINE_PRIVATE_H

#include "engine/engine.h"
#include "engine/graph.h"
#include "engine/workers.h"

#define PF_TEMPOS_MOST 64

/* A tempo that begins later. */
struct pf_tempo_due {
	int64_t time;
	double bpm;
};

/* All fields are the driver's thread's; workers see `run` and the strips. */
struct pf_engine {
	struct pf_engine_config config;
	struct pf_graph graph;
	struct pf_workers *workers; /* NULL with one thread */
	struct pf_run run;          /* what is rendered now */
	struct pf_strip **jobs;     /* of the depth that is rendered now */
	int64_t frame;
	unsigned n;                 /* frames of the last run */
	unsigned epoch;
	float mix_l[PF_BLOCK], mix_r[PF_BLOCK];
	float peak;
	double bpm_pushed;          /* the last that was pushed */
	double bpm, beat;           /* in force at beat_ns */
	int64_t beat_ns;
	struct pf_tempo_due tempo[PF_TEMPOS_MOST]; /* by time */
	unsigned tempos;
	uint64_t stale, refused, unknown, clamped, dropped;
};

/* A tempo was pushed: pending things move, and it waits for its time. */
PF_RT void pf_engine_tempo(struct pf_engine *engine, int64_t time,
    double bpm);

/* A block begins: which tempo is in force, and where are we? */
PF_RT void pf_engine_find_beat(struct pf_engine *engine);

#endif
