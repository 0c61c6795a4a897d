/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The readers of a style file, a part of it each.  Private to lib/music.
 *
 * Every function takes a node that may be NULL (nothing was said) and returns
 * 0, or -EINVAL with *err placed.
 */
#ifndef PF_MUSIC_STYLE_PART_H
#define PF_MUSIC_STYLE_PART_H

#include "config/yaml.h"
#include "music/style.h"

/* One number of a map; absent keeps what is there. */
struct pf_style_field {
	const char *key;
	double lo, hi;
	double *value;
};

PF_MUST_CHECK int pf_style_read_fields(const struct pf_yaml_node *map,
    const struct pf_style_field *field, size_t n, struct pf_err *err);

/* Check that a node is a list of at most `most`; sets *n, 0 for NULL. */
PF_MUST_CHECK int pf_style_read_list(const struct pf_yaml_node *node,
    const char *what, size_t most, size_t *n, struct pf_err *err);

/* Who plays what: sounds, levels, groove, sweeps and the patterns. */
PF_MUST_CHECK int pf_style_read_players(const struct pf_yaml_node *root,
    struct pf_style *style, struct pf_err *err);

/* Progressions, sections and forms, in this order. */
PF_MUST_CHECK int pf_style_read_song(const struct pf_yaml_node *root,
    struct pf_style *style, struct pf_err *err);

#endif
