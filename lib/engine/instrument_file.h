/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instruments as files: share/instruments/NAME.yaml.
 *
 *     title: A warm bass            # one line for people
 *     model: subtractive
 *     voices: 4                     # at once; 16
 *     legato: true                  # tied notes do not start anew; false
 *     transpose: -12                # semitones; 0
 *     params: {cutoff: 0.4, ...}    # the model's, in its units
 *     fx:                           # in order
 *       - eq: {low: 3}
 *       - compressor: {name: duck, sidechain: drums, threshold: -24}
 *     sends: {reverb: 0.2}
 *     gain: -3                      # dB
 *     pan: 0
 *
 * The model `drums` also takes `pieces` and `pieces_from` (kit_file.c),
 * `sampler` takes `zones` (zone_file.c) and `soundfont` takes `file`, `bank`
 * and `program`.  Setup only.
 */
#ifndef PF_ENGINE_INSTRUMENT_FILE_H
#define PF_ENGINE_INSTRUMENT_FILE_H

#include "base/attr.h"
#include "base/err.h"
#include "config/yaml.h"
#include "engine/instrument.h"

#include <stddef.h>

/*
 * Read an instrument by name ("warm-bass") or path.  Returns 0 and fills
 * *instrument, to be emptied with pf_instrument_fini() once no engine uses
 * it; or a negative errno with *err worded: an unknown name with the nearest,
 * a wrong key or value with file, line and what was expected.
 */
PF_MUST_CHECK int pf_instrument_load(struct pf_instrument *instrument,
    const char *name, struct pf_err *err);

/* The same from text[len]; `file` stands in messages. */
PF_MUST_CHECK int pf_instrument_parse(struct pf_instrument *instrument,
    const char *text, size_t len, const char *file, struct pf_err *err);

/*
 * Read the keys fx, sends, gain and pan of a map into *channel; other keys
 * are not looked at.  Returns 0 or -EINVAL with *err worded.
 */
PF_MUST_CHECK int pf_channel_read(const struct pf_yaml_node *map,
    struct pf_channel *channel, struct pf_err *err);

/*
 * Read params[n]'s values by name from a map (NULL: nothing) into value[n].
 * The keys skip[skips] are somebody else's.  Returns 0 or -EINVAL.
 */
PF_MUST_CHECK int pf_params_read(const struct pf_yaml_node *map,
    const struct pf_param *params, unsigned n, float *value,
    const char *const *skip, unsigned skips, struct pf_err *err);

#endif
