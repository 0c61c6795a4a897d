/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/theory.h"

#include "tap.h"

#include <string.h>

enum { C, Db, D, Eb, E, F, Gb, G, Ab, A, Bb, B };

static const struct pf_key c_major = {C, PF_MAJOR}, a_minor = {A, PF_MINOR};

static struct pf_chord
roman(struct pf_key key, const char *s)
{
	struct pf_chord c = {-2, -2, -2};
	if (pf_roman_parse(s, strlen(s), key, &c) != 0)
		c.root = -99;
	return c;
}

static int
is(struct pf_chord c, int root, int quality, int bass)
{
	return c.root == root && c.quality == quality && c.bass == bass;
}

static void
test_sets(void)
{
	const uint16_t scale = pf_key_scale(c_major);
	ok(scale == 0xab5, "C major has the white keys");
	ok(pf_pcs_rotate(0x091, 9) == (1 << 9 | 1 << 1 | 1 << 4),
	    "a major triad on A is A C# E");
	ok(pf_pcs_nearest(scale, 61) == 60,
	    "of two equally near notes the lower is taken");
	ok(pf_pcs_step(scale, 60, 2) == 64 && pf_pcs_step(scale, 60, -1) == 59,
	    "two steps up from C is E, one down is B");
	ok(pf_pcs_step(scale, 61, 1) == 62,
	    "a step from outside lands on the next member");
	ok(pf_pcs_distance(scale, 60, 72) == 7 &&
	    pf_pcs_distance(scale, 72, 60) == -7, "an octave has seven steps");
	ok(pf_pcs_step(0, 60, 3) == 60, "an empty set leads nowhere");
}

static void
test_chord_facts(void)
{
	const struct pf_chord g7 = {G, PF_DOM7, -1}, am = {A, PF_MIN, -1};
	ok(pf_chord_third(g7) == 4 && pf_chord_fifth(g7) == 7 &&
	    pf_chord_seventh(g7) == 10, "G7 has a major third and a minor seventh");
	ok(pf_chord_seventh(am) == 12, "a triad's seventh is its octave");
	ok(pf_chord_triad(g7).quality == PF_MAJ, "the triad of G7 is G");
	ok(pf_chord_is_minor(am) && !pf_chord_is_minor(g7),
	    "Am is minor, G7 is not");
	char buf[16];
	ok(strcmp(pf_chord_show((struct pf_chord){C, PF_MAJ, E}, buf), "C/E")
	    == 0, "C over E is written C/E");
	ok(pf_chord_equal((struct pf_chord){C, PF_MAJ, C},
	    (struct pf_chord){C, PF_MAJ, -1}), "C over C is C");
}

static void
test_chord_scales(void)
{
	const uint16_t white = pf_key_scale(c_major);
	ok(pf_chord_scale(c_major, (struct pf_chord){D, PF_MIN7, -1}) == white,
	    "over ii7 the key's own scale is played");
	const uint16_t e7 = pf_chord_scale(a_minor,
	    (struct pf_chord){E, PF_DOM7, -1});
	ok(e7 >> Ab & 1 && !(e7 >> G & 1) && e7 >> A & 1,
	    "over V7 in A minor G becomes G# and A stays");
	const uint16_t bb = pf_chord_scale(c_major,
	    (struct pf_chord){Bb, PF_MAJ, -1});
	ok(bb >> Bb & 1 && !(bb >> B & 1), "over bVII in C major B becomes Bb");
	const uint16_t avoid = pf_chord_avoid(c_major,
	    (struct pf_chord){C, PF_MAJ7, -1});
	ok(avoid == 1 << F, "over Cmaj7 the fourth is the one to avoid");
	ok(pf_chord_tensions(c_major, (struct pf_chord){C, PF_MAJ7, -1}) ==
	    (1 << D | 1 << A), "and the ninth and thirteenth are tensions");
	for (int q = 0; q < PF_QUALITIES; q++)
		for (int r = 0; r < 12; r++) {
			const struct pf_chord c = {r, q, -1};
			const uint16_t s = pf_chord_scale(a_minor, c);
			if ((s & pf_chord_tones(c)) != pf_chord_tones(c)) {
				ok(0, "chord %d on %d is in its scale", q, r);
				return;
			}
		}
	ok(1, "every chord's tones are in its scale");
}

static void
test_roman(void)
{
	ok(is(roman(c_major, "ii7"), D, PF_MIN7, -1), "ii7 in C is Dm7");
	ok(is(roman(c_major, "V7/V"), D, PF_DOM7, -1), "V7/V in C is D7");
	ok(is(roman(c_major, "bVII"), Bb, PF_MAJ, -1), "bVII in C is Bb");
	ok(is(roman(c_major, "I/3"), C, PF_MAJ, E), "I/3 in C is C/E");
	ok(is(roman(a_minor, "VI"), F, PF_MAJ, -1) &&
	    is(roman(a_minor, "bVI"), F, PF_MAJ, -1),
	    "VI and bVI in A minor are both F");
	ok(is(roman(a_minor, "iih"), B, PF_HDIM7, -1), "iih in Am is Bm7b5");
	ok(is(roman(a_minor, "#viio7"), Ab, PF_DIM7, -1),
	    "#viio7 in Am is G#dim7");
	ok(is(roman(c_major, "vi9"), A, PF_MIN9, -1), "small letters are minor");
	ok(roman(c_major, "N").root == -1, "N is no chord");
	static const char *const wrong[] = {"", "H", "IIII", "V7/", "Iv",
	    "I/9", "V7x", "b"};
	for (size_t i = 0; i < PF_COUNT(wrong); i++)
		ok(roman(c_major, wrong[i]).root == -99,
		    "'%s' is refused", wrong[i]);
}

static void
test_roman_round_trip(void)
{
	int bad = 0;
	for (int k = 0; k < 24; k++)
		for (int q = 0; q < PF_QUALITIES; q++)
			for (int r = 0; r < 12; r++) {
				const struct pf_key key = {k % 12, k < 12 ?
				    PF_MAJOR : PF_MINOR};
				const struct pf_chord c = {r, q, -1};
				char buf[24];
				pf_roman_show(key, c, buf);
				bad += !pf_chord_equal(roman(key, buf), c);
			}
	ok(bad == 0, "every chord in every key is read as it was written "
	    "(%d not)", bad);
}

static void
test_functions(void)
{
	ok(pf_chord_function(c_major, (struct pf_chord){F, PF_MAJ, -1}) ==
	    PF_SUBDOMINANT && pf_chord_function(c_major,
	    (struct pf_chord){G, PF_DOM7, -1}) == PF_DOMINANT,
	    "F leads away from C, G7 leads home");
	const struct pf_chord v = pf_diatonic_chord(c_major, 5, 1);
	ok(v.root == G && v.quality == PF_DOM7,
	    "the seventh chord on the fifth degree is G7");
	ok(pf_diatonic_chord(a_minor, 2, 0).quality == PF_DIM,
	    "the triad on the second degree of minor is diminished");
}

static void
test_meters(void)
{
	struct pf_meter m = {0, 0};
	ok(pf_meter_parse("6/8", 3, &m) == 0 && pf_meter_bar(m) == 288 &&
	    pf_meter_beat(m) == 144, "6/8 has two dotted beats");
	ok(pf_metric_weight(m, 144) == 3 && pf_metric_weight(m, 48) == 1,
	    "the second beat of 6/8 is heavier than its eighths");
	ok(pf_meter_parse("4/4", 3, &m) == 0 && pf_metric_weight(m, 0) == 4 &&
	    pf_metric_weight(m, 192) == 3 && pf_metric_weight(m, 96) == 2 &&
	    pf_metric_weight(m, 48) == 1 && pf_metric_weight(m, 24) == 0,
	    "4/4 has four weights and nothing between");
	static const char *const wrong[] = {"", "4", "4/", "/4", "0/4", "4/3",
	    "33/4", "4/64", "4/4x"};
	for (size_t i = 0; i < PF_COUNT(wrong); i++)
		ok(pf_meter_parse(wrong[i], strlen(wrong[i]), &m) != 0,
		    "meter '%s' is refused", wrong[i]);
}

static void
test_euclid(void)
{
	ok(pf_euclid(3, 8, 0) == (1 | 1 << 3 | 1 << 6), "E(3,8) is the tresillo");
	ok(pf_euclid(4, 16, 0) == 0x1111, "four in sixteen are the beats");
	ok(__builtin_popcountll(pf_euclid(5, 16, 3)) == 5,
	    "turning loses no onset");
	ok(pf_euclid(0, 8, 0) == 0, "no onsets are none");
}

int
main(void)
{
	test_sets();
	test_chord_facts();
	test_chord_scales();
	test_roman();
	test_roman_round_trip();
	test_functions();
	test_meters();
	test_euclid();
	return tap_done();
}
