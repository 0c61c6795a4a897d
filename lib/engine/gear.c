/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/gear.h"

#include "base/hash.h"
#include "engine/arena.h"

#include <errno.h>
#include <stdlib.h>

int
pf_gear_new(struct pf_gear **gear, enum pf_strip_kind kind, const char *name,
    const struct pf_instrument *ins, unsigned input, uint32_t rate_hz)
{
	struct pf_gear *g = pf_touched_alloc(sizeof *g);
	if (!g)
		return -ENOMEM;
	g->ins = *ins;
	if (kind != PF_STRIP_VOICES)
		g->ins.model = NULL;
	int status = pf_chain_init(&g->chain, &ins->channel, rate_hz);
	if (status == 0)
		status = pf_sheet_new(&g->sheet, kind, name, &g->ins, input);
	if (status == 0 && g->ins.model)
		status = pf_voices_new(&g->voices, ins, pf_hash_str(name),
		    rate_hz);
	if (status < 0)
		pf_gear_free(g);
	else
		*gear = g;
	return status;
}

void
pf_gear_free(struct pf_gear *gear)
{
	if (!gear)
		return;
	pf_voices_free(gear->voices);
	pf_sheet_free(gear->sheet);
	pf_chain_fini(&gear->chain);
	free(gear);
}
