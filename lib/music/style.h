/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Styles: what a drummer, a bass player and a pianist know about house or
 * bossa, as data.
 *
 * A style is a YAML file (share/styles, performia-style(5)).  It is read
 * once, checked, and never changes; every reader below is a pure function of
 * it, so one style serves a composer that writes a whole song and live
 * players that ask for the next bar.
 *
 * Patterns are grids, `grid` steps to a felt beat.  A pattern is chosen by
 * intensity 0..1; a style that knows only 4/4 answers for other meters with
 * patterns derived beat by beat.
 */
#ifndef PF_MUSIC_STYLE_H
#define PF_MUSIC_STYLE_H

#include "base/attr.h"
#include "base/err.h"
#include "music/theory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The parts of a band; names: drums perc bass harmony pad arp melody counter */
enum pf_part {
	PF_DRUMS, PF_PERC, PF_BASS, PF_HARMONY, PF_PAD, PF_ARP, PF_MELODY,
	PF_COUNTER,
	PF_PARTS
};
extern const char *const pf_part_name[PF_PARTS];

/* How much a style may hold. */
enum {
	PF_STYLE_STEPS = 96,      /* steps of a pattern: 4 bars of 24 */
	PF_STYLE_ROWS = 16,       /* pieces of a drum pattern */
	PF_STYLE_PATTERNS = 24,   /* patterns of a part */
	PF_STYLE_FILLS = 24,
	PF_STYLE_CELLS = 32,
	PF_STYLE_PROGRESSIONS = 24,
	PF_STYLE_SECTIONS = 16,
	PF_STYLE_FORMS = 8,
	PF_STYLE_ORDER = 24,      /* sections of a form */
	PF_STYLE_NAMES = 8,       /* words in a `for`, sounds of a part */
	PF_STYLE_METERS = 4,
	PF_STYLE_GROOVES = 8,
	PF_STYLE_SWEEPS = 8,
	PF_STYLE_GROOVE_STEPS = 16
};

/* A list of words; empty means "any" where it filters. */
struct pf_words {
	size_t n;
	const char *word[PF_STYLE_NAMES];
};
bool pf_words_have(const struct pf_words *words, const char *word);

/* ---- patterns */

/* One row of a drum grid.  Steps: '.' rest, '1'..'9' loudness, 'x' 7, 'X' 9,
 * 'g' a ghost (2), '?' a ghost now and then, 'f' flam, 'd' drag, 'r' roll. */
struct pf_drum_row {
	int piece; /* General MIDI drum note */
	char step[PF_STYLE_STEPS + 1];
};

struct pf_drum_pattern {
	double intensity;      /* from which on it is played */
	double weight;         /* among equals */
	struct pf_meter meter;
	int grid, bars, steps; /* steps: of the whole pattern */
	struct pf_words only;  /* sections */
	size_t n;
	struct pf_drum_row row[PF_STYLE_ROWS];
};

/* A fill stands at the end of a bar and silences the rows it replaces. */
struct pf_drum_fill {
	double intensity, weight;
	int grid, beats, steps; /* length in felt beats */
	bool keep;              /* time (hats, ride, kick) goes on below it */
	size_t n;
	struct pf_drum_row row[PF_STYLE_ROWS];
};

/* What a step of a pitched part asks for. */
enum pf_step_kind {
	PF_STEP_REST,
	PF_STEP_HOLD,     /* '-' the note before it goes on */
	PF_STEP_DEGREE,   /* '1' root, '3' third ... '8' octave, 'b7', '5,' below */
	PF_STEP_APPROACH, /* 'a' leads into the next chord's root */
	PF_STEP_WALK,     /* 'w' a line between the roots */
	PF_STEP_DEAD,     /* 'x' a muted thump */
	PF_STEP_CHORD,    /* comping: all tones */
	PF_STEP_UP,       /* comping: an upward strum, the high strings */
	PF_STEP_LOW,      /* comping: the chord's root, low */
	PF_STEP_LOW5,     /* comping: its fifth, low */
	PF_STEP_TONE      /* arpeggio: the nth tone of the chord, 1 the lowest */
};

struct pf_step {
	uint8_t kind;     /* enum pf_step_kind */
	int8_t degree;    /* 1.. for DEGREE and TONE */
	int8_t alter;     /* semitones */
	int8_t octave;
	uint8_t loudness; /* 1..9 */
};

/* A pattern of a pitched part: bass, harmony, pad, arp. */
struct pf_line_pattern {
	double intensity, weight;
	struct pf_meter meter;
	int grid, bars, steps;
	double gate;           /* share of its steps that a note sounds, 0.1..1 */
	struct pf_words only;
	struct pf_step step[PF_STYLE_STEPS];
};

/* How a chord is laid out under the hands. */
enum pf_voicing_kind {
	PF_VOICE_CLOSE,    /* three or four notes within an octave */
	PF_VOICE_OPEN,     /* spread over an octave and a half */
	PF_VOICE_ROOTLESS, /* third, fifth, seventh, ninth: the bass has the root */
	PF_VOICE_SHELL,    /* third and seventh */
	PF_VOICE_GUITAR,   /* as six strings fall */
	PF_VOICE_POWER,    /* root, fifth, octave */
	PF_VOICE_KINDS
};
extern const char *const pf_voicing_name[PF_VOICE_KINDS];

struct pf_comp {
	enum pf_voicing_kind voicing;
	double strum_ms; /* from the first to the last string */
	int low, high;   /* MIDI range */
	size_t n;
	struct pf_line_pattern pattern[PF_STYLE_PATTERNS];
};

/* ---- melody */

/* A rhythm of whole felt beats: lengths in steps, rests negative. */
struct pf_cell {
	double weight;
	int grid;          /* steps a felt beat */
	int beats;         /* felt beats it fills */
	struct pf_meter meter;  /* num 0: any whose felt beat divides alike */
	size_t n;
	int8_t len[24];
};

/* Which notes a melody prefers. */
enum pf_melody_notes {
	PF_MELODY_SCALE, PF_MELODY_PENTATONIC, PF_MELODY_BLUES, PF_MELODY_CHORD
};

struct pf_melody {
	int low, high;      /* MIDI */
	double density;     /* 0 long notes .. 1 as busy as its cells allow */
	double leap;        /* share of leaps among moves, 0..1 */
	double syncopation; /* 0..1 */
	double rest;        /* share of a phrase left empty at its end, 0..0.6 */
	double chromatic;   /* share of passing notes outside the scale */
	double repeat;      /* how much a section is built of its motif, 0..1 */
	enum pf_melody_notes notes;
	size_t n;
	struct pf_cell cell[PF_STYLE_CELLS];
};

/* ---- harmony and form */

/* Roman numerals, bars separated by '|', chords of a bar by spaces. */
struct pf_progression {
	double weight;
	int mode;             /* PF_MAJOR or PF_MINOR: for which keys */
	struct pf_words only; /* sections */
	const char *chords;
	long line;
};

struct pf_section {
	const char *name;
	int bars;              /* usual length */
	int least, most;       /* how it may be stretched */
	int unit;              /* in steps of so many bars */
	double energy, energy_end; /* 0..1, at its begin and end */
	uint32_t parts;        /* bit (1 << enum pf_part) */
	const char *theme;     /* sections of one theme share melody and chords */
	bool build;            /* filters open, drums roll towards its end */
	bool stop;             /* the band breaks off in its last beat */
	bool fill;             /* a fill leads out of it */
};

struct pf_form {
	double weight;
	size_t n;
	int section[PF_STYLE_ORDER]; /* places in pf_style.section */
};

/* Per-step push and pull of a piece or part, on sixteenths of a 4/4 bar. */
struct pf_groove {
	const char *voice;      /* "snare", "bass", "harmony"; "all" */
	float ms[PF_STYLE_GROOVE_STEPS];    /* late > 0 */
	float level[PF_STYLE_GROOVE_STEPS]; /* times the velocity, 0..2 */
};

/* A knob that is turned through build-ups, for a part that plays `sound`. */
struct pf_sweep {
	int part;          /* enum pf_part */
	const char *sound; /* NULL: whatever it plays */
	const char *param; /* "cutoff" */
	double from, to;
};

enum pf_ending {
	PF_END_CHORD,  /* last chord held */
	PF_END_RITARD, /* slowing down into it */
	PF_END_STOP,   /* one short hit together */
	PF_END_FADE    /* parts leave, levels sink */
};

struct pf_style {
	const char *name, *title; /* the file's; one line */
	double bpm_low, bpm, bpm_high;
	size_t n_meters;
	struct pf_meter meter[PF_STYLE_METERS]; /* the first is usual */
	struct pf_key key;        /* where it likes to be */
	double swing;             /* 0.5 straight .. 0.667 triplets .. 0.75 */
	int swing_grid;           /* which pairs: 2 eighths, 4 sixteenths */
	double humanise_ms;       /* SD of small timing errors */
	int phrase;               /* bars */
	double sevenths;          /* 0 triads .. 1 four-note chords */
	double cadence;           /* how far section ends are bent to cadences:
	                           * 0 loops stay loops .. 1 every one closes */
	enum pf_ending ending;
	int crash_every;          /* bars; 0 never */
	struct pf_words sound[PF_PARTS]; /* instruments, the first is usual */
	double level[PF_PARTS];   /* loudness of each part, 0..1 */

	size_t n_sweeps, n_grooves, n_drums, n_perc, n_fills, n_bass, n_progressions,
	    n_sections, n_forms;
	struct pf_sweep sweep[PF_STYLE_SWEEPS];
	struct pf_groove groove[PF_STYLE_GROOVES];
	struct pf_drum_pattern drums[PF_STYLE_PATTERNS], perc[PF_STYLE_PATTERNS];
	struct pf_drum_fill fill[PF_STYLE_FILLS];
	int bass_low, bass_high;
	struct pf_line_pattern bass[PF_STYLE_PATTERNS];
	struct pf_comp harmony, pad, arp;
	struct pf_melody melody, counter;
	struct pf_progression progression[PF_STYLE_PROGRESSIONS];
	struct pf_section section[PF_STYLE_SECTIONS];
	struct pf_form form[PF_STYLE_FORMS];

	struct pf_yaml *yaml;     /* owns the words above */
};

/*
 * Read a style by name ("house") or path.  Returns 0 and *style, to be freed;
 * or a negative errno with *err worded: an unknown name with the nearest, a
 * wrong key or value with file, line and what was expected.
 */
PF_MUST_CHECK int pf_style_load(struct pf_style **style, const char *name,
    struct pf_err *err);

/* The same from text[len]; `file` stands in messages. */
PF_MUST_CHECK int pf_style_parse(struct pf_style **style, const char *text,
    size_t len, const char *file, struct pf_err *err);
void pf_style_free(struct pf_style *style);

/* ---- asking a style */

/* Where in the music a bar stands, and how it shall sound. */
struct pf_place {
	uint64_t seed;
	struct pf_meter meter;
	int bar;             /* of the piece, from 0; varies what may vary */
	int phrase_bar;      /* bar within its phrase or section, from 0 */
	double intensity;    /* 0..1 */
	const char *section; /* its name, or NULL */
	uint32_t variant;    /* same variant, same choice among equal patterns */
	double fill_beats;   /* > 0: a fill over the last so many felt beats */
	bool crash;          /* mark the downbeat */
};

/* One stroke or note of a bar. */
struct pf_hit {
	int tick;         /* nominal place in the bar, PF_TICKS a quarter */
	int len;          /* ticks it sounds */
	double at_beats;  /* quarters from the bar line, swing included */
	float late_ms;    /* the groove's push (< 0) or pull */
	float velocity;   /* 0..1 */
	int pitch;        /* MIDI or drum note; comping: -1 */
	struct pf_step step; /* comping and arpeggios: what was asked for */
};

/* Enough for a bar of any pattern and fill. */
enum { PF_HITS_MOST = 512 };

/*
 * The drums (part PF_DRUMS or PF_PERC) of a bar, sorted by tick.  Writes at
 * most hit[room], returns how many.  A style without drums gives none.
 */
size_t pf_style_drums(const struct pf_style *style, enum pf_part part,
    const struct pf_place *place, struct pf_hit *hit, size_t room);

/* A chord and where in the bar it sounds. */
struct pf_chord_span {
	int tick, len;
	struct pf_chord chord;
};

/*
 * The bass of a bar: pitches in the style's range, near `before` (the last
 * note played; 0 none).  span[n] are the bar's chords in order, next the
 * chord after the bar (pf_no_chord if unknown).  kicks: the bar's drums
 * (hit[n_kicks], may be NULL), to lock with: bass notes that begin within a
 * 32nd of a kick take its place and push.
 */
size_t pf_style_bass(const struct pf_style *style,
    const struct pf_place *place, struct pf_key key,
    const struct pf_chord_span *span, size_t n, struct pf_chord next,
    int before, const struct pf_hit *kicks, size_t n_kicks,
    struct pf_hit *hit, size_t room);

/*
 * The rhythm of a comping part (PF_HARMONY, PF_PAD, PF_ARP): pitch is -1 and
 * step says what is wanted.  A pad without a pattern holds each bar.
 */
size_t pf_style_comp(const struct pf_style *style, enum pf_part part,
    const struct pf_place *place, struct pf_hit *hit, size_t room);

/* The comping of a part (PF_HARMONY, PF_PAD, PF_ARP): voicing and range. */
const struct pf_comp *pf_style_voicing(const struct pf_style *style,
    enum pf_part part);

/* Where a tick of the bar really falls, in quarters, by the style's swing. */
double pf_style_swing(const struct pf_style *style, struct pf_meter meter,
    int tick);

/*
 * Push (ms, > 0 late) and level (a factor) of a voice at a tick: a drum
 * piece's or part's name.  Includes the small human error of (seed, bar).
 */
void pf_style_feel(const struct pf_style *style, const char *voice,
    const struct pf_place *place, int tick, float *ms, float *level);

/* The section of a name, or NULL. */
const struct pf_section *pf_style_section(const struct pf_style *style,
    const char *name);

/* The sound a part uses: a choice among its list by seed; NULL if none. */
const char *pf_style_sound(const struct pf_style *style, enum pf_part part,
    uint64_t seed);

#endif
