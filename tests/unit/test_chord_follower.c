/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/chord_follower.h"

#include "tap.h"

#include <string.h>

/* Eight bars of 4/4, a chord a bar: I vi IV V I IV V I in a key. */
static const int form[8][2] = {
	{ 0, PF_MAJ }, { 9, PF_MIN }, { 5, PF_MAJ }, { 7, PF_MAJ },
	{ 0, PF_MAJ }, { 5, PF_MAJ }, { 7, PF_MAJ }, { 0, PF_MAJ }
};

struct score {
	int right, all, changed, foreseen, changes;
};

/* The melody outlines the chord, each bar in its own way. */
static struct pf_chord_evidence
beat_of(int tonic, int bar, int beat, int harmony)
{
	static const int order[8][4] = {
		{ 0, 1, 2, 1 }, { 2, 1, 0, 0 }, { 1, 2, 0, 2 }, { 2, 2, 1, 0 },
		{ 1, 0, 2, 2 }, { 0, 2, 1, 1 }, { 2, 0, 0, 1 }, { 0, 0, 2, 0 }
	};
	const int minor = form[bar][1] == PF_MIN;
	const int tone[3] = { 0, minor ? 3 : 4, 7 };
	const int root = (tonic + form[bar][0]) % 12;
	struct pf_chord_evidence e = { .told = { -1, PF_MAJ, -1 } };
	const int pc = (root + tone[order[bar][beat]]) % 12;
	e.melody[0][pc] = e.melody[1][pc] = 0.5;
	e.attack[pc] = 1;
	for (int i = 0; i < 3 && harmony; i++)
		e.harmony[(root + tone[i]) % 12] = 1;
	return e;
}

static struct score
chorus(struct pf_chord_follower *f, int tonic, int harmony)
{
	struct score s = { 0 };
	for (int i = 0; i < 32; i++) {
		struct pf_chord_belief b;
		const struct pf_chord_evidence e =
		    beat_of(tonic, i / 4, i % 4, harmony);
		const int root = (tonic + form[i / 4][0]) % 12;
		if (!pf_chord_follower_at(f, pf_chord_follower_beats(f), &b))
			exit(EXIT_FAILURE);
		const int right = b.chord.root == root
		    && pf_chord_is_minor(b.chord) == (form[i / 4][1] == PF_MIN);
		s.all++;
		s.right += right;
		s.changes += i % 4 == 0;
		s.foreseen += i % 4 == 0 && right;
		pf_chord_follower_step(f, i % 4, 4, &e);
	}
	return s;
}

int
main(void)
{
	struct pf_chord_follower *f;
	struct pf_chord_belief b;
	struct score s;
	double p[24];

	if (pf_chord_follower_new(&f) < 0)
		return EXIT_FAILURE;
	ok(pf_chord_follower_at(f, 0, &b) && b.confidence < 0.2,
	    "before the first note nothing is sure");
	ok(!pf_chord_follower_at(f, PF_CHORD_AHEAD + 1, &b)
	    && b.chord.root == -1, "nobody sees further than %d beats",
	    PF_CHORD_AHEAD);

	s = chorus(f, 2, 1);
	ok(s.right >= 20, "chords that are played are followed (%d of %d)",
	    s.right, s.all);
	s = chorus(f, 2, 0);
	ok(s.right >= 30 && s.foreseen >= 7,
	    "the next chorus is remembered from the melody alone (%d, %d)",
	    s.right, s.foreseen);
	s = chorus(f, 2, 0);
	ok(s.right >= 31, "and the one after that (%d)", s.right);
	pf_chord_follower_key_odds(f, p);
	ok(p[2 * 2] > 0.9, "the key is D major (%g)", p[4]);
	struct pf_chord_form back;
	pf_chord_follower_form(f, &back);
	ok(back.lag_beats % 32 == 0 && back.lag_beats > 0
	    && back.confidence > 0.8, "the form is 8 bars long (%d, %g)",
	    back.lag_beats, back.confidence);
	int right = 0;
	for (int n = 0; n < 16; n++) {
		if (!pf_chord_follower_at(f, 96 + n, &b))
			break;
		right += b.chord.root == (2 + form[n / 4][0]) % 12;
	}
	ok(right >= 15, "the next four bars are known (%d)", right);
	right = 0;
	for (int i = 0; i < 96; i++) {
		if (!pf_chord_follower_at(f, i, &b))
			break;
		right += b.chord.root == (2 + form[i / 4 % 8][0]) % 12;
	}
	ok(right >= 94, "what is over is understood (%d of 96)", right);

	pf_chord_follower_reset(f);
	s = chorus(f, 9, 0);
	ok(s.right >= 16, "a melody alone hints at chords (%d of %d)",
	    s.right, s.all);

	pf_chord_follower_reset(f);
	const struct pf_chord g7 = { 7, PF_DOM7, -1 };
	pf_chord_follower_foretell(f, 4, g7, 1);
	ok(pf_chord_follower_at(f, 4, &b) && b.chord.root == 7,
	    "a chord that is foretold is expected");
	for (int i = 0; i < 8; i++) {
		struct pf_chord_evidence e = { .told = g7, .told_weight = 1 };
		pf_chord_follower_step(f, i % 4, 4, &e);
	}
	ok(pf_chord_follower_at(f, 7, &b) && b.chord.root == 7
	    && b.chord.quality == PF_DOM7, "a chord that is told keeps its "
	    "seventh");

	/* A beat that is heard while it sounds. */
	struct pf_chord_evidence e = { .told = { -1, PF_MAJ, -1 } };
	e.harmony[9] = e.harmony[0] = e.harmony[4] = 1;
	pf_chord_follower_peek(f, &e);
	ok(pf_chord_follower_at(f, 8, &b) && b.chord.root == 9
	    && b.chord.quality == PF_MIN, "a new chord is heard at once");
	pf_chord_follower_peek(f, NULL);

	pf_chord_follower_reset(f);
	memset(&e, 0, sizeof e);
	e.told.root = -1;
	for (int i = 0; i < 5000; i++) /* odd bars, silence, a wrong index */
		pf_chord_follower_step(f, i % 5 - 1, i % 20, &e);
	ok(pf_chord_follower_at(f, 5000, &b), "long silence does no harm");
	pf_chord_follower_free(f);
	return tap_done();
}
