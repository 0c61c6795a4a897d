/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One sounding hit of the model `drums`: drums_rt.c makes it ready,
 * drums_voice_rt.c lets it sound.
 *
 * Partials are complex numbers z that turn and shrink by c each frame.  STEP
 * frames are computed side by side as the real parts of z, z c, z c^2 ...
 * out of a table of these powers, then z goes on by c^STEP.  Steps begin at
 * multiples of STEP of the block, so a cut in the middle of one computes it
 * again and gives the same samples.
 */
#ifndef PF_ENGINE_DRUMS_VOICE_H
#define PF_ENGINE_DRUMS_VOICE_H

#include "engine/drums.h"

#include "base/attr.h"

enum {
	PF_DRUM_ROW = 16, /* partials that fall asleep together */
	PF_DRUM_BANK = PF_DRUM_MODES + PF_DRUM_METALS,
	PF_DRUM_ROWS = PF_DRUM_BANK / PF_DRUM_ROW,
	PF_DRUM_STEP = 8
};

typedef float pf_drum_v4 __attribute__((vector_size(16)));
typedef uint32_t pf_drum_u4 __attribute__((vector_size(16)));
typedef float pf_drum_v8 __attribute__((vector_size(32)));

/*
 * Bands of noise, a lane each: two state-variable filters in a row
 * (fx_eq_rt.c).  Of a v8 the lower lanes are the high-passes, one frame ahead,
 * the upper ones the low-passes that they feed.
 */
struct pf_drum_hiss {
	pf_drum_v8 a11, a12, a22, b1, b2, c0, c1, c2; /* steps of state */
	pf_drum_v8 s1, s2;
	pf_drum_v4 high;           /* what the low-passes hear next */
	pf_drum_v4 env, keep;      /* amplitude and what is left each frame */
	pf_drum_v4 rise, rise_step; /* the attack, 0..1 */
	pf_drum_u4 random;         /* their own: cuts must not mix them */
	float again[PF_DRUM_NOISES]; /* env at the start of a burst */
	unsigned bursts[PF_DRUM_NOISES], gap[PF_DRUM_NOISES];
	unsigned wait[PF_DRUM_NOISES]; /* still to come; frames until */
};

struct pf_drum_voice {
	_Alignas(64) float re[PF_DRUM_BANK], im[PF_DRUM_BANK]; /* z */
	float cr[PF_DRUM_BANK], ci[PF_DRUM_BANK];              /* c^STEP */
	/* Real and (negative) imaginary parts of c^0 .. c^(STEP-1). */
	pf_drum_v8 cosine[PF_DRUM_BANK], sine[PF_DRUM_BANK];
	unsigned partials[PF_DRUM_ROWS]; /* of each row */
	unsigned awake;            /* bit i: row i of the bank still sounds */
	float missing, rise_keep;  /* the metal's attack: from 1 to 0 */
	float steady, shimmer;     /* what of the metal stands, what trembles */
	float tremble, tremble_to; /* slow noise, and how slow */
	uint32_t random;
	float phase, turn;         /* of the body, in turns */
	float bend, bend_keep;     /* pitch above, as a part of turn */
	float body, body_keep;     /* its amplitude */
	float drive;
	unsigned hisses;
	struct pf_drum_hiss hiss;
	float left, right;
	float gain, gain_keep, gain_step; /* choked or stolen */
	unsigned choke;
	bool over;
};

/*
 * Add frames pos .. pos+n-1 of the block of all live voices that are not over
 * to l[n], r[n].
 */
PF_RT void pf_drum_voices_run(struct pf_drum_voice *voice,
    const uint8_t *live, unsigned lanes, unsigned pos, unsigned n, float *l,
    float *r);

/*
 * About how loud a voice still is, before its gain.  Parts of it fall asleep
 * here, at -100 dB, and nowhere else: any cut, same samples.  Once a block.
 */
PF_RT float pf_drum_voice_loudness(struct pf_drum_voice *v);

/* One draw of the generator behind all noises here. */
static inline uint32_t
pf_drum_random(uint32_t x)
{
	return x * 1664525u + 1013904223u;
}

#endif
