/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands between a source of sound and the mix: inserts, fader, pan,
 * sends; of a strip, an FX return or the master.  And its parameters, which
 * ramp in whole blocks and are smooth within them.
 */
#ifndef PF_ENGINE_CHAIN_H
#define PF_ENGINE_CHAIN_H

#include "base/attr.h"
#include "engine/arena.h"
#include "engine/instrument.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Slots number the parameters of a strip: first the model's, then those of
 * each insert, then the channel's.
 */
enum {
	PF_SLOT_FX = PF_PARAMS_MOST,
	PF_SLOT_GAIN = PF_SLOT_FX + PF_INSERTS_MOST * PF_FX_PARAMS_MOST,
	PF_SLOT_PAN,
	PF_SLOT_MUTE,
	PF_SLOT_SEND,
	PF_SLOT_SHED = PF_SLOT_SEND + PF_SENDS_MOST, /* an act: fewer voices */
	PF_SLOTS
};

/* gain, pan, mute and one send: what lies between PF_SLOT_GAIN and _SEND. */
extern const struct pf_param pf_channel_param[4];

/*
 * Where a fader (gain or pan) stands under another instrument: what the hand
 * gave or took on the old one's own setting holds for the new one's; a fader
 * that was shut stays shut.
 */
PF_RT static inline float
pf_channel_keep(const struct pf_param *param, float value, float old_base,
    float new_base)
{
	const float kept = new_base + (value - old_base);
	if (param == &pf_channel_param[0] && value <= param->lo)
		return param->lo;
	return kept < param->lo ? param->lo
	    : kept > param->hi ? param->hi : kept;
}

/* The first two as the master has them: it never exceeds its ceiling. */
extern const struct pf_param pf_master_param[2];

/* How many voices shall go at once. */
extern const struct pf_param pf_shed_param;

/* An effect that is shorter than this waits so long before it sleeps. */
#define PF_SLEEP_BLOCKS 32

struct pf_strip;

struct pf_insert {
	const struct pf_fx *fx;
	void *state;
	float value[PF_FX_PARAMS_MOST];
	const struct pf_strip *key; /* sidechain, or NULL */
	bool keyed;                 /* a name was given, here or not */
	/* Sleep, see pf_chain_run(). */
	unsigned tail_blocks;       /* so long it is never silent for good */
	unsigned quiet_blocks;      /* since it heard or said anything */
	bool heard;                 /* something, in this block */
	bool asleep;                /* from the block's begin until it wakes */
};

struct pf_fader {
	float from, to; /* at the block's begin and end */
};

struct pf_chain_ramp {
	uint16_t slot;
	uint32_t left; /* blocks */
	float target;
};

struct pf_chain {
	struct pf_channel spec; /* names, and what `reset` goes back to */
	unsigned fxs, sends;
	struct pf_insert insert[PF_INSERTS_MOST];
	float gain_db, pan, mute, send[PF_SENDS_MOST]; /* at the block's end */
	float dim;                  /* 1; less while a stop fades out */
	struct pf_fader l, r, send_level[PF_SENDS_MOST];
	struct pf_chain_ramp ramp[PF_RAMPS_MOST];
	unsigned ramps;
	bool changed, begun;
	uint64_t nonfinite;
	struct pf_arena arena;
};

/* Setup.  Returns 0 or -ENOMEM. */
PF_MUST_CHECK int pf_chain_init(struct pf_chain *chain,
    const struct pf_channel *spec, uint32_t rate_hz);
void pf_chain_fini(struct pf_chain *chain);

/* A slot (from PF_SLOT_FX on) moves to a value in so many blocks. */
PF_RT void pf_chain_set(struct pf_chain *chain, unsigned slot, float value,
    uint32_t blocks);

/* Everything goes back to what the spec said. */
PF_RT void pf_chain_reset(struct pf_chain *chain);

/* The fader goes to so much of its gain, 0..1, at the next block's end. */
PF_RT void pf_chain_dim(struct pf_chain *chain, float dim);

/* A block begins. */
PF_RT void pf_chain_block(struct pf_chain *chain, double bpm, double beat);

/*
 * Inserts and fader, in place on l[n], r[n].  sounds: they are not all zero.
 * Returns the same about what comes out.
 */
PF_RT bool pf_chain_run(struct pf_chain *chain, unsigned pos, unsigned n,
    float *l, float *r, bool sounds);

/*
 * Samples that are not finite, or absurdly large, become zero.  Returns how
 * many there were.
 */
PF_RT unsigned pf_guard(float *x, unsigned n);

#endif
