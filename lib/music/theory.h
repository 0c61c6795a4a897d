/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a musician learns at school: keys, scales, chords, degrees, and how
 * heavy each place of a bar is.  Values and pure functions; any thread.
 *
 * A pitch class is 0..11 (C = 0); a set of them is 12 bits, bit p for pitch
 * class p ("absolute") unless a comment says "above the root".
 */
#ifndef PF_MUSIC_THEORY_H
#define PF_MUSIC_THEORY_H

#include "base/attr.h"
#include "event/pitch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Musical places are whole ticks: a quarter has 96, a sixteenth 24, a triplet
 * eighth 32. */
#define PF_TICKS 96

struct pf_key {
	int tonic; /* 0..11 */
	int mode;  /* PF_MAJOR ... */
};

struct pf_chord {
	int root;    /* 0..11, or -1: no chord */
	int quality; /* PF_MAJ ... */
	int bass;    /* 0..11, or -1: the root */
};

struct pf_meter {
	int num, den; /* 3/4: 3, 4 */
};

/* ---- sets of pitch classes */

/* A set above `root`, moved to its place: bit (root + i) for each bit i. */
uint16_t pf_pcs_rotate(uint16_t above, int root);

/* Is the pitch class of a MIDI number in the set? */
static inline bool
pf_pcs_has(uint16_t set, int midi)
{
	return set >> (midi % 12 + 12) % 12 & 1;
}

/* How many pitch classes. */
int pf_pcs_count(uint16_t set);

/*
 * The MIDI number nearest to `midi` whose pitch class is in the set, the
 * lower of two equally near; `midi` itself if the set is empty.
 */
int pf_pcs_nearest(uint16_t set, int midi);

/* The first member at or above (dir > 0) or at or below (dir < 0) midi. */
int pf_pcs_toward(uint16_t set, int midi, int dir);

/*
 * Walk `steps` members up (> 0) or down from midi.  A midi outside the set
 * counts as half a step: one step up lands on the first member above.
 */
int pf_pcs_step(uint16_t set, int midi, int steps);

/* How many members lie between a and b: steps of pf_pcs_step() from a to b. */
int pf_pcs_distance(uint16_t set, int a, int b);

/* ---- scales and keys */

/* The pitch classes of a key. */
uint16_t pf_key_scale(struct pf_key key);

/* Does the key's scale have a minor third (and no major one)? */
bool pf_key_is_minor(struct pf_key key);

/*
 * Pitch class of a degree, 1..7 (others wrap), as the major or natural minor
 * scale or the church mode counts; scales of 5 or 6 notes count in the
 * seven-note scale they are cut from.
 */
int pf_key_degree(struct pf_key key, int degree);

/* ---- chords */

extern const struct pf_chord pf_no_chord;

bool pf_chord_equal(struct pf_chord a, struct pf_chord b);

/* Tones of a chord, with its bass; empty for no chord. */
uint16_t pf_chord_tones(struct pf_chord chord);

/*
 * Semitones above the root of the chord's third (or what stands for it), its
 * fifth, its seventh (or sixth; the octave if it has neither), its ninth.
 * Missing fifths are 7, missing ninths 14; a power chord's third is 7.
 */
int pf_chord_third(struct pf_chord chord);
int pf_chord_fifth(struct pf_chord chord);
int pf_chord_seventh(struct pf_chord chord);
int pf_chord_ninth(struct pf_chord chord);

bool pf_chord_is_minor(struct pf_chord chord);

/* The chord with the same third and fifth and nothing else: maj, min, dim... */
struct pf_chord pf_chord_triad(struct pf_chord chord);

/*
 * The scale to improvise with over a chord in a key: the key's own scale
 * where it holds the chord's tones, else the key's scale bent by a semitone
 * where the chord asks for it (V7 in a minor key gets the leading tone).
 * Without a chord it is the key's scale.  Absolute, 7 notes or so.
 */
uint16_t pf_chord_scale(struct pf_key key, struct pf_chord chord);

/*
 * Of that scale: notes to avoid holding (a semitone above a chord tone, but
 * for the flat ninth of a dominant), and tensions (neither tone nor avoid).
 */
uint16_t pf_chord_avoid(struct pf_key key, struct pf_chord chord);
uint16_t pf_chord_tensions(struct pf_key key, struct pf_chord chord);

/* The triad, or with seventh != 0 the seventh chord, on a degree 1..7. */
struct pf_chord pf_diatonic_chord(struct pf_key key, int degree, int seventh);

/* What a chord does in a key. */
enum pf_function { PF_TONIC, PF_SUBDOMINANT, PF_DOMINANT, PF_OUTSIDE };
enum pf_function pf_chord_function(struct pf_key key, struct pf_chord chord);

/* Which way a chord may be written: Am7, C/E; N.C.  buf[16]. */
const char *pf_chord_show(struct pf_chord chord, char buf[16]);

/* ---- Roman numerals */

/*
 * Read a Roman numeral in a key: `I ii V7 bVII iio7 iih7 IVmaj7 Isus4 V7/V
 * I/3 i+ N`.  Capitals are major, small letters minor.  Degrees are those of
 * the major scale when the key is major; in minor keys III, VI and VII mean
 * the natural minor's, `#` and `b` move them.  Behind the numeral: `o` dim,
 * `h` or `m7b5` half diminished, `+` augmented, or any quality of the chord
 * table (7 means dominant on capitals, minor seventh on small letters).
 * `/V` applies it to another degree, `/3 /5 /7` names the chord tone in the
 * bass.  s[len].  Returns 0, or -EINVAL.
 */
PF_MUST_CHECK int pf_roman_parse(const char *s, size_t len, struct pf_key key,
    struct pf_chord *chord);

/* Write a chord as a Roman numeral; buf[24]. */
const char *pf_roman_show(struct pf_key key, struct pf_chord chord,
    char buf[24]);

/* ---- time */

/* Length of a bar and of the felt beat (dotted in 6/8, 9/8, 12/8), in ticks. */
int pf_meter_bar(struct pf_meter meter);
int pf_meter_beat(struct pf_meter meter);

/* Read `4/4`; s[len].  Returns 0 or -EINVAL (1..32 over 1, 2, 4 ... 32). */
PF_MUST_CHECK int pf_meter_parse(const char *s, size_t len,
    struct pf_meter *meter);

/*
 * How heavy a place of the bar is: 4 the downbeat, 3 the half bar of an even
 * meter, 2 other felt beats, 1 their halves (or thirds), 0 the rest.
 * tick 0.. (places beyond the bar wrap).
 */
int pf_metric_weight(struct pf_meter meter, int tick);

/*
 * k onsets spread over n steps as evenly as can be, the first on step 0 (then
 * turned left by `turn`); bit i is step i.  n 1..64, k 0..n.
 *
 * G. T. Toussaint, "The Euclidean Algorithm Generates Traditional Musical
 * Rhythms", BRIDGES 2005.
 */
uint64_t pf_euclid(int k, int n, int turn);

#endif
