/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/progression.h"

#include "tap.h"

#include <string.h>

static const struct pf_meter four = {4, 4}, three = {3, 4};
static struct pf_progression_line line;

/* The line as text: chords with their beats, "Am4 F2 C2". */
static const char *
shown(void)
{
	static char text[1024];
	text[0] = '\0';
	for (size_t i = 0; i < line.n; i++) {
		char name[16];
		snprintf(text + strlen(text), sizeof text - strlen(text),
		    "%s%s:%d", i ? " " : "", pf_chord_show(line.span[i].chord,
		    name), line.span[i].len / PF_TICKS);
	}
	return text;
}

static void
reads(const char *input, struct pf_meter meter, const char *expected)
{
	struct pf_err err = {""};
	const int r = pf_progression_chords(&line, input, meter, &err);
	if (!ok(r == 0 && strcmp(shown(), expected) == 0,
	    "'%s' reads as %s", input, expected))
		printf("# %d '%s' %s\n", r, r ? "" : shown(), err.text);
}

static void
refuses(const char *input, const char *message)
{
	struct pf_err err = {""};
	const int r = pf_progression_chords(&line, input, four, &err);
	if (!ok(r != 0 && strcmp(err.text, message) == 0,
	    "'%s' is refused: %s", input, message))
		printf("# %d %s\n", r, err.text);
}

static void
test_reading(void)
{
	reads("Am F C G", four, "Am:4 F:4 C:4 G:4");
	reads("Dm7 G7 | Cmaj7 | %", four, "Dm7:2 G7:2 Cmaj7:4 Cmaj7:4");
	reads("Am F G | C", four, "Am:2 F:1 G:1 C:4");
	reads("(Am F)x2 C", four, "Am:4 F:4 Am:4 F:4 C:4");
	reads("|: C | G :| F", four, "C:4 G:4 C:4 G:4 F:4");
	reads("C N.C. G", four, "C:4 N.C.:4 G:4");
	reads("C/E G", three, "C/E:3 G:3");
	refuses("", "has no chords");
	refuses("Am H7", "'H7' is not a chord like Am, F#m7b5 or Bb/D");
	refuses("% C", "'%' repeats no whole bar");
	refuses("(Am F", "a repeat is not closed");
	refuses("Am F)", "')' closes nothing");
	refuses("(Am)x99", "'x99' is no repeat like x2 (1..64)");
	refuses("(((((C)x64)x64)x64)x64)x64", "the repeats are too long");
}

static void
test_keys(void)
{
	struct pf_err err;
	static const struct {
		const char *chords;
		int tonic, mode;
	} known[] = {
		{"Am F C G", 9, PF_MINOR}, {"C Am F G", 0, PF_MAJOR},
		{"Dm7 G7 Cmaj7 Cmaj7", 0, PF_MAJOR},
		{"Em C G D", 4, PF_MINOR}, {"G C D G", 7, PF_MAJOR},
		{"Am E7 Am Dm E7 Am", 9, PF_MINOR},
	};
	for (size_t i = 0; i < PF_COUNT(known); i++) {
		const int r = pf_progression_chords(&line, known[i].chords,
		    four, &err);
		const struct pf_key key = pf_progression_key(&line);
		ok(r == 0 && key.tonic == known[i].tonic &&
		    key.mode == known[i].mode, "%s is in %s %s",
		    known[i].chords, pf_pitch_class_name(known[i].tonic),
		    pf_mode[known[i].mode].name);
	}
}

static void
test_cadences(void)
{
	static const enum pf_cadence all[] = {PF_CADENCE_HALF,
	    PF_CADENCE_AUTHENTIC, PF_CADENCE_PLAGAL, PF_CADENCE_DECEPTIVE};
	int wrong = 0, begins = 0, n = 0;
	for (int k = 0; k < 24; k++)
		for (size_t c = 0; c < PF_COUNT(all); c++)
			for (int bars = 3; bars <= 16; bars++, n++) {
				const struct pf_key key = {k % 12, k < 12 ?
				    PF_MAJOR : PF_MINOR};
				pf_progression_compose(&line, key, four, bars,
				    all[c], 0.5, (uint64_t)(bars * 7 + k));
				wrong += line.bars != bars ||
				    !pf_progression_ends(&line, key, all[c]);
				begins += line.span[0].chord.root ==
				    key.tonic;
			}
	ok(wrong == 0, "all %d composed lines end in the cadence asked for",
	    n);
	ok(begins == n, "and begin on the tonic");
	const struct pf_key am = {9, PF_MINOR};
	struct pf_err err;
	ok(pf_progression_roman(&line, "i VI III VII", am, four, &err) == 0 &&
	    !pf_progression_ends(&line, am, PF_CADENCE_AUTHENTIC),
	    "i VI III VII is no authentic cadence");
	pf_progression_close(&line, am, PF_CADENCE_AUTHENTIC, 0);
	ok(strcmp(shown(), "Am:4 F:4 E:4 Am:4") == 0,
	    "closing it makes its end E Am");
	ok(pf_progression_at(&line, 4 * 4 * PF_TICKS + 1).root == 9,
	    "a line repeats for ever");
}

static void
test_variety(void)
{
	const struct pf_key c = {0, PF_MAJOR};
	char seen[40][256];
	int different = 0;
	for (int s = 0; s < 40; s++) {
		pf_progression_compose(&line, c, four, 8, PF_CADENCE_AUTHENTIC,
		    0, (uint64_t)s);
		snprintf(seen[s], sizeof seen[s], "%s", shown());
		int new = 1;
		for (int k = 0; k < s; k++)
			new &= strcmp(seen[k], seen[s]) != 0;
		different += new;
	}
	ok(different >= 35, "40 seeds give at least 35 progressions (%d)",
	    different);
}

int
main(void)
{
	test_reading();
	test_keys();
	test_cadences();
	test_variety();
	return tap_done();
}
