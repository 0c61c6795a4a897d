/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mix as a file, share/mixes/NAME.yaml: the FX returns, the master, and who
 * plays what when nobody said it.
 *
 *     returns:
 *       reverb: {fx: [reverb: {decay: 1.8}], gain: -2}
 *     master: {fx: [dcblock, limiter]}
 *     instruments: {drums: kit-acoustic, bass: bass-guitar, ...}
 *     otherwise: e-piano
 *     programs: [e-piano, ...]      # General MIDI 0..127
 *     kits: {0: kit-acoustic, 25: kit-808}
 *
 * Setup only.
 */
#ifndef PF_ENGINE_MIX_FILE_H
#define PF_ENGINE_MIX_FILE_H

#include "base/attr.h"
#include "base/err.h"
#include "engine/engine.h"

#include <stdbool.h>

struct pf_mix;

/*
 * Read a mix by name ("default") or path.  Returns 0 and *mix, to be freed
 * with pf_mix_free(); or a negative errno with *err worded.
 */
PF_MUST_CHECK int pf_mix_load(struct pf_mix **mix, const char *name,
    struct pf_err *err);
void pf_mix_free(struct pf_mix *mix);

/* The FX returns, 0 .. pf_mix_returns() - 1; borrowed from the mix. */
unsigned pf_mix_returns(const struct pf_mix *mix);
const char *pf_mix_return_name(const struct pf_mix *mix, unsigned i);
const struct pf_channel *pf_mix_return(const struct pf_mix *mix, unsigned i);

/* The master's channel; borrowed. */
const struct pf_channel *pf_mix_master(const struct pf_mix *mix);

/* Add all returns to an engine.  Returns 0 or what the engine said. */
PF_MUST_CHECK int pf_mix_add_returns(const struct pf_mix *mix,
    struct pf_engine *engine, struct pf_err *err);

/*
 * The instrument for a source of that name: the longest word of
 * `instruments` that stands in it ("bass" in "bass-2", any case), else
 * `otherwise`.  Borrowed.
 */
const char *pf_mix_instrument(const struct pf_mix *mix, const char *source);

/*
 * The instrument for a program of General MIDI.  Bank 128 is the drums, as
 * is any bank of a source that plays drums; an unknown kit is the one below.
 * program 0..127, else as pf_mix_instrument() says for "".  Borrowed.
 */
const char *pf_mix_program(const struct pf_mix *mix, unsigned bank,
    unsigned program, bool drums);

#endif
