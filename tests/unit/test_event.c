/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames, the axis, names, and what decisions are made of. */
#include "event/event.h"

#include "base/hash.h"
#include "base/nearest.h"
#include "base/rng.h"
#include "event/names.h"
#include "event/tempo_map.h"
#include "tap.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static void
test_frames(void)
{
	static const uint32_t rate[] = {8000, 44100, 48000, 88200, 192000};
	int same = 1;
	for (size_t i = 0; i < PF_COUNT(rate); i++)
		for (int64_t f = -1000; f < INT64_C(2000000000);
		    f = f * 3 / 2 + 977)
			same &= pf_frame_of_time(pf_time_of_frame(f, rate[i]),
			    rate[i]) == f;
	ok(same, "frame to time to frame is exact at every rate");
	ok(pf_frame_of_time(INT64_C(36000000000000), 44100) ==
	    INT64_C(1587600000), "ten hours are their frames");
}

static void
test_map(void)
{
	struct pf_tempo_map map;
	if (pf_tempo_map_init(&map) != 0)
		exit(1);
	ok(pf_tempo_map_ns(&map, 2.5) == 2500000000,
	    "without a tempo a beat is a second");
	ok(pf_tempo_map_add(&map, 2, 120) == 0 &&
	    pf_tempo_map_ns(&map, 4) == 3000000000 &&
	    pf_tempo_map_ns(&map, 1) == 1000000000,
	    "a tempo holds from its beat on");
	ok(pf_tempo_map_beat(&map, 3000000000) == 4 &&
	    pf_tempo_map_bpm(&map, 1.9) == 60 &&
	    pf_tempo_map_bpm(&map, 2) == 120, "and backwards");
	ok(pf_tempo_map_add(&map, 1, 90) == -EINVAL, "the past is settled");
	ok(pf_tempo_map_add(&map, 3, 1e9) == -ERANGE &&
	    pf_tempo_map_add(&map, 3, 9.9) == -ERANGE &&
	    pf_tempo_map_add(&map, 3, NAN) == -ERANGE,
	    "10..1000 a minute, nothing else");
	ok(pf_tempo_map_add(&map, 2, 90) == 0 && map.n == 2 &&
	    pf_tempo_map_bpm(&map, 2) == 90, "the same beat replaces");
	int same = 1;
	for (int i = 0; i < 300; i++) {
		const double bpm = 60 + pf_rng_below(1, 2, i, 0, 120);
		if (pf_tempo_map_add(&map, 3 + i * 0.73, bpm) != 0)
			same = 0;
	}
	for (int i = 0; i < 3000; i++) {
		const int64_t ns = (int64_t)pf_rng_below(3, 2, i, 0,
		    2000000000) * 60;
		same &= pf_tempo_map_ns(&map, pf_tempo_map_beat(&map, ns)) ==
		    ns;
	}
	ok(same, "time to beat to time is the same nanosecond, over 300 "
	    "tempos");
	pf_tempo_map_fini(&map);
}

static void
test_names(void)
{
	struct pf_names *names;
	uint32_t a, b;
	char buf[16], name[16];
	if (pf_names_new(&names) != 0)
		exit(1);
	ok(pf_names_add(names, "bass", 4, &a) == 0 &&
	    pf_names_add(names, "bass", 4, &b) == 0 && a == b &&
	    a == pf_hash_str("bass"), "a name is its hash, each time");
	ok(strcmp(pf_names_show(names, a, buf), "bass") == 0 &&
	    strcmp(pf_names_show(names, 0x8f3a02c1, buf), "#8f3a02c1") == 0,
	    "a spelling that nobody gave shows as its hash");
	ok(pf_names_add(names, "", 0, &a) == -ENAMETOOLONG &&
	    pf_names_add(names, buf, 241, &a) == -ENAMETOOLONG,
	    "names have 1 to 240 bytes");
	/* Two words with one FNV-1a hash. */
	ok(pf_hash_str("costarring") == pf_hash_str("liquid") &&
	    pf_names_add(names, "costarring", 10, &a) == 0 &&
	    pf_names_add(names, "liquid", 6, &b) == -EEXIST,
	    "a second spelling of one hash is refused");
	int all = 1;
	for (int i = 0; i < 2000; i++) {
		const int n = snprintf(name, sizeof name, "n%d", i);
		all &= pf_names_add(names, name, (size_t)n, &a) == 0;
	}
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof name, "n%d", i);
		const char *const got = pf_names_get(names, pf_hash_str(name));
		all &= got && strcmp(got, name) == 0;
	}
	ok(all, "2000 names are all found again");
	pf_names_free(names);
}

static void
test_words_and_dice(void)
{
	static const char *const roles[] = {"drums", "bass", NULL, "melody"};
	ok(strcmp(pf_nearest("drumms", roles, 4), "drums") == 0 &&
	    strcmp(pf_nearest("BASS", roles, 4), "bass") == 0 &&
	    strcmp(pf_nearest("meldoy", roles, 4), "melody") == 0,
	    "the nearest word is found, in any case");
	ok(pf_nearest("xylophone", roles, 4) == NULL &&
	    pf_nearest("x", NULL, 0) == NULL, "what is far is not guessed");
	int seen = 0, inside = 1;
	double sum = 0;
	for (int i = 0; i < 1000; i++) {
		seen |= 1 << pf_rng_below(7, 1, i, 0, 6);
		const double u = pf_rng_unit(7, 1, i, 1);
		inside &= u >= 0 && u < 1;
		sum += u;
	}
	ok(seen == 63 && inside && fabs(sum / 1000 - 0.5) < 0.05,
	    "dice show all faces");
	ok(pf_rng_u64(7, 1, 5, 0) == pf_rng_u64(7, 1, 5, 0) &&
	    pf_rng_u64(7, 1, 5, 0) != pf_rng_u64(8, 1, 5, 0) &&
	    pf_rng_u64(7, 1, 5, 0) != pf_rng_u64(7, 2, 5, 0) &&
	    pf_rng_u64(7, 1, 5, 0) != pf_rng_u64(7, 1, 6, 0) &&
	    pf_rng_u64(7, 1, 5, 0) != pf_rng_u64(7, 1, 5, 1),
	    "a draw depends on seed, name, place and number, and nothing "
	    "else");
}

int
main(void)
{
	test_frames();
	test_map();
	test_names();
	test_words_and_dice();
	return tap_done();
}
