/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What models have in common whose voices are lanes of vectors: rows of
 * state, and kernels that are compiled once for each width of registers.
 */
#ifndef PF_ENGINE_LANES_H
#define PF_ENGINE_LANES_H

#include "base/attr.h"
#include "engine/cpu.h"
#include "engine/model.h"

#include <stdbool.h>
#include <stddef.h>

/* How far a lane is taken. */
struct pf_lane_aim {
	unsigned lane;
	float env_frames; /* its envelopes go on by so many frames */
	float frames;     /* its LFO and glide go on by so many */
	float left;       /* to the block's end; 0: values jump there */
};

/* Envelope stages, kept as floats. */
enum { STAGE_IDLE, STAGE_ATTACK, STAGE_DECAY, STAGE_RELEASE, STAGE_FADE };

/* Which parameters and rows of a model LFO and glide are. */
struct pf_control_rows {
	unsigned lfo_hz, lfo_beats, lfo_shape, lfo_delay, glide;
	unsigned lfo_row, age_row, pitch_row, target_row;
};

/* A model's inner loops for one width of registers; all run on audio threads. */
struct pf_lane_kernels {
	const char *name;
	void (*begin)(struct pf_bank *bank); /* a block, for all */
	void (*aim)(struct pf_bank *bank, const struct pf_lane_aim *to);
	void (*run)(struct pf_bank *bank, unsigned pos, unsigned n, float *l,
	    float *r);
};

/* What the state of such a model begins with. */
struct pf_lanes {
	float **row; /* row[ROW_X][lane] */
	const struct pf_control_rows *rows; /* which are common */
	float one_over_rate;
	/* Of the narrow and the wide ones those of this block. */
	const struct pf_lane_kernels *narrow, *wide, *now;
};

/* Setup.  Bytes of a state of so many and of its rows behind it. */
size_t pf_lanes_bytes(size_t state, unsigned rows, unsigned lanes);

/*
 * Setup, of the same: row[rows] is found.  of[PF_SIMDS]: the kernels there
 * are; the widest that this machine runs are taken, and 8 lanes as well where
 * there are 16, see pf_lanes_control().
 */
void pf_lanes_init(struct pf_bank *bank, size_t state, float **row,
    unsigned rows, const struct pf_control_rows *which,
    const struct pf_lane_kernels *const *of);

/* That table for a model of whom pf_NAME_base ... are the kernels. */
#if defined(__x86_64__)
#define PF_LANE_KERNELS(name) \
	{[PF_SIMD_BASE] = &pf_##name##_base, [PF_SIMD_AVX2] = \
	    &pf_##name##_avx2, [PF_SIMD_AVX512] = &pf_##name##_avx512}
#else
#define PF_LANE_KERNELS(name) {[PF_SIMD_BASE] = &pf_##name##_base}
#endif

/* Take one lane somewhere, for the rest of the block. */
PF_RT void pf_lanes_aim(struct pf_bank *bank, unsigned lane, float env_frames,
    float frames, unsigned left);

/* A note begins: all rows of its lane are zero but pitch, glide and target. */
PF_RT void pf_lanes_start(struct pf_bank *bank, unsigned lane, unsigned rows,
    const struct pf_start *start);

/* What models call bend, control and run. */
PF_RT void pf_lanes_bend(struct pf_bank *bank, unsigned lane, unsigned pos,
    float pitch, bool glide);

/*
 * A block begins.  Few voices in a wide register cost as much as many, so
 * while 8 lanes hold them all these run, whatever the machine has.  It
 * depends on the voices alone, and only here.
 */
PF_RT void pf_lanes_control(struct pf_bank *bank);
PF_RT void pf_lanes_run(struct pf_bank *bank, unsigned pos, unsigned n,
    float *l, float *r);

#endif
