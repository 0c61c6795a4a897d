/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rack: which instrument a source plays, and the instruments themselves,
 * each read once.
 *
 * In this order: what the user assigned to the source; what the source asked
 * for (`patch name=`, or a General MIDI program); an instrument of the
 * source's own name; one that fits the word in its name (`drums`, `bass`,
 * `melody2` ...); the electric piano.
 *
 * Setup; one thread at a time.
 */
#ifndef PF_RENDER_RACK_H
#define PF_RENDER_RACK_H

#include "base/attr.h"
#include "base/err.h"
#include "engine/engine.h"

struct pf_rack;

/* An empty rack.  Returns 0 or -ENOMEM. */
PF_MUST_CHECK int pf_rack_new(struct pf_rack **rack);

/* Free it, after the engines that play from it; NULL is fine. */
void pf_rack_free(struct pf_rack *rack);

/*
 * Let a source play an instrument, whatever it asks for.  Returns 0; -ENOENT
 * with *err worded if there is none of that name ("instrument 'wram-bass' is
 * unknown, did you mean 'warm-bass'?"); or as pf_rack_get().
 */
PF_MUST_CHECK int pf_rack_assign(struct pf_rack *rack, const char *source,
    const char *instrument, struct pf_err *err);

/*
 * The name of the instrument for a source.
 *
 * patch    what it asked for; NULL: nothing
 * program  General MIDI program 0..127 it asked for; -1: none
 *
 * The answer holds until the rack is freed or `patch` goes away.
 */
const char *pf_rack_choose(const struct pf_rack *rack, const char *source,
    const char *patch, int program);

/*
 * An instrument by name, read when it is wanted first.  Returns 0 and sets
 * *instrument, which lives as long as the rack; -ENOENT with *err worded as
 * above; another negative errno with what is wrong in its file.
 */
PF_MUST_CHECK int pf_rack_get(struct pf_rack *rack, const char *name,
    const struct pf_instrument **instrument, struct pf_err *err);

/*
 * Give the engine the FX returns that a channel sends to and that it does
 * not have yet: `reverb`, `delay` and `chorus`, wet only.  Returns 0 or a negative errno.
 */
PF_MUST_CHECK int pf_rack_returns(struct pf_engine *engine,
    const struct pf_channel *channel, struct pf_err *err);

/*
 * The master's channel: DC blocker and true-peak limiter at -1 dBTP, behind
 * a gain in dB.
 */
void pf_rack_master(struct pf_channel *master, double gain_db);

#endif
