/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a role sees of its mind.  For the files of this room only.
 *
 * A mind plans a felt beat at a time, at the last thought before it: it asks
 * its role what to play in it, knowing all that was heard until then, and
 * keeps the notes until the thought before each shall sound.  So a plan
 * follows a chord that turns out otherwise within a beat, a tempo that
 * drifts within a note, and an ending is a matter of not planning on.
 */
#ifndef PF_AGENT_ROLE_H
#define PF_AGENT_ROLE_H

#include "agent/listener.h"
#include "agent/mind.h"
#include "agent/personality.h"
#include "music/style.h"

/* The beat that is being planned, and what surrounds it. */
struct pf_moment {
	int64_t beat;      /* felt, from the beginning */
	int64_t bar, bar_start; /* its bar, and the beat where that began */
	int in_bar;        /* place of the beat in the bar, from 0 */
	int per_bar;       /* felt beats a bar */
	int beat_ticks;    /* PF_TICKS a quarter */
	struct pf_meter meter;
	int phrase_bar, phrase_bars; /* of the phrase, from 0 */
	int64_t phrase;    /* phrases before this one */
	int64_t bars_in;   /* bars since the mind came in */
	bool told;         /* the axis: nothing about time is guessed */
	double swing;      /* place of the off-beat in its pair */
	int swing_ticks;   /* length of such a pair, 0: straight */
	double level;      /* 0..1: how loud to play */
	double intensity;  /* 0..1: how much to play */
	int64_t end_beat;  /* where everything ends; -1: not in sight */
	struct pf_listener_key key;
	struct pf_listener_chord chord; /* of this beat */
	const struct pf_listener_player *player;
};

/*
 * How sure one must be to correct oneself within a beat.  Of 0.35, 0.5, 0.6
 * and never, 0.5 had the most chords right by ear (69% of the time against
 * 58% for never) without changing more often than the music.
 */
#define PF_MEND_SURE 0.5

struct pf_role {
	const char *name;
	enum pf_part part;   /* of the style: its sound, its level */
	bool harmonic;       /* must know a chord before it comes in */
	size_t state_size;   /* of what it keeps for itself, zeroed */
	/* Plan the notes of a beat. */
	void (*beat)(struct pf_mind *mind, const struct pf_moment *at);
	/*
	 * Half a beat later, what was heard on it is understood: mend the
	 * rest of the beat.  NULL: nothing to mend.
	 */
	void (*mend)(struct pf_mind *mind, const struct pf_moment *at);
	/*
	 * The transport has begun and we come in at `in`: give the beats
	 * between.  NULL for those who wait.
	 */
	void (*count)(struct pf_mind *mind, int64_t from, int64_t in);
	/*
	 * For roles that answer the player's accents at once: does a note
	 * weigh as much as an accent?  NULL: no reflex.  And the pitch with
	 * which they do.
	 */
	bool (*weighs)(float pitch);
	int startle;
	/* Plan the last note, on at->beat. */
	void (*final)(struct pf_mind *mind, const struct pf_moment *at);
};

extern const struct pf_role pf_role_drums, pf_role_bass, pf_role_harmony,
    pf_role_melody, pf_role_listen;

/* What the role keeps, of its state_size. */
void *pf_mind_state(struct pf_mind *mind);
const struct pf_style *pf_mind_style(const struct pf_mind *mind);
const struct pf_listener *pf_mind_listener(const struct pf_mind *mind);
double pf_mind_trait(const struct pf_mind *mind, enum pf_trait trait);
int pf_mind_pattern(const struct pf_mind *mind); /* -1: as it comes */
uint64_t pf_mind_seed(const struct pf_mind *mind);

/* A number in [0, 1) for a place (a beat, a bar ...) and a draw. */
double pf_mind_chance(const struct pf_mind *mind, int64_t place,
    uint32_t draw);

/*
 * Plan a note.
 *
 * beat      felt, where it stands in time as counted
 * beats     how long, in felt beats
 * late_ms   off the count, by groove
 * pitch     MIDI or drum note
 * velocity  is clamped to 0.02..1
 */
void pf_mind_play(struct pf_mind *mind, double beat, double beats,
    double late_ms, int pitch, double velocity);

/* Take back what is planned and not yet said, from a beat on. */
void pf_mind_unplan(struct pf_mind *mind, double from_beat);

/* Say an event now; its time may lie ahead.  The flags are filled in. */
void pf_mind_say(struct pf_mind *mind, const struct pf_event *event,
    const char *more);

/* Say why: a `decision`.  The reason is a few words. */
void pf_mind_decide(struct pf_mind *mind, const char *subject,
    double certainty, const char *fmt, ...) PF_PRINTF(4, 5);

/* Say what comes: an `intent` from a beat on, for so many beats. */
void pf_mind_intend(struct pf_mind *mind, int act, int64_t from_beat,
    double beats, double density, int low, int high);

/* ---- helpers on the moment */

/* Place of a tick of the bar, in felt beats from the beginning, swung. */
double pf_moment_at(const struct pf_moment *at, int tick);

/* The style's question for this bar, but for fill and crash. */
struct pf_place pf_moment_place(const struct pf_mind *mind,
    const struct pf_moment *at);

/*
 * The chord on which to end: that of the key, if it bears the player's last
 * note; else the one that sounds.
 */
struct pf_chord pf_moment_last_chord(const struct pf_mind *mind,
    const struct pf_moment *at);

/* How hard to strike, from the style's velocity. */
double pf_moment_touch(const struct pf_moment *at, double velocity);

#endif
