/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drum kits: what the model `drums` plays, as data.
 *
 * A piece is struck and rings out by itself.  It is made of up to four parts:
 *
 *     body    a sine that falls from a higher pitch: the skin of a drum
 *     modes   up to 16 partials that ring: shells, wood, bells
 *     metal   a cloud of 32 partials between two frequencies: cymbals; or the
 *             partials of six square waves: the cymbals of drum machines
 *     noise   up to three bands of noise: wires, sticks, air, hands
 *
 * All times of decay are until 60 dB down; levels are in dB, 0 is full scale
 * for a hit of velocity 1.
 */
#ifndef PF_ENGINE_DRUMS_H
#define PF_ENGINE_DRUMS_H

#include "engine/model.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	PF_DRUM_KEYS = 128,
	PF_DRUM_PIECES = 64,
	PF_DRUM_MODES = 16,
	PF_DRUM_METALS = 32,
	PF_DRUM_NOISES = 3,
	PF_DRUM_OFF = -200 /* dB: the part is not there */
};

/* What the model's parameters act on: `kick` (dB), `kick_tune` ... */
enum pf_drum_group {
	PF_DRUM_KICK,
	PF_DRUM_SNARE,
	PF_DRUM_HAT,
	PF_DRUM_TOM,
	PF_DRUM_CYMBAL,
	PF_DRUM_PERC,
	PF_DRUM_GROUPS
};

struct pf_drum_body {
	float level_db;
	float hz;
	float bend;    /* semitones above hz where it begins */
	float bend_s;  /* until the bend is mostly over (to 1/e) */
	float decay_s;
	float drive;   /* 0 clean .. 1 and more: squashed */
};

struct pf_drum_mode {
	float hz, level_db, decay_s;
};

struct pf_drum_metal {
	float level_db;
	float low_hz, high_hz;
	float decay_s, high_decay_s; /* at low_hz and at high_hz */
	float tilt_db;               /* an octave */
	float attack_s;              /* how slowly it opens */
	float shimmer;               /* 0 single partials .. 1 a dense hiss */
	bool squares;
	uint32_t seed;               /* which cloud */
};

struct pf_drum_noise {
	float level_db;
	float low_hz, high_hz;
	float attack_s, decay_s;
	unsigned bursts; /* claps: how often it starts anew ... */
	float gap_s;     /* ... and after what time */
};

struct pf_drum_piece {
	char name[32];
	enum pf_drum_group group;
	float gain_db;
	float pan;           /* -1 left .. 1 right, as the audience sees it */
	unsigned choke;      /* hits of one number silence each other; 0: no */
	float choke_s;       /* within this time */
	float dynamics;      /* how much velocity changes timbre; 1 is usual */
	struct pf_drum_body body;
	unsigned modes, noises;
	struct pf_drum_mode mode[PF_DRUM_MODES];
	struct pf_drum_metal metal;
	struct pf_drum_noise noise[PF_DRUM_NOISES];
};

struct pf_drum_kit {
	unsigned pieces;
	struct pf_drum_piece piece[PF_DRUM_PIECES];
	uint8_t of_key[PF_DRUM_KEYS]; /* the piece of a key; 255: none */
};

/* bank->data is a struct pf_drum_kit; without one it is silent. */
extern const struct pf_model pf_model_drums;

#endif
