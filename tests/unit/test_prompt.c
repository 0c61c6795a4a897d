/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate/prompt.h"

#include "base/share.h"
#include "tap.h"

#include <string.h>
#include <unistd.h>

static char path[4096];
static struct pf_prompt p;

static int
reads(const char *text)
{
	struct pf_err err = {""};
	const int r = pf_prompt_read(&p, text, path, &err);
	if (r)
		printf("# %s\n", err.text);
	else
		pf_prompt_free(&p);
	return r == 0;
}

static int
drops(int part)
{
	return p.wish.parts && !(p.wish.parts >> part & 1);
}

static void
test_sentences(void)
{
	ok(reads("dark 170 bpm drum and bass in F minor, rolling bass") &&
	    strcmp(p.style, "drum-and-bass") == 0 && p.wish.bpm == 170 &&
	    p.wish.has_key && p.wish.key.tonic == 5 &&
	    p.wish.key.mode == PF_MINOR && p.wish.busy[PF_BASS] > 0.1 &&
	    p.wish.brightness < -0.5 && !*p.ignored,
	    "a whole wish is understood, no word left over");
	ok(reads("Happy folk tune in D, no drums, three minutes") &&
	    strcmp(p.style, "folk") == 0 && drops(PF_DRUMS) &&
	    p.wish.length_s == 180 && p.wish.key.tonic == 2 &&
	    p.wish.key.mode == PF_MAJOR, "keys, lengths and 'no drums'");
	ok(reads("a jazz waltz without drums or bass and sparse chords") &&
	    strcmp(p.style, "waltz") == 0 && drops(PF_DRUMS) &&
	    drops(PF_BASS) && p.wish.busy[PF_HARMONY] < 0,
	    "'without drums or bass' is about both");
	ok(reads("only drums and bass, techno") && p.wish.parts ==
	    (1u << PF_DRUMS | 1u << PF_BASS), "'only' keeps who is named");
	ok(reads("slow blues, 2:30, 12/8, seed 42") && p.wish.length_s == 150
	    && p.wish.meter.num == 12 && p.has_seed && p.wish.seed == 42 &&
	    p.has_tempo && p.tempo < 0, "times, meters and seeds as written");
	ok(reads("house with acid bass and organ") && p.wish.sound[PF_BASS] &&
	    !strcmp(p.wish.sound[PF_HARMONY] ? "organ" : "", "organ"),
	    "sounds go to their parts");
	ok(reads("busy rock") && p.wish.intensity > 0.1,
	    "an adjective without a part is about everybody");
	ok(reads("128bpm techno, 32 bars") && p.wish.bpm == 128 &&
	    p.wish.bars == 32, "'128bpm' in one word, bars");
	ok(reads("a song for a friend") && !p.wish.has_key &&
	    strcmp(p.ignored, "friend") == 0,
	    "the article 'a' is no key, other words are told");
	ok(reads("") && !*p.style && !*p.ignored, "nothing means nothing");
}

static void
test_numbers_out_of_range(void)
{
	struct pf_err err;
	ok(pf_prompt_read(&p, "9000 bpm", path, &err) != 0 &&
	    strstr(err.text, "out of 20..400"), "9000 bpm is refused");
	ok(pf_prompt_read(&p, "900000 bars", path, &err) != 0 &&
	    strstr(err.text, "bars"), "900000 bars are refused");
	char long_text[20000];
	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	ok(reads(long_text), "a word of 20000 letters is survived");
	for (size_t i = 0; i < sizeof long_text - 1; i += 2)
		long_text[i] = ' ';
	ok(reads(long_text), "and so are 10000 words");
}

static void
test_wrong_vocabulary(void)
{
	char name[] = "/tmp/vocabularyXXXXXX";
	const int fd = mkstemp(name);
	static const char text[] = "words:\n  - {say: [x], styl: house}\n";
	struct pf_err err = {""};
	if (fd < 0 || write(fd, text, sizeof text - 1) < 0)
		abort();
	close(fd);
	ok(pf_prompt_read(&p, "x", name, &err) != 0 && strstr(err.text,
	    ":2: unknown key 'styl', did you mean 'style'?"),
	    "a wrong key in the vocabulary names its line");
	unlink(name);
}

int
main(void)
{
	if (pf_share_find(path, sizeof path, ".", "vocabulary", ".yaml") != 0)
		return 1;
	test_sentences();
	test_numbers_out_of_range();
	test_wrong_vocabulary();
	return tap_done();
}
