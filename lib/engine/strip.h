/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A strip: where one source's events become sound.  Also an FX return (its
 * sound are the sends of others), an input (its sound comes from outside)
 * and the master.
 *
 * One thread runs a strip at a time; which one may change from run to run.
 * Between runs it belongs to the driver's thread.
 */
#ifndef PF_ENGINE_STRIP_H
#define PF_ENGINE_STRIP_H

#include "base/attr.h"
#include "engine/engine.h"
#include "engine/gear.h"
#include "engine/scheduler.h"
#include "engine/tempo.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#define PF_NODES_MOST (PF_STRIPS_MOST + PF_RETURNS_MOST)
#define PF_INPUTS_MOST 16

#define PF_RINGING_MOST 8 /* instruments before, still to be heard */

/* What only the transport may use of `pending`, and what ends may. */
#define PF_PLACES_TURNS 16
#define PF_PLACES_ENDS 48

/* What is to be rendered now, the same for all strips. */
struct pf_run {
	int64_t frame;
	int64_t first;    /* the engine's first frame: chance counts from it */
	unsigned pos, n;
	uint32_t rate_hz;
	double bpm, beat; /* at the block's begin */
	const struct pf_tempos *tempos; /* that are to come */
	const float *const *in;
};

/* Who sends here, and by which of its sends. */
struct pf_feed {
	const struct pf_strip *from;
	unsigned send;
};

struct pf_strip {
	alignas(64) float l[PF_BLOCK]; /* what it gives, behind the fader */
	float r[PF_BLOCK];
	bool silent;              /* the last run: l and r are all zero */
	bool sounded;             /* not all runs since the block began were */
	enum pf_strip_kind kind;
	char name[PF_NAME_MOST];
	uint32_t hash;
	unsigned number, input;
	uint32_t rate_hz;
	struct pf_gear *gear;     /* what it plays on */
	struct pf_gear *ringing[PF_RINGING_MOST]; /* before; oldest first */
	unsigned ringings;
	struct pf_scheduler scheduler;
	struct pf_fates fates;
	int64_t told_frame;       /* of the last fate, */
	unsigned told_ns;         /* so many ns behind it, */
	uint32_t told_source;     /* and of the last `set`: whose */
	const struct pf_feed *feed; /* feed[feeds]; returns: in summing order */
	unsigned feeds;
	unsigned taken;   /* events since the block began */
	unsigned stop_blocks, stop_left; /* of a fade; stop_blocks 0: none */
	uint64_t late, dropped, nonfinite;
	struct pf_arena arena;
};

/*
 * Setup.  instrument: for PF_STRIP_VOICES all of it, else only its channel
 * counts.  Returns 0 or a negative errno.
 */
PF_MUST_CHECK int pf_strip_new(struct pf_strip **strip,
    enum pf_strip_kind kind, const char *name,
    const struct pf_instrument *instrument, unsigned input,
    uint32_t rate_hz, unsigned pending);
void pf_strip_free(struct pf_strip *strip);

/*
 * Another instrument, between runs: what sounds rings out.  The caller sees
 * to it that there is a place in ringing[].
 */
PF_RT void pf_strip_patch(struct pf_strip *strip, struct pf_gear *gear);

/* A strip comes in the middle of a block, as if since it began. */
PF_RT void pf_strip_join(struct pf_strip *strip, const struct pf_run *run);

/* Let go of the oldest instrument that rings, heard or not. */
PF_RT void pf_strip_cut(struct pf_strip *strip);

/* What a slot may hold. */
PF_RT const struct pf_param *pf_strip_param(const struct pf_strip *strip,
    unsigned slot);

/* The slot of a path's hash as it was found once, or -1. */
PF_RT int pf_strip_slot(const struct pf_strip *strip, uint32_t name,
    enum pf_by by);

/* x as a parameter may be: in its range, a whole number if it is a choice. */
PF_RT float pf_param_fit(const struct pf_param *param, float x);

/* Render; in strips and returns what they depend on has run. */
PF_RT void pf_strip_run(struct pf_strip *strip, const struct pf_run *run);

/* A tempo that has come is in force for all that sounds. */
PF_RT void pf_strip_step(struct pf_strip *strip,
    const struct pf_tempo_step *step);

/* Pending tempos have changed: ends are found again from their bases. */
PF_RT void pf_strip_retime(struct pf_strip *strip,
    const struct pf_tempos *tempos);

#endif
