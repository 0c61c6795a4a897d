/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What models keep beside their parameters, read from an instrument's file.
 * For this room only.
 */
#ifndef PF_ENGINE_INSTRUMENT_DATA_H
#define PF_ENGINE_INSTRUMENT_DATA_H

#include "base/err.h"
#include "config/yaml.h"
#include "engine/instrument.h"

/*
 * Each reads the keys of its model from the root of a file and sets
 * instrument->data and data_free.  Returns 0 or a negative errno with *err.
 */
int pf_kit_read(const struct pf_yaml_node *root,
    struct pf_instrument *instrument, struct pf_err *err);
int pf_zones_read(const struct pf_yaml_node *root,
    struct pf_instrument *instrument, struct pf_err *err);
int pf_soundfont_read(const struct pf_yaml_node *root,
    struct pf_instrument *instrument, struct pf_err *err);

/* A path as a file says it: as it is, or beside the file that says it. */
int pf_beside(char *path, size_t size, const struct pf_yaml_node *node,
    struct pf_err *err);

#endif
