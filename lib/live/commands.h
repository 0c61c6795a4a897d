/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the control thread asks of the audio thread, and what it is answered.
 *
 * Two rings, each with one writer and one reader: commands go down, answers
 * come up.  A command is an event with a ticket.  Time PF_TIME_NOW means at
 * the next block; a later time is kept to its frame.  Types understood:
 *
 *     tempo meter play stop seek reset key chord section scene
 *         said on lane.engine when they take effect; source is filled in
 *     set      b: value, duration: ramp; name: the hash of a full path,
 *              "bass.gain" "bass.cutoff" "reverb.size" "master.gain"; what
 *              is accepted is said on lane.engine.  (Solo is no parameter:
 *              control mutes the others.)
 *     patch    source: the strip; name: the instrument's hash, its spelling
 *              in `more` as "name=warm-bass"; or name 0 and bank, program.
 *              Answered when it is in place
 *
 * Words for agents ("NAME.mind.TRAIT") are PF_COMMAND_SAY: said on
 * lane.engine at their time, no more.
 *
 * Every command is answered once: 0 and the session time at which it takes
 * effect, or a negative errno (-ENOENT no such strip or parameter, -EAGAIN
 * too much waits, -ERANGE too far ahead, -ETIME too late, -EINVAL).
 */
#ifndef PF_LIVE_COMMANDS_H
#define PF_LIVE_COMMANDS_H

#include "base/attr.h"
#include "event/event.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PF_COMMANDS 256 /* a power of two */

enum pf_command_kind {
	PF_COMMAND_EVENT,       /* as above */
	PF_COMMAND_SAY,         /* say the event on lane.engine, no more */
	PF_COMMAND_FOLLOW_AXIS, /* who leads: the axis, */
	PF_COMMAND_FOLLOW_AUTO, /* the axis while it plays, else who beats, */
	PF_COMMAND_FOLLOW       /* event.name: this one */
};

struct pf_command {
	struct pf_event event; /* its time is when */
	uint32_t ticket;       /* given back with the answer */
	uint16_t kind;         /* enum pf_command_kind */
	uint16_t more_len;
	char more[PF_MORE_BYTES]; /* key=value, TAB; more[more_len], no NUL */
};

struct pf_answer {
	uint32_t ticket;
	int32_t result;   /* 0 or a negative errno */
	int64_t time_ns;  /* when it takes effect */
};

/*
 * A ring.  `put` belongs to the writer, `got` to the reader; each reads the
 * other's with acquire and stores its own with release, so a slot is never
 * written while it is read.  Neither waits.
 */
struct pf_commands {
	alignas(64) _Atomic uint32_t put;
	alignas(64) _Atomic uint32_t got;
	alignas(64) struct pf_command slot[PF_COMMANDS];
};

struct pf_answers {
	alignas(64) _Atomic uint32_t put;
	alignas(64) _Atomic uint32_t got;
	alignas(64) struct pf_answer slot[4 * PF_COMMANDS];
};

/* Put a copy in; false when the ring is full. */
PF_RT bool pf_commands_put(struct pf_commands *ring,
    const struct pf_command *command);
PF_RT bool pf_answers_put(struct pf_answers *ring,
    const struct pf_answer *answer);

/* Take the oldest out; false when there is none. */
PF_RT bool pf_commands_get(struct pf_commands *ring,
    struct pf_command *command);
PF_RT bool pf_answers_get(struct pf_answers *ring,
    struct pf_answer *answer);

#endif
