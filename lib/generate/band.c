/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate/band.h"

#include "base/hash.h"
#include "base/rng.h"
#include "music/voicing.h"

#include <stdlib.h>
#include <string.h>

enum { BAR_SPANS = 32, KICK = 36, CRASH = 49 };

/* What is played in one bar. */
struct bar {
	struct pf_song_maker *maker;
	const struct pf_song_section *sec;
	int number, in_section; /* of the song, of the section */
	int64_t tick;
	bool ending;            /* the song's last bar, and it shall end */
	int silent_from;        /* tick at which the band breaks off */
	struct pf_place place;
	struct pf_chord_span span[BAR_SPANS];
	size_t n_spans;
	struct pf_chord next;
	struct pf_hit kick[PF_HITS_MOST];
	size_t n_kicks;
};

/* Leads on through the song. */
struct hands {
	struct pf_voicing before[PF_PARTS];
	bool any[PF_PARTS];
	int bass;
};

static double
energy_at(const struct pf_song_section *sec, int bar)
{
	const double u = sec->bars > 1 ? (double)bar / (sec->bars - 1) : 0;
	return sec->energy + (sec->energy_end - sec->energy) * u;
}

static double
unit_interval(double x)
{
	return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* The fill that leads out of a bar, in felt beats. */
static double
fill_of(const struct bar *b, const struct pf_song_section *next)
{
	const struct pf_song_section *const sec = b->sec;
	const struct pf_style *const style = b->maker->style;
	const uint64_t seed = b->maker->wish->seed;
	const int beats = pf_meter_bar(b->place.meter) /
	    pf_meter_beat(b->place.meter);
	const int left = sec->bars - b->in_section;
	const double u = pf_rng_unit(seed, pf_hash_str("fills"), b->number, 0);
	if (left == 1) {
		if (!sec->fill || sec->stop || !next)
			return 0;
		return next->energy > energy_at(sec, b->in_section) + 0.12
		    ? beats : beats > 2 ? 2 : 1;
	}
	if (sec->build || !sec->fill)
		return 0;
	if ((b->in_section + 1) % style->phrase == 0)
		return u < 0.5 ? 2 : 1;
	if ((b->in_section + 1) % 4 == 0)
		return u < 0.4 ? 1 : 0;
	return 0;
}

static void
find_spans(struct bar *b)
{
	const struct pf_song *const s = b->maker->song;
	const int len = pf_meter_bar(s->meter);
	b->n_spans = 0;
	b->next = pf_no_chord;
	size_t lo = 0, hi = s->n_spans;
	while (hi - lo > 1) {
		const size_t mid = (lo + hi) / 2;
		if (s->span[mid].tick <= b->tick)
			lo = mid;
		else
			hi = mid;
	}
	for (size_t i = lo; i < s->n_spans; i++) {
		const struct pf_chord_span *const sp = &s->span[i];
		if (sp->tick >= b->tick + len) {
			b->next = sp->chord;
			return;
		}
		if (b->n_spans == BAR_SPANS || sp->tick + sp->len <= b->tick)
			continue;
		const int64_t from = sp->tick > b->tick ? sp->tick - b->tick
		    : 0;
		const int64_t to = sp->tick + sp->len - b->tick;
		b->span[b->n_spans++] = (struct pf_chord_span){(int)from,
		    (int)((to < len ? to : len) - from), sp->chord};
	}
}

static void
set_bar(struct bar *b, struct pf_song_maker *maker, size_t section,
    int in_section)
{
	const struct pf_song *const s = maker->song;
	const struct pf_song_section *const sec = &s->section[section];
	const struct pf_song_section *const next = section + 1 < s->n_sections
	    ? sec + 1 : NULL;
	const struct pf_style *const style = maker->style;
	const int len = pf_meter_bar(s->meter);
	b->maker = maker;
	b->sec = sec;
	b->in_section = in_section;
	b->number = sec->bar + in_section;
	b->tick = (int64_t)b->number * len;
	b->ending = b->number == s->bars - 1 && s->bars > 1 &&
	    style->ending != PF_END_FADE;
	const bool last = in_section == sec->bars - 1;
	b->silent_from = sec->stop && last && next && sec->bars > 1
	    ? len - pf_meter_beat(s->meter) : len;
	b->place = (struct pf_place){
		.seed = maker->wish->seed, .meter = s->meter,
		.bar = b->number, .phrase_bar = in_section,
		.section = sec->role,
		.variant = pf_hash_str(sec->theme) + (uint32_t)(sec->nth / 2),
	};
	b->place.intensity = unit_interval(energy_at(sec, in_section) +
	    maker->wish->intensity);
	b->place.fill_beats = fill_of(b, next);
	const bool entry = in_section == 0 && section > 0 &&
	    s->section[section - 1].fill;
	const bool marked = in_section > 0 && style->crash_every > 0 &&
	    in_section % style->crash_every == 0;
	b->place.crash = b->place.intensity > 0.4 && style->crash_every > 0 &&
	    !sec->build && (entry || marked);
	find_spans(b);
}

/* The place as one part sees it: busier or calmer by wish. */
static struct pf_place
place_for(const struct bar *b, enum pf_part part)
{
	struct pf_place p = b->place;
	p.intensity = unit_interval(p.intensity +
	    b->maker->wish->busy[part]);
	return p;
}

static void
add(const struct bar *b, enum pf_part part, const struct pf_hit *h, int len,
    int pitch, double late_ms, double velocity)
{
	if (h->tick >= b->silent_from)
		return;
	if (h->tick + len > b->silent_from &&
	    b->silent_from < pf_meter_bar(b->place.meter))
		len = b->silent_from - h->tick;
	const double bar_beat = (double)b->tick / PF_TICKS;
	pf_maker_note(b->maker, part, bar_beat + h->at_beats, late_ms,
	    (double)len / PF_TICKS, pitch, velocity *
	    (0.55 + 0.5 * b->maker->style->level[part]));
}

/* ---- drums */

static void
play_drums(struct bar *b, enum pf_part part)
{
	const struct pf_place p = place_for(b, part);
	struct pf_hit hit[PF_HITS_MOST];
	size_t n;
	if (b->ending) {
		/* Together on one. */
		n = 0;
		if (part == PF_DRUMS) {
			hit[n++] = (struct pf_hit){.len = 24, .pitch = KICK,
			    .velocity = 0.9f};
			hit[n++] = (struct pf_hit){.len = 24, .pitch = CRASH,
			    .velocity = 0.75f};
		}
	} else {
		n = pf_style_drums(b->maker->style, part, &p, hit,
		    PF_HITS_MOST);
	}
	for (size_t i = 0; i < n; i++)
		add(b, part, &hit[i], hit[i].len, hit[i].pitch,
		    hit[i].late_ms, hit[i].velocity);
	if (part == PF_DRUMS) {
		memcpy(b->kick, hit, n * sizeof *hit);
		b->n_kicks = n;
	}
}

/* ---- bass */

static void
play_bass(struct bar *b, struct hands *hands)
{
	const struct pf_place p = place_for(b, PF_BASS);
	const struct pf_style *const style = b->maker->style;
	struct pf_hit hit[PF_HITS_MOST];
	size_t n = pf_style_bass(style, &p, b->maker->song->key, b->span,
	    b->n_spans, b->next, hands->bass, b->kick, b->n_kicks, hit,
	    PF_HITS_MOST);
	if (b->ending && n) {
		const int len = pf_meter_bar(p.meter);
		hit[0].tick = 0;
		hit[0].at_beats = 0;
		hit[0].pitch = pf_pcs_toward((uint16_t)(1 <<
		    b->maker->song->key.tonic), style->bass_low, 1);
		hit[0].len = style->ending == PF_END_STOP ? PF_TICKS / 2 : len;
		n = 1;
	}
	for (size_t i = 0; i < n; i++)
		add(b, PF_BASS, &hit[i], hit[i].len, hit[i].pitch,
		    hit[i].late_ms, hit[i].velocity);
	if (n)
		hands->bass = hit[n - 1].pitch;
}

/* ---- chords */

/* The lowest tune note in a span, less a tone; 0 if there is none. */
static int
ceiling(const struct bar *b, int64_t from, int64_t to)
{
	const struct pf_song *const s = b->maker->song;
	const double lo = (double)from / PF_TICKS - 0.1;
	const double hi = (double)to / PF_TICKS;
	size_t a = 0, z = s->n_notes;
	int least = 0;
	/* The tune was written first and in order: search where it begins. */
	while (a < z) {
		const size_t mid = (a + z) / 2;
		if (s->note[mid].part == PF_MELODY && s->note[mid].beat < lo)
			a = mid + 1;
		else
			z = mid;
	}
	for (; a < s->n_notes && s->note[a].part == PF_MELODY &&
	    s->note[a].beat < hi; a++)
		if (!least || s->note[a].pitch < least)
			least = s->note[a].pitch;
	return least;
}

static void
voice(const struct bar *b, struct hands *hands, enum pf_part part,
    const struct pf_chord_span *span, struct pf_voicing *v)
{
	const struct pf_style *const style = b->maker->style;
	const struct pf_comp *const c = pf_style_voicing(style, part);
	const int top = ceiling(b, b->tick + span->tick, b->tick +
	    span->tick + span->len);
	const int lift = b->maker->wish->brightness < -0.5 ? -4 :
	    b->maker->wish->brightness > 0.5 ? 3 : 0;
	struct pf_voicing_wish w = {
		.chord = span->chord, .kind = c->voicing,
		.voices = c->voicing == PF_VOICE_POWER ? 3 :
		    c->voicing == PF_VOICE_GUITAR ? 5 : 4,
		.colour = style->sevenths > 0.6 ? 0.6 : 0.5,
		.low = c->low + lift, .high = c->high + lift,
		.before = hands->any[part] ? &hands->before[part] : NULL,
	};
	/* Keep under the tune, unless that would press the hands flat. */
	if (part == PF_HARMONY && top > w.low + 16)
		w.ceiling = top;
	const bool minor = pf_chord_is_minor(span->chord);
	if (pf_chord_triad(span->chord).quality == span->chord.quality &&
	    part != PF_ARP && w.voices > 3 && (minor || w.kind !=
	    PF_VOICE_GUITAR) && w.kind == PF_VOICE_CLOSE)
		w.voices = 3;
	pf_voicing_find(&w, v);
	if (v->n > 0) {
		hands->before[part] = *v;
		hands->any[part] = true;
	}
}

/* All or some of a voicing, string after string. */
static void
strike(const struct bar *b, enum pf_part part, const struct pf_hit *h,
    int len, const struct pf_voicing *v, bool up)
{
	const struct pf_comp *const c = pf_style_voicing(b->maker->style,
	    part);
	const int from = up && v->n > 3 ? v->n - 3 : 0, n = v->n - from;
	for (int i = 0; i < n; i++) {
		const int k = up ? v->n - 1 - i : i;
		const double late = n > 1 ? c->strum_ms * i / (n - 1) : 0;
		add(b, part, h, len, v->pitch[k], h->late_ms + late,
		    h->velocity * (up ? 0.85 : 1) * (1 - 0.03 * i));
	}
}

/* The n-th tone of a broken chord, from 1, on through the octaves. */
static int
broken(const struct pf_voicing *v, int n)
{
	const int k = n - 1, octaves = k / v->n;
	const int p = v->pitch[k % v->n] + 12 * octaves;
	return p > 108 ? p - 12 : p;
}

static void
play_hit(const struct bar *b, enum pf_part part, const struct pf_hit *h,
    const struct pf_chord_span *span, const struct pf_voicing *v)
{
	const struct pf_comp *const c = pf_style_voicing(b->maker->style,
	    part);
	const int bar = pf_meter_bar(b->place.meter);
	int len = h->len;
	/* Chords end where the harmony changes. */
	if (h->tick + len > span->tick + span->len &&
	    span->tick + span->len < bar)
		len = span->tick + span->len - h->tick;
	if (len <= 0 || v->n == 0)
		return;
	switch (h->step.kind) {
	case PF_STEP_TONE:
		add(b, part, h, len, broken(v, h->step.degree) +
		    12 * h->step.octave, h->late_ms, h->velocity);
		break;
	case PF_STEP_LOW:
	case PF_STEP_LOW5: {
		const int up = h->step.kind == PF_STEP_LOW5 ?
		    pf_chord_fifth(span->chord) : 0;
		const int pc = (span->chord.root + up) % 12;
		add(b, part, h, len, pf_pcs_toward((uint16_t)(1 << pc),
		    c->low - 3, 1), h->late_ms, h->velocity);
		break;
	}
	default:
		strike(b, part, h, len, v, h->step.kind == PF_STEP_UP);
	}
}

static void
play_chords(const struct bar *b, struct hands *hands, enum pf_part part)
{
	const struct pf_place p = place_for(b, part);
	struct pf_hit hit[PF_HITS_MOST];
	size_t n = pf_style_comp(b->maker->style, part, &p, hit,
	    PF_HITS_MOST);
	const int bar = pf_meter_bar(p.meter);
	if (b->ending && n) {
		hit[0].tick = 0;
		hit[0].at_beats = 0;
		hit[0].len = b->maker->style->ending == PF_END_STOP ?
		    PF_TICKS / 2 : bar;
		hit[0].step = (struct pf_step){.kind = PF_STEP_CHORD};
		n = 1;
	}
	for (size_t k = 0; k < b->n_spans; k++) {
		const struct pf_chord_span *const span = &b->span[k];
		struct pf_voicing v = {0};
		bool voiced = false;
		if (span->chord.root < 0)
			continue;
		for (size_t i = 0; i < n; i++) {
			/* A held chord sounds anew when the harmony moves. */
			struct pf_hit h = hit[i];
			if (part == PF_PAD && h.tick < span->tick &&
			    h.tick + h.len > span->tick) {
				h.len -= span->tick - h.tick;
				h.tick = span->tick;
				h.at_beats = (double)h.tick / PF_TICKS;
			}
			if (h.tick < span->tick ||
			    h.tick >= span->tick + span->len)
				continue;
			if (!voiced)
				voice(b, hands, part, span, &v);
			voiced = true;
			play_hit(b, part, &h, span, &v);
		}
	}
}

void
pf_band_play(struct pf_song_maker *maker)
{
	const struct pf_song *const s = maker->song;
	struct hands hands = {0};
	struct bar *const b = calloc(1, sizeof *b);
	if (!b) {
		maker->failed = true;
		return;
	}
	for (size_t i = 0; i < s->n_sections; i++) {
		const uint32_t parts = s->section[i].parts & s->parts;
		for (int k = 0; k < s->section[i].bars; k++) {
			set_bar(b, maker, i, k);
			b->n_kicks = 0;
			if (parts >> PF_DRUMS & 1)
				play_drums(b, PF_DRUMS);
			if (parts >> PF_PERC & 1)
				play_drums(b, PF_PERC);
			if (parts >> PF_BASS & 1)
				play_bass(b, &hands);
			for (int p = PF_HARMONY; p <= PF_ARP; p++)
				if (parts >> p & 1)
					play_chords(b, &hands,
					    (enum pf_part)p);
		}
	}
	free(b);
}
