/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rack: which instrument a source plays, and the instruments themselves,
 * each read once.
 *
 * In this order: what the user assigned to the source; what the source asked
 * for (`patch name=`, or a General MIDI program); an instrument of the
 * source's own name; what the desk (engine/mix_file.h) gives to a name like
 * that.  The desk also has the FX returns and the master.
 *
 * Setup; one thread at a time.
 */
#ifndef PF_RENDER_RACK_H
#define PF_RENDER_RACK_H

#include "base/attr.h"
#include "base/err.h"
#include "engine/engine.h"

struct pf_rack;

/*
 * An empty rack with a desk, by name ("default") or path.  Returns 0; or a
 * negative errno with *err worded, as pf_mix_load().
 */
PF_MUST_CHECK int pf_rack_new(struct pf_rack **rack, const char *desk,
    struct pf_err *err);

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
 * patch          what it asked for; NULL: nothing
 * bank, program  the General MIDI program it asked for; program -1: none
 *
 * The answer holds until the rack is freed or `patch` goes away.
 */
const char *pf_rack_choose(const struct pf_rack *rack, const char *source,
    const char *patch, int bank, int program);

/*
 * An instrument by name, read when it is wanted first.  Returns 0 and sets
 * *instrument, which lives as long as the rack; -ENOENT with *err worded as
 * above; another negative errno with what is wrong in its file.
 */
PF_MUST_CHECK int pf_rack_get(struct pf_rack *rack, const char *name,
    const struct pf_instrument **instrument, struct pf_err *err);

/* Give an engine the desk's FX returns.  0 or a negative errno. */
PF_MUST_CHECK int pf_rack_returns(const struct pf_rack *rack,
    struct pf_engine *engine, struct pf_err *err);

/*
 * The desk's master, a gain in dB louder.  The limiter makes it, so that what
 * stands in front of it works as before.  Returns the dB beyond its range:
 * who feeds the master has to make them.
 */
double pf_rack_master(const struct pf_rack *rack, struct pf_channel *master,
    double gain_db);

#endif
