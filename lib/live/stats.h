/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a session costs, read from outside: the clock, every lane's metrics
 * and histograms, how far the engine is behind with each, and what the
 * kernel knows of their processes.  Nobody is asked, so it works while an
 * engine is too busy to answer, and after it died.
 *
 * Setup.
 */
#ifndef PF_LIVE_STATS_H
#define PF_LIVE_STATS_H

#include "base/attr.h"
#include "base/err.h"
#include "session/clock.h"
#include "session/directory.h"
#include "session/lane.h"
#include "session/metric.h"
#include "session/tail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PF_STATS_LANES 128
#define PF_STATS_HISTOGRAMS 8
#define PF_STATS_THREADS 24

struct pf_stats_histogram {
	char name[32];
	uint64_t count;
	double mean_ns, p50_ns, p99_ns, p999_ns, most_ns, sum_ns;
};

struct pf_stats_thread {
	char name[20];
	uint32_t tid;
	double cpu_s;       /* so far */
};

struct pf_stats_lane {
	char name[PF_LANE_NAME_MOST + 1], role[33];
	uint32_t pid, state, takeovers;
	bool alive;
	double heartbeat_s; /* since the last; -1: none yet */
	uint64_t events, unsaid; /* said by it */
	uint64_t metric[PF_METRIC_NUMBERS];
	unsigned histograms;
	struct pf_stats_histogram histogram[PF_STATS_HISTOGRAMS];
	/* As the engine reads it. */
	bool read;
	uint64_t behind, consumed, lost, refused; /* slots */
	/* By the kernel. */
	uint64_t memory_bytes;
	unsigned threads;
	struct pf_stats_thread thread[PF_STATS_THREADS];
};

struct pf_stats {
	char session[PF_SESSION_NAME_MOST + 1];
	bool has_clock;
	bool engine;            /* an engine lives */
	struct pf_clock_state clock;
	double clock_age_s;     /* since it was set */
	unsigned lanes;
	struct pf_stats_lane lane[PF_STATS_LANES]; /* the engine first, then
	                         * by name; lane.tape is left out */
};

/*
 * Read it all.  Returns 0 and sets *stats, to be freed with free(); or
 * -ENOMEM or what the directory said, with *err worded.
 */
PF_MUST_CHECK int pf_stats_read(struct pf_stats **stats,
    const struct pf_directory *dir, struct pf_err *err);

/*
 * Print: for people; as one JSON object (with newlines, keys in a fixed
 * order); as Prometheus' text format (its version 0.0.4).
 */
void pf_stats_print(FILE *f, const struct pf_stats *stats);
void pf_stats_json(FILE *f, const struct pf_stats *stats);
void pf_stats_prometheus(FILE *f, const struct pf_stats *stats);

#endif
