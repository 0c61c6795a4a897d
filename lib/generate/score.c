/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A song as events (the last part of song.h).
 */
#include "generate/song.h"

#include "event/tempo_map.h"
#include "event/type.h"
#include "generate/setting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct score {
	const struct pf_song *song;
	struct pf_names *names;
	struct pf_tempo_map map;
	uint32_t source[PF_PARTS], score;
	struct pf_event *event;
	size_t n, room;
	int error;
};

static uint32_t
name(struct score *sc, const char *s)
{
	uint32_t hash = 0;
	const int r = pf_names_add(sc->names, s, strlen(s), &hash);
	if (r && !sc->error)
		sc->error = r;
	return hash;
}

static struct pf_event *
add(struct score *sc, enum pf_type type, double beat, uint32_t source)
{
	static struct pf_event spill;
	if (sc->n == sc->room) {
		const size_t room = sc->room ? 2 * sc->room : 4096;
		struct pf_event *const e = realloc(sc->event,
		    room * sizeof *e);
		if (!e) {
			sc->error = -ENOMEM;
			return &spill;
		}
		sc->event = e;
		sc->room = room;
	}
	struct pf_event *const e = &sc->event[sc->n++];
	*e = pf_event_make(type, pf_tempo_map_ns(&sc->map, beat), source);
	return e;
}

/* How long it is from one beat to another, by the tempo where it begins:
 * that is how a stream reads the length. */
static float
seconds(const struct score *sc, double beat, double beats)
{
	return (float)(beats * 60 / pf_tempo_map_bpm(&sc->map, beat));
}

/* The tempo, and how it gives way at the end. */
static void
write_tempo(struct score *sc)
{
	const struct pf_song *const s = sc->song;
	const double bar = (double)pf_meter_bar(s->meter) / PF_TICKS;
	const int slow = (int)(s->ritard_bars * bar + 0.5);
	const double from = (s->bars - s->ritard_bars) * bar;
	for (int i = -1; i < slow; i++) {
		const double beat = i < 0 ? 0 : from + s->ritard_bars * bar *
		    i / slow;
		const double f = i < 0 ? 1 : pf_setting_ritard(i, slow);
		if (pf_tempo_map_add(&sc->map, beat, s->bpm * f) != 0)
			continue;
		add(sc, PF_TEMPO, beat, sc->score)->value = s->bpm * f;
	}
}

static void
write_plan(struct score *sc)
{
	const struct pf_song *const s = sc->song;
	const double bar = (double)pf_meter_bar(s->meter) / PF_TICKS;
	struct pf_event *e = add(sc, PF_METER, 0, sc->score);
	e->p = (uint32_t)s->meter.num;
	e->q = (uint32_t)s->meter.den;
	e = add(sc, PF_KEY, 0, sc->score);
	e->a = (float)s->key.tonic;
	e->u8[PF_KEY_MODE] = (uint8_t)s->key.mode;
	for (size_t i = 0; i < s->n_sections; i++) {
		const struct pf_song_section *const sec = &s->section[i];
		const uint32_t what = name(sc, sec->name);
		e = add(sc, PF_SECTION, sec->bar * bar, sc->score);
		e->name = what;
		e->duration = seconds(sc, sec->bar * bar, sec->bars * bar);
		e->q = (uint32_t)sec->bars;
	}
	for (size_t i = 0; i < s->n_spans; i++) {
		const struct pf_chord_span *const sp = &s->span[i];
		const double at = (double)sp->tick / PF_TICKS;
		e = add(sc, PF_CHORD, at, sc->score);
		e->duration = seconds(sc, at, (double)sp->len / PF_TICKS);
		if (sp->chord.root < 0)
			continue;
		e->a = (float)sp->chord.root;
		e->u8[PF_CHORD_QUALITY] = (uint8_t)sp->chord.quality;
		if (sp->chord.bass >= 0 && sp->chord.bass != sp->chord.root)
			e->u8[PF_CHORD_BASS] = (uint8_t)sp->chord.bass;
	}
}

static void
write_players(struct score *sc)
{
	const struct pf_song *const s = sc->song;
	bool heard[PF_PARTS] = {false};
	for (size_t i = 0; i < s->n_notes; i++)
		heard[s->note[i].part] = true;
	for (int p = 0; p < PF_PARTS; p++)
		if (heard[p] && s->sound[p]) {
			const uint32_t what = name(sc, s->sound[p]);
			add(sc, PF_PATCH, 0, sc->source[p])->name = what;
		}
	for (size_t i = 0; i < s->n_sets; i++) {
		const struct pf_song_set *const t = &s->set[i];
		if (!heard[t->part])
			continue;
		const uint32_t what = name(sc, t->param);
		struct pf_event *const e = add(sc, PF_SET, t->beat,
		    sc->source[t->part]);
		e->name = what;
		e->b = t->value;
		e->duration = t->beats > 0 ? seconds(sc, t->beat, t->beats)
		    : pf_none();
	}
	for (size_t i = 0; i < s->n_notes; i++) {
		const struct pf_song_note *const t = &s->note[i];
		struct pf_event *const e = add(sc, PF_NOTE, t->beat,
		    sc->source[t->part]);
		e->pitch = t->pitch;
		e->velocity = t->velocity;
		e->duration = seconds(sc, t->beat, t->beats);
	}
}

/* In order of delivery; what is equal stays as it was said. */
struct ordered {
	struct pf_event event;
	const char *source;
	size_t place;
};

static int
by_time(const void *a, const void *b)
{
	const struct ordered *const x = a, *const y = b;
	int c = pf_event_order(&x->event, &y->event);
	if (c == 0)
		c = strcmp(x->source, y->source);
	if (c)
		return c;
	return x->place < y->place ? -1 : x->place > y->place;
}

static int
put_in_order(struct score *sc)
{
	struct ordered *const o = malloc((sc->n + 1) * sizeof *o);
	if (!o)
		return -ENOMEM;
	for (size_t i = 0; i < sc->n; i++) {
		const char *const s = pf_names_get(sc->names,
		    sc->event[i].source);
		o[i] = (struct ordered){sc->event[i], s ? s : "", i};
	}
	qsort(o, sc->n, sizeof *o, by_time);
	for (size_t i = 0; i < sc->n; i++)
		sc->event[i] = o[i].event;
	free(o);
	return 0;
}

int
pf_song_events(const struct pf_song *song, struct pf_names *names,
    struct pf_event **event, size_t *n)
{
	struct score sc = {.song = song, .names = names};
	if (pf_tempo_map_init(&sc.map) != 0)
		return -ENOMEM;
	sc.score = name(&sc, "score");
	for (int p = 0; p < PF_PARTS; p++)
		sc.source[p] = name(&sc, pf_part_name[p]);
	write_tempo(&sc);
	write_plan(&sc);
	write_players(&sc);
	int r = sc.error;
	if (r == 0)
		r = put_in_order(&sc);
	pf_tempo_map_fini(&sc.map);
	if (r) {
		free(sc.event);
		return r;
	}
	*event = sc.event;
	*n = sc.n;
	return 0;
}
