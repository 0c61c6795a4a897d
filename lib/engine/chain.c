/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/chain.h"

#include <string.h>

const struct pf_param pf_channel_param[4] = {
	{"gain", "dB", -96, 24, 0, PF_LINEAR, NULL, "loudness of the strip"},
	{"pan", "", -1, 1, 0, PF_LINEAR, NULL, "left -1, right 1"},
	{"mute", "", 0, 1, 0, PF_LINEAR, NULL, "1 silences the strip"},
	{"send", "", 0, 1, 0, PF_LINEAR, NULL, "how much an FX return gets"},
};

/* Behind the limiter nothing may grow: neither by gain nor by panning. */
const struct pf_param pf_master_param[2] = {
	{"gain", "dB", -96, 0, 0, PF_LINEAR, NULL, "loudness of the output"},
	{"pan", "", 0, 0, 0, PF_LINEAR, NULL, "always in the middle"},
};

const struct pf_param pf_shed_param = {
	"shed", "", 0, PF_VOICES_MOST, 0, PF_LINEAR, NULL, "voices to fade out"
};

static void
lay_out(struct pf_chain *chain, uint32_t rate_hz)
{
	for (unsigned i = 0; i < chain->fxs; i++)
		chain->insert[i].state = pf_arena_take(&chain->arena, 1,
		    chain->spec.fx[i].fx->bytes(rate_hz));
}

/* An effect that has heard nothing yet may sleep at once. */
static void
set_sleep(struct pf_insert *insert, uint32_t rate_hz)
{
	const struct pf_fx *fx = insert->fx;
	const unsigned tail = fx->tail ? fx->tail(rate_hz) : 0;
	insert->tail_blocks = PF_SLEEP_BLOCKS + tail / PF_BLOCK;
	insert->quiet_blocks = insert->tail_blocks;
}

int
pf_chain_init(struct pf_chain *chain, const struct pf_channel *spec,
    uint32_t rate_hz)
{
	memset(chain, 0, sizeof *chain);
	chain->spec = *spec;
	chain->fxs = spec->fxs;
	chain->sends = spec->sends;
	lay_out(chain, rate_hz);
	const int status = pf_arena_open(&chain->arena);
	if (status < 0)
		return status;
	lay_out(chain, rate_hz);
	for (unsigned i = 0; i < chain->fxs; i++) {
		struct pf_insert *insert = &chain->insert[i];
		insert->fx = spec->fx[i].fx;
		insert->keyed = spec->fx[i].sidechain[0];
		insert->fx->init(insert->state, rate_hz, spec->fx[i].value);
		set_sleep(insert, rate_hz);
	}
	chain->dim = 1;
	pf_chain_reset(chain);
	return 0;
}

void
pf_chain_fini(struct pf_chain *chain)
{
	pf_arena_close(&chain->arena);
}
