/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ways whose length is measured, and what was found.
 *
 * All lengths are in frames of session time.  The session's clock says at
 * each moment which frame the device takes in, `now`; the frame that goes out
 * at the same moment is one period earlier, for a period is made of what came
 * in before it.  So a frame F of the tape reaches the device at F + period,
 * and behind the master's look-ahead at F + period + look-ahead:
 *
 *     now      |---------|---------|---------|     due times of periods
 *     taken in   k         k + 1     k + 2         frames of period
 *     given out  k - 1     k         k + 1
 *
 * What the device itself needs, before and after, is told beside it.
 */
#ifndef PF_LATENCY_MEASURE_H
#define PF_LATENCY_MEASURE_H

#include "latency/spread.h"
#include "session/clock.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What one asks for. */
enum pf_latency_task {
	PF_LATENCY_EVENT, PF_LATENCY_SCHEDULED, PF_LATENCY_OSC,
	PF_LATENCY_ANSWER, PF_LATENCY_THROUGH, PF_LATENCY_TASKS
};
extern const char *const pf_latency_task_name[PF_LATENCY_TASKS];

enum pf_latency_way {
	PF_WAY_EVENT,     /* said for at once -> it sounds */
	PF_WAY_STAMPED,   /* said with the time of that moment -> it sounds */
	PF_WAY_RENDERED,  /* said -> its samples are there, as seen outside */
	PF_WAY_SCHEDULED, /* sounds, beside where it was to sound */
	PF_WAY_OSC,       /* sent -> it sounds */
	PF_WAY_OSC_OK,    /* sent -> answered */
	PF_WAY_ONSET,     /* a click comes in -> the ears know it */
	PF_WAY_EARS,      /* ... -> they have said it */
	PF_WAY_REFLEX,    /* ... -> the agent has said its answer */
	PF_WAY_ANSWER,    /* ... -> the answer sounds */
	PF_WAY_THROUGH,   /* a click comes in -> it goes out */
	PF_WAY_JACK,      /* the same, between its two ports of JACK */
	PF_WAYS
};

struct pf_way_info {
	const char *name; /* "osc-ok", for --budget and JSON */
	const char *text; /* for people */
	enum pf_latency_task task;
	bool latency;     /* else an error, which must be 0 */
};
extern const struct pf_way_info pf_way_info[PF_WAYS];

struct pf_measures {
	struct pf_spread way[PF_WAYS];
	/* Why a task was left out; NULL: it was not asked for, or done. */
	const char *without[PF_LATENCY_TASKS];
	uint64_t disturbed; /* measurements spoilt by our own being kept
	                     * waiting: made again or left out */
	uint64_t missed;    /* that nothing came of */
	uint64_t beyond;    /* events that sounded behind the next period */
	struct pf_clock_state before, after; /* the engine's clock */
};

void pf_measures_free(struct pf_measures *m);

/* ---- promises, budgets, reports */

/* At most so many ms at the 99.9th percentile; < 0: no matter. */
struct pf_budget {
	double ms[PF_WAYS];
};
void pf_budget_init(struct pf_budget *budget);

/*
 * Which way breaks its budget first; PF_WAYS: none.  The promises hold
 * without a budget: an error in frames that is not 0 and an event that
 * sounded behind the next period break.
 */
enum pf_latency_way pf_budget_broken(const struct pf_budget *budget,
    struct pf_measures *m);

/* A table for people; one JSON object, its keys in a fixed order. */
void pf_measures_print(FILE *f, struct pf_measures *m);
void pf_measures_json(FILE *f, struct pf_measures *m,
    const struct pf_budget *budget);

#endif
