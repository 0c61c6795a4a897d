/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was heard on the whole, for people: as text, as JSON, in a line or two.
 */
#ifndef PF_ANALYZE_PROFILE_H
#define PF_ANALYZE_PROFILE_H

#include "analysis/ears.h"

#include <stdbool.h>
#include <stdio.h>

/* Print to f; a failure shows in ferror(f). */
void profile_text(FILE *f, const char *name,
    const struct pf_ears_summary *summary);
void profile_json(FILE *f, const char *name,
    const struct pf_ears_summary *summary);

/* Lines on stderr; chords "" if none. */
void profile_brief(const struct pf_ears_summary *summary, const char *chords);

#endif
