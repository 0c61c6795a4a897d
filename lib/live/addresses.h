/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every address of a running engine, with what it takes and what it is for.
 * Control answers from this table, `pf-ctl list` prints it, completions read
 * it: what can be said stands in one place.
 *
 *     /transport/...          play stop seek tempo meter key chord ...
 *     /strip/NAME/...         gain pan mute solo send/X EFFECT/PARAM PARAM
 *     /bus/NAME/...           an effect return: gain pan mute EFFECT/PARAM
 *     /master/...             gain limiter/PARAM ...
 *     /agent/NAME/...         density ... style personality pattern
 *     /session/...            status, members, quit
 *
 * The table is made anew when strips or members come and go.  The control
 * thread's.
 */
#ifndef PF_LIVE_ADDRESSES_H
#define PF_LIVE_ADDRESSES_H

#include "base/attr.h"
#include "base/err.h"
#include "engine/param.h"
#include "live/desk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pf_address_kind {
	PF_ADDRESS_TRIGGER, /* takes no value */
	PF_ADDRESS_NUMBER,
	PF_ADDRESS_SWITCH,  /* on or off */
	PF_ADDRESS_CHOICE,  /* one of words */
	PF_ADDRESS_TEXT,
	PF_ADDRESS_KINDS
};
extern const char *const pf_address_kind_name[PF_ADDRESS_KINDS];

/* What it is that moves. */
enum pf_address_what {
	PF_AT_PLAY, PF_AT_STOP, PF_AT_SEEK, PF_AT_TEMPO, PF_AT_METER,
	PF_AT_KEY, PF_AT_CHORD, PF_AT_SECTION, PF_AT_SCENE, PF_AT_FOLLOW,
	PF_AT_RESET, PF_AT_PLAYING, PF_AT_BEAT, PF_AT_BAR, PF_AT_TIME,
	PF_AT_EPOCH, PF_AT_LEADER,
	PF_AT_SESSION, PF_AT_MEMBERS, PF_AT_RATE, PF_AT_PERIOD, PF_AT_LATENCY,
	PF_AT_XRUNS, PF_AT_LOST, PF_AT_SPEED, PF_AT_PORT, PF_AT_TCP_PORT,
	PF_AT_PID, PF_AT_ROUND_TRIP, PF_AT_TAP, PF_AT_QUIT,
	PF_AT_PARAM, PF_AT_MUTE, PF_AT_SOLO, PF_AT_INSTRUMENT,
	PF_AT_TRAIT, PF_AT_STYLE, PF_AT_PERSONALITY, PF_AT_PATTERN
};

struct pf_address {
	const char *path;      /* "/strip/bass/eq/low" */
	enum pf_address_kind kind;
	enum pf_address_what what;
	bool get, set;
	const char *unit;      /* "dB", "beats", "" */
	double lo, hi;         /* PF_ADDRESS_NUMBER: both allowed */
	bool has_home;
	double home;           /* what `reset` puts back */
	const char *also;      /* a second argument: "fade in seconds"; or
	                        * NULL; a number of 0..also_most */
	double also_most;
	const char *const *words; /* choices, or good texts; NULL-terminated,
	                           * or NULL */
	const char *help;
	const char *node;      /* strip, return, agent: its name; else "" */
	const char *param;     /* "bass.eq.low", "bass.mind.density"; or "" */
};

/* What there is in every session; ends with a row of zeros. */
extern const struct pf_address pf_addresses_always[];

struct pf_addresses;

/*
 * An empty table.  The words for styles, personalities and instruments are
 * read from share/ once.  Returns 0 and sets *a, or -ENOMEM.
 */
PF_MUST_CHECK int pf_addresses_new(struct pf_addresses **a);
void pf_addresses_free(struct pf_addresses *a);

/*
 * Make it anew from the desk.  Pointers into the old one are gone.  Returns
 * 0; or -ENOMEM, leaving it as it was.
 */
PF_MUST_CHECK int pf_addresses_build(struct pf_addresses *a,
    struct pf_desk *desk);

size_t pf_addresses_count(const struct pf_addresses *a);

/* Address i, 0 .. count - 1, in the order of people; or the one of a path,
 * NULL if there is none. */
const struct pf_address *pf_addresses_at(const struct pf_addresses *a,
    size_t i);
const struct pf_address *pf_addresses_find(const struct pf_addresses *a,
    const char *path);

/*
 * Word *err for a path that is unknown, with the nearest there is, part by
 * part: "'/strip/bas/gian' is unknown, did you mean '/strip/bass/gain'?".
 * Returns -ENOENT.
 */
int pf_addresses_fail(struct pf_addresses *a, const char *path,
    struct pf_err *err);

#endif
