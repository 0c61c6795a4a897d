/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a wish to a song: key, tempo, form, chords, then the players.
 */
#include "generate/song.h"

#include "base/hash.h"
#include "base/rng.h"
#include "generate/band.h"
#include "generate/form.h"
#include "generate/harmony.h"
#include "generate/melody.h"
#include "generate/setting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- lists that grow */

void *
pf_maker_grow(struct pf_song_maker *m, void *list, size_t n, size_t *room,
    size_t size)
{
	if (n < *room)
		return list;
	const size_t more = *room ? 2 * *room : 1024;
	void *const p = realloc(list, more * size);
	if (!p) {
		m->failed = true;
		return NULL;
	}
	*room = more;
	return p;
}

/* Build-ups swell; a fade takes the band away. */
static double
swell(const struct pf_song_maker *m, enum pf_part part, double beat)
{
	const struct pf_song *const s = m->song;
	const double bar = beat * PF_TICKS / pf_meter_bar(s->meter);
	size_t i = 0;
	while (i + 1 < s->n_sections && bar >= s->section[i + 1].bar)
		i++;
	const struct pf_song_section *const sec = &s->section[i];
	const double u = (bar - sec->bar) / sec->bars;
	const bool held = part == PF_HARMONY || part == PF_PAD ||
	    part == PF_ARP;
	if (sec->build && held)
		return 0.45 + 0.55 * u;
	if (i + 1 == s->n_sections && m->style->ending == PF_END_FADE &&
	    u > 0.5)
		return 1 - 1.6 * (u - 0.5);
	return 1;
}

void
pf_maker_note(struct pf_song_maker *m, enum pf_part part, double beat,
    double late_ms, double beats, int pitch, double velocity)
{
	struct pf_song *const s = m->song;
	const double end = (double)s->bars * pf_meter_bar(s->meter) / PF_TICKS;
	double at = beat + late_ms * s->bpm / 60000;
	at = at < 0 ? 0 : at;
	if (pitch < 0 || pitch > 127 || at >= end - 0.01 || m->failed)
		return;
	struct pf_song_note *const list = pf_maker_grow(m, s->note, s->n_notes,
	    &m->room_notes, sizeof *list);
	if (!list)
		return;
	s->note = list;
	if (at + beats > end)
		beats = end - at;
	if (beats < 0.02)
		beats = 0.02;
	velocity *= swell(m, part, at);
	const double v = velocity < 0.02 ? 0.02 : velocity > 1 ? 1 : velocity;
	s->note[s->n_notes++] = (struct pf_song_note){at, beats, (float)v,
	    (uint8_t)pitch, (uint8_t)part};
}

void
pf_maker_set(struct pf_song_maker *m, enum pf_part part, double beat,
    double beats, const char *param, double value)
{
	struct pf_song *const s = m->song;
	struct pf_song_set *const list = pf_maker_grow(m, s->set, s->n_sets,
	    &m->room_sets, sizeof *list);
	if (!list)
		return;
	s->set = list;
	s->set[s->n_sets++] = (struct pf_song_set){beat, beats, (float)value,
	    (uint8_t)part, param};
}

double
pf_maker_beat(const struct pf_song_maker *m, int64_t tick)
{
	const struct pf_meter meter = m->song->meter;
	const int bar = pf_meter_bar(meter);
	const int64_t number = tick / bar;
	return (double)(number * bar) / PF_TICKS + pf_style_swing(m->style,
	    meter, (int)(tick - number * bar));
}

/* ---- what turns knobs */

static bool
plays(const struct pf_song *s, const struct pf_song_section *sec, int part)
{
	return (sec->parts & s->parts) >> part & 1;
}

/* Filters open towards a drop. */
static void
turn_knobs(struct pf_song_maker *m)
{
	const struct pf_song *const s = m->song;
	const double bar = (double)pf_meter_bar(s->meter) / PF_TICKS;
	for (size_t i = 0; i < s->n_sections; i++) {
		const struct pf_song_section *const sec = &s->section[i];
		const double from = sec->bar * bar, len = sec->bars * bar;
		for (size_t k = 0; sec->build && k < m->style->n_sweeps; k++) {
			const struct pf_sweep *const w = &m->style->sweep[k];
			const char *const sound = s->sound[w->part];
			if (!plays(s, sec, w->part) || (w->sound && (!sound ||
			    strcmp(sound, w->sound) != 0)))
				continue;
			pf_maker_set(m, (enum pf_part)w->part, from, 0,
			    w->param, w->from);
			pf_maker_set(m, (enum pf_part)w->part, from, len,
			    w->param, w->to);
		}
	}
}

/* ---- putting it together */

static int
tune_note(void *ctx, enum pf_part part, int64_t tick, int len, int pitch,
    double velocity)
{
	struct pf_song_maker *const m = ctx;
	const struct pf_song *const s = m->song;
	const int bar = pf_meter_bar(s->meter);
	const struct pf_place place = {.seed = m->wish->seed,
	    .meter = s->meter, .bar = (int)(tick / bar)};
	float ms, level;
	pf_style_feel(m->style, pf_part_name[part], &place, (int)(tick % bar),
	    &ms, &level);
	const double from = pf_maker_beat(m, tick);
	const double to = pf_maker_beat(m, tick + len);
	pf_maker_note(m, part, from, ms, to - from, pitch, velocity * level *
	    (0.55 + 0.5 * m->style->level[part]));
	return m->failed ? -ENOMEM : 0;
}

static int
by_pitch(const void *a, const void *b)
{
	const struct pf_song_note *const x = a, *const y = b;
	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	if (x->pitch != y->pitch)
		return x->pitch < y->pitch ? -1 : 1;
	if (x->beat != y->beat)
		return x->beat < y->beat ? -1 : 1;
	return x->velocity > y->velocity ? -1 : x->velocity < y->velocity;
}

/* To ten-thousandths of a beat (some 50 us): readable, and finer than ears. */
static double
neat(double x, double per_unit)
{
	return (double)(int64_t)(x * per_unit + 0.5) / per_unit;
}

/* A key is struck again only after it was let go. */
static void
untangle(struct pf_song *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n_notes; i++) {
		struct pf_song_note *const x = &s->note[i];
		x->beat = neat(x->beat, 10000);
		x->beats = neat(x->beats, 10000);
		x->velocity = (float)neat((double)x->velocity, 1000);
	}
	if (s->n_notes == 0)
		return;
	qsort(s->note, s->n_notes, sizeof *s->note, by_pitch);
	for (size_t i = 0; i < s->n_notes; i++) {
		const struct pf_song_note x = s->note[i];
		struct pf_song_note *const last = n ? &s->note[n - 1] : NULL;
		if (last && last->part == x.part && last->pitch == x.pitch) {
			if (x.beat - last->beat < 0.02)
				continue;
			/* A hair's breadth, so that rounding can not join. */
			if (last->beat + last->beats > x.beat - 0.004)
				last->beats = neat(x.beat - last->beat - 0.004,
				    10000);
		}
		s->note[n++] = x;
	}
	s->n_notes = n;
}

static int
plan(struct pf_song_maker *m, struct pf_err *err)
{
	struct pf_song *const s = m->song;
	const struct pf_song_wish *const w = m->wish;
	const bool ritard = m->style->ending == PF_END_RITARD;
	s->bpm = pf_setting_bpm(m->style, w, s->meter);
	s->section = calloc(PF_SONG_SECTIONS, sizeof *s->section);
	if (!s->section)
		return -ENOMEM;
	const int bars = w->bars > 0 ? w->bars : w->length_s > 0 ?
	    pf_setting_bars(w->length_s, s->bpm, s->meter, ritard) : 0;
	const int n = pf_form_plan(m->style, w->form, bars, w->seed,
	    s->section, err);
	if (n < 0)
		return n;
	s->n_sections = (size_t)n;
	s->bars = s->section[n - 1].bar + s->section[n - 1].bars;
	s->ritard_bars = ritard && s->bars > 3 ? 2 : 0;
	return 0;
}

static int
write_song(struct pf_song_maker *m, struct pf_harmony *h, struct pf_err *err)
{
	struct pf_song *const s = m->song;
	const struct pf_song_wish *const w = m->wish;
	h->maker = m;
	if (w->chords) {
		struct pf_err why;
		const int r = pf_progression_chords(&h->given, w->chords,
		    s->meter, &why);
		if (r)
			return pf_err_set(err, "chords: %.480s", why.text);
	}
	s->key = w->has_key ? w->key : w->chords ?
	    pf_progression_key(&h->given) : pf_setting_key(m->style, w);
	int r = plan(m, err);
	if (r)
		return r;
	for (size_t i = 0; i < s->n_sections; i++)
		pf_harmony_write(h, i);
	const struct pf_melody_out out = {tune_note, m};
	r = m->failed ? -ENOMEM : pf_melody_write(s, w, &out);
	if (r == 0)
		r = pf_counter_write(s, &w->style->counter, &out);
	if (r)
		return r;
	pf_band_play(m);
	turn_knobs(m);
	untangle(s);
	return m->failed ? -ENOMEM : 0;
}

int
pf_song_new(struct pf_song **out, const struct pf_song_wish *wish,
    struct pf_err *err)
{
	struct pf_song *const s = calloc(1, sizeof *s);
	struct pf_harmony *const h = calloc(1, sizeof *h);
	struct pf_style *const style = malloc(sizeof *style);
	int r = -ENOMEM;
	if (s && h && style) {
		*style = *wish->style;
		if (wish->swing > 0)
			style->swing = wish->swing;
		struct pf_song_wish mine = *wish;
		mine.style = style;
		struct pf_song_maker m = {.song = s, .wish = &mine,
		    .style = style};
		s->meter = wish->meter.num ? wish->meter :
		    pf_setting_meter(style, wish->seed);
		s->parts = wish->parts ? wish->parts : (1u << PF_PARTS) - 1;
		for (int p = 0; p < PF_PARTS; p++)
			s->sound[p] = wish->sound[p] ? wish->sound[p] :
			    pf_style_sound(wish->style, (enum pf_part)p,
			    wish->seed);
		r = write_song(&m, h, err);
	}
	free(style);
	free(h);
	if (r) {
		if (r == -ENOMEM)
			pf_err_set(err, "out of memory");
		pf_song_free(s);
		return r;
	}
	*out = s;
	return 0;
}

void
pf_song_free(struct pf_song *s)
{
	if (!s)
		return;
	free(s->section);
	free(s->span);
	free(s->note);
	free(s->set);
	free(s);
}
