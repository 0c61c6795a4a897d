/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chord progressions: read as Roman numerals or chord names, composed, and
 * bent to a cadence.  Pure functions; any thread.
 */
#ifndef PF_MUSIC_PROGRESSION_H
#define PF_MUSIC_PROGRESSION_H

#include "base/attr.h"
#include "base/err.h"
#include "music/style.h"
#include "music/theory.h"

#include <stddef.h>
#include <stdint.h>

enum { PF_PROGRESSION_SPANS = 512, PF_PROGRESSION_BARS = 256 };

/* Chords over whole bars; ticks count from the first bar line. */
struct pf_progression_line {
	struct pf_meter meter;
	int bars;
	size_t n;
	struct pf_chord_span span[PF_PROGRESSION_SPANS];
};

/*
 * Read Roman numerals in a key: `i VI | iv V`.  Without '|' each chord has a
 * bar; with it the chords of a bar share it on felt beats.  `%` repeats the
 * bar before.  Returns 0, or -EINVAL with *err worded (no place).
 */
PF_MUST_CHECK int pf_progression_roman(struct pf_progression_line *line,
    const char *text, struct pf_key key, struct pf_meter meter,
    struct pf_err *err);

/*
 * Read chords as people write them: `Am F C G`, `Dm7 G7 | Cmaj7 | % | N.C.`,
 * `(Am F)x2 C G`, `|: C | G :|`.  The same rules and errors.
 */
PF_MUST_CHECK int pf_progression_chords(struct pf_progression_line *line,
    const char *text, struct pf_meter meter, struct pf_err *err);

/* The key that fits a line best: its tones in scale, its first and last. */
struct pf_key pf_progression_key(const struct pf_progression_line *line);

/* How a phrase may end. */
enum pf_cadence {
	PF_CADENCE_NONE,
	PF_CADENCE_HALF,      /* on the dominant */
	PF_CADENCE_AUTHENTIC, /* dominant, tonic */
	PF_CADENCE_PLAGAL,    /* subdominant, tonic */
	PF_CADENCE_DECEPTIVE  /* dominant, sixth degree */
};

/*
 * Compose `bars` bars, a chord each, that begin on the tonic and end in the
 * cadence: a Markov chain over eight degrees, held to both ends.
 *
 * sevenths  0 triads .. 1 four-note chords
 */
void pf_progression_compose(struct pf_progression_line *line,
    struct pf_key key, struct pf_meter meter, int bars,
    enum pf_cadence cadence, double sevenths, uint64_t seed);

/* Bend the last bars (one for a half cadence, else two) to a cadence. */
void pf_progression_close(struct pf_progression_line *line, struct pf_key key,
    enum pf_cadence cadence, double sevenths);

/* Does the line already end so (by the functions of its last two chords)? */
bool pf_progression_ends(const struct pf_progression_line *line,
    struct pf_key key, enum pf_cadence cadence);

/* The chord at a tick of the endlessly repeated line. */
struct pf_chord pf_progression_at(const struct pf_progression_line *line,
    int64_t tick);

#endif
