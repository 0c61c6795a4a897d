/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A voice model: how one kind of instrument makes the sound of its notes.
 *
 * A strip owns a bank: `lanes` voices of one model, side by side.  A model
 * keeps the state of all lanes as structure of arrays (x[lane]) in one piece
 * of memory, so that a kernel computes a register's width of voices at once
 * and a model without kernels just loops over the live lanes.
 *
 * Time.  Session time is cut into blocks of PF_BLOCK frames.  `pos` is the
 * frame within the block, 0..63; run() never crosses a block's end.  The
 * engine calls, for each block:
 *
 *     control()                     at pos 0, before anything else
 *     run(pos, n) start() run() release() run() ...
 *
 * so every change happens between two run() calls, on its exact frame, and
 * any cut of the block gives the same samples.  That holds if run() keeps all
 * it knows in the bank's state, frame by frame, and smooth values move by
 * position: control() (and start(), for the rest of its first block) sets
 * where a value is to be at the block's end, run() goes there evenly.
 *
 * Parameters.  value[param][lane] is where each parameter will be at the end
 * of the current block: the strip's value, or the note's own.  The engine
 * fills it before start() and before control(); ramps move it.
 *
 * The functions marked RT run on audio threads: no allocation, no locks, no
 * system calls, bounded loops.  Flush-to-zero is set, so denormals are zero.
 */
#ifndef PF_ENGINE_MODEL_H
#define PF_ENGINE_MODEL_H

#include "engine/param.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PF_BLOCK 64       /* frames between control values */
#define PF_LANES 16       /* lanes come in multiples of this */
#define PF_PARAMS_MOST 64 /* of one model */
#define PF_ALIGN 64       /* bytes: state, and each array of lanes in it */

/* What a model gets to know; only level and state are its to write. */
struct pf_bank {
	uint32_t rate_hz;
	unsigned lanes;            /* a multiple of PF_LANES */
	const uint8_t *live;       /* live[lane]: the lane has a voice */
	const float *const *value; /* value[param][lane], at the block's end */
	float *level;              /* level[lane], see control() */
	double bpm;                /* quarters a minute, now */
	const void *data;          /* the instrument's: samples, a SoundFont */
	void *state;               /* bytes() of it, zeroed, PF_ALIGN aligned */
};

/* A note begins. */
struct pf_start {
	float pitch;      /* MIDI number, 0..135 */
	float velocity;   /* 0..1 */
	float from_pitch; /* the strip's note before it, for glides; or pitch */
	unsigned pos;     /* its frame in the block */
	uint64_t seed;    /* the note's own; the same in every render */
};

struct pf_model {
	const char *name; /* "subtractive" */
	const char *help;
	const struct pf_param *param;
	unsigned params; /* at most PF_PARAMS_MOST */

	/* Setup.  Bytes of state for so many lanes. */
	size_t (*bytes)(uint32_t rate_hz, unsigned lanes);

	/*
	 * Setup.  Prepare bank->state, which is zeroed.  Returns 0 or a
	 * negative errno.  NULL: nothing to do.
	 */
	int (*init)(struct pf_bank *bank);

	/* Setup.  Let go of what init() took; NULL: nothing. */
	void (*fini)(struct pf_bank *bank);

	/* RT.  A voice begins in a lane that was silent. */
	void (*start)(struct pf_bank *bank, unsigned lane,
	    const struct pf_start *start);

	/* RT.  The note ends; the voice may ring on.  velocity 0..1. */
	void (*release)(struct pf_bank *bank, unsigned lane, unsigned pos,
	    float velocity);

	/*
	 * RT.  The voice was stolen: be silent, without a click, within
	 * 5 ms from here.
	 */
	void (*fade)(struct pf_bank *bank, unsigned lane, unsigned pos);

	/*
	 * RT.  The sounding note moves to a pitch; glide: at the model's
	 * glide speed, else by the block's end.  NULL: it can not.
	 */
	void (*bend)(struct pf_bank *bank, unsigned lane, unsigned pos,
	    float pitch, bool glide);

	/*
	 * RT.  A block begins: set targets for its end, and level[lane] for
	 * live lanes: about the peak amplitude (1: full scale) of the voice
	 * now.  Exactly 0 says that the voice is over: the lane becomes free
	 * and must be silent from here on.
	 */
	void (*control)(struct pf_bank *bank);

	/* RT.  Add frames pos .. pos+n-1 of all live lanes to l[n], r[n]. */
	void (*run)(struct pf_bank *bank, unsigned pos, unsigned n, float *l,
	    float *r);
};

/* The model of a name, or NULL. */
const struct pf_model *pf_model_find(const char *name);

/* All models, NULL-terminated, for listings. */
extern const struct pf_model *const pf_models[];

extern const struct pf_model pf_model_subtractive;
extern const struct pf_model pf_model_fm;

#endif
