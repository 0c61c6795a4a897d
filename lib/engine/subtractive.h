/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The subtractive voice, as its parts see it: two oscillators (the first up
 * to seven in unison), sub and noise -> drive -> state-variable filter ->
 * envelope and pan.
 *
 * State is an array of lanes for each quantity.  What moves within a block
 * is a pair: where it will be at the block's end, and its step a frame, so
 * at pos it is end + step * (pos - PF_BLOCK), however the block is cut.
 */
#ifndef PF_ENGINE_SUBTRACTIVE_H
#define PF_ENGINE_SUBTRACTIVE_H

#include "engine/lanes.h"
#include "engine/model.h"

#define PF_UNISON 7

/* Parameters, in the order of the table. */
enum {
	SUB_SHAPE, SUB_LEVEL, SUB_WIDTH, SUB_UNISON, SUB_DETUNE, SUB_SPREAD,
	SUB_SHAPE2, SUB_LEVEL2, SUB_TUNE2, SUB_FINE2, SUB_SUB, SUB_NOISE,
	SUB_FILTER, SUB_SLOPE, SUB_CUTOFF, SUB_RESONANCE, SUB_DRIVE,
	SUB_TRACK, SUB_BRIGHTNESS, SUB_ENVELOPE,
	SUB_FATTACK, SUB_FDECAY, SUB_FSUSTAIN, SUB_FRELEASE,
	SUB_ATTACK, SUB_DECAY, SUB_SUSTAIN, SUB_RELEASE, SUB_VELOCITY,
	SUB_LFO, SUB_LFO_BEATS, SUB_LFO_SHAPE, SUB_LFO_DELAY,
	SUB_VIBRATO, SUB_PWM, SUB_WOBBLE, SUB_TREMOLO,
	SUB_GLIDE, SUB_DRIFT, SUB_GAIN, SUB_PAN,
	SUB_PARAMS
};

enum { SUB_SAW, SUB_PULSE, SUB_TRIANGLE, SUB_SINE };
enum { SUB_LOWPASS, SUB_BANDPASS, SUB_HIGHPASS };

/*
 * Rows of state.  X and X + 1 of a pair are its end and its step.  Phases and
 * their steps are integers, a turn is 2^32: they wrap by themselves.  They
 * move with every frame: value and step are those of the next one.
 */
enum {
	/* Oscillators. */
	ROW_PHASE,                          /* [PF_UNISON] */
	ROW_STEP = ROW_PHASE + PF_UNISON,   /* [PF_UNISON] and their steps */
	ROW_PERIOD = ROW_STEP + 2 * PF_UNISON, /* see REACH; a pair */
	ROW_UNI_L = ROW_PERIOD + 2,         /* [PF_UNISON] */
	ROW_UNI_R = ROW_UNI_L + PF_UNISON,  /* [PF_UNISON] */
	ROW_AMP = ROW_UNI_R + PF_UNISON,    /* [4] pairs, by shape */
	ROW_PHASE2 = ROW_AMP + 8,
	ROW_STEP2,                          /* and its step */
	ROW_PERIOD2 = ROW_STEP2 + 2,        /* a pair */
	ROW_AMP2 = ROW_PERIOD2 + 2,         /* [4] pairs */
	ROW_WIDTH = ROW_AMP2 + 8,           /* turns; a pair */
	ROW_SUB_PHASE = ROW_WIDTH + 2,
	ROW_SUB_AMP,                        /* a pair */
	ROW_NOISE = ROW_SUB_AMP + 2,        /* generator */
	ROW_NOISE_AMP,                      /* a pair */
	/* Filter: two stages, two channels, two integrators each. */
	ROW_IC = ROW_NOISE_AMP + 2,         /* [8] */
	ROW_COEFS = ROW_IC + 8,             /* [2] COEFS pairs, by stage */
	ROW_DRIVE = ROW_COEFS + 16,         /* gain into the shaper; a pair */
	ROW_TYPE,                           /* SUB_LOWPASS ..., as a float */
	ROW_STEEP,                          /* 1: stage 2 is used */
	/* Out. */
	ROW_L = ROW_STEEP + 1,              /* gain; a pair */
	ROW_R = ROW_L + 2,                  /* gain; a pair */
	/* Control: values at the block's end. */
	ROW_ENV = ROW_R + 2, ROW_ENV_STEP, ROW_STAGE,
	ROW_FENV, ROW_FENV_STEP, ROW_FSTAGE,
	ROW_LFO, ROW_LFO_AGE, ROW_PITCH, ROW_TARGET, ROW_VELOCITY,
	ROW_DRIFT, ROW_DRIFT_CUTOFF,
	ROWS
};

/* Of one filter stage, each a pair; see filter(). */
enum { COEF_B, COEF_C = 2, COEF_D = 4, COEF_K = 6, COEFS = 8 };

/* What a group of lanes needs: anything else costs nothing. */
enum {
	USE_AMP = 1 << 0,      /* << shape: the first oscillator */
	USE_AMP2 = 1 << 4,     /* << shape: the second */
	USE_SUB = 1 << 8,
	USE_NOISE = 1 << 9,
	USE_DRIVE = 1 << 10,
	USE_STEEP = 1 << 11,   /* 24 dB an octave */
	USE_TYPES = 1 << 12,   /* other than low-pass */
	USE_STEREO = 1 << 13,
	USE_UNISON_SHIFT = 16, /* how many */
};

struct pf_subtractive {
	struct pf_lanes lanes;
	float *row[ROWS + 1]; /* row[ROW_X][lane]; the last holds `use` */
	uint32_t *use; /* use[lane / 4], of the group that begins there */
};

/* Here, so that kernels know it as constants. */
static const struct pf_control_rows pf_subtractive_rows = {
	.lfo_hz = SUB_LFO, .lfo_beats = SUB_LFO_BEATS,
	.lfo_shape = SUB_LFO_SHAPE, .lfo_delay = SUB_LFO_DELAY,
	.glide = SUB_GLIDE,
	.lfo_row = ROW_LFO, .age_row = ROW_LFO_AGE,
	.pitch_row = ROW_PITCH, .target_row = ROW_TARGET,
};

extern const struct pf_lane_kernels pf_subtractive_base, pf_subtractive_avx2,
    pf_subtractive_avx512;

#endif
