/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The insides of a mind.  mind.c has its life, mind_say.c its mouth,
 * mind_turn.c its sense of when to begin and to stop, mind_wish.c what others
 * ask of it, mind_reflex.c what it answers at once; nobody else looks.
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

/*
 * What others want us to be, from the next bar line on: words that were set
 * as NAME.mind.density, NAME.mind.style and so on.
 */
struct mind_wish {
	uint32_t trait_name[PF_TRAITS], style_name, personality_name,
	    pattern_name;         /* hashes of these words */
	bool any;
	char refused[64];         /* what nobody could be, to be told */
	bool has_trait[PF_TRAITS];
	double trait[PF_TRAITS];
	struct pf_style *style;   /* ours until it is taken up; NULL: none */
	bool has_personality;
	struct pf_personality personality;
	bool has_pattern;
	int pattern;              /* -1: as it comes */
};

/*
 * What may be answered at once within a thought's time, decided a whole
 * thought before it; see mind_reflex.c.
 */
struct mind_alert {
	int64_t from_ns, to_ns;   /* of the onset */
	double level;             /* how loud we play; 0: not at all */
	double above;             /* how strong it must be */
	int64_t cool_ns;          /* not again for so long */
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
	struct pf_style *own_style; /* taken up by wish; NULL: as given */
	int pattern;          /* which of the style's, by wish; -1 any */
	struct mind_wish wish;
	struct mind_alert alert[2];
	int64_t reflex_ns;    /* of the last */
	int64_t heavy_ns;     /* the last said note that weighs, see role.h */

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
	bool resume;          /* the song is under way: come in at a beat */
	bool withdraw;        /* what we said and has not begun is void */
	size_t n;
	struct planned_note planned[PLANNED_MOST];
};

/* Chords of its own, from its style, for where the player gives none. */
void mind_own_chords(struct pf_mind *mind);

/* A spelling's hash, remembered for whoever prints it. */
uint32_t mind_intern(struct pf_mind *mind, const char *word);

/* Say the planned notes that begin before the horizon. */
void mind_speak(struct pf_mind *mind, int64_t horizon_ns);

/* The first whole beat, and the first bar line, at or after a beat. */
int64_t mind_ceil_beat(double beat);
int64_t mind_bar_line(const struct pf_mind *mind, double beat);

/* The transport plays, stands or jumps: what was planned is void. */
void mind_hear_transport(struct pf_mind *mind, const struct pf_event *e);

/* ---- wishes */

void mind_wish_init(struct pf_mind *mind);
void mind_wish_fini(struct pf_mind *mind);

/* A `set` may be a wish. */
void mind_wish_hear(struct pf_mind *mind, const struct pf_event *e,
    const char *more);

/* A bar begins, or we are silent: be what is wished. */
void mind_wish_take(struct pf_mind *mind);

/* ---- reflexes: after a thought, decide what may startle us after the
 * next. */

void mind_be_alert(struct pf_mind *mind);

/* Come in, if it is time to; horizon is the beat up to which is planned. */
void mind_consider_entry(struct pf_mind *mind, double horizon);

/* Set the end, if there is a reason to. */
void mind_consider_end(struct pf_mind *mind, double horizon);

#endif
