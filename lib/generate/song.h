/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A composer: a style and some wishes become a whole song.
 *
 * It works as a band does: first the form (sections and their bars), then
 * the chords of each theme, then tunes made of motifs that return varied,
 * then drums, bass and chords around them, bar by bar, at the section's
 * energy; last what turns knobs.  The same wish gives the same song.
 */
#ifndef PF_GENERATE_SONG_H
#define PF_GENERATE_SONG_H

#include "base/attr.h"
#include "base/err.h"
#include "event/event.h"
#include "event/names.h"
#include "music/style.h"
#include "music/theory.h"

#include <stddef.h>
#include <stdint.h>

enum { PF_SONG_BARS = 4096, PF_SONG_SECTIONS = 512 };

struct pf_song_wish {
	const struct pf_style *style;
	uint64_t seed;
	bool has_key;
	struct pf_key key;      /* if has_key; else the style's (or chords') */
	bool has_mode;
	int mode;               /* PF_MAJOR or PF_MINOR, without has_key */
	double bpm;             /* felt beats a minute; 0: the style's */
	struct pf_meter meter;  /* num 0: the style's */
	int bars;               /* 0: what the form or the length wants */
	double length_s;        /* seconds; 0: not given */
	uint32_t parts;         /* bit (1 << enum pf_part) */
	const char *chords;     /* as people write them, or NULL */
	const char *form;       /* "intro verse chorus", "AABA", or NULL */
	double intensity;       /* added to every section's energy, -0.5..0.5 */
	double brightness;      /* -1 dark .. 1 bright: octaves and filters */
	double swing;           /* 0.5..0.75; 0: the style's */
	double busy[PF_PARTS];  /* added to a part's intensity, -0.5..0.5 */
	const char *sound[PF_PARTS]; /* instruments; NULL: the style's */
};

/* One section of the plan. */
struct pf_song_section {
	const char *name;       /* as the section events say it */
	const char *theme;      /* sections of one theme share tune and chords */
	const char *role;       /* the style's section it is made after */
	int bar, bars;
	double energy, energy_end;
	uint32_t parts;
	bool build, stop, fill;
	int nth;                /* how often its theme was heard before */
};

struct pf_song_note {
	double beat, beats;     /* quarters from the start */
	float velocity;
	uint8_t pitch, part;
};

struct pf_song_set {
	double beat, beats;     /* ramp */
	float value;
	uint8_t part;
	const char *param;
};

struct pf_song {
	struct pf_key key;
	struct pf_meter meter;
	double bpm;             /* quarters a minute */
	int bars, ritard_bars;
	uint32_t parts;
	const char *sound[PF_PARTS];
	size_t n_sections, n_spans, n_notes, n_sets;
	struct pf_song_section *section;
	struct pf_chord_span *span; /* chords; ticks from the start */
	struct pf_song_note *note;  /* by part, then beat */
	struct pf_song_set *set;
};

/*
 * Compose.  Returns 0 and *song, to be freed; -EINVAL with *err worded (a
 * section, a chord that can not be read); -ENOMEM.
 */
PF_MUST_CHECK int pf_song_new(struct pf_song **song,
    const struct pf_song_wish *wish, struct pf_err *err);
void pf_song_free(struct pf_song *song);

/* Seconds from the first to the end of the last bar. */
double pf_song_length_s(const struct pf_song *song);

/*
 * The song as events in order of time; names learns every spelling.  Returns
 * 0 and *event[*n], to be freed with free(); or -ENOMEM, -EEXIST (names).
 */
PF_MUST_CHECK int pf_song_events(const struct pf_song *song,
    struct pf_names *names, struct pf_event **event, size_t *n);

#endif
