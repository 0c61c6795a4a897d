/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/pitch.h"

#include "tap.h"

#include <string.h>

static float
pitch(const char *s)
{
	float midi = -1;
	return pf_pitch_parse(s, strlen(s), &midi) == 0 ? midi : -1;
}

static int
chord(const char *s, int root, int quality, int bass)
{
	int r, q, b;
	return pf_chord_parse(s, strlen(s), &r, &q, &b) == 0 && r == root &&
	    q == quality && b == bass;
}

static int
key(const char *s, int tonic, int mode)
{
	int t, m;
	return pf_key_parse(s, strlen(s), &t, &m) == 0 && t == tonic &&
	    m == mode;
}

int
main(void)
{
	ok(pitch("C4") == 60 && pitch("A4") == 69 && pitch("F#2") == 42 &&
	    pitch("Bb3") == 58 && pitch("C-1") == 0 && pitch("G9") == 127 &&
	    pitch("Cb4") == 59 && pitch("B#3") == 60 && pitch("E##4") == 66,
	    "notes are read, middle C is C4 is 60");
	ok(pitch("60") == 60 && pitch("60.25") == 60.25f && pitch("0") == 0,
	    "numbers are read, with fractions");
	ok(pitch("H4") == -1 && pitch("C") == -1 && pitch("C10") == -1 &&
	    pitch("128") == -1 && pitch("-1") == -1 && pitch("C4x") == -1 &&
	    pitch("") == -1 && pitch("G#9") == -1 && pitch("c4") == -1 &&
	    pitch("C-2") == -1, "what is no note is refused");
	ok(pitch("kick") == 36 && pitch("rim") == 37 && pitch("snare") == 38 &&
	    pitch("clap") == 39 && pitch("hat") == 42 && pitch("tom") == 45 &&
	    pitch("openhat") == 46 && pitch("crash") == 49 &&
	    pitch("ride") == 51 && pitch("triangle") == 81,
	    "drums have friendly names");
	int all = 1;
	for (int i = 0; i < 128; i++) {
		const char *const name = pf_drum_name(i);
		all &= name ? pf_drum_number(name, strlen(name)) == i
			    : i < 35 || i > 81;
	}
	ok(all, "each General MIDI drum, 35 to 81, has a name of its own");

	all = 1;
	for (int pc = 0; pc < 12; pc++) {
		const char *end;
		all &= pf_pitch_class_parse(pf_pitch_class_name(pc), &end) ==
		    pc && !*end;
	}
	ok(all, "pitch classes read as they print");
	all = 1;
	for (int q = 0; q < PF_QUALITIES; q++)
		all &= pf_quality_number(pf_quality[q].name,
		    strlen(pf_quality[q].name)) == q &&
		    pf_quality[q].tones & 1;
	for (int m = 0; m < PF_MODES; m++)
		all &= pf_mode_number(pf_mode[m].name,
		    strlen(pf_mode[m].name)) == m && pf_mode[m].scale & 1;
	ok(all, "qualities and modes read as they print, and have a root");

	ok(chord("Am", 9, PF_MIN, -1) && chord("C", 0, PF_MAJ, -1) &&
	    chord("F#m7b5", 6, PF_HDIM7, -1) && chord("G7", 7, PF_DOM7, -1) &&
	    chord("Bbmaj7/D", 10, PF_MAJ7, 2) && chord("C6/9", 0, PF_SIX9, -1) &&
	    chord("C6/9/E", 0, PF_SIX9, 4) && chord("C:min7", 0, PF_MIN7, -1) &&
	    chord("N", -1, PF_MAJ, -1) && chord("Esus4", 4, PF_SUS4, -1),
	    "chords are read as people write them");
	int r, q, b;
	ok(pf_chord_parse("H", 1, &r, &q, &b) != 0 &&
	    pf_chord_parse("Cwild", 5, &r, &q, &b) != 0 &&
	    pf_chord_parse("C/X", 3, &r, &q, &b) != 0 &&
	    pf_chord_parse("", 0, &r, &q, &b) != 0,
	    "what is no chord is refused");
	ok(key("Am", 9, PF_MINOR) && key("C", 0, PF_MAJOR) &&
	    key("F# minor", 6, PF_MINOR) && key("D dorian", 2, PF_DORIAN) &&
	    key("Eb:maj", 3, PF_MAJOR) &&
	    key("A harmonic minor", 9, PF_HARMONIC_MINOR),
	    "keys are read as people write them");
	ok(pf_key_parse("X", 1, &r, &q) != 0 &&
	    pf_key_parse("C funky", 7, &r, &q) != 0,
	    "what is no key is refused");
	return tap_done();
}
