/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a strip plays on: everything that is made from an instrument (or a
 * channel) and that a patch replaces as a whole, by one pointer.
 */
#ifndef PF_ENGINE_GEAR_H
#define PF_ENGINE_GEAR_H

#include "base/attr.h"
#include "engine/chain.h"
#include "engine/sheet.h"
#include "engine/voices.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct pf_gear {
	struct pf_voices *voices; /* NULL but for PF_STRIP_VOICES */
	struct pf_instrument ins; /* what `reset` goes back to */
	struct pf_chain chain;
	struct pf_sheet *sheet;
	/*
	 * Replaced, rung out and let go of: release, by who runs the strip;
	 * pairs with the acquire in pf_change_free().
	 */
	atomic_bool rung;
};

/* Setup; all memory is touched.  Returns 0 or a negative errno. */
PF_MUST_CHECK int pf_gear_new(struct pf_gear **gear, enum pf_strip_kind kind,
    const char *name, const struct pf_instrument *instrument, unsigned input,
    uint32_t rate_hz);
void pf_gear_free(struct pf_gear *gear);

#endif
