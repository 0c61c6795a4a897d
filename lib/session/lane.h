/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A lane: the events one musician says, as a ring in shared memory.
 *
 * One process writes a lane and never waits; any number read it, each with a
 * cursor in its own memory, and trust nothing in it.  So a process that dies
 * at any instruction, or writes garbage, can hurt only its own lane.
 *
 * The file, all fields in the machine's own byte order:
 *
 *     0        64 bytes   header: magic, version, sizes, position, counters
 *     64      960 bytes   the owner: name, role, pid, state, heartbeat
 *     1024   1023 KiB     32,736 slots of 32 bytes
 *     1 MiB    64 KiB     names, read cursors, histograms (tail.h)
 *
 * Protocol.  `position` counts the slots ever said; slot number i stands at
 * place i mod 32,736.  An event is one slot, followed by up to 15 slots of
 * type `more`; all of them are published together.
 *
 * The writer (1) stores the four words of each slot, release; (2) stores the
 * new position, sequentially consistent (the bell's protocol needs it).
 *
 * A reader at cursor c (1) loads position P, acquire: P == c means nothing
 * new; P - c beyond 32,736 - 16 means it was lapped; (2) loads the words of
 * slot c and of its `more`, acquire; (3) loads the position again, P'.  The
 * copy is whole if P' - c <= 32,736 - 16.  Why: a word of a later round that
 * (2) saw was stored, release, after every position up to that round's begin
 * was published; so (3), behind the acquire, sees a position of at least
 * c + 32,736 - 15, and the check fails.  (4) It checks the copy itself: known
 * type, finite, in range (pf_event_check()).
 *
 * A lapped reader goes on at P - 16,368 and counts what it passed as lost.
 * Every slot said after a reader began is counted once, as consumed, lost or
 * refused: said = consumed + lost + refused.
 *
 * If the writer dies between (1) and (2), nothing was said: the next owner
 * goes on at the published position.  If a reader dies, nobody notices.
 */
#ifndef PF_SESSION_LANE_H
#define PF_SESSION_LANE_H

#include "base/attr.h"
#include "event/event.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PF_LANE_MAGIC 0x31656e616c2d6670u /* "pf-lane1" */
#define PF_LANE_VERSION 1
#define PF_LANE_SLOTS 32736
#define PF_LANE_SAFE (PF_LANE_SLOTS - 16) /* how far behind a copy is whole */
#define PF_LANE_RESUME 16368              /* where a lapped reader goes on */
#define PF_LANE_BYTES (1u << 20)
#define PF_LANE_TAIL_BYTES (64u << 10)
#define PF_LANE_FILE_BYTES (PF_LANE_BYTES + PF_LANE_TAIL_BYTES)
#define PF_LANE_NAME_MOST 200 /* bytes; the file is called lane.NAME */

/* What an owner says of itself. */
enum pf_lane_state {
	PF_LANE_STARTING, PF_LANE_READY, PF_LANE_PLAYING, PF_LANE_ENDING,
	PF_LANE_GONE /* left in good order */
};

struct pf_lane_header {
	uint64_t magic;
	uint32_t version;
	uint32_t slot_bytes; /* 32 */
	uint32_t slots;      /* PF_LANE_SLOTS */
	uint32_t tail_bytes;
	_Atomic uint64_t position; /* slots ever said */
	_Atomic uint64_t events;   /* events ever said (without `more`) */
	_Atomic uint64_t unsaid;   /* events the owner could not say: too long */
	uint64_t zero[2];
};
_Static_assert(sizeof(struct pf_lane_header) == 64, "layout");

struct pf_lane_owner {
	char name[PF_LANE_NAME_MOST + 8];
	char role[32];
	_Atomic uint32_t pid;
	_Atomic uint32_t state;         /* enum pf_lane_state */
	_Atomic uint64_t heartbeat_ns;  /* CLOCK_MONOTONIC, about 20 a second */
	_Atomic uint64_t born_ns;       /* CLOCK_MONOTONIC */
	_Atomic uint32_t takeovers;     /* owners before this one */
	uint32_t zero;
	_Atomic uint64_t metric[82];    /* see tail.h for what they mean */
};
_Static_assert(sizeof(struct pf_lane_owner) <= 960, "layout");

struct pf_lane_slot {
	_Atomic uint64_t word[4];
};

struct pf_lane_segment {
	alignas(64) struct pf_lane_header header;
	union {
		struct pf_lane_owner owner;
		uint8_t owner_bytes[960];
	};
	struct pf_lane_slot slot[PF_LANE_SLOTS];
};
_Static_assert(sizeof(struct pf_lane_segment) == PF_LANE_BYTES, "layout");

/*
 * Make a segment that is all zero a lane at position 0.  Before anybody else
 * can see it.
 */
void pf_lane_init(struct pf_lane_segment *lane, const char *name,
    const char *role);

/* ---- the writer: one thread of the owner's */

/*
 * Say an event.  more[n] are the slots of type `more` that belong to it, n
 * 0..15 and the same as in its type word.
 *
 * Returns 0; -EMSGSIZE (n is out of range or not what the event says), which
 * is counted.  Never waits.
 */
PF_RT int pf_lane_say(struct pf_lane_segment *lane, const struct pf_event *e,
    const struct pf_event *more, unsigned n);

/*
 * Say n events without `more` with one publication, n 1..16: readers see all
 * of them or none.  Returns 0 or -EMSGSIZE.
 */
PF_RT int pf_lane_say_all(struct pf_lane_segment *lane,
    const struct pf_event *e, unsigned n);

/* ---- a reader: as many as like, each with a cursor of its own */

struct pf_lane_cursor {
	uint64_t next;     /* the slot to read next */
	uint64_t seen;     /* the largest position met */
	uint64_t consumed; /* slots that were delivered */
	uint64_t lost;     /* slots that were overwritten before they were read */
	uint64_t refused;  /* slots whose content is no event */
	bool torn;         /* it may stand within an event */
	bool suspect;      /* the position jumped: the owner is not to be
	                    * trusted; nothing is read any more */
};

/* Begin with what is said from now on, or with the oldest that is kept. */
PF_RT void pf_lane_begin_now(struct pf_lane_cursor *cursor,
    const struct pf_lane_segment *lane);
PF_RT void pf_lane_begin_oldest(struct pf_lane_cursor *cursor,
    const struct pf_lane_segment *lane);

/* How many slots wait to be read (0 on a suspect lane). */
PF_RT uint64_t pf_lane_waiting(struct pf_lane_cursor *cursor,
    const struct pf_lane_segment *lane);

/*
 * Read the next event: e, and its `more` slots to more[PF_MORE_MOST].
 *
 * Returns 1; 0 if there is nothing new, or if the bound of work was met (64
 * refused slots in a row): ask again later.  Does not wait, does bounded
 * work.  What was lost and refused on the way is counted in the cursor.
 */
PF_RT int pf_lane_read(struct pf_lane_cursor *cursor,
    const struct pf_lane_segment *lane, struct pf_event *e,
    struct pf_event more[PF_MORE_MOST]);

/*
 * Read many at once, which costs two looks at the position in all: that is
 * the cache line on which writer and readers meet.
 *
 * slot[most]  where they go, each event with its `more` slots behind it as
 *             pf_event_more() counts them; most 16 or more
 *
 * Returns how many slots were filled; 0 as above.  Never waits, does work
 * bounded by `most`.
 */
PF_RT unsigned pf_lane_read_all(struct pf_lane_cursor *cursor,
    const struct pf_lane_segment *lane, struct pf_event *slot, unsigned most);

#endif
