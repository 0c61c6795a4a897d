/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plan of a song: which sections, how long.  Private to lib/generate.
 */
#ifndef PF_GENERATE_FORM_H
#define PF_GENERATE_FORM_H

#include "generate/song.h"

/*
 * Plan sections that fill exactly `bars` bars (0: as many as the form likes)
 * and write them to section[PF_SONG_SECTIONS].  Lengths are changed in the
 * sections' own units; a form that is too short repeats its middle, one that
 * is too long loses sections that were heard before; bars that are left over
 * go to the end.
 *
 * Returns the number of sections; or -EINVAL with *err worded.
 */
PF_MUST_CHECK int pf_form_plan(const struct pf_style *style, const char *form,
    int bars, uint64_t seed, struct pf_song_section *section,
    struct pf_err *err);

#endif
