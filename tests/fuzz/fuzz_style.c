/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Styles and personalities as strangers write them: a file is refused, or a
 * song can be made after it, whose every event is in range.
 */
#include "fuzz.h"

#include "agent/personality.h"
#include "base/share.h"
#include "event/names.h"
#include "event/type.h"
#include "generate/song.h"
#include "music/style.h"

#include <stdio.h>

enum { SEEDS = 64, LONGEST = 8192 };

static void
compose(const struct pf_style *style, uint64_t seed)
{
	const struct pf_song_wish wish = {.style = style, .seed = seed,
	    .bars = 12, .parts = (1u << PF_PARTS) - 1};
	struct pf_names *names;
	struct pf_song *song;
	struct pf_event *event;
	struct pf_err err;
	size_t n;
	if (pf_song_new(&song, &wish, &err) != 0)
		return;
	if (pf_names_new(&names) == 0) {
		if (pf_song_events(song, names, &event, &n) == 0) {
			for (size_t i = 0; i < n; i++)
				if (pf_event_check(&event[i]))
					abort();
			free(event);
		}
		pf_names_free(names);
	}
	pf_song_free(song);
}

static void
fuzz_one(const uint8_t *bytes, size_t n)
{
	const char *const text = (const char *)bytes;
	struct pf_style *style;
	struct pf_personality who;
	struct pf_err err;
	if (pf_style_parse(&style, text, n, "fuzz.yaml", &err) == 0) {
		compose(style, n);
		pf_style_free(style);
	}
	if (pf_personality_parse(&who, text, n, "fuzz.yaml", "bass",
	    &err) == 0)
		for (int i = 0; i < PF_TRAITS; i++)
			if (!(who.trait[i] >= 0 && who.trait[i] <= 1))
				abort();
}

#ifndef PF_LIBFUZZER
/* The shipped files of a kind, as seeds. */
static size_t
gather(struct fuzz_seed *seed, size_t n, const char *kind)
{
	size_t files;
	char **const names = pf_share_list(kind, ".yaml", &files);
	for (size_t i = 0; names && i < files && n < SEEDS; i++) {
		char path[4096];
		FILE *const f = pf_share_find(path, sizeof path, kind,
		    names[i], ".yaml") == 0 ? fopen(path, "r") : NULL;
		char *const text = f ? malloc(LONGEST) : NULL;
		if (text)
			seed[n++] = (struct fuzz_seed){text,
			    fread(text, 1, LONGEST, f)};
		if (f)
			fclose(f);
	}
	free(names);
	return n;
}

int
main(void)
{
	static const char *const words[] = {".nan", "-1", "1e308", "9999999999",
	    "[", "{", "]", "}", ": ", "\n", "&a *a", "!!x ", "0", "x", "- ",
	    "~", "|", "'", "\"", "#", "\t", "i V7/ii IV bVII", "4/4", "0/0"};
	static struct fuzz_seed seeds[SEEDS];
	size_t n = gather(seeds, 0, "styles");
	n = gather(seeds, n, "personalities");
	ok(n > 10, "there are files to begin with");
	return n ? fuzz_run(seeds, n, words, PF_COUNT(words), 15000) : 1;
}
#endif
