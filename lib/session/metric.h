/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the numbers behind a lane mean: metric[] in the owner's place and the
 * histograms in the tail.  Their owner writes them, relaxed, whenever he
 * likes; pf-ctl stats and screens read them.
 *
 * The numbers are a contract between programs: never reuse one.
 */
#ifndef PF_SESSION_METRIC_H
#define PF_SESSION_METRIC_H

#include <stdbool.h>
#include <stdint.h>

/* 0..15: every program that plays or listens (live/member.h names them). */
enum {
	PF_METRIC_NO_CPU_NS = 10,       /* of the process, so far */
	PF_METRIC_NO_MEMORY_BYTES = 11, /* resident, at most so far */
	PF_METRIC_NO_SAID_NS = 12, /* CLOCK_MONOTONIC, when it last spoke; for
	                            * lane-lag, not for people */
	/* 16..: the engine, on lane.engine. */
	PF_METRIC_LOAD_PPM = 16,  /* callback time / period, smoothed over
	                           * about a second; a million: no time left */
	PF_METRIC_LOAD_MOST_PPM,  /* the largest of a single period */
	PF_METRIC_NOTES,          /* these as in struct pf_engine_metrics */
	PF_METRIC_STOLEN,
	PF_METRIC_SHED,
	PF_METRIC_PLAYED_LATE,
	PF_METRIC_DROPPED,
	PF_METRIC_STALE_EVENTS,
	PF_METRIC_TOO_MANY,
	PF_METRIC_UNKNOWN,
	PF_METRIC_CLAMPED,
	PF_METRIC_NONFINITE,
	PF_METRIC_VOICES,         /* sounding now */
	PF_METRIC_STRIPS,
	PF_METRIC_LANES,          /* that the audio thread drains */
	PF_METRIC_AUDIO_CPU_NS,   /* CPU time of each thread, so far */
	PF_METRIC_WORKERS_CPU_NS, /* all of them */
	PF_METRIC_PORTER_CPU_NS,
	PF_METRIC_CONTROL_CPU_NS,
	PF_METRIC_RECORDER_CPU_NS,
	PF_METRIC_AUDIO_FAULTS,   /* page faults of the audio thread */
	PF_METRIC_OSC_MESSAGES,   /* that came */
	PF_METRIC_OSC_REFUSED,
	PF_METRIC_FADED,          /* voices let go, for time was short */
	PF_METRIC_NUMBERS = 82
};

enum pf_metric_unit {
	PF_METRIC_COUNT, PF_METRIC_NS, PF_METRIC_BYTES, PF_METRIC_PPM
};

struct pf_metric_info {
	const char *name;  /* "late"; NULL: that number means nothing */
	const char *help;  /* one line for people */
	uint8_t unit;      /* enum pf_metric_unit */
	bool gauge;        /* goes up and down; else it only counts up */
};

/* By number. */
extern const struct pf_metric_info pf_metric_info[PF_METRIC_NUMBERS];

/*
 * Well-known histograms, all in ns: a histogram's name is the hash of one of
 * these.
 */
#define PF_HISTOGRAM_CALLBACK "callback"   /* engine: a period's work */
#define PF_HISTOGRAM_WAKE "wake"           /* due or rung -> running */
#define PF_HISTOGRAM_LANE_LAG "lane-lag"   /* said -> read by the engine;
                                          * "lane-lag.NAME": by one */
#define PF_HISTOGRAM_DECISION "decision"   /* an agent's thought */
#define PF_HISTOGRAM_COMMAND "command"     /* OSC received -> answered */

#endif
