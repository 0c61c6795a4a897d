/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mind: what a musician hears, decides and plays.
 *
 * A mind is a pure function of the events it heard, a seed, a style and a
 * personality.  It knows no clock and no carrier: whoever runs it says what
 * was heard and when to think, and takes what it plays from a sink.  The same
 * mind stands in a pipe and on a stage.
 *
 * The runner keeps these rules:
 *
 *  - pf_mind_hear() gets every event once, in order of time, and none of the
 *    mind's own;
 *  - pf_mind_think(t) is called at t = n / think_hz seconds, n = 0, 1, 2 ...,
 *    after all events with time < t were heard and before any other;
 *  - when no more input will come, pf_mind_end() is called once and thinking
 *    goes on until pf_mind_over().
 *
 * What a mind says at thought t stands at t + 3 ms or later, and its notes
 * begin before t + PF_MIND_AHEAD_NS.  It does not say its events in order of
 * time: whoever prints or stores them orders them.
 *
 * A mind plays to the axis of a stream that has tempo; if it has a transport
 * (`play`, `stop`, `seek`), while that plays, in bars that are numbered from
 * the song's beginning; else to beats that ears tell or that it feels.
 *
 * `set` of transport.follow, id=HASH, names a source whose beats are followed
 * in place of the axis; 0: nobody's.
 *
 * It can be told, by `set`, to be another: NAME.mind.TRAIT = 0..1,
 * NAME.mind.style and NAME.mind.personality with text=WHICH, NAME.mind.pattern
 * = N (-1: as it comes).  It obeys at its next bar.
 *
 * A restarted mind hears everything again without thinking, then thinks on:
 * its randomness is a function of the place in the music, not of its past.
 *
 * One thread at a time.  Nothing here is for audio threads: minds allocate.
 */
#ifndef PF_AGENT_MIND_H
#define PF_AGENT_MIND_H

#include "base/attr.h"
#include "base/err.h"
#include "event/event.h"
#include "event/names.h"
#include "event/sink.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pf_mind;
struct pf_personality;
struct pf_style;

/* The answer to an event stands at least this much later. */
#define PF_MIND_REACTION_NS 3000000

/* Notes are said at most this much before they sound. */
#define PF_MIND_AHEAD_NS 200000000

#define PF_MIND_THINK_HZ 20 /* unless told: 10..30 */

struct pf_mind_config {
	const char *role; /* one of pf_mind_roles */
	const char *name; /* as which it plays; NULL: the role */
	uint64_t seed;
	double think_hz;  /* 10..30; 0: PF_MIND_THINK_HZ */
	const struct pf_style *style; /* borrowed until pf_mind_free() */
	const struct pf_personality *personality; /* likewise */
	const char *instrument; /* its patch; NULL: what the style names */
	struct pf_names *names; /* borrowed: learns what the mind spells */
};

/* The roles, in the order in which they like to stand; ends with NULL. */
extern const char *const pf_mind_roles[];

/*
 * Make a mind.  Returns 0 and *mind, to be freed with pf_mind_free();
 * -EINVAL with *err worded (no such role, think_hz out of range); -ENOMEM.
 */
PF_MUST_CHECK int pf_mind_new(struct pf_mind **mind,
    const struct pf_mind_config *config, struct pf_err *err);

/* Free a mind; NULL is fine. */
void pf_mind_free(struct pf_mind *mind);

/*
 * Before the first thought: say what stands at the start (its sound).
 * Returns 0 or the sink's error.
 */
PF_MUST_CHECK int pf_mind_start(struct pf_mind *mind,
    const struct pf_sink *sink);

/*
 * Hear an event.  more has its "key=value" pairs separated by TAB; NULL or ""
 * for none.  Returns 0; or -ENOMEM, and the mind has not heard it.
 */
PF_MUST_CHECK int pf_mind_hear(struct pf_mind *mind,
    const struct pf_event *event, const char *more);

/*
 * Something sudden was heard (HEARD `onset` or `on`); said to the sink at
 * once, 3 ms after it, if it is answered at all.  May come before the event's
 * turn to be heard, and changes nothing of what will be thought: it rests on
 * what was known a whole thought before.  Returns 0 or the sink's error.
 */
PF_MUST_CHECK int pf_mind_reflex(struct pf_mind *mind,
    const struct pf_event *event, const struct pf_sink *sink);

/*
 * Think at time_ns, and say to the sink what was decided.  Returns 0 or the
 * sink's first error.
 */
PF_MUST_CHECK int pf_mind_think(struct pf_mind *mind, int64_t time_ns,
    const struct pf_sink *sink);

/*
 * No more will be heard: in the thoughts to come, finish the bar and end it
 * together with the others.
 */
void pf_mind_end(struct pf_mind *mind);

/* After pf_mind_end(): has it said all it will say? */
bool pf_mind_over(const struct pf_mind *mind);

/*
 * One line for a person: where the mind thinks it is, e.g. "bar 12.3, 104
 * bpm, A minor, chord F".  Writes at most size bytes with the NUL.
 */
void pf_mind_describe(const struct pf_mind *mind, char *text, size_t size);

#endif
