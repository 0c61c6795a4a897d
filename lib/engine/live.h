/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a running engine adds to engine.h: changes while it plays, what
 * became of every event, fewer voices when time is short, and its parameters
 * for who asks from outside.
 *
 * Three kinds of threads.  The audio thread is the one that calls
 * pf_engine_run(); what is PF_RT here is its alone.  One setup thread
 * prepares changes and frees them, while the audio thread plays on.  What
 * says "any thread" may be called from everywhere.
 *
 * The tape.  Write down every event whose fate is PF_BEGUN, as
 * pf_fate_apply() puts it, in the order of the fates; `patch` with the frame
 * of each change that was committed; and for PF_FADED a `set` of the strip's
 * `shed`.  An engine that is given this tape, in this order, makes the same
 * samples, whatever came late, was moved by a tempo, withdrawn or dropped on
 * the way.  So the engine keeps to frames itself: a note's length is what the
 * tape says, a float in seconds, from the frame on which it began.
 */
#ifndef PF_ENGINE_LIVE_H
#define PF_ENGINE_LIVE_H

#include "base/attr.h"
#include "base/err.h"
#include "engine/engine.h"
#include "engine/param.h"
#include "event/event.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Fates ---- */

enum pf_fate_kind {
	PF_BEGUN,     /* it took effect at time_ns */
	PF_DROPPED,   /* not played: a patch took away what it named */
	PF_STALE,     /* not played: the transport began another epoch */
	PF_CANCELLED, /* withdrawn; a tempo: by one that stands before it */
	PF_SHED,      /* not played: no voice was free */
	PF_FADED      /* no event: pf_engine_shed() took voices of `strip` */
};

struct pf_fate {
	uint64_t tag;     /* as pushed; PF_FADED: 0 */
	int64_t time_ns;  /* of the frame on which it was sealed */
	float duration;   /* BEGUN note: its length in seconds from there */
	uint16_t what;    /* enum pf_fate_kind */
	uint16_t type;    /* of the event: enum pf_type */
	uint16_t strip;   /* FADED: whose voices */
	uint16_t voices;  /* FADED: how many at most */
	uint32_t spare;
};

/*
 * pf_engine_push() with a tag, any number but 0, by which its fate will be
 * known.  The tags of 0 are not told.
 *
 * Returns 0: one fate will follow, no more and no less.  1: there is nothing
 * to tell, no fate follows (it is HEARD, of a type that is not the engine's,
 * or a `cancel`, which is done at once).  Or what pf_engine_push() says; then
 * that is its fate: -ENOENT, -EAGAIN (also: more fates wait to be fetched
 * than there is room for), -ERANGE, -ETIME (dropped), -ESTALE.
 */
PF_RT int pf_engine_push_tagged(struct pf_engine *engine,
    const struct pf_event *e, const char *more, size_t len, uint64_t tag);

/*
 * The fates that were sealed since the last call, at most `most` of them to
 * out[most]; call it after each run, until it returns less than `most`.  By
 * time, then by rank, strip and order of effect: the same for any number of
 * threads, and the right order for a tape.
 */
PF_RT unsigned pf_engine_fates(struct pf_engine *engine, struct pf_fate *out,
    unsigned most);

/* The event as a tape tells it; only for PF_BEGUN. */
static inline void
pf_fate_apply(const struct pf_fate *fate, struct pf_event *e)
{
	e->time = fate->time_ns;
	if (pf_event_type(e) == PF_NOTE)
		e->duration = fate->duration;
}

/*
 * Overload: fade out so many voices from the next frame on, those that are
 * missed least, of the strips that have most.  Returns how many will go.
 * The tape: PF_FADED, as a `set` of source = the strip, param "shed", value
 * voices, no duration, at time_ns.
 */
PF_RT unsigned pf_engine_shed(struct pf_engine *engine, unsigned voices);

/*
 * Shall its threads help (they do at first)?  Waking them costs some 20 us,
 * and who waits for two cores is late when either is: with little to do one
 * thread is faster and steadier.  The samples are the same.
 */
PF_RT void pf_engine_help(struct pf_engine *engine, bool wanted);

/*
 * The engine's own threads, so that who drives it may give them cores and the
 * audio thread's priority: their pthread_t, to thread[most].  Returns how
 * many.  Setup.
 */
unsigned pf_engine_threads(const struct pf_engine *engine, pthread_t *thread,
    unsigned most);

/* ---- Changes while it plays ---- */

/* One change; made by a prepare, to be freed once it is done. */
struct pf_change;

/*
 * Prepare a strip that plays what `name` says: all its memory is taken and
 * touched here, and the new graph is levelled.  As pf_engine_add(), but
 * nothing is heard of it before pf_engine_commit().
 *
 * Returns 0 and sets *change; or a negative errno with *err worded, as
 * pf_engine_add(), or -EBUSY: the change before it is not committed yet (one
 * at a time).  Setup thread.
 */
PF_MUST_CHECK int pf_engine_prepare_add(struct pf_engine *engine,
    const char *name, const struct pf_instrument *instrument,
    struct pf_change **change, struct pf_err *err);

/* The same for a strip of outside audio, as pf_engine_add_input(). */
PF_MUST_CHECK int pf_engine_prepare_input(struct pf_engine *engine,
    const char *name, unsigned input, const struct pf_channel *channel,
    struct pf_change **change, struct pf_err *err);

/*
 * The same for another instrument on a strip; what sounds rings out.
 * -ENOENT: there is no strip of that name.
 */
PF_MUST_CHECK int pf_engine_prepare_patch(struct pf_engine *engine,
    const char *name, const struct pf_instrument *instrument,
    struct pf_change **change, struct pf_err *err);

/*
 * Put a change in place, between two runs: from pf_engine_frame() on it
 * plays.  Returns true; false if it can not be now, try again before the next
 * run: within a block (pf_engine_room() is less than 64), or the strip was
 * patched so often that it has no place for one more instrument that rings.
 */
PF_RT bool pf_engine_commit(struct pf_engine *engine,
    struct pf_change *change);

/* The strip it is about (or will be).  Any thread. */
PF_RT unsigned pf_change_strip(const struct pf_change *change);

/* Has it been committed, and to which frame (-1: not yet)?  Any thread. */
PF_RT int64_t pf_change_frame(const struct pf_change *change);

/*
 * Free a change and what it replaced, or (never committed) what it would have
 * brought.  Returns false, having done nothing, while the instrument it
 * replaced still rings: ask again.  pf_engine_free() frees what is left, so
 * no change outlives its engine.  An instrument's data may be freed when the
 * change that replaced it has been freed.  Setup thread.
 */
bool pf_change_free(struct pf_change *change);

/* ---- Parameters, for who asks.  Any thread but the audio thread. ---- */

/* Nodes: strips from 0 on, returns from here on, and the master. */
#define PF_NODE_RETURN 128
#define PF_NODE_MASTER 255

struct pf_node_info {
	char name[PF_NAME_MOST];
	char instrument[PF_NAME_MOST]; /* ""; inputs, returns, master */
	bool notes;                    /* it plays notes */
	bool input;                    /* it plays outside audio */
	unsigned in;                   /* which, from 0 */
	unsigned params;               /* how many it has */
};

/* Returns 0, or -ENOENT: there is no such node. */
int pf_engine_node(struct pf_engine *engine, unsigned node,
    struct pf_node_info *info);

struct pf_param_info {
	const struct pf_param *param; /* its unit, range, default, help */
	unsigned node;
	char path[3 * PF_NAME_MOST];  /* "bass.eq.low" */
	unsigned own;                 /* path + own: "eq.low" */
	float base;                   /* what `reset` goes back to */
	float value;                  /* where it is, or is on its way to */
};

/*
 * The i-th parameter of a node, from 0 on, in the order of its paths.
 * Returns 0, or -ENOENT: there are not so many.  A change shows here when its
 * pf_change_shown() or pf_change_free() has been called.
 */
int pf_engine_param(struct pf_engine *engine, unsigned node, unsigned i,
    struct pf_param_info *info);

/*
 * The parameter of a path: full ("bass.cutoff"), or of a node's own
 * ("cutoff" with node 0..255).  node PF_NODE_ANY: full paths only.  Returns 0
 * or -ENOENT.
 */
#define PF_NODE_ANY 256
int pf_engine_param_find(struct pf_engine *engine, unsigned node,
    const char *path, struct pf_param_info *info);

/* A committed change is what the functions above tell from now on.  Setup. */
void pf_change_shown(struct pf_change *change);

#endif
