/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nanoseconds to felt beats and bars, from the axis of a stream, from beats
 * that somebody tells, or from a sense of pulse.  A part of the listener.
 */
#ifndef PF_AGENT_MUSICAL_TIME_H
#define PF_AGENT_MUSICAL_TIME_H

#include "agent/bar_count.h"
#include "agent/listener.h"
#include "event/tempo_map.h"
#include "music/pulse.h"

#define MUSICAL_TIME_UNKNOWN_NS 500e6 /* a beat, while nothing is known */

/* A meter of the axis, from where it begins. */
struct time_meter {
	double quarter;
	double beat; /* felt */
	int64_t bar;
	struct pf_meter meter;
	double felt; /* quarters a felt beat */
	int per_bar;
};

/* A felt beat that was told or sensed; beat number is its place. */
struct time_mark {
	int64_t ns;
	int64_t bar;
	int index, per_bar;
};

struct musical_time {
	enum pf_listener_time from;
	struct pf_tempo_map map;
	struct time_meter *meter;
	size_t meters, meter_room;
	struct time_mark *mark;
	size_t marks, mark_room;
	double period_ns;   /* of the last mark on */
	struct pf_meter told_meter; /* num 0: none */
	struct pf_pulse *pulse;
	struct pf_pulse_belief belief;
	uint32_t leader;    /* whose beats are followed; 0 nobody */
	int64_t leader_ns;  /* its last word */
	double leader_confidence;
	struct bar_count count; /* of the bars that the leader tells */
	int64_t first_ns;   /* the first onset; -1 none */
	int64_t now_ns;
	bool renumbered;    /* beats have other numbers than before */
	/* The transport, where there is one: a stream that says `play`,
	 * `stop` or `seek`.  At quarter place_quarter of the axis it stood
	 * at place; stopped, it stays there. */
	bool has_transport, stopped;
	double place, place_quarter;
	uint32_t follow;    /* who leads in place of the axis; 0 nobody */
	bool failed;        /* out of memory: marks were lost */
};

PF_MUST_CHECK int musical_time_init(struct musical_time *time);
void musical_time_fini(struct musical_time *time);

/* The axis. */
PF_MUST_CHECK int musical_time_tempo(struct musical_time *time, int64_t ns,
    double bpm);
PF_MUST_CHECK int musical_time_meter(struct musical_time *time, int64_t ns,
    struct pf_meter meter);

/* The place on the axis of a time: whole ticks where it is so meant. */
double musical_time_quarter(const struct musical_time *time, int64_t ns);

/* A bar of that number begins on a quarter, which is that felt beat. */
PF_MUST_CHECK int musical_time_anchor(struct musical_time *time,
    double quarter, double beat, int64_t bar);

/* May the axis be played to? */
bool musical_time_axis_rules(const struct musical_time *time);

/*
 * The transport: while it plays the axis rules, and its bars are those of
 * the song, begun anew where it jumps; while it stands, or somebody else is
 * to be followed (0: nobody), beats are told or felt.
 */
PF_MUST_CHECK int musical_time_play(struct musical_time *time, int64_t ns);
void musical_time_stop(struct musical_time *time, int64_t ns);
PF_MUST_CHECK int musical_time_seek(struct musical_time *time, int64_t ns,
    double quarter);
PF_MUST_CHECK int musical_time_follow(struct musical_time *time, int64_t ns,
    uint32_t source);

/* The song's quarter at which the transport stands. */
double musical_time_place(const struct musical_time *time, int64_t ns);

/* Somebody tells a beat (foreseen ones too). */
void musical_time_beat(struct musical_time *time,
    const struct pf_event *event);

/* Somebody hears that the harmony changed; how surely, 0..1. */
void musical_time_change(struct musical_time *time, int64_t ns, double sure);

/* Something began. */
void musical_time_onset(struct musical_time *time,
    const struct pf_pulse_onset *onset);

/* Time goes on. */
void musical_time_run(struct musical_time *time, int64_t now_ns);

double musical_time_of(const struct musical_time *time, int64_t ns);
int64_t musical_time_when(const struct musical_time *time, double beat);
int64_t musical_time_bar(const struct musical_time *time, double beat);
double musical_time_bar_beat(const struct musical_time *time, int64_t bar);

/* Felt beats of the bar at a beat, and the beat's whole place in it from 0. */
int musical_time_per_bar(const struct musical_time *time, double beat);
int musical_time_index(const struct musical_time *time, int64_t beat);

void musical_time_pulse(const struct musical_time *time,
    struct pf_listener_pulse *pulse);

#endif
