/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/pitch.h"

#include "base/number.h"

#include <errno.h>
#include <string.h>

/* Pitch classes above the root as bits. */
#define T(n) (1u << (n))

const struct pf_quality pf_quality[PF_QUALITIES] = {
	[PF_MAJ] = {"maj", T(0) | T(4) | T(7)},
	[PF_MIN] = {"min", T(0) | T(3) | T(7)},
	[PF_DOM7] = {"7", T(0) | T(4) | T(7) | T(10)},
	[PF_MAJ7] = {"maj7", T(0) | T(4) | T(7) | T(11)},
	[PF_MIN7] = {"min7", T(0) | T(3) | T(7) | T(10)},
	[PF_DIM] = {"dim", T(0) | T(3) | T(6)},
	[PF_DIM7] = {"dim7", T(0) | T(3) | T(6) | T(9)},
	[PF_HDIM7] = {"hdim7", T(0) | T(3) | T(6) | T(10)},
	[PF_AUG] = {"aug", T(0) | T(4) | T(8)},
	[PF_SUS2] = {"sus2", T(0) | T(2) | T(7)},
	[PF_SUS4] = {"sus4", T(0) | T(5) | T(7)},
	[PF_MAJ6] = {"maj6", T(0) | T(4) | T(7) | T(9)},
	[PF_MIN6] = {"min6", T(0) | T(3) | T(7) | T(9)},
	[PF_POWER] = {"5", T(0) | T(7)},
	[PF_MINMAJ7] = {"minmaj7", T(0) | T(3) | T(7) | T(11)},
	[PF_AUG7] = {"aug7", T(0) | T(4) | T(8) | T(10)},
	[PF_DOM9] = {"9", T(0) | T(2) | T(4) | T(7) | T(10)},
	[PF_MAJ9] = {"maj9", T(0) | T(2) | T(4) | T(7) | T(11)},
	[PF_MIN9] = {"min9", T(0) | T(2) | T(3) | T(7) | T(10)},
	[PF_SUS4_7] = {"7sus4", T(0) | T(5) | T(7) | T(10)},
	[PF_ADD9] = {"add9", T(0) | T(2) | T(4) | T(7)},
	[PF_MINADD9] = {"minadd9", T(0) | T(2) | T(3) | T(7)},
	[PF_DOM11] = {"11", T(0) | T(2) | T(5) | T(7) | T(10)},
	[PF_DOM13] = {"13", T(0) | T(2) | T(4) | T(7) | T(9) | T(10)},
	[PF_DOM7_FLAT9] = {"7b9", T(0) | T(1) | T(4) | T(7) | T(10)},
	[PF_DOM7_SHARP9] = {"7#9", T(0) | T(3) | T(4) | T(7) | T(10)},
	[PF_SIX9] = {"6/9", T(0) | T(2) | T(4) | T(7) | T(9)},
};

const struct pf_mode pf_mode[PF_MODES] = {
	[PF_MAJOR] = {"major",
	    T(0) | T(2) | T(4) | T(5) | T(7) | T(9) | T(11)},
	[PF_MINOR] = {"minor",
	    T(0) | T(2) | T(3) | T(5) | T(7) | T(8) | T(10)},
	[PF_DORIAN] = {"dorian",
	    T(0) | T(2) | T(3) | T(5) | T(7) | T(9) | T(10)},
	[PF_PHRYGIAN] = {"phrygian",
	    T(0) | T(1) | T(3) | T(5) | T(7) | T(8) | T(10)},
	[PF_LYDIAN] = {"lydian",
	    T(0) | T(2) | T(4) | T(6) | T(7) | T(9) | T(11)},
	[PF_MIXOLYDIAN] = {"mixolydian",
	    T(0) | T(2) | T(4) | T(5) | T(7) | T(9) | T(10)},
	[PF_LOCRIAN] = {"locrian",
	    T(0) | T(1) | T(3) | T(5) | T(6) | T(8) | T(10)},
	[PF_HARMONIC_MINOR] = {"harmonic-minor",
	    T(0) | T(2) | T(3) | T(5) | T(7) | T(8) | T(11)},
	[PF_MELODIC_MINOR] = {"melodic-minor",
	    T(0) | T(2) | T(3) | T(5) | T(7) | T(9) | T(11)},
	[PF_BLUES] = {"blues",
	    T(0) | T(3) | T(5) | T(6) | T(7) | T(10)},
	[PF_PENTATONIC_MAJOR] = {"pentatonic-major",
	    T(0) | T(2) | T(4) | T(7) | T(9)},
	[PF_PENTATONIC_MINOR] = {"pentatonic-minor",
	    T(0) | T(3) | T(5) | T(7) | T(10)},
};

/* Other spellings; the names in the tables above are read too. */
struct alias {
	const char *name;
	int number;
};

static const struct alias quality_alias[] = {
	{"", PF_MAJ}, {"M", PF_MAJ}, {"major", PF_MAJ}, {"m", PF_MIN},
	{"mi", PF_MIN}, {"minor", PF_MIN}, {"-", PF_MIN}, {"dom7", PF_DOM7},
	{"dom", PF_DOM7}, {"M7", PF_MAJ7}, {"Maj7", PF_MAJ7}, {"ma7", PF_MAJ7},
	{"major7", PF_MAJ7}, {"^7", PF_MAJ7}, {"^", PF_MAJ7}, {"m7", PF_MIN7},
	{"mi7", PF_MIN7}, {"minor7", PF_MIN7}, {"-7", PF_MIN7}, {"o", PF_DIM},
	{"mb5", PF_DIM}, {"o7", PF_DIM7}, {"m7b5", PF_HDIM7},
	{"min7b5", PF_HDIM7}, {"-7b5", PF_HDIM7}, {"h7", PF_HDIM7},
	{"h", PF_HDIM7}, {"hdim", PF_HDIM7}, {"+", PF_AUG}, {"sus", PF_SUS4},
	{"6", PF_MAJ6}, {"M6", PF_MAJ6}, {"m6", PF_MIN6}, {"-6", PF_MIN6},
	{"power", PF_POWER}, {"mM7", PF_MINMAJ7}, {"mmaj7", PF_MINMAJ7},
	{"m(maj7)", PF_MINMAJ7}, {"+7", PF_AUG7}, {"7#5", PF_AUG7},
	{"dom9", PF_DOM9}, {"M9", PF_MAJ9}, {"m9", PF_MIN9}, {"-9", PF_MIN9},
	{"7sus", PF_SUS4_7}, {"sus4(b7)", PF_SUS4_7}, {"sus7", PF_SUS4_7},
	{"madd9", PF_MINADD9}, {"dom11", PF_DOM11}, {"dom13", PF_DOM13},
	{"7(b9)", PF_DOM7_FLAT9}, {"7(#9)", PF_DOM7_SHARP9}, {"69", PF_SIX9},
	{"maj6(9)", PF_SIX9},
};

static const struct alias mode_alias[] = {
	{"", PF_MAJOR}, {"M", PF_MAJOR}, {"maj", PF_MAJOR},
	{"Major", PF_MAJOR}, {"ionian", PF_MAJOR}, {"m", PF_MINOR},
	{"min", PF_MINOR}, {"Minor", PF_MINOR}, {"-", PF_MINOR},
	{"aeolian", PF_MINOR}, {"natural-minor", PF_MINOR}, {"dor", PF_DORIAN},
	{"phr", PF_PHRYGIAN}, {"lyd", PF_LYDIAN}, {"mix", PF_MIXOLYDIAN},
	{"mixo", PF_MIXOLYDIAN}, {"loc", PF_LOCRIAN},
	{"harmonic minor", PF_HARMONIC_MINOR},
	{"melodic minor", PF_MELODIC_MINOR},
	{"pentatonic", PF_PENTATONIC_MAJOR},
	{"major pentatonic", PF_PENTATONIC_MAJOR},
	{"pentatonic major", PF_PENTATONIC_MAJOR},
	{"minor pentatonic", PF_PENTATONIC_MINOR},
	{"pentatonic minor", PF_PENTATONIC_MINOR},
};

/* General MIDI's drums, 35..81; the plain word goes to the usual one. */
enum { FIRST_DRUM = 35, LAST_DRUM = 81 };
static const char *const drum_name[LAST_DRUM - FIRST_DRUM + 1] = {
	"kick2", "kick", "rim", "snare", "clap", "snare2", "floortom",
	"hat", "floortom2", "pedalhat", "tom", "openhat", "tom2", "hightom2",
	"crash", "hightom", "ride", "china", "bell", "tambourine", "splash",
	"cowbell", "crash2", "vibraslap", "ride2", "highbongo", "lowbongo",
	"muteconga", "highconga", "lowconga", "hightimbale", "lowtimbale",
	"highagogo", "lowagogo", "cabasa", "maracas", "shortwhistle",
	"longwhistle", "shortguiro", "longguiro", "claves", "highblock",
	"lowblock", "mutecuica", "opencuica", "mutetriangle", "triangle",
};
static const struct alias drum_alias[] = {
	{"bd", 36}, {"bassdrum", 36}, {"sd", 38}, {"sidestick", 37},
	{"rimshot", 37}, {"handclap", 39}, {"hh", 42}, {"hihat", 42},
	{"closedhat", 42}, {"oh", 46}, {"openhihat", 46}, {"pedal", 44},
	{"lowtom", 45}, {"midtom", 47}, {"ridebell", 53}, {"conga", 63},
	{"bongo", 60}, {"shaker", 70}, {"agogo", 67}, {"guiro", 73},
	{"block", 76}, {"woodblock", 76}, {"cuica", 79}, {"timbale", 65},
	{"whistle", 71}, {"cymbal", 49}, {"opentriangle", 81},
};

static int
by_alias(const struct alias *table, size_t n, const char *s, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(table[i].name) == len &&
		    memcmp(table[i].name, s, len) == 0)
			return table[i].number;
	return -1;
}

static int
same(const char *name, const char *s, size_t len)
{
	return strlen(name) == len && memcmp(name, s, len) == 0;
}

const char *
pf_pitch_class_name(int pc)
{
	static const char *const name[] = {"C", "C#", "D", "Eb", "E", "F",
	    "F#", "G", "Ab", "A", "Bb", "B"};
	return name[pc];
}

/*
 * A letter and its accidentals within s..end: how many semitones above the C
 * below, not wrapped into an octave (Cb is -1, B# is 12).
 */
static const char *
take_letter(const char *s, const char *end, int *semitones)
{
	static const int above_c[] = {9, 11, 0, 2, 4, 5, 7};
	if (s == end || *s < 'A' || *s > 'G')
		return NULL;
	int n = above_c[*s++ - 'A'];
	for (int i = 0; s < end && (*s == '#' || *s == 'b'); i++) {
		if (i == 12)
			return NULL;
		n += *s++ == '#' ? 1 : -1;
	}
	*semitones = n;
	return s;
}

static int
wrap(int semitones)
{
	return ((semitones % 12) + 12) % 12;
}

int
pf_pitch_class_parse(const char *s, const char **end)
{
	int n = 0;
	const char *const behind = take_letter(s, s + strlen(s), &n);
	if (!behind)
		return -1;
	*end = behind;
	return wrap(n);
}

/* A note's name with its octave; C4 is 60. */
static int
parse_note(const char *s, size_t len, float *midi)
{
	const char *const end = s + len;
	int n = 0;
	s = take_letter(s, end, &n);
	if (!s || s == end)
		return -EINVAL;
	const int minus = *s == '-';
	s += minus;
	if (end - s != 1 && end - s != 2)
		return -EINVAL;
	int octave = 0;
	for (; s < end; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		octave = octave * 10 + *s - '0';
	}
	const int number = n + 12 * ((minus ? -octave : octave) + 1);
	if (number < 0 || number > 127)
		return -EINVAL;
	*midi = (float)number;
	return 0;
}

int
pf_pitch_parse(const char *s, size_t len, float *midi)
{
	float x;
	if (len == 0)
		return -EINVAL;
	if (*s >= '0' && *s <= '9') {
		if (pf_number_parse_f32(s, len, &x) != 0 || x >= 128)
			return -EINVAL;
		*midi = x;
		return 0;
	}
	if (parse_note(s, len, midi) == 0)
		return 0;
	const int drum = pf_drum_number(s, len);
	if (drum < 0)
		return -EINVAL;
	*midi = (float)drum;
	return 0;
}

const char *
pf_drum_name(int midi)
{
	if (midi < FIRST_DRUM || midi > LAST_DRUM)
		return NULL;
	return drum_name[midi - FIRST_DRUM];
}

int
pf_drum_number(const char *s, size_t len)
{
	for (size_t i = 0; i < PF_COUNT(drum_name); i++)
		if (same(drum_name[i], s, len))
			return FIRST_DRUM + (int)i;
	return by_alias(drum_alias, PF_COUNT(drum_alias), s, len);
}

int
pf_quality_number(const char *s, size_t len)
{
	for (int i = 0; i < PF_QUALITIES; i++)
		if (same(pf_quality[i].name, s, len))
			return i;
	return by_alias(quality_alias, PF_COUNT(quality_alias), s, len);
}

int
pf_mode_number(const char *s, size_t len)
{
	for (int i = 0; i < PF_MODES; i++)
		if (same(pf_mode[i].name, s, len))
			return i;
	return by_alias(mode_alias, PF_COUNT(mode_alias), s, len);
}

/* A pitch class that fills s..end; -1 if it does not. */
static int
whole_class(const char *s, const char *end)
{
	int n = 0;
	return take_letter(s, end, &n) == end ? wrap(n) : -1;
}

int
pf_chord_parse(const char *s, size_t len, int *root, int *quality, int *bass)
{
	const char *const end = s + len;
	if (same("N", s, len) || same("NC", s, len) || same("N.C.", s, len)) {
		*root = *bass = -1;
		*quality = PF_MAJ;
		return 0;
	}
	int semitones;
	const char *q = take_letter(s, end, &semitones);
	if (!q)
		return -EINVAL;
	if (q < end && *q == ':')
		q++;
	/* "C6/9" has a slash of its own: a bass is a note's name. */
	const char *q_end = end;
	int low = -1;
	for (const char *slash = q; slash < end; slash++) {
		if (*slash == '/' && (low = whole_class(slash + 1, end)) >= 0) {
			q_end = slash;
			break;
		}
	}
	const int kind = pf_quality_number(q, (size_t)(q_end - q));
	if (kind < 0)
		return -EINVAL;
	*root = wrap(semitones);
	*quality = kind;
	*bass = low;
	return 0;
}

int
pf_key_parse(const char *s, size_t len, int *tonic, int *mode)
{
	const char *const end = s + len;
	int semitones;
	const char *m = take_letter(s, end, &semitones);
	if (!m)
		return -EINVAL;
	if (m < end && (*m == ':' || *m == ' '))
		m++;
	const int kind = pf_mode_number(m, (size_t)(end - m));
	if (kind < 0)
		return -EINVAL;
	*tonic = wrap(semitones);
	*mode = kind;
	return 0;
}
