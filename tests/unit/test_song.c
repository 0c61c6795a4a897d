/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate/song.h"

#include "base/share.h"
#include "generate/melody.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct pf_style *
style(const char *name)
{
	struct pf_style *s = NULL;
	struct pf_err err;
	if (pf_style_load(&s, name, &err) != 0) {
		printf("# %s\n", err.text);
		abort();
	}
	return s;
}

static struct pf_song *
song(const struct pf_song_wish *wish)
{
	struct pf_song *s = NULL;
	struct pf_err err = {""};
	if (pf_song_new(&s, wish, &err) != 0)
		printf("# %s\n", err.text);
	return s;
}

/* Do the sections fill the song without gap, none empty? */
static int
seamless(const struct pf_song *s)
{
	int at = 0;
	for (size_t i = 0; i < s->n_sections; i++) {
		if (s->section[i].bar != at || s->section[i].bars < 1)
			return 0;
		at += s->section[i].bars;
	}
	return at == s->bars;
}

static void
test_bars(void)
{
	static const char *const names[] = {"house", "jazz", "folk", "blues"};
	static const int bars[] = {1, 2, 3, 5, 7, 8, 13, 16, 31, 33, 64, 97,
	    128, 301, 1000};
	int wrong = 0, n = 0;
	for (size_t k = 0; k < PF_COUNT(names); k++) {
		struct pf_style *const st = style(names[k]);
		for (size_t i = 0; i < PF_COUNT(bars); i++, n++) {
			struct pf_song *const s = song(&(struct pf_song_wish){
			    .style = st, .bars = bars[i], .parts = 1u <<
			    PF_BASS, .seed = i});
			if (!s || s->bars != bars[i] || !seamless(s)) {
				printf("# %s %d: %d\n", names[k], bars[i],
				    s ? s->bars : -1);
				wrong++;
			}
			pf_song_free(s);
		}
		pf_style_free(st);
	}
	ok(wrong == 0, "%d songs have exactly the bars asked for", n);
}

static void
test_length(void)
{
	static const char *const names[] = {"house", "jazz", "bossa", "waltz"};
	static const double seconds[] = {10, 45, 61, 180, 200, 600};
	int wrong = 0, cut = 0;
	for (size_t k = 0; k < PF_COUNT(names); k++) {
		struct pf_style *const st = style(names[k]);
		for (size_t i = 0; i < PF_COUNT(seconds); i++) {
			struct pf_song *const s = song(&(struct pf_song_wish){
			    .style = st, .length_s = seconds[i], .parts = 1u <<
			    PF_BASS, .seed = i});
			const double bar = (double)pf_meter_bar(s->meter) /
			    PF_TICKS * 60 / s->bpm;
			const double off = pf_song_length_s(s) - seconds[i];
			wrong += off > bar || off < -bar;
			/* All but the last section are of whole units. */
			for (size_t j = 0; j + 1 < s->n_sections; j++)
				cut += s->bars > 24 &&
				    s->section[j].bars % 2 != 0;
			pf_song_free(s);
		}
		pf_style_free(st);
	}
	ok(wrong == 0, "a length is met within a bar");
	ok(cut == 0, "and no section is cut in the middle of a phrase");
}

static size_t
tune(const struct pf_song *s, int from_bar, int bars, int *pitch, int *tick,
    size_t room)
{
	const double bar = (double)pf_meter_bar(s->meter) / PF_TICKS;
	size_t n = 0;
	struct pf_song_note found[512];
	for (size_t i = 0; i < s->n_notes; i++) {
		const struct pf_song_note *const t = &s->note[i];
		const double at = t->beat - from_bar * bar + 0.1;
		if (t->part == PF_MELODY && at >= 0 && at < bars * bar &&
		    n < PF_COUNT(found))
			found[n++] = *t;
	}
	for (size_t i = 1; i < n; i++) /* by time */
		for (size_t k = i; k > 0 && found[k].beat < found[k - 1].beat;
		    k--) {
			const struct pf_song_note x = found[k];
			found[k] = found[k - 1];
			found[k - 1] = x;
		}
	for (size_t i = 0; i < n && i < room; i++) {
		pitch[i] = found[i].pitch;
		tick[i] = (int)((found[i].beat - from_bar * bar) * 4 + 0.5);
	}
	return n < room ? n : room;
}

/* The share of (place, pitch) that two stretches have in common. */
static double
likeness(const struct pf_song *s, int a, int b, int bars)
{
	int pa[256], ta[256], pb[256], tb[256];
	const size_t na = tune(s, a, bars, pa, ta, 256);
	const size_t nb = tune(s, b, bars, pb, tb, 256);
	size_t same = 0;
	for (size_t i = 0; i < na; i++)
		for (size_t k = 0; k < nb; k++)
			same += pa[i] == pb[k] && ta[i] == tb[k];
	return na + nb ? 2.0 * (double)same / (double)(na + nb) : 0;
}

static void
test_motifs_return(void)
{
	struct pf_style *const st = style("folk");
	double same = 0, other = 0;
	int exact = 0, n = 0;
	for (uint64_t seed = 0; seed < 12; seed++, n++) {
		struct pf_song *const s = song(&(struct pf_song_wish){
		    .style = st, .form = "ABAB", .bars = 32, .seed = seed});
		const double back = likeness(s, 0, 16, 8);
		same += back;
		exact += back > 0.999;
		other += likeness(s, 0, 8, 8);
		pf_song_free(s);
	}
	same /= n;
	other /= n;
	ok(same > 0.7, "in ABAB the second A is the first (%.2f alike)", same);
	ok(exact < n, "but not always to the note");
	ok(other < 0.35, "and B is another tune (%.2f alike)", other);
	pf_style_free(st);
}

static void
test_planted_motif(void)
{
	/* Two bars alike, chords alike: pitches drawn for the second, held
	 * to the first's degrees, must give the motif back. */
	struct pf_style *const st = style("pop");
	struct pf_chord_span span[1] = {{0, 100000, {0, PF_MAJ, -1}}};
	struct pf_song s = {.key = {0, PF_MAJOR}, .meter = {4, 4}, .bpm = 120,
	    .bars = 8, .n_spans = 1, .span = span};
	int back = 0, notes = 0;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct pf_tone tone[8];
		static const int degree[8] = {35, 37, 39, 37, 36, 35, 34, 35};
		for (int i = 0; i < 8; i++)
			tone[i] = (struct pf_tone){i * 48, 48, degree[i],
			    0.97, 0};
		struct pf_melody_place place = {.song = &s,
		    .melody = &st->melody, .low = 55, .high = 84,
		    .len = 384, .height = 0.5, .seed = seed,
		    .before = PF_NO_DEGREE};
		if (pf_melody_pitches(&place, tone, 8) != 0)
			abort();
		for (int i = 0; i < 8; i++, notes++)
			back += tone[i].degree == degree[i];
	}
	ok(back > notes * 9 / 10, "a planted motif comes back: %d of %d notes",
	    back, notes);
	pf_style_free(st);
}

static void
test_endings(void)
{
	static const char *const names[] = {"house", "jazz", "folk", "rock",
	    "waltz", "bossa", "pop"};
	int home = 0, n = 0;
	for (size_t k = 0; k < PF_COUNT(names); k++) {
		struct pf_style *const st = style(names[k]);
		for (uint64_t seed = 0; seed < 5; seed++, n++) {
			struct pf_song *const s = song(&(struct pf_song_wish){
			    .style = st, .seed = seed});
			home += s->span[s->n_spans - 1].chord.root ==
			    s->key.tonic;
			pf_song_free(s);
		}
		pf_style_free(st);
	}
	ok(home == n, "%d of %d songs end on the tonic chord", home, n);
}

static void
test_seeds(void)
{
	struct pf_style *const st = style("pop");
	double most = 0;
	struct pf_song_wish w = {.style = st, .bars = 16, .has_key = true,
	    .bpm = 100, .chords = "C Am F G", .form = "verse chorus"};
	struct pf_song *const a = song(&w), *const b = song(&w);
	int differ = a->n_notes != b->n_notes;
	for (size_t i = 0; !differ && i < a->n_notes; i++)
		differ = a->note[i].beat != b->note[i].beat ||
		    a->note[i].beats != b->note[i].beats ||
		    a->note[i].pitch != b->note[i].pitch ||
		    a->note[i].velocity != b->note[i].velocity;
	ok(!differ, "the same wish gives the same notes");
	pf_song_free(b);
	int pa[256], ta[256], pb[256], tb[256];
	const size_t na = tune(a, 0, 16, pa, ta, 256);
	for (uint64_t seed = 1; seed < 12; seed++) {
		w.seed = seed;
		struct pf_song *const c = song(&w);
		const size_t nb = tune(c, 0, 16, pb, tb, 256);
		size_t same = 0;
		for (size_t i = 0; i < na; i++)
			for (size_t k = 0; k < nb; k++)
				same += pa[i] == pb[k] && ta[i] == tb[k];
		const double like = 2.0 * (double)same / (double)(na + nb);
		most = like > most ? like : most;
		pf_song_free(c);
	}
	ok(most < 0.4, "other seeds have other tunes on the same chords "
	    "(at most %.2f alike)", most);
	pf_song_free(a);
	pf_style_free(st);
}

static void
test_wrong_wishes(void)
{
	struct pf_style *const st = style("house");
	struct pf_err err;
	struct pf_song *s;
	ok(pf_song_new(&s, &(struct pf_song_wish){.style = st,
	    .form = "intro chorsu"}, &err) != 0 && strcmp(err.text,
	    "section 'chorsu' is unknown, did you mean 'chorus'?") == 0,
	    "an unknown section names the nearest");
	ok(pf_song_new(&s, &(struct pf_song_wish){.style = st,
	    .chords = "Am Q"}, &err) != 0 && strstr(err.text, "'Q'"),
	    "a chord that can not be read is quoted");
	struct pf_song *const rest = song(&(struct pf_song_wish){.style = st,
	    .chords = "N.C.", .bars = 8});
	int pitched = 0;
	for (size_t i = 0; i < rest->n_notes; i++)
		pitched += rest->note[i].part == PF_HARMONY ||
		    rest->note[i].part == PF_BASS;
	ok(pitched <= 8, "where there is no chord nobody plays one");
	pf_song_free(rest);
	pf_style_free(st);
}

int
main(void)
{
	test_bars();
	test_length();
	test_motifs_return();
	test_planted_motif();
	test_endings();
	test_seeds();
	test_wrong_wishes();
	return tap_done();
}
