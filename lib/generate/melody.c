/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which bar of a tune is new, which returns and how: the plan of a theme,
 * and the tune of every section by it.
 */
#include "generate/melody.h"

#include "base/hash.h"
#include "base/rng.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Bars of a theme: a letter the first time is new, again it returns; '+' and
 * '-' a step higher or lower (sequence), 'i' turned over, 'f' its first half
 * twice (fragmentation).
 */
struct schema {
	int bars;
	double weight;
	const char *text;
};
static const struct schema riffs[] = {
	{8, 3, "a b a c a b a d"}, {8, 2, "a a a b a a a c"},
	{8, 2, "a b a b a b c d"}, {8, 1, "a a+ a b a a+ a c"},
	{8, 1, "a b af c a b a d"}, {4, 2, "a b a c"}, {4, 1, "a a a b"},
};
static const struct schema periods[] = {
	{8, 4, "a b c d a b e f"}, {8, 3, "a b c d a b c e"},
	{8, 2, "a b a c a b d e"}, {8, 2, "a a- b c a a- d e"},
	{8, 1, "a b a+ b+ c d e f"}, {8, 1, "a b c d e f c g"},
	{8, 1, "a b ai c a b d e"}, {8, 1, "a b c d a b cf e"},
	{4, 2, "a b a c"}, {4, 2, "a a- b c"}, {4, 1, "a b c d"},
	{12, 2, "a b c d a b c e f g h i"},
	{12, 2, "a b c d a b e d f g c h"},
};
static const struct schema free_lines[] = {
	{8, 2, "a b c d e f g h"}, {8, 2, "a a+ b c d e f g"},
	{8, 2, "a b c d a e f g"}, {8, 1, "a b c af d e ai f"},
	{4, 1, "a b c d"}, {4, 1, "a a+ b c"},
	{12, 1, "a b c d e f g d h i j k"},
	{12, 1, "a b c d a b e d f g h i"},
};

struct theme {
	const char *name;
	int cycle;             /* bars */
	const char *plan;      /* a schema's text */
	bool known;
	struct pf_tone_bar bar[PF_CYCLE_BARS];
};

struct writer {
	const struct pf_song *song;
	const struct pf_song_wish *wish;
	const struct pf_melody_out *out;
	struct theme theme[PF_STYLE_SECTIONS];
	int n_themes;
	struct pf_melody_place place;
	int counter;           /* its last pitch */
};

static const char *
choose_plan(const struct pf_melody *m, int bars, uint64_t seed, uint32_t name)
{
	const struct schema *list = periods;
	size_t n = PF_COUNT(periods);
	if (m->repeat >= 0.88) {
		list = riffs;
		n = PF_COUNT(riffs);
	} else if (m->repeat < 0.6) {
		list = free_lines;
		n = PF_COUNT(free_lines);
	}
	double sum = 0, u = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			if (list[i].bars != bars)
				continue;
			if (pass == 0)
				sum += list[i].weight;
			else if ((u -= list[i].weight) < 0)
				return list[i].text;
		}
		u = sum * pf_rng_unit(seed, name, 0, 90);
	}
	return NULL;
}

/* What bar i of a plan is: its letter (0 if there is none) and its sign. */
static char
plan_bar(const char *plan, int i, char *sign)
{
	*sign = 0;
	if (!plan)
		return 0;
	for (const char *s = plan; *s; i--) {
		const size_t len = strcspn(s, " ");
		if (i == 0) {
			*sign = len > 1 ? s[1] : 0;
			return s[0];
		}
		s += len;
		s += strspn(s, " ");
	}
	return 0;
}

/* The bar in which a letter was first heard. */
static int
first_of(const char *plan, char letter)
{
	char sign;
	for (int i = 0; i < PF_CYCLE_BARS; i++)
		if (plan_bar(plan, i, &sign) == letter)
			return i;
	return 0;
}

/* Turn a bar's tune over around its first tone. */
static void
invert(struct pf_tone_bar *b)
{
	for (int i = 1; i < b->n; i++)
		if (b->tone[i].degree != PF_NO_DEGREE)
			b->tone[i].degree = 2 * b->tone[0].degree -
			    b->tone[i].degree;
}

/* The first half of a bar twice. */
static void
fragment(struct pf_tone_bar *b, int bar_ticks)
{
	const int half = bar_ticks / 2;
	int n = 0;
	while (n < b->n && b->tone[n].tick < half)
		n++;
	if (n == 0 || 2 * n > PF_BAR_NOTES)
		return;
	if (b->tone[n - 1].tick + b->tone[n - 1].len > half)
		b->tone[n - 1].len = half - b->tone[n - 1].tick;
	for (int i = 0; i < n; i++) {
		b->tone[n + i] = b->tone[i];
		b->tone[n + i].tick += half;
	}
	b->n = 2 * n;
}

/* Every length twice as long: what fits of it. */
static void
augment(struct pf_tone_bar *b, int bar_ticks)
{
	int n = 0;
	for (int i = 0; i < b->n; i++) {
		struct pf_tone t = b->tone[i];
		t.tick *= 2;
		t.len *= 2;
		if (t.tick >= bar_ticks)
			break;
		if (t.tick + t.len > bar_ticks)
			t.len = bar_ticks - t.tick;
		b->tone[n++] = t;
	}
	b->n = n;
}

/* Only what stands on beats: a tune remembered in quiet. */
static void
reduce(struct pf_tone_bar *b, struct pf_meter meter)
{
	int n = 0;
	for (int i = 0; i < b->n; i++) {
		if (i && pf_melody_weight(meter, b->tone[i].tick) < 2) {
			if (n)
				b->tone[n - 1].len = b->tone[i].tick +
				    b->tone[i].len - b->tone[n - 1].tick;
			continue;
		}
		b->tone[n++] = b->tone[i];
	}
	b->n = n;
}

/* Divide a long tone; the new half is free to step. */
static void
ornament(struct pf_tone_bar *b, uint64_t seed, int64_t place, int beat)
{
	if (b->n == 0 || b->n == PF_BAR_NOTES)
		return;
	const int i = (int)pf_rng_below(seed, pf_hash_str("ornament"), place,
	    0, (uint32_t)b->n);
	const int len = b->tone[i].len;
	if (len < beat || len > 2 * beat || (len / 2) % (PF_TICKS / 12))
		return;
	for (int k = b->n; k > i; k--)
		b->tone[k] = b->tone[k - 1];
	b->n++;
	b->tone[i].len = len / 2;
	b->tone[i + 1].tick += len / 2;
	b->tone[i + 1].len = len - len / 2;
	b->tone[i + 1].degree = PF_NO_DEGREE;
}

/* Hold a bar to its degrees, moved by a sequence. */
static void
hold(struct pf_tone_bar *b, double firm, int shift)
{
	for (int i = 0; i < b->n; i++) {
		if (b->tone[i].degree != PF_NO_DEGREE)
			b->tone[i].degree += shift;
		b->tone[i].hold = firm;
	}
}

/* The contrast of a later theme keeps something of the first one. */
static bool
derive(struct writer *w, struct pf_tone_bar *bar, uint64_t seed,
    uint32_t name)
{
	const struct theme *const main_theme = &w->theme[0];
	if (w->n_themes < 2 || !main_theme->known ||
	    main_theme->bar[0].n < 2)
		return false;
	const int bar_ticks = pf_meter_bar(w->song->meter);
	*bar = main_theme->bar[0];
	switch (pf_rng_below(seed, name, 0, 91, 5)) {
	case 0:
		invert(bar);
		hold(bar, 0.9, 0);
		return true;
	case 1:
		augment(bar, bar_ticks);
		hold(bar, 0.8, 2);
		return true;
	case 2:
		fragment(bar, bar_ticks);
		hold(bar, 0.8, 2);
		return true;
	default:
		return false; /* something new */
	}
}

/* Cut a phrase to `end` and let its last tone be a long one on a beat. */
static int
settle(const struct writer *w, struct pf_tone *tone, int n, int end)
{
	const struct pf_meter meter = w->song->meter;
	const int beat = pf_meter_beat(meter), bar = pf_meter_bar(meter);
	while (n > 1 && (tone[n - 1].tick >= end || end - tone[n - 1].tick <
	    beat || pf_melody_weight(meter, tone[n - 1].tick) < 2))
		n--;
	if (n == 0)
		return 0;
	struct pf_tone *const last = &tone[n - 1];
	int len = end - last->tick;
	if (len > bar)
		len = bar;
	last->len = len > 0 ? len : beat;
	return n;
}

/* Gather the bars of one phrase into a row of tones. */
static int
gather(struct writer *w, struct theme *th, int first, int bars, int nth,
    const struct pf_song_section *sec, struct pf_tone_bar *bar)
{
	const struct pf_song *const s = w->song;
	const struct pf_melody *const m = &w->wish->style->melody;
	const int bar_ticks = pf_meter_bar(s->meter);
	const uint64_t seed = w->wish->seed;
	const uint32_t name = pf_hash_str(th->name);
	const double busy = sec->energy + w->wish->busy[PF_MELODY];
	const int again = nth + first / th->cycle;
	for (int i = 0; i < bars; i++) {
		struct pf_tone_bar *const b = &bar[i];
		const int k = (first + i) % th->cycle;
		const int64_t place = (int64_t)name * 64 + k;
		char sign;
		const char letter = plan_bar(th->plan, k, &sign);
		const int from = letter ? first_of(th->plan, letter) : k;
		if (th->known) {
			*b = th->bar[k];
			hold(b, again > 1 ? 0.93 : 0.97, 0);
			if (again > 0 && pf_rng_unit(seed, name, sec->bar +
			    first + i, 92) < 0.25)
				ornament(b, seed, sec->bar + first + i,
				    pf_meter_beat(s->meter));
		} else if (from < k && from >= first && from < first + i) {
			*b = bar[from - first];
		} else if (from < k) {
			*b = th->bar[from];
		} else if (k || !derive(w, b, seed, name)) {
			pf_melody_rhythm(m, s->meter, busy, seed, place, b);
		}
		if (!th->known && from < k) {
			hold(b, 0.96, sign == '+' ? 1 : sign == '-' ? -1 : 0);
			if (sign == 'i')
				invert(b);
			if (sign == 'f')
				fragment(b, bar_ticks);
		}
		if (sec->energy < 0.36 && th->known)
			reduce(b, s->meter);
	}
	return 0;
}

static int
say(struct writer *w, const struct pf_song_section *sec, int64_t base,
    const struct pf_tone *tone, int n, int len)
{
	for (int i = 0; i < n; i++) {
		const struct pf_tone *const t = &tone[i];
		const int64_t tick = base + t->tick;
		const int weight = pf_melody_weight(w->song->meter, t->tick);
		const double u = len ? (double)t->tick / len : 0;
		const double v = 0.56 + 0.05 * weight + 0.1 * (4 * u * (1 -
		    u)) + 0.16 * sec->energy;
		const int gate = t->len > PF_TICKS / 3 ? t->len -
		    t->len / 16 - 2 : t->len - 1;
		const int r = w->out->note(w->out->ctx, PF_MELODY, tick,
		    gate > 0 ? gate : 1, t->pitch, v);
		if (r)
			return r;
	}
	return 0;
}

/* Now and then a short weak tone slides into the next by a semitone. */
static void
colour(const struct writer *w, struct pf_tone *tone, int n)
{
	const struct pf_melody *const m = &w->wish->style->melody;
	const struct pf_meter meter = w->song->meter;
	for (int i = 1; i + 1 < n; i++) {
		const int next = tone[i + 1].pitch, p = tone[i].pitch;
		if (tone[i].len > PF_TICKS / 2 || abs(next - p) > 3 ||
		    next == p || pf_melody_weight(meter, tone[i].tick) > 1)
			continue;
		if (pf_rng_unit(w->wish->seed, pf_hash_str("colour"),
		    w->place.tick + tone[i].tick, 0) < m->chromatic)
			tone[i].pitch = next + (p < next ? -1 : 1);
	}
}

/*
 * Write bars first.. of a section's tune in parts that only return to what
 * is already there: pitches are chosen for a whole part at once.
 */
static int
write_phrase(struct writer *w, struct theme *th,
    const struct pf_song_section *sec, int first, int bars, int end,
    bool closes)
{
	const struct pf_song *const s = w->song;
	const int bar_ticks = pf_meter_bar(s->meter);
	struct pf_tone_bar *const bar = calloc((size_t)bars, sizeof *bar);
	struct pf_tone *const tone = calloc((size_t)bars * PF_BAR_NOTES,
	    sizeof *tone);
	int r = bar && tone ? 0 : -ENOMEM;
	struct pf_melody_place *const pl = &w->place;
	int n = 0, done = 0;
	pl->tick = (int64_t)(sec->bar + first) * bar_ticks;
	pl->len = bars * bar_ticks;
	while (r == 0 && done < bars) {
		/* A part ends before a bar that returns to one within it. */
		int more = bars - done;
		for (int i = 1; i < more && !th->known; i++) {
			char sign;
			const int k = (first + done + i) % th->cycle;
			const char c = plan_bar(th->plan, k, &sign);
			if (c && first_of(th->plan, c) < k &&
			    first_of(th->plan, c) >= (first + done) %
			    th->cycle)
				more = i;
		}
		gather(w, th, first + done, more, sec->nth, sec, bar + done);
		int from = n;
		for (int i = done; i < done + more; i++)
			for (int k = 0; k < bar[i].n; k++) {
				tone[n] = bar[i].tone[k];
				tone[n++].tick += i * bar_ticks;
			}
		const bool last = done + more == bars;
		if (last && closes)
			n = from + settle(w, tone + from, n - from, end);
		pl->closes = last && closes;
		r = pf_melody_pitches(pl, tone + from, n - from);
		/* Remember what the bars came to be. */
		for (int i = done, k = from; r == 0 && i < done + more; i++) {
			struct pf_tone_bar *const b = &bar[i];
			b->n = 0;
			for (; k < n && tone[k].tick < (i + 1) * bar_ticks;
			    k++) {
				b->tone[b->n] = tone[k];
				b->tone[b->n++].tick -= i * bar_ticks;
			}
			if (!th->known)
				th->bar[(first + i) % th->cycle] = *b;
		}
		done += more;
	}
	if (r == 0) {
		colour(w, tone, n);
		r = say(w, sec, pl->tick, tone, n, pl->len);
	}
	free(bar);
	free(tone);
	return r;
}

static struct theme *
theme_of(struct writer *w, const struct pf_song_section *sec)
{
	for (int i = 0; i < w->n_themes; i++)
		if (strcmp(w->theme[i].name, sec->theme) == 0)
			return &w->theme[i];
	if (w->n_themes == PF_STYLE_SECTIONS)
		return &w->theme[0];
	struct theme *const th = &w->theme[w->n_themes++];
	const struct pf_style *const style = w->wish->style;
	const int phrase = style->phrase == 12 ? 12 : 8;
	th->name = sec->theme;
	th->cycle = sec->bars < phrase ? sec->bars : phrase;
	th->plan = choose_plan(&style->melody, th->cycle, w->wish->seed,
	    pf_hash_str(th->name));
	th->known = false;
	return th;
}

/* The tune of a section: its theme's cycle, phrase after phrase. */
static int
write_section(struct writer *w, const struct pf_song_section *sec)
{
	const struct pf_song *const s = w->song;
	const struct pf_melody *const m = &w->wish->style->melody;
	struct theme *const th = theme_of(w, sec);
	const int bar_ticks = pf_meter_bar(s->meter);
	const bool solo = strcmp(sec->theme, "solo") == 0;
	int r = 0;
	w->place.height = sec->energy;
	for (int at = 0; at < sec->bars && r == 0;) {
		const int cycle_left = th->cycle - at % th->cycle;
		int bars = cycle_left < sec->bars - at ? cycle_left
		    : sec->bars - at;
		if (bars > 4 && bars % 4 == 0)
			bars = 4; /* half a period breathes, too */
		if (solo && at % th->cycle == 0)
			th->known = false;
		const bool last = at + bars == sec->bars ||
		    (at + bars) % th->cycle == 0;
		const double rest = m->rest * (last ? 1 : 0.6);
		int end = (int)(bars * bar_ticks * (1 - rest));
		end -= end % (PF_TICKS / 2);
		w->place.arch = 3 + 3 * sec->energy;
		w->place.seed = w->wish->seed ^ (solo ? pf_rng_mix((uint64_t)
		    (sec->bar + at)) : 0);
		/* Tunes that hardly rest run on through the half period. */
		const bool closes = last || rest > 0.08 || pf_rng_unit(
		    w->wish->seed, pf_hash_str(th->name), at, 93) < 0.4;
		r = write_phrase(w, th, sec, at, bars, end, closes);
		at += bars;
		if (at % th->cycle == 0 || at == sec->bars)
			th->known = true;
	}
	return r;
}

/* A second voice in long tones: thirds and sevenths that move by step. */
static int
write_counter(struct writer *w, const struct pf_song_section *sec)
{
	const struct pf_song *const s = w->song;
	const struct pf_melody *const m = &w->wish->style->counter;
	const int bar_ticks = pf_meter_bar(s->meter);
	const int64_t from = (int64_t)sec->bar * bar_ticks;
	const int64_t to = from + (int64_t)sec->bars * bar_ticks;
	for (size_t i = 0; i < s->n_spans; i++) {
		const struct pf_chord_span *const sp = &s->span[i];
		if (sp->tick < from || sp->tick >= to || sp->chord.root < 0)
			continue;
		const struct pf_chord c = sp->chord;
		const int seventh = pf_chord_seventh(c);
		const uint16_t guide = pf_pcs_rotate((uint16_t)(1 <<
		    pf_chord_third(c) % 12 | 1 << (seventh == 12 ?
		    pf_chord_fifth(c) : seventh) % 12), c.root);
		int p = pf_pcs_nearest(guide, w->counter);
		if (p < m->low || p > m->high)
			p = pf_pcs_nearest(guide, (m->low + m->high) / 2);
		w->counter = p;
		const int r = w->out->note(w->out->ctx, PF_COUNTER, sp->tick,
		    sp->len - sp->len / 16, p, 0.45 + 0.2 * sec->energy);
		if (r)
			return r;
	}
	return 0;
}

int
pf_melody_write(const struct pf_song *song, const struct pf_song_wish *wish,
    const struct pf_melody_out *out)
{
	struct writer *const w = calloc(1, sizeof *w);
	if (!w)
		return -ENOMEM;
	const struct pf_melody *const m = &wish->style->melody;
	const int lift = wish->brightness > 0.5 ? 3 : wish->brightness < -0.5
	    ? -5 : 0;
	w->song = song;
	w->wish = wish;
	w->out = out;
	w->counter = (wish->style->counter.low + wish->style->counter.high) / 2;
	w->place = (struct pf_melody_place){.song = song, .melody = m,
	    .low = m->low + lift, .high = m->high + lift, .seed = wish->seed,
	    .before = PF_NO_DEGREE};
	int r = 0;
	for (size_t i = 0; i < song->n_sections && r == 0; i++)
		if ((song->section[i].parts & song->parts) >> PF_MELODY & 1)
			r = write_section(w, &song->section[i]);
	for (size_t i = 0; i < song->n_sections && r == 0; i++)
		if ((song->section[i].parts & song->parts) >> PF_COUNTER & 1)
			r = write_counter(w, &song->section[i]);
	free(w);
	return r;
}
