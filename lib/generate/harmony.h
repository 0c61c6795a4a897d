/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chords of a song: each theme has its line, which its sections repeat
 * and bend to a cadence at their ends.  Private to lib/generate.
 */
#ifndef PF_GENERATE_HARMONY_H
#define PF_GENERATE_HARMONY_H

#include "generate/band.h"
#include "music/progression.h"

/* The chords of a theme, kept so that it returns with them. */
struct pf_harmony {
	struct pf_song_maker *maker;
	struct pf_progression_line given; /* --chords */
	int n;
	const char *theme[PF_STYLE_SECTIONS];
	struct pf_progression_line line[PF_STYLE_SECTIONS];
	struct pf_progression_line work;
};

/* Write the chords of section i; the sections before it stand already. */
void pf_harmony_write(struct pf_harmony *h, size_t i);

#endif
