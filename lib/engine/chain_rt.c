/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/chain.h"

#include "base/math.h"
#include "engine/strip.h"

#include <string.h>

static const float silence[PF_BLOCK];

/* Louder than this is an effect gone wild, not music. */
#define ABSURD 1e6f

/* How many are not finite or absurd; four at a time, since it is often. */
static unsigned
count_bad(const float *x, unsigned n)
{
	typedef float v4 __attribute__((vector_size(16)));
	typedef int32_t i4 __attribute__((vector_size(16)));
	i4 bad = {0};
	unsigned i = 0;
	for (; i + 4 <= n; i += 4) {
		v4 v;
		memcpy(&v, x + i, sizeof v);
		bad -= ~((v > -ABSURD) & (v < ABSURD));
	}
	unsigned count = (unsigned)(bad[0] + bad[1] + bad[2] + bad[3]);
	for (; i < n; i++)
		count += !(x[i] > -ABSURD && x[i] < ABSURD);
	return count;
}

unsigned
pf_guard(float *x, unsigned n)
{
	const unsigned bad = count_bad(x, n);
	if (!bad)
		return 0;
	for (unsigned i = 0; i < n; i++)
		if (!(x[i] > -ABSURD && x[i] < ABSURD))
			x[i] = 0;
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
	gain *= 1 - (double)chain->mute;
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
	}
}

static void
fade(const struct pf_fader *f, unsigned pos, unsigned n, float *x)
{
	if (f->from == f->to) {
		if (f->to == 1)
			return;
		for (unsigned i = 0; i < n; i++)
			x[i] *= f->to;
		return;
	}
	const float step = (f->to - f->from) * (1.0f / PF_BLOCK);
	for (unsigned i = 0; i < n; i++)
		x[i] *= f->from + step * (float)(int)(pos + i);
}

void
pf_chain_run(struct pf_chain *chain, unsigned pos, unsigned n, float *l,
    float *r)
{
	for (unsigned i = 0; i < chain->fxs; i++) {
		const struct pf_insert *insert = &chain->insert[i];
		struct pf_fx_io io = {.pos = pos, .n = n, .l = l, .r = r};
		if (insert->keyed) {
			io.key_l = insert->key ? insert->key->l : silence;
			io.key_r = insert->key ? insert->key->r : silence;
		}
		insert->fx->run(insert->state, &io);
	}
	fade(&chain->l, pos, n, l);
	fade(&chain->r, pos, n, r);
	if (chain->fxs)
		chain->nonfinite += pf_guard(l, n) + pf_guard(r, n);
}
