/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An effect: stereo in, stereo out, in place.  Inserts of strips, FX returns
 * (reverb, delay) and the master chain are all lists of effects.
 *
 * The rules of time are those of model.h: control() at the start of each
 * block of 64 frames with the values for the block's end, then run() over
 * any cut of the block; the same samples for every cut.
 */
#ifndef PF_ENGINE_FX_H
#define PF_ENGINE_FX_H

#include "engine/model.h"
#include "engine/param.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PF_FX_PARAMS_MOST 32

/* What control() gets. */
struct pf_fx_block {
	const float *value; /* value[param], at the block's end */
	double bpm;         /* quarters a minute, now */
	double beat;        /* quarters since the axis began, now */
};

/* What run() gets. */
struct pf_fx_io {
	unsigned pos, n;  /* frames pos .. pos+n-1 of the block */
	float *l, *r;     /* l[n], r[n], changed in place */
	const float *key_l, *key_r; /* sidechain [n]; NULL: none, use l and r */
};

struct pf_fx {
	const char *name; /* "eq" */
	const char *help;
	const struct pf_param *param;
	unsigned params; /* at most PF_FX_PARAMS_MOST */

	/* Setup.  Bytes of state. */
	size_t (*bytes)(uint32_t rate_hz);

	/* Setup.  state is zeroed and PF_ALIGN aligned; value[param]. */
	void (*init)(void *state, uint32_t rate_hz, const float *value);

	/* Frames by which it delays everything; NULL: 0. */
	unsigned (*latency)(uint32_t rate_hz, const float *value);

	/*
	 * Sleep.  An effect that has heard nothing but zeros and was below
	 * -140 dBFS itself for longer than its tail is not run() until it
	 * hears something; control() goes on.
	 *
	 * tail   Setup.  Frames that what is in it may stay unheard: the
	 *        longest delay.  NULL: none.
	 * still  RT.  Would it be the same after a block of zeros (a gain
	 *        that has come back, a constant that has settled)?  NULL:
	 *        what it says tells all.
	 */
	unsigned (*tail)(uint32_t rate_hz);
	bool (*still)(const void *state);

	/* RT.  A block begins. */
	void (*control)(void *state, const struct pf_fx_block *block);

	/* RT. */
	void (*run)(void *state, const struct pf_fx_io *io);
};

/* The effect of a name, or NULL; all of them, NULL-terminated. */
const struct pf_fx *pf_fx_find(const char *name);
extern const struct pf_fx *const pf_fxs[];

#endif
