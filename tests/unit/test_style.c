/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/style.h"

#include "base/share.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct pf_meter four = {4, 4};

static void
refuses(const char *text, const char *message)
{
	struct pf_style *s = NULL;
	struct pf_err err = {""};
	const int r = pf_style_parse(&s, text, strlen(text), "x.yaml", &err);
	if (!ok(r != 0 && strcmp(err.text, message) == 0, "%s", message))
		printf("# %d: %s\n", r, err.text);
	if (r == 0)
		pf_style_free(s);
}

static void
test_errors(void)
{
	refuses("melody:\n  densty: 1\n",
	    "x.yaml:2: unknown key 'densty', did you mean 'density'?");
	refuses("swing: 0.9\n", "x.yaml:1: swing: '0.9' is out of 0.5..0.75");
	refuses("drums:\n  - rows:\n      kik: \"x...\"\n",
	    "x.yaml:3: 'kik' is not a drum");
	refuses("drums:\n  - rows:\n      kick: \"x...\"\n", "x.yaml:3: kick: "
	    "has 4 steps, expected a multiple of 16");
	refuses("drums:\n  - rows:\n      kick: \"x..y x... x... x...\"\n",
	    "x.yaml:3: kick: 'y' is not a step: use . 1-9 x X g ? f d r");
	refuses("bass:\n  patterns:\n    - steps: \"1 2 q 4\"\n",
	    "x.yaml:3: steps: 'q' is not a step: use 1 b7 5, 8' a w x . - "
	    "with ! or ?");
	refuses("bass:\n  patterns:\n    - gate: 0.5\n",
	    "x.yaml:3: has no 'steps'");
	refuses("progressions:\n  - {chords: \"I | H\"}\n", "x.yaml:2: chords: "
	    "'H' is not a chord like ii7, bVII or V7/V");
	refuses("sections:\n  verse: {}\nforms:\n  - {order: vers}\n",
	    "x.yaml:4: order: there is no section 'vers', did you mean "
	    "'verse'?");
	refuses("key: H\n", "x.yaml:1: key: 'H' is not a key like Am or "
	    "D dorian");
	refuses("meters: [4/5]\n", "x.yaml:1: '4/5' is not a meter like 4/4");
	refuses("melody:\n  cells:\n    - {rhythm: \"3 2\"}\n", "x.yaml:3: "
	    "rhythm: fills 5 steps, expected whole beats of 4");
	refuses("harmony: {voicing: clos}\n", "x.yaml:1: voicing: 'clos' is "
	    "unknown, did you mean 'close'?");
	refuses("ending: [1, 2]\n", "x.yaml:1: ending: expected a word");
	refuses("tempo: {low: 100, usual: 90, high: 120}\n", "x.yaml:1: "
	    "tempo: low 100, usual 90 and high 120 are out of order");
	struct pf_style *s;
	struct pf_err err;
	ok(pf_style_load(&s, "housse", &err) == -ENOENT && strcmp(err.text,
	    "style 'housse' is unknown, did you mean 'house'?") == 0,
	    "an unknown style names the nearest");
}

static struct pf_style *
parsed(const char *text)
{
	struct pf_style *s = NULL;
	struct pf_err err;
	if (pf_style_parse(&s, text, strlen(text), "x.yaml", &err) != 0) {
		printf("# %s\n", err.text);
		abort();
	}
	return s;
}

/* The ticks at which a piece is hit, as "0 96 192". */
static const char *
hits_of(const struct pf_style *s, struct pf_place place, int piece)
{
	static char text[512];
	struct pf_hit hit[PF_HITS_MOST];
	const size_t n = pf_style_drums(s, PF_DRUMS, &place, hit,
	    PF_HITS_MOST);
	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		if (hit[i].pitch == piece)
			snprintf(text + strlen(text), sizeof text -
			    strlen(text), "%s%d", *text ? " " : "",
			    hit[i].tick);
	return text;
}

static void
test_drums(void)
{
	struct pf_style *const s = parsed("drums:\n"
	    "  - {intensity: 0.2, rows: {kick: \"x...x...x...x...\"}}\n"
	    "  - {intensity: 0.6, rows: {kick: \"x.......x.......\", "
	    "snare: \"....x.......x...\"}}\n"
	    "  - {intensity: 0.6, only: drop, rows: "
	    "{kick: \"x......x........\"}}\n"
	    "fills:\n  - rows: {tom: \"xxxx\"}\n");
	struct pf_place p = {.meter = four, .intensity = 0.1};
	ok(strcmp(hits_of(s, p, 36), "") == 0,
	    "below the first pattern's intensity nothing is played");
	p.intensity = 0.5;
	ok(strcmp(hits_of(s, p, 36), "0 96 192 288") == 0,
	    "a pattern is played from its intensity on");
	p.intensity = 0.9;
	ok(strcmp(hits_of(s, p, 36), "0 192") == 0, "a stronger one later");
	p.section = "drop";
	ok(strcmp(hits_of(s, p, 36), "0 168") == 0,
	    "a pattern made for a section goes first");
	p.section = NULL;
	p.fill_beats = 1;
	ok(strcmp(hits_of(s, p, 45), "288 312 336 360") == 0 &&
	    strcmp(hits_of(s, p, 38), "96") == 0,
	    "a fill replaces the last beat");
	p.fill_beats = 0;
	p.crash = true;
	ok(strcmp(hits_of(s, p, 49), "0") == 0, "a crash marks the downbeat");
	pf_style_free(s);
}

static void
test_meters(void)
{
	struct pf_style *const s = parsed("drums:\n  - {rows: "
	    "{kick: \"x.......x.......\", snare: \"....x.......x...\", "
	    "hat: \"x.x.x.x.x.x.x.x.\"}}\n");
	struct pf_place p = {.meter = {3, 4}, .intensity = 0.5};
	ok(strcmp(hits_of(s, p, 36), "0") == 0 &&
	    strcmp(hits_of(s, p, 38), "96 192") == 0,
	    "a backbeat in three is one kick and two snares");
	p.meter = (struct pf_meter){6, 8};
	ok(strcmp(hits_of(s, p, 36), "0") == 0 &&
	    strcmp(hits_of(s, p, 38), "144") == 0 &&
	    strcmp(hits_of(s, p, 42), "0 96 144 240") == 0,
	    "in 6/8 its eighths fall on the outer of three");
	p.meter = (struct pf_meter){7, 8};
	ok(strcmp(hits_of(s, p, 36), "0") == 0,
	    "7/8 keeps its downbeat");
	static const struct pf_meter odd[] = {{1, 4}, {2, 4}, {5, 4}, {6, 4},
	    {9, 8}, {12, 8}, {5, 8}, {2, 2}, {3, 2}, {13, 16}, {32, 1}};
	int outside = 0;
	for (size_t i = 0; i < PF_COUNT(odd); i++) {
		struct pf_hit hit[PF_HITS_MOST];
		p.meter = odd[i];
		const size_t n = pf_style_drums(s, PF_DRUMS, &p, hit,
		    PF_HITS_MOST);
		outside += n == 0;
		for (size_t k = 0; k < n; k++)
			outside += hit[k].tick < 0 || hit[k].tick >=
			    pf_meter_bar(odd[i]);
	}
	ok(outside == 0, "any meter has drums, all inside the bar");
	pf_style_free(s);
}

static void
test_bass(void)
{
	struct pf_style *const s = parsed("bass: {low: 28, high: 50, "
	    "patterns: [{grid: 1, steps: \"1 3 5 a\"}]}\n");
	const struct pf_place p = {.meter = four, .intensity = 0.5};
	const struct pf_key c = {0, PF_MAJOR};
	const struct pf_chord_span span[] = {
		{0, 192, {9, PF_MIN, -1}}, {192, 192, {5, PF_MAJ, -1}},
	};
	struct pf_hit hit[PF_HITS_MOST];
	const size_t n = pf_style_bass(s, &p, c, span, 2,
	    (struct pf_chord){0, PF_MAJ, -1}, 0, NULL, 0, hit, PF_HITS_MOST);
	ok(n == 4 && hit[0].pitch == 33 && hit[1].pitch == 36,
	    "over Am the root is A and the third C");
	ok(n == 4 && hit[2].pitch % 12 == 0,
	    "over F in the middle of the bar the fifth is C");
	ok(n == 4 && (abs(hit[3].pitch - 36) <= 2 || abs(hit[3].pitch - 36)
	    == 7), "the last leads into the next root, C");
	const struct pf_hit kick = {.tick = 0, .pitch = 36, .late_ms = 7,
	    .at_beats = 0};
	struct pf_hit locked[PF_HITS_MOST];
	pf_style_bass(s, &p, c, span, 2, pf_no_chord, 0, &kick, 1, locked,
	    PF_HITS_MOST);
	ok(locked[0].late_ms == 7, "a bass note goes with the kick's push");
	pf_style_free(s);
}

static void
test_comp_and_swing(void)
{
	struct pf_style *const s = parsed("swing: 0.6\nswing-grid: 2\n"
	    "humanise-ms: 0\nharmony: {patterns: [{gate: 1, "
	    "steps: \"x---..x.x------- ----....u.......\"}]}\n");
	struct pf_place p = {.meter = four, .intensity = 0.5};
	struct pf_hit hit[PF_HITS_MOST];
	size_t n = pf_style_comp(s, PF_HARMONY, &p, hit, PF_HITS_MOST);
	ok(n == 3 && hit[0].len == 96 && hit[1].tick == 144 &&
	    hit[2].len == 192 + 96,
	    "chords are held for their signs, over the bar line too");
	ok(hit[1].at_beats > 1.59 && hit[1].at_beats < 1.61,
	    "the off-beat eighth swings to 0.6");
	p.phrase_bar = 1;
	n = pf_style_comp(s, PF_HARMONY, &p, hit, PF_HITS_MOST);
	ok(n == 1 && hit[0].step.kind == PF_STEP_UP,
	    "the second bar has the upward strum alone");
	ok(pf_style_swing(s, four, 32) > 0.33 && pf_style_swing(s, four, 32) <
	    0.34, "triplets do not swing");
	n = pf_style_comp(s, PF_PAD, &p, hit, PF_HITS_MOST);
	ok(n == 1 && hit[0].len == 384, "a pad without patterns holds the bar");
	pf_style_free(s);
}

static void
test_shipped(void)
{
	size_t n;
	char **const names = pf_share_list("styles", ".yaml", &n);
	int bad = 0;
	for (size_t i = 0; i < n; i++) {
		struct pf_style *s;
		struct pf_err err;
		if (pf_style_load(&s, names[i], &err) != 0) {
			printf("# %s\n", err.text);
			bad++;
			continue;
		}
		bad += s->n_forms == 0 || !*s->title || s->n_progressions == 0;
		pf_style_free(s);
	}
	ok(n >= 10 && bad == 0, "all %zu styles are read and whole", n);
	free(names);
}

int
main(void)
{
	test_errors();
	test_drums();
	test_meters();
	test_bass();
	test_comp_and_swing();
	test_shipped();
	return tap_done();
}
