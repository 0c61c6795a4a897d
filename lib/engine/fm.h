/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The FM voice, as its parts see it: four sine operators that bend each
 * other's phase, the fourth its own as well.  J. M. Chowning, "The Synthesis
 * of Complex Audio Spectra by Means of Frequency Modulation", JAES 21(7),
 * 1973.
 *
 * Pairs and phases are as in subtractive.h.
 */
#ifndef PF_ENGINE_FM_H
#define PF_ENGINE_FM_H

#include "engine/lanes.h"
#include "engine/model.h"

#define PF_OPS 4

/* Of one operator; FM_OP + op * FM_PER_OP + FM_RATIO ... */
enum {
	FM_RATIO, FM_DETUNE, FM_LEVEL, FM_ATTACK, FM_DECAY, FM_SUSTAIN,
	FM_RELEASE, FM_VELOCITY,
	FM_PER_OP
};

/* Parameters, in the order of the table. */
enum {
	FM_ALGORITHM, FM_FEEDBACK, FM_INDEX, FM_TRACK,
	FM_LFO, FM_LFO_BEATS, FM_LFO_SHAPE, FM_LFO_DELAY,
	FM_VIBRATO, FM_TREMOLO, FM_GLIDE, FM_DRIFT, FM_GAIN, FM_PAN,
	FM_OP,
	FM_PARAMS = FM_OP + PF_OPS * FM_PER_OP
};

#define FM_ALGORITHMS 8

/* Who bends whom: bit j of by[i] says that operator j bends operator i. */
struct pf_fm_algorithm {
	uint8_t by[PF_OPS];
	uint8_t heard; /* bit i: operator i is heard */
};

extern const struct pf_fm_algorithm pf_fm_algorithm[FM_ALGORITHMS];

enum {
	ROW_PHASE,                         /* [PF_OPS] */
	ROW_STEP = ROW_PHASE + PF_OPS,     /* [PF_OPS] and their steps */
	ROW_AMP = ROW_STEP + 2 * PF_OPS,   /* [PF_OPS] pairs: how it is heard */
	ROW_BEND = ROW_AMP + 2 * PF_OPS,   /* [PF_OPS] pairs: turns it bends */
	ROW_WIRE = ROW_BEND + 2 * PF_OPS,  /* [PF_OPS * PF_OPS] 0 or 1 */
	ROW_FEEDBACK = ROW_WIRE + PF_OPS * PF_OPS, /* turns; a pair */
	ROW_LAST = ROW_FEEDBACK + 2,       /* operator 4's last two samples */
	ROW_L = ROW_LAST + 2, ROW_R = ROW_L + 2, /* pairs */
	ROW_ENV = ROW_R + 2,               /* [PF_OPS] value, step, stage */
	ROW_LFO = ROW_ENV + 3 * PF_OPS,
	ROW_LFO_AGE, ROW_PITCH, ROW_TARGET, ROW_VELOCITY, ROW_DRIFT,
	ROWS
};

struct pf_fm {
	struct pf_lanes lanes;
	float *row[ROWS]; /* row[ROW_X][lane] */
};

/* Here, so that kernels know it as constants. */
static const struct pf_control_rows pf_fm_rows = {
	.lfo_hz = FM_LFO, .lfo_beats = FM_LFO_BEATS,
	.lfo_shape = FM_LFO_SHAPE, .lfo_delay = FM_LFO_DELAY,
	.glide = FM_GLIDE,
	.lfo_row = ROW_LFO, .age_row = ROW_LFO_AGE,
	.pitch_row = ROW_PITCH, .target_row = ROW_TARGET,
};

extern const struct pf_lane_kernels pf_fm_base, pf_fm_avx2,
    pf_fm_avx512;

#endif
