/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who plays what: the notes lately heard and the musicians that played them.
 * A part of the listener.
 */
#ifndef PF_AGENT_HEARD_H
#define PF_AGENT_HEARD_H

#include "agent/listener.h"

#define HEARD_NOTES 4096 /* kept */
#define HEARD_OPEN INT64_MAX

struct heard_note {
	int64_t on_ns, off_ns; /* HEARD_OPEN while it sounds */
	float pitch, velocity; /* pitch NaN: not known (yet) */
	uint32_t id;
	uint8_t source;        /* place in heard.source */
	bool together;         /* began with another note of its source */
};

struct heard_source {
	struct pf_listener_source out;
	int64_t last_on_ns;
	double poly;      /* 0..1: share of notes that begin with another */
	double since_beat; /* the statistics were brought up to here */
	double notes, loud; /* decaying sums */
	double pitch_sum, pitch_weight;
	int64_t hist_bar; /* the bar that `onsets` was brought up to */
	bool told_agent;  /* said an intent or decision */
};

struct heard {
	uint32_t self;
	const struct pf_names *names;
	struct heard_note note[HEARD_NOTES]; /* by number % HEARD_NOTES */
	int64_t notes;                       /* numbers so far */
	struct heard_source source[PF_LISTENER_SOURCES];
	int sources;
};

void heard_init(struct heard *heard, uint32_t self,
    const struct pf_names *names);

/* The source of a name, made if there is room; -1 if not. */
int heard_source_of(struct heard *heard, uint32_t name);

/* A musician's own word that it is an agent. */
void heard_is_agent(struct heard *heard, int source);

/* A note began: returns it.  off_ns HEARD_OPEN if its end is not known. */
struct heard_note *heard_on(struct heard *heard, int source, int64_t on_ns,
    int64_t off_ns, float pitch, float velocity, uint32_t id);

/* A note of a source ended, or has another pitch. */
void heard_off(struct heard *heard, int source, int64_t ns, float pitch,
    uint32_t id);
void heard_bend(struct heard *heard, int source, float pitch, uint32_t id);

/* Note number n (of the last HEARD_NOTES), else NULL. */
const struct heard_note *heard_note(const struct heard *heard, int64_t n);

/*
 * Count an onset in a source's statistics.  beat: where; bar, in_bar: its
 * bar, and its place in it in PF_LISTENER_GRIDths of a beat.
 */
void heard_count(struct heard_source *s, const struct heard_note *note,
    double beat, int64_t bar, int in_bar);

/* A hit that ears took for a drum: pitch is which, NaN if they do not say. */
void heard_hit(struct heard_source *s, float pitch, int64_t bar, int in_bar);

/* Forget some of a place histogram for each bar gone by. */
void heard_fade(float *onsets, int64_t bars);

#endif
