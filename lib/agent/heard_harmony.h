/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Key and chords of what is heard and told.  A part of the listener.
 */
#ifndef PF_AGENT_HEARD_HARMONY_H
#define PF_AGENT_HEARD_HARMONY_H

#include "agent/heard.h"
#include "agent/musical_time.h"
#include "music/chord_follower.h"
#include "music/key_follower.h"

#define HARMONY_TOLD 256 /* chords that somebody said, kept */

struct told_chord {
	int64_t from_ns, to_ns; /* to_ns INT64_MAX: until another is told */
	struct pf_chord chord;
	double weight; /* how far it is believed */
	bool said;     /* by who decides: a score */
};

struct heard_harmony {
	struct pf_chord_follower *chords;
	struct pf_key_follower keys;
	struct told_chord told[HARMONY_TOLD]; /* by number % HARMONY_TOLD */
	int64_t tolds;
	struct pf_listener_key key; /* as told; confidence 0: nobody did */
	int64_t base;      /* the beat of the follower's step 0 */
	bool begun;
	int peeks;         /* looks into the present beat */
};

PF_MUST_CHECK int heard_harmony_init(struct heard_harmony *harmony);
void heard_harmony_fini(struct heard_harmony *harmony);

/* Somebody tells a chord or a key. */
void heard_harmony_chord(struct heard_harmony *harmony,
    const struct pf_event *event, bool agent);
void heard_harmony_key(struct heard_harmony *harmony,
    const struct pf_event *event, bool agent);

/* Time has gone on: understand the beats that are over. */
void heard_harmony_run(struct heard_harmony *harmony,
    const struct heard *heard, const struct musical_time *time,
    int64_t now_ns);

/* The chord told for a moment, by whom it is believed most; NULL: none. */
const struct told_chord *heard_harmony_told(
    const struct heard_harmony *harmony, int64_t ns);

void heard_harmony_at(const struct heard_harmony *harmony,
    const struct musical_time *time, double beat,
    struct pf_listener_chord *chord);
void heard_harmony_get_key(const struct heard_harmony *harmony,
    struct pf_listener_key *key);

#endif
