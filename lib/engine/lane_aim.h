/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a model's functions tell its kernels to take a lane somewhere.
 */
#ifndef PF_ENGINE_LANE_AIM_H
#define PF_ENGINE_LANE_AIM_H

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

#endif
