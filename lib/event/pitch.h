/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Spellings of pitches, pitch classes, drums, chord qualities and modes.
 *
 * The numbers of qualities and modes are a contract: events carry them.
 */
#ifndef PF_EVENT_PITCH_H
#define PF_EVENT_PITCH_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

/* How many rows the quality and mode tables have. */
enum {
	PF_MAJ, PF_MIN, PF_DOM7, PF_MAJ7, PF_MIN7, PF_DIM, PF_DIM7, PF_HDIM7,
	PF_AUG, PF_SUS2, PF_SUS4, PF_MAJ6, PF_MIN6, PF_POWER, PF_MINMAJ7,
	PF_AUG7, PF_DOM9, PF_MAJ9, PF_MIN9, PF_SUS4_7, PF_ADD9, PF_MINADD9,
	PF_DOM11, PF_DOM13, PF_DOM7_FLAT9, PF_DOM7_SHARP9, PF_SIX9,
	PF_QUALITIES
};

enum {
	PF_MAJOR, PF_MINOR, PF_DORIAN, PF_PHRYGIAN, PF_LYDIAN, PF_MIXOLYDIAN,
	PF_LOCRIAN, PF_HARMONIC_MINOR, PF_MELODIC_MINOR, PF_BLUES,
	PF_PENTATONIC_MAJOR, PF_PENTATONIC_MINOR,
	PF_MODES
};

/*
 * Pitch classes as bits: bit 0 is the root (or tonic), bit 7 the fifth.
 */
struct pf_quality {
	const char *name;  /* "min7" */
	uint16_t tones;    /* pitch classes above the root */
};
struct pf_mode {
	const char *name;  /* "minor" */
	uint16_t scale;
};
extern const struct pf_quality pf_quality[PF_QUALITIES];
extern const struct pf_mode pf_mode[PF_MODES];

/* C C# D Eb E F F# G Ab A Bb B; pc 0..11. */
const char *pf_pitch_class_name(int pc);

/*
 * Read a pitch class (`A`, `F#`, `Bb`, any number of accidentals) at the
 * start of s.  Returns 0..11 and sets *end behind it, or -1.
 */
int pf_pitch_class_parse(const char *s, const char **end);

/*
 * Read a whole pitch: a number 0..127 (fractions allowed), a note name with
 * octave (`C4` = 60, `F#2`, `Bb-1`), or a General MIDI drum name (`kick`).
 * s[len].  Returns 0 and *midi, or -EINVAL.
 */
PF_MUST_CHECK int pf_pitch_parse(const char *s, size_t len, float *midi);

/* The drum's name for a General MIDI drum note, or NULL; midi 0..127. */
const char *pf_drum_name(int midi);

/* The General MIDI drum note of a name, or -1. */
int pf_drum_number(const char *s, size_t len);

/* A quality's or mode's number by name (aliases: m, M7, dom7, maj, ...), or -1. */
int pf_quality_number(const char *s, size_t len);
int pf_mode_number(const char *s, size_t len);

/*
 * Read a chord as people write it: `Am`, `F#m7b5`, `Bbmaj7/D`, `C:min7`,
 * `N`.  Returns 0 and root 0..11 (-1: no chord), quality, bass (-1: the
 * root); or -EINVAL.
 */
PF_MUST_CHECK int pf_chord_parse(const char *s, size_t len, int *root,
    int *quality, int *bass);

/*
 * Read a key as people write it: `Am`, `C`, `F# minor`, `D dorian`, `Eb:maj`.
 * Returns 0 and tonic 0..11, mode; or -EINVAL.
 */
PF_MUST_CHECK int pf_key_parse(const char *s, size_t len, int *tonic,
    int *mode);

#endif
