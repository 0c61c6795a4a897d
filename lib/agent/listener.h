/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a musician in a band knows about the music so far.
 *
 * A listener is handed every event of a stream in the order of delivery and
 * knows, at any moment, where the beat, the bar and the form are, what key
 * and chord sound and come next, what the player does and who else plays
 * what.  It takes each from the best there is: time from the axis where the
 * stream has one (tempo, meter), else from beats that ears tell, else from
 * its own sense of pulse; harmony from chords that a score or ears tell and
 * from the notes themselves.  It knows nothing ahead of what it was told.
 *
 * Beats here are *felt* beats (a dotted quarter in 6/8), numbered through the
 * whole piece; a fraction is a place between two.  Same events, same answers.
 */
#ifndef PF_AGENT_LISTENER_H
#define PF_AGENT_LISTENER_H

#include "base/attr.h"
#include "event/event.h"
#include "event/names.h"
#include "music/theory.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_progression_line;

#define PF_LISTENER_GRID 12     /* places of a beat that are told apart */
#define PF_LISTENER_BAR (12 * PF_LISTENER_GRID)
#define PF_LISTENER_PHRASE 64   /* notes of a phrase that are kept */
#define PF_LISTENER_SOURCES 32  /* musicians that are told apart */

/* One thread at a time may use it. */
struct pf_listener;

/* Where musical time comes from. */
enum pf_listener_time {
	PF_TIME_UNKNOWN, /* nothing heard that could tell */
	PF_TIME_AXIS,    /* tempo and meter of the stream: exact */
	PF_TIME_EARS,    /* beats that somebody tells */
	PF_TIME_PULSE    /* felt, from what is played */
};

struct pf_listener_pulse {
	enum pf_listener_time from;
	bool locked;        /* may be played to */
	double confidence;  /* 0..1, 1 on the axis */
	double bar_confidence;
	double period_ns;   /* of the felt beat, now */
	int beats_per_bar;  /* felt */
	int subdivision;    /* of the felt beat: 2 or 3 */
	struct pf_meter meter;
	double beat;        /* now */
	int64_t bar;        /* the bar that sounds now, from 0 */
	double bar_beat;    /* the beat at which it began */
	bool transport;     /* it is the transport that plays */
	double place;       /* of it: the song's quarter now */
	double swing;       /* place of the off-beat eighth in the beat as it
	                     * is played: 0.5 straight .. 0.67 triplets */
};

/* What is believed of the harmony of one beat. */
struct pf_listener_chord {
	struct pf_chord chord; /* root -1: no idea */
	double confidence;     /* 0..1 */
	struct pf_chord other; /* the runner-up */
	double memory;         /* 0..1: how much is remembered form */
	bool told;             /* somebody upstream said so */
};

struct pf_listener_key {
	struct pf_key key;
	double confidence;     /* 0..1 */
	struct pf_key other;
	bool told;
};

/* A note as it was heard; times in felt beats. */
struct pf_listener_note {
	double beat, beats;    /* where it began, how long (so far) */
	float pitch, velocity; /* MIDI number, 0..1 */
};

/* The player: everybody who is no agent, taken together. */
struct pf_listener_player {
	bool heard;         /* has played at all */
	bool busy;          /* sounding, or less than a beat (2 where the notes
	                     * are longer) silent */
	double silent_beats; /* since the last note ended; 0 while one sounds */
	double onset_beat;  /* where the last note or hit began */
	bool sounds;        /* by level: more than the end of a last note */
	bool drums;         /* hits without pitch: nothing to tell chords by */
	bool by_ear;        /* levels are told: its notes are what ears make of
	                     * a sound, and may be wrong */
	bool steps_back;    /* by level: softer than it was, for a bar or so */
	double loudness;    /* 0..1, smoothed over two bars: velocity, or level
	                     * where ears tell it */
	double accent;      /* 0..1: the last onset above its surroundings */
	double density;     /* onsets a beat, over two bars */
	float low, high, mean; /* register lately, MIDI numbers; NaN unknown */
	double phrase_beat; /* where this phrase (or the last one) began */
	double phrase_end_beat;  /* where the last finished phrase ended */
	bool polyphonic;    /* plays chords, not only a line */
	/* How often (0..1) onsets fall on each place of the bar, lately,
	 * weighed by strength; a place is a PF_LISTENER_GRIDth of a beat. */
	float onsets[PF_LISTENER_BAR];
};

/* Somebody who plays or speaks. */
struct pf_listener_source {
	uint32_t name;      /* hash */
	bool agent;         /* says its intents and decisions, as agents do */
	bool drums;
	double last_beat;   /* of its last note */
	double density, loudness;
	float low, high, mean;
	/* What it says it will do (PF_ACT_... of lib/event, 255 unknown), and
	 * until which beat that holds. */
	uint8_t act;
	double act_until_beat, act_density, act_loudness;
	/* As for the player.  Drums: kick and snare apart. */
	float onsets[PF_LISTENER_BAR];
	float kick[PF_LISTENER_BAR], snare[PF_LISTENER_BAR];
};

/* Where in the form the music is. */
struct pf_listener_form {
	int phrase_bars;       /* 4 or 8: how long phrases seem to be */
	double phrase_beat;    /* where this phrase of phrase_bars began */
	double next_phrase_beat; /* where the next one is expected */
	double confidence;     /* 0..1 */
	double repeats_beats;  /* what sounds now sounded so long ago; 0: new */
	double repeat_confidence;
	uint32_t section;      /* name (hash) told by the score; 0 none */
	double section_beat, section_end_beat; /* end 0: not told */
};

/*
 * Make a listener.
 *
 * self    hash of the name of who listens: its own events are kept apart; 0
 * names   spellings, borrowed, to know drums by name; NULL is fine
 *
 * Returns 0, to be freed with pf_listener_free(); or -ENOMEM.
 */
PF_MUST_CHECK int pf_listener_new(struct pf_listener **listener, uint32_t self,
    const struct pf_names *names);
void pf_listener_free(struct pf_listener *listener);

/*
 * Hear one event, in the order of delivery (contract: time, rank, source);
 * more is the text of its `more` slots or NULL.  Returns 0, or -ENOMEM, when
 * the event is not remembered but everything stays usable.
 */
PF_MUST_CHECK int pf_listener_hear(struct pf_listener *listener,
    const struct pf_event *event, const char *more);

/* Before a thought: time is now_ns and nothing earlier will be heard. */
void pf_listener_update(struct pf_listener *listener, int64_t now_ns);

/* ---- time.  Without any (PF_TIME_UNKNOWN) a beat is half a second. */

void pf_listener_pulse(const struct pf_listener *listener,
    struct pf_listener_pulse *pulse);
double pf_listener_beat(const struct pf_listener *listener, int64_t ns);
int64_t pf_listener_when(const struct pf_listener *listener, double beat);

/* The bar a beat lies in, and the beat at which a bar begins; both also for
 * bars to come.  A bar after a corrected count may be short or long. */
int64_t pf_listener_bar(const struct pf_listener *listener, double beat);
double pf_listener_bar_beat(const struct pf_listener *listener, int64_t bar);

/* ---- harmony */

/*
 * The chord at a beat: past ones as they are understood now, the present one,
 * and what is expected up to 16 beats ahead (chord.root -1 beyond that).
 */
void pf_listener_chord(const struct pf_listener *listener, double beat,
    struct pf_listener_chord *chord);

/* The chord that somebody told for a beat (score, ears, another agent). */
bool pf_listener_chord_told(const struct pf_listener *listener, double beat,
    struct pf_chord *chord);

void pf_listener_key(const struct pf_listener *listener,
    struct pf_listener_key *key);

/*
 * What to play where the player gives no harmony at all, only drums: the line
 * goes round from the first bar on, in the key that is told, else in its own.
 * Borrowed until the listener is freed; NULL withdraws it.
 */
void pf_listener_suggest(struct pf_listener *listener,
    const struct pf_progression_line *line, struct pf_key key);

/* ---- people.  The answers are valid until the next call of hear/update. */

const struct pf_listener_player *
pf_listener_player(const struct pf_listener *listener);

/* Source i, in the order of their first word; NULL beyond the last. */
const struct pf_listener_source *
pf_listener_source(const struct pf_listener *listener, int i);

/* The source of that name, or NULL. */
const struct pf_listener_source *
pf_listener_named(const struct pf_listener *listener, uint32_t name);

/*
 * The player's melody (highest line), newest last: up to `most` notes that
 * began at or after `from_beat`, written to note[most].  Returns how many.
 */
int pf_listener_melody(const struct pf_listener *listener, double from_beat,
    struct pf_listener_note *note, int most);

/* ---- form */

void pf_listener_form(const struct pf_listener *listener,
    struct pf_listener_form *form);

#endif
