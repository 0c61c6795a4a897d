/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The insides of a mind.  mind.c has its life, mind_say.c its mouth,
 * mind_turn.c its sense of when to begin and to stop; nobody else looks.
 */
#ifndef PF_AGENT_MIND_STATE_H
#define PF_AGENT_MIND_STATE_H

#include "agent/moment.h"
#include "agent/role.h"
#include "music/progression.h"

enum { PLANNED_MOST = 1024 };

/* A note that will be said when its time comes near. */
struct planned_note {
	double beat, beats;
	float late_ms, pitch, velocity;
};

enum mind_state {
	WAITING, /* listens, has not come in or has stopped */
	PLAYING,
	ENDING,  /* plays up to end_beat, which is set */
	OVER     /* the input has ended, and so have we */
};

struct pf_mind {
	const struct pf_role *role;
	char *name;
	uint32_t source;      /* its hash */
	uint64_t seed;
	int64_t period_ns;    /* of thought */
	const struct pf_style *style;
	struct pf_personality personality;
	const char *instrument;
	struct pf_names *names;
	struct pf_listener *listener;
	struct pf_progression_line own; /* chords where the player has none */
	void *role_state;
	struct pf_bar_held held;

	const struct pf_sink *sink; /* during a call */
	int64_t now_ns;
	int error;            /* the sink's first, of this call */
	bool input_ended;
	enum mind_state state;
	int64_t next_beat;    /* the first that is not planned */
	int64_t mended;       /* the last beat that was looked at again */
	int64_t in_beat;      /* where it came in; -1: not decided */
	int64_t end_beat;     /* -1: none in sight */
	int64_t first_ns;     /* when the player was first heard; -1 */
	int64_t told_end;     /* the end somebody announced, a beat; -1 */
	int64_t stopped_beat; /* when we last stopped; -1 */
	size_t n;
	struct planned_note planned[PLANNED_MOST];
};

/* A spelling's hash, remembered for whoever prints it. */
uint32_t mind_intern(struct pf_mind *mind, const char *word);

/* Say the planned notes that begin before the horizon. */
void mind_speak(struct pf_mind *mind, int64_t horizon_ns);

/* The first whole beat, and the first bar line, at or after a beat. */
int64_t mind_ceil_beat(double beat);
int64_t mind_bar_line(const struct pf_mind *mind, double beat);

/* Come in, if it is time to; horizon is the beat up to which is planned. */
void mind_consider_entry(struct pf_mind *mind, double horizon);

/* Set the end, if there is a reason to. */
void mind_consider_end(struct pf_mind *mind, double horizon);

#endif
