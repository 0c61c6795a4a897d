/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tune of every section, by the plan of its theme. */
#include "generate/melody.h"

#include "base/hash.h"
#include "base/rng.h"
#include "generate/melody_plan.h"
#include "generate/melody_vary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct theme {
	const char *name;
	int cycle;             /* bars */
	const char *plan;      /* see melody_plan.h */
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
};

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
		pf_bar_invert(bar);
		pf_bar_hold(bar, 0.9, 0);
		return true;
	case 1:
		pf_bar_augment(bar, bar_ticks);
		pf_bar_hold(bar, 0.8, 2);
		return true;
	case 2:
		pf_bar_fragment(bar, bar_ticks);
		pf_bar_hold(bar, 0.8, 2);
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

/* A bar of a theme that is known: as it was, with an ornament now and then. */
static void
recall(const struct writer *w, const struct theme *th, int k, int again,
    int64_t place, struct pf_tone_bar *b)
{
	const uint64_t seed = w->wish->seed;
	*b = th->bar[k];
	pf_bar_hold(b, again > 1 ? 0.93 : 0.97, 0);
	if (again > 0 && pf_rng_unit(seed, pf_hash_str(th->name), place,
	    92) < 0.25)
		pf_bar_ornament(b, seed, place, pf_meter_beat(w->song->meter));
}

/* A bar that returns within its theme, by the sign of the plan. */
static void
come_back(struct pf_tone_bar *b, char sign, int bar_ticks)
{
	pf_bar_hold(b, 0.96, sign == '+' ? 1 : sign == '-' ? -1 : 0);
	if (sign == 'i')
		pf_bar_invert(b);
	if (sign == 'f')
		pf_bar_fragment(b, bar_ticks);
}

/* Gather bars first.. of a section, bar[bars]: known, returning or new. */
static void
gather(struct writer *w, struct theme *th, int first, int bars,
    const struct pf_song_section *sec, struct pf_tone_bar *bar)
{
	const struct pf_meter meter = w->song->meter;
	const uint32_t name = pf_hash_str(th->name);
	const double busy = sec->energy + w->wish->busy[PF_MELODY];
	const int again = sec->nth + first / th->cycle;
	for (int i = 0; i < bars; i++) {
		struct pf_tone_bar *const b = &bar[i];
		const int k = (first + i) % th->cycle;
		char sign;
		const char letter = pf_plan_bar(th->plan, k, &sign);
		const int from = letter ? pf_plan_first(th->plan, letter) : k;
		if (th->known)
			recall(w, th, k, again, sec->bar + first + i, b);
		else if (from < k && from >= first && from < first + i)
			*b = bar[from - first];
		else if (from < k)
			*b = th->bar[from];
		else if (k || !derive(w, b, w->wish->seed, name))
			pf_melody_rhythm(&w->wish->style->melody, meter, busy,
			    w->wish->seed, (int64_t)name * 64 + k, b);
		if (!th->known && from < k)
			come_back(b, sign, pf_meter_bar(meter));
		if (th->known && sec->energy < 0.36)
			pf_bar_reduce(b, meter);
	}
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
 * How many of the next bars are chosen at once: a part ends before a bar that
 * returns to one within it.
 */
static int
part_bars(const struct theme *th, int first, int most)
{
	for (int i = 1; i < most && !th->known; i++) {
		char sign;
		const int k = (first + i) % th->cycle;
		const char letter = pf_plan_bar(th->plan, k, &sign);
		const int from = letter ? pf_plan_first(th->plan, letter) : k;
		if (from < k && from >= first % th->cycle)
			return i;
	}
	return most;
}

/* Bars from..to of a phrase as a row of tones; returns how many. */
static int
line_up(const struct pf_tone_bar *bar, int from, int to, int bar_ticks,
    struct pf_tone *tone)
{
	int n = 0;
	for (int i = from; i < to; i++)
		for (int k = 0; k < bar[i].n; k++) {
			tone[n] = bar[i].tone[k];
			tone[n++].tick += i * bar_ticks;
		}
	return n;
}

/* And back: what the bars came to be, also for the theme. */
static void
remember(struct theme *th, struct pf_tone_bar *bar, int first, int from,
    int to, int bar_ticks, const struct pf_tone *tone, int n)
{
	for (int i = from, k = 0; i < to; i++) {
		struct pf_tone_bar *const b = &bar[i];
		b->n = 0;
		for (; k < n && tone[k].tick < (i + 1) * bar_ticks; k++) {
			b->tone[b->n] = tone[k];
			b->tone[b->n++].tick -= i * bar_ticks;
		}
		if (!th->known)
			th->bar[(first + i) % th->cycle] = *b;
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
	const int bar_ticks = pf_meter_bar(w->song->meter);
	struct pf_tone_bar *const bar = calloc((size_t)bars, sizeof *bar);
	struct pf_tone *const tone = calloc((size_t)bars * PF_BAR_NOTES,
	    sizeof *tone);
	int r = bar && tone ? 0 : -ENOMEM;
	struct pf_melody_place *const pl = &w->place;
	int n = 0;
	pl->tick = (int64_t)(sec->bar + first) * bar_ticks;
	pl->len = bars * bar_ticks;
	for (int at = 0, to; r == 0 && at < bars; at = to) {
		struct pf_tone *const part = tone + n;
		to = at + part_bars(th, first + at, bars - at);
		gather(w, th, first + at, to - at, sec, bar + at);
		int len = line_up(bar, at, to, bar_ticks, part);
		pl->closes = to == bars && closes;
		if (pl->closes)
			len = settle(w, part, len, end);
		r = pf_melody_pitches(pl, part, len);
		if (r == 0)
			remember(th, bar, first, at, to, bar_ticks, part, len);
		n += len;
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
	th->plan = pf_theme_plan(&style->melody, th->cycle, w->wish->seed,
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
		w->place.seed = w->wish->seed ^ (solo ? pf_rng_mix(
		    (uint64_t)sec->bar + (uint64_t)at) : 0);
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
	w->place = (struct pf_melody_place){.song = song, .melody = m,
	    .low = m->low + lift, .high = m->high + lift, .seed = wish->seed,
	    .before = PF_NO_DEGREE};
	int r = 0;
	for (size_t i = 0; i < song->n_sections && r == 0; i++)
		if ((song->section[i].parts & song->parts) >> PF_MELODY & 1)
			r = write_section(w, &song->section[i]);
	free(w);
	return r;
}
