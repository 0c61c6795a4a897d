/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/voicing.h"

#include "base/rng.h"
#include "tap.h"

#include <limits.h>
#include <stdlib.h>

static int
apart(int a, int b)
{
	const int up = ((b - a) % 12 + 12) % 12;
	return up < 12 - up ? up : 12 - up;
}

/* The least sum over all ways to pair the voices. */
static int
brute(const int *a, const int *b, int n, unsigned used, int i)
{
	int best = INT_MAX;
	if (i == n)
		return 0;
	for (int j = 0; j < n; j++) {
		if (used >> j & 1)
			continue;
		const int sum = apart(a[i], b[j]) +
		    brute(a, b, n, used | 1u << j, i + 1);
		best = sum < best ? sum : best;
	}
	return best;
}

static void
circle(void)
{
	int wrong = 0, unpaired = 0, tried = 0;
	for (int64_t k = 0; k < 4000; k++) {
		const int n = 2 + (int)(k % 4);
		int a[PF_VOICES], b[PF_VOICES], map[PF_VOICES], sum = 0;
		unsigned seen = 0;
		for (int i = 0; i < n; i++) {
			a[i] = (int)pf_rng_below(1, 1, k, (uint32_t)i, 12);
			b[i] = (int)pf_rng_below(1, 2, k, (uint32_t)i, 12);
		}
		const int found = pf_voicing_circle(a, b, n, map);
		for (int i = 0; i < n; i++) {
			sum += apart(a[i], b[map[i]]);
			seen |= 1u << map[i];
		}
		wrong += found != brute(a, b, n, 0, 0);
		unpaired += sum != found || seen != (1u << n) - 1;
		tried++;
	}
	ok(tried && wrong == 0,
	    "the least motion around the circle equals brute force");
	ok(unpaired == 0, "the pairing it gives has that motion");
}

static void
motion(void)
{
	const int c[] = {60, 64, 67}, f[] = {60, 65, 69}, two[] = {60, 67};
	ok(pf_voicing_motion(c, 3, c, 3) == 0, "a held chord moves nothing");
	ok(pf_voicing_motion(c, 3, f, 3) == 3, "C to F/C moves 3 semitones");
	ok(pf_voicing_motion(c, 3, two, 2) ==
	    pf_voicing_motion(two, 2, c, 3), "a split costs as a merge does");
}

/* Voice a round of chords in each kind and look at all of it. */
static void
progressions(void)
{
	static const struct pf_chord round[] = {
		{0, PF_MAJ, -1}, {9, PF_MIN, -1}, {5, PF_MAJ7, -1},
		{7, PF_DOM7, -1}, {4, PF_MIN7, -1}, {9, PF_DOM7, -1},
		{2, PF_MIN7, -1}, {7, PF_DOM7, -1}, {11, PF_HDIM7, -1},
		{8, PF_DIM7, -1}, {3, PF_AUG, -1}, {10, PF_SUS4, -1},
		{0, PF_MAJ6, -1},
	};
	static const enum pf_voicing_kind kinds[] = {PF_VOICE_CLOSE,
	    PF_VOICE_OPEN, PF_VOICE_ROOTLESS, PF_VOICE_GUITAR};
	int outside = 0, foreign = 0, crossed = 0, thirdless = 0, mud = 0;
	int moved = 0, voices = 0;
	for (size_t k = 0; k < PF_COUNT(kinds); k++) {
		struct pf_voicing v = {0}, before;
		for (size_t i = 0; i < 3 * PF_COUNT(round); i++) {
			const struct pf_voicing_wish wish = {
				.chord = round[i % PF_COUNT(round)],
				.kind = kinds[k],
				.voices = 4,
				.colour = 0.5,
				.low = 50,
				.high = 74,
				.before = i ? &before : NULL,
			};
			if (pf_voicing_find(&wish, &v) < 3)
				thirdless++;
			const uint16_t tones = pf_chord_tones(wish.chord);
			bool third = false;
			for (int n = 0; n < v.n; n++) {
				outside += v.pitch[n] < 50 || v.pitch[n] > 74;
				foreign += !pf_pcs_has(tones, v.pitch[n]);
				crossed += n && v.pitch[n] <= v.pitch[n - 1];
				third |= v.pitch[n] % 12 == (wish.chord.root +
				    pf_chord_third(wish.chord)) % 12;
			}
			thirdless += !third;
			mud += v.pitch[0] < 53 && v.pitch[1] - v.pitch[0] < 3;
			if (i) {
				moved += pf_voicing_motion(before.pitch,
				    before.n, v.pitch, v.n);
				voices += before.n > v.n ? before.n : v.n;
			}
			before = v;
		}
	}
	ok(!outside, "voicings stay in their range");
	ok(!foreign, "voicings hold tones of their chord only");
	ok(!crossed, "voices do not cross");
	ok(!thirdless, "every voicing has the third, or what stands for it");
	ok(!mud, "low voices keep their distance");
	ok(moved <= 2 * voices, "voices move at most two semitones on average "
	    "(%.2f)", (double)moved / voices);
}

static void
wishes(void)
{
	struct pf_voicing v;
	struct pf_voicing_wish w = {.chord = {0, PF_MAJ, -1},
	    .kind = PF_VOICE_CLOSE, .voices = 3, .colour = 0.5, .low = 50,
	    .high = 74, .ceiling = 64};
	ok(pf_voicing_find(&w, &v) == 3 && v.pitch[2] < 64,
	    "a ceiling keeps the hands below the melody");
	w.ceiling = 0;
	w.avoid = 1 << 7;
	pf_voicing_find(&w, &v);
	bool fifth = false;
	for (int i = 0; i < v.n; i++)
		fifth |= v.pitch[i] % 12 == 7;
	ok(!fifth, "a tone to avoid is left out");
	int missing = 0;
	for (int i = 0; i < 12 * PF_QUALITIES; i++) {
		const struct pf_voicing_wish tight = {
			.chord = {i % 12, i / 12, -1},
			.kind = PF_VOICE_GUITAR, .voices = 4, .colour = 0.5,
			.low = 45, .high = 60, .ceiling = 62};
		missing += pf_voicing_find(&tight, &v) < 2;
	}
	ok(!missing, "every chord can be voiced in a narrow window");
	w.chord = pf_no_chord;
	ok(pf_voicing_find(&w, &v) == 0, "no chord has no voicing");
	w.chord = (struct pf_chord){9, PF_MIN, -1};
	w.avoid = 0;
	w.kind = PF_VOICE_POWER;
	bool plain = pf_voicing_find(&w, &v) > 0;
	for (int i = 0; i < v.n; i++)
		plain &= v.pitch[i] % 12 == 9 || v.pitch[i] % 12 == 4;
	ok(plain, "a power chord is root and fifth");
}

int
main(void)
{
	circle();
	motion();
	progressions();
	wishes();
	return tap_done();
}
