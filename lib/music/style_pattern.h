/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The grids of a style file, read and checked.  Private to lib/music.
 *
 * Every function returns 0, or -EINVAL with *err placed at the node.
 */
#ifndef PF_MUSIC_STYLE_PATTERN_H
#define PF_MUSIC_STYLE_PATTERN_H

#include "config/yaml.h"
#include "music/style.h"

/* A list of words, or one word alone; NULL leaves it empty. */
PF_MUST_CHECK int pf_style_read_words(const struct pf_yaml_node *node,
    struct pf_words *words, struct pf_err *err);

/* `4/4`; NULL leaves the meter alone. */
PF_MUST_CHECK int pf_style_read_meter(const struct pf_yaml_node *node,
    struct pf_meter *meter, struct pf_err *err);

/* One drum pattern or fill (a map with `rows`). */
PF_MUST_CHECK int pf_style_read_drums(const struct pf_yaml_node *node,
    struct pf_meter usual, struct pf_drum_pattern *pattern,
    struct pf_err *err);
PF_MUST_CHECK int pf_style_read_fill(const struct pf_yaml_node *node,
    struct pf_drum_fill *fill, struct pf_err *err);

/* One pattern (a map with `steps`) of the bass, a comping part or the arp. */
PF_MUST_CHECK int pf_style_read_line(const struct pf_yaml_node *node,
    enum pf_part part, struct pf_meter usual, struct pf_line_pattern *pattern,
    struct pf_err *err);

/* One rhythm cell (a map with `rhythm`). */
PF_MUST_CHECK int pf_style_read_cell(const struct pf_yaml_node *node,
    struct pf_cell *cell, struct pf_err *err);

#endif
