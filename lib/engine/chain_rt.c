/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/chain.h"

#include "base/math.h"
#include "engine/rows.h"
#include "engine/strip.h"

#include <string.h>

static const float silence[PF_BLOCK];

/* Louder than this is an effect gone wild, not music. */
#define ABSURD 1e6f

/* An effect that says less is as good as silent: -140 dB. */
#define SILENT 1e-7f

unsigned
pf_guard(float *x, unsigned n)
{
	unsigned bad = 0;
	if (pf_row_most(x, n) < pf_row_bits(ABSURD))
		return 0;
	for (unsigned i = 0; i < n; i++) {
		if (x[i] > -ABSURD && x[i] < ABSURD)
			continue;
		x[i] = 0;
		bad++;
	}
	return bad;
}

static float *
value_of(struct pf_chain *chain, unsigned slot)
{
	if (slot < PF_SLOT_GAIN) {
		const unsigned at = slot - PF_SLOT_FX;
		return &chain->insert[at / PF_FX_PARAMS_MOST]
		    .value[at % PF_FX_PARAMS_MOST];
	}
	switch (slot) {
	case PF_SLOT_GAIN:
		return &chain->gain_db;
	case PF_SLOT_PAN:
		return &chain->pan;
	case PF_SLOT_MUTE:
		return &chain->mute;
	default:
		return &chain->send[slot - PF_SLOT_SEND];
	}
}

void
pf_chain_set(struct pf_chain *chain, unsigned slot, float value,
    uint32_t blocks)
{
	unsigned i = 0;
	while (i < chain->ramps && chain->ramp[i].slot != slot)
		i++;
	if (blocks == 0 || i == PF_RAMPS_MOST) {
		if (i < chain->ramps)
			chain->ramp[i] = chain->ramp[--chain->ramps];
		*value_of(chain, slot) = value;
		chain->changed = true;
		return;
	}
	if (i == chain->ramps)
		chain->ramps++;
	chain->ramp[i] = (struct pf_chain_ramp){(uint16_t)slot, blocks, value};
}

void
pf_chain_reset(struct pf_chain *chain)
{
	const struct pf_channel *spec = &chain->spec;
	for (unsigned i = 0; i < chain->fxs; i++)
		memcpy(chain->insert[i].value, spec->fx[i].value,
		    sizeof chain->insert[i].value);
	chain->gain_db = spec->gain_db;
	chain->pan = spec->pan;
	chain->mute = 0;
	for (unsigned i = 0; i < chain->sends; i++)
		chain->send[i] = spec->send[i].level;
	chain->ramps = 0;
	chain->changed = true;
}

void
pf_chain_dim(struct pf_chain *chain, float dim)
{
	chain->dim = dim;
	chain->changed = true;
}

static void
move_ramps(struct pf_chain *chain)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < chain->ramps; i++) {
		struct pf_chain_ramp ramp = chain->ramp[i];
		float *x = value_of(chain, ramp.slot);
		*x = ramp.left == 1 ? ramp.target :
		    *x + (ramp.target - *x) / (float)ramp.left;
		chain->changed = true;
		if (--ramp.left)
			chain->ramp[kept++] = ramp;
	}
	chain->ramps = kept;
}

/*
 * Constant power, 0 dB in the middle, so that a strip left alone passes
 * through as it is; 3 dB more at the side where all of it goes.
 */
static void
aim_faders(struct pf_chain *chain)
{
	double gain = chain->gain_db <= -96 ? 0 :
	    pf_db_to_gain((double)chain->gain_db);
	gain *= (1 - (double)chain->mute) * (double)chain->dim;
	if (chain->pan == 0) {
		chain->l.to = chain->r.to = (float)gain;
	} else {
		const double quarter = 0.78539816339744831;
		const double angle = quarter * (1 + (double)chain->pan);
		const double root2 = 1.4142135623730951;
		chain->l.to = (float)(gain * root2 * pf_cos(angle));
		chain->r.to = (float)(gain * root2 * pf_sin(angle));
	}
	for (unsigned i = 0; i < chain->sends; i++)
		chain->send_level[i].to = chain->send[i];
}

/* A block begins: has the effect been quiet for long enough? */
static void
fall_asleep(struct pf_insert *insert)
{
	if (insert->heard)
		insert->quiet_blocks = 0;
	else if (insert->quiet_blocks < insert->tail_blocks)
		insert->quiet_blocks++;
	insert->heard = false;
	insert->asleep = insert->quiet_blocks >= insert->tail_blocks &&
	    (!insert->fx->still || insert->fx->still(insert->state));
}

void
pf_chain_block(struct pf_chain *chain, double bpm, double beat)
{
	if (chain->ramps)
		move_ramps(chain);
	chain->l.from = chain->l.to;
	chain->r.from = chain->r.to;
	for (unsigned i = 0; i < chain->sends; i++)
		chain->send_level[i].from = chain->send_level[i].to;
	if (chain->changed) {
		chain->changed = false;
		aim_faders(chain);
	}
	if (!chain->begun) {
		/* Nothing has sounded yet, so nothing to be smooth about. */
		chain->begun = true;
		chain->l.from = chain->l.to;
		chain->r.from = chain->r.to;
		for (unsigned i = 0; i < chain->sends; i++)
			chain->send_level[i].from = chain->send_level[i].to;
	}
	for (unsigned i = 0; i < chain->fxs; i++) {
		const struct pf_fx_block block = {
			.value = chain->insert[i].value,
			.bpm = bpm,
			.beat = beat,
		};
		chain->insert[i].fx->control(chain->insert[i].state, &block);
		fall_asleep(&chain->insert[i]);
	}
}

static void
fade(const struct pf_fader *f, unsigned pos, unsigned n, float *x)
{
	if (f->from == 1 && f->to == 1)
		return;
	pf_row_fade(x, f->from, (f->to - f->from) * (1.0f / PF_BLOCK), pos, n);
}

/* The first of n frames at which one of two rows is not zero, or n. */
static unsigned
first_sound(const float *a, const float *b, unsigned n)
{
	unsigned i = 0;
	while (i < n && a[i] == 0 && b[i] == 0)
		i++;
	return i;
}

/*
 * Somebody sleeps and is called.  It wakes at the first frame that is not
 * silent, as if it had been awake since the block began: so it sleeps through
 * whole blocks only, and no cut of a block can be heard.
 *
 * Returns how many frames it slept on; they stay zero.
 */
static unsigned
wake(struct pf_insert *insert, const struct pf_fx_io *io)
{
	float l[PF_BLOCK] = {0}, r[PF_BLOCK] = {0};
	unsigned first = first_sound(io->l, io->r, io->n);
	if (io->key_l)
		first = first_sound(io->key_l, io->key_r, first);
	if (first == io->n)
		return first;
	const struct pf_fx_io past = {
		.pos = 0, .n = io->pos + first, .l = l, .r = r,
		.key_l = io->key_l ? silence : NULL,
		.key_r = io->key_r ? silence : NULL,
	};
	if (past.n)
		insert->fx->run(insert->state, &past);
	insert->asleep = false;
	return first;
}

/* Returns whether anything comes out. */
static bool
run_insert(struct pf_insert *insert, struct pf_fx_io io, bool sounds)
{
	if (insert->keyed) {
		io.key_l = insert->key ? insert->key->l : silence;
		io.key_r = insert->key ? insert->key->r : silence;
	}
	const bool keyed = insert->keyed && insert->key &&
	    !insert->key->silent;
	if (insert->asleep) {
		const unsigned slept = sounds || keyed ? wake(insert, &io) :
		    io.n;
		if (slept == io.n)
			return false;
		io.pos += slept;
		io.n -= slept;
		io.l += slept;
		io.r += slept;
		if (io.key_l) {
			io.key_l += slept;
			io.key_r += slept;
		}
	}
	insert->fx->run(insert->state, &io);
	insert->heard |= sounds || keyed;
	if (sounds)
		return true;
	const uint32_t l = pf_row_most(io.l, io.n);
	const uint32_t r = pf_row_most(io.r, io.n);
	insert->heard |= (l > r ? l : r) >= pf_row_bits(SILENT);
	return l || r;
}

bool
pf_chain_run(struct pf_chain *chain, unsigned pos, unsigned n, float *l,
    float *r, bool sounds)
{
	const struct pf_fx_io io = {.pos = pos, .n = n, .l = l, .r = r};
	for (unsigned i = 0; i < chain->fxs; i++)
		sounds = run_insert(&chain->insert[i], io, sounds);
	if (!sounds)
		return false;
	fade(&chain->l, pos, n, l);
	fade(&chain->r, pos, n, r);
	if (chain->fxs)
		chain->nonfinite += pf_guard(l, n) + pf_guard(r, n);
	return true;
}
