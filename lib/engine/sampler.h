/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sampled instruments: what the model `sampler` plays, as data.
 *
 * A zone is a recording with the keys and velocities it serves.  Zones that
 * serve the same note and stand in the same group are taken in turn.
 */
#ifndef PF_ENGINE_SAMPLER_H
#define PF_ENGINE_SAMPLER_H

#include "engine/model.h"

#include <stddef.h>
#include <stdint.h>

enum {
	PF_ZONES_MOST = 256,
	PF_ZONE_GUARD = 4 /* silent frames before and behind a sample */
};

struct pf_zone {
	/* sample[-GUARD*channels .. (frames+GUARD)*channels - 1] */
	const float *sample;
	float *memory;       /* what was allocated for it; NULL: shared */
	int64_t frames;
	unsigned channels;   /* 1 or 2 */
	uint32_t rate_hz;
	float root;          /* the key at which it plays as recorded */
	float tune;          /* cents */
	float gain_db, pan;
	uint8_t low_key, high_key;
	float low_velocity, high_velocity;
	int64_t start;       /* frame where it begins */
	int64_t loop, loop_end; /* it goes round between; loop_end 0: no */
	unsigned choke;      /* hits of one number silence each other */
	bool oneshot;        /* plays to its end whatever the note does */
	bool fixed;          /* the same pitch for all keys */
};

struct pf_zones {
	unsigned n;
	struct pf_zone zone[];
};

/* bank->data is a struct pf_zones; without it the model is silent. */
extern const struct pf_model pf_model_sampler;

#endif
