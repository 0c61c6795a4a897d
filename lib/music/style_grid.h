/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the grids of a style to the places of a bar, in any meter.  Private
 * to lib/music.
 */
#ifndef PF_MUSIC_STYLE_GRID_H
#define PF_MUSIC_STYLE_GRID_H

#include "music/style.h"

enum { PF_GRID_MOST = 256 };

/* One step of a pattern as it falls in a bar. */
struct pf_grid_place {
	int tick, len; /* in the bar */
	int step;      /* of the pattern */
};

/*
 * Lay the steps of bar `bar` of a pattern (grid steps a beat of meter `from`,
 * bars long) into a bar of meter `to`.  The same meter keeps every step; for
 * another one each beat takes the steps of a beat of like weight.  Writes
 * out[PF_GRID_MOST], returns how many.
 */
size_t pf_grid_lay(struct pf_meter from, int grid, int bars, int bar,
    struct pf_meter to, struct pf_grid_place *out);

/* Loudness 1..9 as a velocity. */
float pf_grid_velocity(int loudness);

/*
 * Choose among patterns.  rank(list, i) describes the i-th; returns its
 * place, or -1 if none may be played at this intensity.
 */
struct pf_grid_rank {
	double intensity, weight;
	struct pf_meter meter;
	const struct pf_words *only;
};
int pf_grid_choose(struct pf_grid_rank (*rank)(const void *list, size_t i),
    const void *list, size_t n, const struct pf_place *place, uint32_t name);

/*
 * The steps of a line pattern as notes of the bar: tick, len (may reach
 * beyond the bar), at_beats, late_ms, velocity and step are set, pitch is -1.
 */
size_t pf_grid_line(const struct pf_style *style, const char *voice,
    const struct pf_line_pattern *pattern, const struct pf_place *place,
    struct pf_hit *hit, size_t room);

/* The line pattern for a place, or NULL. */
const struct pf_line_pattern *pf_grid_choose_line(
    const struct pf_line_pattern *list, size_t n,
    const struct pf_place *place, uint32_t name);

#endif
