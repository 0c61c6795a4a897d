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
#include "engine/chain.h"
#include "engine/engine.h"
#include "engine/scheduler.h"
#include "engine/voices.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#define PF_NODES_MOST (PF_STRIPS_MOST + PF_RETURNS_MOST)
#define PF_INPUTS_MOST 16

enum pf_strip_kind { PF_STRIP_VOICES, PF_STRIP_INPUT, PF_RETURN, PF_MASTER };

/* What is to be rendered now, the same for all strips. */
struct pf_run {
	int64_t frame;
	unsigned pos, n;
	uint32_t rate_hz;
	double bpm, beat; /* at the block's begin */
	const float *const *in;
};

/* Who sends here, and by which of its sends. */
struct pf_feed {
	const struct pf_strip *from;
	unsigned send;
};

/* A parameter by the hash of its path. */
struct pf_path {
	uint32_t hash; /* 0: an empty place */
	uint16_t slot;
};

/* A hash table of paths, open addressing. */
struct pf_paths {
	struct pf_path *path; /* path[mask + 1] */
	uint32_t mask;
};

/* `cutoff`; `bass.cutoff`; the model's alone, for notes. */
struct pf_names_of_strip {
	struct pf_paths own, full, note;
};

struct pf_strip {
	alignas(64) float l[PF_BLOCK]; /* what it gives, behind the fader */
	float r[PF_BLOCK];
	bool silent;              /* the last run: l and r are all zero */
	enum pf_strip_kind kind;
	char name[PF_NAME_MOST];
	uint32_t hash;
	unsigned number, input;
	uint32_t rate_hz;
	struct pf_voices *voices;  /* NULL but for PF_STRIP_VOICES */
	struct pf_voices *ringing; /* of the instrument before, or NULL */
	struct pf_instrument ins;  /* what `reset` goes back to */
	struct pf_chain chain;
	struct pf_scheduler scheduler;
	struct pf_names_of_strip names;
	struct pf_feed feed[PF_NODES_MOST]; /* PF_RETURN: in summing order */
	unsigned feeds;
	unsigned depth;   /* how many must have run before it */
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
    const struct pf_instrument *instrument, uint32_t rate_hz,
    unsigned pending);
void pf_strip_free(struct pf_strip *strip);

/* Setup.  Another instrument; returns 0 or a negative errno. */
PF_MUST_CHECK int pf_strip_patch(struct pf_strip *strip,
    const struct pf_instrument *instrument);

/* The slot of a path, or -1. */
PF_RT int pf_paths_find(const struct pf_paths *paths, uint32_t hash);

/* What a slot may hold. */
PF_RT const struct pf_param *pf_strip_param(const struct pf_strip *strip,
    unsigned slot);

/* Render; in strips and returns what they depend on has run. */
PF_RT void pf_strip_run(struct pf_strip *strip, const struct pf_run *run);

/* The next frame is in another transport epoch. */
PF_RT void pf_strip_epoch(struct pf_strip *strip, int64_t frame);

#endif
