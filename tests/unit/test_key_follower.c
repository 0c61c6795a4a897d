/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/key_follower.h"

#include "tap.h"

/* Play a scale up and down: steps[n] semitones above the tonic. */
static void
play(struct pf_key_follower *f, int tonic, const int *steps, int n, int times)
{
	for (int t = 0; t < times; t++)
		for (int i = 0; i < n; i++) {
			double w[12] = { 0 };
			w[(tonic + steps[i]) % 12] = i == 0 ? 2 : 1;
			pf_key_follower_hear(f, w, 1);
		}
}

static const int major[] = { 0, 2, 4, 5, 7, 9, 11, 7, 4 };
static const int minor[] = { 0, 2, 3, 5, 7, 8, 7, 3, 11 };
static const int mixolydian[] = { 0, 4, 7, 9, 7, 4, 0, 2, 0, 10, 7, 0 };

int
main(void)
{
	struct pf_key_follower f;
	struct pf_key_belief b;
	int right = 0;

	pf_key_follower_init(&f);
	pf_key_follower_get(&f, &b);
	ok(b.confidence < 0.05, "silence has no key");

	for (int t = 0; t < 12; t++) {
		pf_key_follower_init(&f);
		play(&f, t, major, 9, 2);
		pf_key_follower_get(&f, &b);
		right += b.key.tonic == t && b.key.mode == PF_MAJOR;
		pf_key_follower_init(&f);
		play(&f, t, minor, 9, 2);
		pf_key_follower_get(&f, &b);
		right += b.key.tonic == t && b.key.mode == PF_MINOR;
	}
	ok(right == 24, "a phrase tells each of 24 keys (%d)", right);

	pf_key_follower_init(&f);
	play(&f, 2, mixolydian, 12, 3);
	pf_key_follower_get(&f, &b);
	ok(b.key.tonic == 2 && b.key.mode == PF_MIXOLYDIAN,
	    "a flat seventh makes D mixolydian (%d %d)", b.key.tonic,
	    b.key.mode);

	pf_key_follower_init(&f);
	play(&f, 0, major, 9, 6);
	int beats = 0;
	do {
		play(&f, 2, major, 9, 1);
		beats += 9;
		pf_key_follower_get(&f, &b);
	} while (b.key.tonic != 2 && beats < 200);
	ok(beats <= 36, "a modulation by a tone is followed (%d beats)",
	    beats);

	pf_key_follower_told(&f, (struct pf_key){ 5, PF_MAJOR }, 1);
	pf_key_follower_get(&f, &b);
	ok(b.key.tonic == 5, "a key that is told is believed");
	return tap_done();
}
