/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/listener.h"

#include "agent/heard.h"
#include "agent/heard_harmony.h"
#include "agent/heard_player.h"
#include "agent/musical_time.h"
#include "base/hash.h"
#include "base/math.h"
#include "music/progression.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TICK_NS 50000000     /* how often what was heard is thought over */
#define TOGETHER_NS 45000000

static const double lately_beats = 8;

struct pf_listener {
	struct musical_time time;
	struct heard heard;
	struct heard_harmony harmony;
	struct heard_player player;
	int64_t next_tick_ns, now_ns;
	float bass; /* the player's last low note */
	int root;   /* of the last chord that ears told; -1 none */
	uint32_t section;
	int64_t section_ns, section_end_ns;
	const struct pf_progression_line *own; /* borrowed; NULL: none */
	struct pf_key own_key;
};

int
pf_listener_new(struct pf_listener **listener, uint32_t self,
    const struct pf_names *names)
{
	struct pf_listener *l = calloc(1, sizeof *l);
	if (!l)
		return -ENOMEM;
	int r = musical_time_init(&l->time);
	if (r == 0)
		r = heard_harmony_init(&l->harmony);
	if (r < 0) {
		pf_listener_free(l);
		return r;
	}
	heard_init(&l->heard, self, names);
	heard_player_init(&l->player);
	l->root = -1;
	*listener = l;
	return 0;
}

void
pf_listener_free(struct pf_listener *listener)
{
	if (!listener)
		return;
	musical_time_fini(&listener->time);
	heard_harmony_fini(&listener->harmony);
	free(listener);
}

/* ---- time goes on */

static void
recount(struct pf_listener *l, int64_t now)
{
	const double beat = heard_beat(&l->time, now);
	const int64_t bar = musical_time_bar(&l->time, beat);
	heard_player_recount(&l->player, beat, bar);
	for (int i = 0; i < l->heard.sources; i++) {
		l->heard.source[i].since_beat = beat;
		l->heard.source[i].hist_bar = bar;
	}
	l->time.renumbered = false;
}

static void
tick(struct pf_listener *l, int64_t now)
{
	musical_time_run(&l->time, now);
	if (l->time.renumbered)
		recount(l, now);
	heard_harmony_run(&l->harmony, &l->heard, &l->time, now);
	const double beat = heard_beat(&l->time, now);
	for (int i = 0; i < l->heard.sources; i++) {
		struct heard_source *s = &l->heard.source[i];
		s->out.last_beat = heard_beat(&l->time, s->last_on_ns);
		s->out.density = s->notes / lately_beats
		    * pf_exp(-fmin(60, fmax(0, beat - s->since_beat))
		    / lately_beats);
	}
	heard_player_run(&l->player, &l->heard, &l->time, now);
}

static void
advance(struct pf_listener *l, int64_t to_ns)
{
	for (; l->next_tick_ns <= to_ns; l->next_tick_ns += TICK_NS)
		tick(l, l->next_tick_ns);
	if (to_ns > l->now_ns)
		l->now_ns = to_ns;
}

void
pf_listener_update(struct pf_listener *listener, int64_t now_ns)
{
	advance(listener, now_ns);
	listener->time.now_ns = listener->now_ns;
}

/* ---- hearing */

/* Tell the sense of pulse about a note. */
static void
feel(struct pf_listener *l, const struct heard_source *s, int64_t at_ns,
    float pitch, float velocity, double length_s)
{
	struct pf_pulse_onset o = { .at_ns = at_ns, .strength = 0.95,
		.length_s = length_s };
	if (!isnan(velocity) && velocity < 0.25f)
		o.strength = 0.5 + 1.8 * (double)velocity;
	if (s->out.drums && !isnan(pitch)) {
		const int drum = (int)(pitch + 0.5f);
		o.low = drum == 35 || drum == 36 ? 1 : 0;
		o.change = drum == 49 || drum == 57 ? 1 : 0;
	} else if (!isnan(pitch)) {
		if (pitch < 48) {
			o.low = 0.7;
			o.change = l->bass == pitch ? 0 : 0.8;
			l->bass = pitch;
		}
		if (s->poly < 0.25)
			o.pitch = (double)pitch;
	}
	musical_time_onset(&l->time, &o);
}

static void
hear_note(struct pf_listener *l, int source, const struct pf_event *e)
{
	struct heard_source *s = &l->heard.source[source];
	const bool whole = pf_event_type(e) == PF_NOTE;
	const int64_t at = e->type & PF_HEARD && !whole ? pf_event_at(e)
	    : e->time;
	const double length = whole && !pf_is_none(e->duration)
	    ? (double)e->duration : 0;
	const int64_t off = whole ? at + (int64_t)(length * 1e9) : HEARD_OPEN;
	const struct heard_note *n = heard_on(&l->heard, source, at, off,
	    e->pitch, e->velocity, e->id);
	const double beat = heard_beat(&l->time, at);
	const int64_t bar = musical_time_bar(&l->time, beat);
	heard_count(s, n, beat, bar, heard_place(&l->time, beat, bar));
	if (s->out.agent)
		return;
	if (s->out.drums)
		heard_player_hit(&l->player, at);
	feel(l, s, at, e->pitch, e->velocity, length);
	heard_player_on(&l->player, &l->time, at, s->out.drums ? NAN : e->pitch,
	    e->velocity);
}

static void
hear_onset(struct pf_listener *l, int source, const struct pf_event *e)
{
	struct heard_source *s = &l->heard.source[source];
	const int64_t at = pf_event_at(e);
	if (s->out.agent)
		return;
	struct pf_pulse_onset o = { .at_ns = at,
		.strength = pf_is_none(e->confidence) ? 0.8
		    : (double)e->confidence };
	if (!pf_is_none(e->pitch) && (int)e->pitch <= 36)
		o.low = 1;
	musical_time_onset(&l->time, &o);
	const double beat = heard_beat(&l->time, at);
	const int64_t bar = musical_time_bar(&l->time, beat);
	heard_hit(s, e->pitch, bar, heard_place(&l->time, beat, bar));
	heard_player_on(&l->player, &l->time, at, NAN, e->velocity);
	heard_player_hit(&l->player, at);
}

static void
hear_intent(struct pf_listener *l, int source, const struct pf_event *e)
{
	struct pf_listener_source *o = &l->heard.source[source].out;
	const int64_t lasts = pf_is_none(e->duration) ? 0
	    : (int64_t)((double)e->duration * 1e9);
	heard_is_agent(&l->heard, source);
	o->act = e->u8[PF_INTENT_ACT];
	o->act_until_beat = heard_beat(&l->time, e->time + lasts);
	o->act_density = pf_is_none(e->a) ? 0 : (double)e->a;
	o->act_loudness = pf_is_none(e->b) ? 0 : (double)e->b;
}

/* Ears that hear another root tell, by that, where bars begin. */
static void
hear_change(struct pf_listener *l, const struct pf_event *e)
{
	const int root = pf_is_none(e->a) ? -1 : (int)e->a;
	if (!(e->type & PF_HEARD) || root == l->root)
		return;
	if (root >= 0 && l->root >= 0 && !l->player.out.drums)
		musical_time_change(&l->time, pf_event_at(e),
		    pf_is_none(e->b) ? 0.8 : (double)e->b);
	l->root = root;
}

/* 1: it is not about the transport; else 0 or -ENOMEM. */
static int
hear_transport(struct pf_listener *l, const struct pf_event *e)
{
	switch (pf_event_type(e)) {
	case PF_PLAY:
		return musical_time_play(&l->time, e->time);
	case PF_STOP:
		musical_time_stop(&l->time, e->time);
		return 0;
	case PF_SEEK:
		return musical_time_seek(&l->time, e->time, e->value);
	case PF_SET:
		/* Whom to follow, by the name's hash in the id; 0 the axis. */
		return e->name == pf_hash_str("transport.follow")
		    ? musical_time_follow(&l->time, e->time, e->id) : 1;
	default:
		return 1;
	}
}

int
pf_listener_hear(struct pf_listener *l, const struct pf_event *e,
    const char *more)
{
	(void)more; /* nothing in it yet that a musician would miss */
	if (e->time < -3600000000000 || e->time > 1000000000000000)
		return 0;
	advance(l, e->time);
	const enum pf_type type = pf_event_type(e);
	if (type == PF_TEMPO)
		return musical_time_tempo(&l->time, e->time, e->value);
	if (type == PF_METER)
		return musical_time_meter(&l->time, e->time,
		    (struct pf_meter){ (int)(e->p & 0xff),
			(int)(e->q & 0xff) });
	if (type == PF_SECTION) {
		l->section = e->name;
		l->section_ns = e->time;
		l->section_end_ns = pf_is_none(e->duration) ? 0 : e->time
		    + (int64_t)((double)e->duration * 1e9);
		return 0;
	}
	const int moved = hear_transport(l, e);
	if (moved <= 0)
		return moved;
	const int source = heard_source_of(&l->heard, e->source);
	if (source < 0)
		return 0;
	const bool agent = l->heard.source[source].out.agent;
	switch (type) {
	case PF_NOTE:
	case PF_ON:
		hear_note(l, source, e);
		break;
	case PF_OFF:
		heard_off(&l->heard, source, e->type & PF_HEARD
		    ? pf_event_at(e) : e->time, e->pitch, e->id);
		break;
	case PF_BEND:
		heard_bend(&l->heard, source, e->pitch, e->id);
		break;
	case PF_ONSET:
		hear_onset(l, source, e);
		break;
	case PF_BEAT:
		if (!agent)
			musical_time_beat(&l->time, e);
		break;
	case PF_CHORD:
		if (!agent)
			hear_change(l, e);
		if (e->source != l->heard.self)
			heard_harmony_chord(&l->harmony, e, agent);
		break;
	case PF_KEY:
		if (e->source != l->heard.self)
			heard_harmony_key(&l->harmony, e, agent);
		break;
	case PF_LEVEL:
		heard_player_level(&l->player, e);
		break;
	case PF_PHRASE:
		if (!agent)
			heard_player_phrase(&l->player, e);
		break;
	case PF_INTENT:
		hear_intent(l, source, e);
		break;
	case PF_DECISION:
		heard_is_agent(&l->heard, source);
		break;
	default:
		break;
	}
	return l->time.failed ? -ENOMEM : 0;
}

/* ---- answers */

void
pf_listener_pulse(const struct pf_listener *listener,
    struct pf_listener_pulse *pulse)
{
	musical_time_pulse(&listener->time, pulse);
	pulse->transport = listener->time.has_transport
	    && pulse->from == PF_TIME_AXIS;
	pulse->place = musical_time_place(&listener->time,
	    listener->time.now_ns);
	pulse->swing = pulse->subdivision == 3 ? 0.5 : listener->player.swing;
}

double
pf_listener_beat(const struct pf_listener *listener, int64_t ns)
{
	return musical_time_of(&listener->time, ns);
}

int64_t
pf_listener_when(const struct pf_listener *listener, double beat)
{
	return musical_time_when(&listener->time, beat);
}

int64_t
pf_listener_bar(const struct pf_listener *listener, double beat)
{
	return musical_time_bar(&listener->time, beat);
}

double
pf_listener_bar_beat(const struct pf_listener *listener, int64_t bar)
{
	return musical_time_bar_beat(&listener->time, bar);
}

/* The first bar that begins with the music, not with its pickup. */
static int64_t
first_bar(const struct pf_listener *l)
{
	/* A transport's bars are numbered as the song's. */
	if (l->time.has_transport && l->time.from == PF_TIME_AXIS)
		return 0;
	const double first = l->time.first_ns >= 0
	    ? heard_beat(&l->time, l->time.first_ns) : 0;
	const int64_t bar = musical_time_bar(&l->time, first + 0.1);
	return bar + (first - musical_time_bar_beat(&l->time, bar) > 0.6);
}

void
pf_listener_suggest(struct pf_listener *listener,
    const struct pf_progression_line *line, struct pf_key key)
{
	listener->own = line;
	listener->own_key = key;
}

/* The line that was suggested, in the key that was told if one was. */
static struct pf_chord
own_chord(const struct pf_listener *l, double beat)
{
	struct pf_listener_key key;
	const struct pf_progression_line *const line = l->own;
	const int64_t bar = musical_time_bar(&l->time, beat);
	const int64_t since = bar - first_bar(l);
	const double in = beat - musical_time_bar_beat(&l->time, bar);
	const int per_bar = musical_time_per_bar(&l->time, beat);
	const int64_t whole = pf_meter_bar(line->meter);
	const int64_t turn = ((since % line->bars) + line->bars) % line->bars;
	struct pf_chord c = pf_progression_at(line, turn * whole
	    + (int64_t)(in / per_bar * (double)whole));
	heard_harmony_get_key(&l->harmony, &key);
	if (key.told && c.root >= 0) {
		const int up = key.key.tonic - l->own_key.tonic + 12;
		c.root = (c.root + up) % 12;
		c.bass = c.bass < 0 ? -1 : (c.bass + up) % 12;
	}
	return c;
}

/*
 * Whoever hears only drums can not hear chords in them; nor who plays to a
 * transport while nobody has played yet.
 */
static bool
on_its_own(const struct pf_listener *l)
{
	const bool alone = l->time.has_transport &&
	    l->time.from == PF_TIME_AXIS && !l->player.out.heard;
	return l->own && l->own->bars > 0 && (l->player.out.drums || alone);
}

void
pf_listener_chord(const struct pf_listener *listener, double beat,
    struct pf_listener_chord *chord)
{
	heard_harmony_at(&listener->harmony, &listener->time, beat, chord);
	if (!chord->told && on_its_own(listener)) {
		chord->chord = chord->other = own_chord(listener, beat);
		chord->confidence = 0.9;
		chord->memory = 0;
	}
}

bool
pf_listener_chord_told(const struct pf_listener *listener, double beat,
    struct pf_chord *chord)
{
	const struct told_chord *t = heard_harmony_told(&listener->harmony,
	    musical_time_when(&listener->time, beat + 0.01));
	if (t)
		*chord = t->chord;
	return t;
}

void
pf_listener_key(const struct pf_listener *listener,
    struct pf_listener_key *key)
{
	heard_harmony_get_key(&listener->harmony, key);
	if (!key->told && on_its_own(listener))
		*key = (struct pf_listener_key){ listener->own_key, 0.9,
			listener->own_key, false };
}

const struct pf_listener_player *
pf_listener_player(const struct pf_listener *listener)
{
	return &listener->player.out;
}

const struct pf_listener_source *
pf_listener_source(const struct pf_listener *listener, int i)
{
	return i < 0 || i >= listener->heard.sources ? NULL
	    : &listener->heard.source[i].out;
}

const struct pf_listener_source *
pf_listener_named(const struct pf_listener *listener, uint32_t name)
{
	for (int i = 0; i < listener->heard.sources; i++)
		if (listener->heard.source[i].out.name == name)
			return &listener->heard.source[i].out;
	return NULL;
}

static struct pf_listener_note
in_beats(const struct pf_listener *l, const struct heard_note *n)
{
	const int64_t off = n->off_ns < l->now_ns ? n->off_ns
	    : n->off_ns == HEARD_OPEN ? l->now_ns : n->off_ns;
	const double at = heard_beat(&l->time, n->on_ns);
	return (struct pf_listener_note){ at, heard_beat(&l->time, off) - at,
		n->pitch, n->velocity };
}

int
pf_listener_melody(const struct pf_listener *l, double from_beat,
    struct pf_listener_note *note, int most)
{
	int n = 0;
	int64_t last_ns = 0;
	for (int64_t i = l->heard.notes - 1; n < most; i--) {
		const struct heard_note *h = heard_note(&l->heard, i);
		if (!h)
			break;
		const struct pf_listener_source *s =
		    &l->heard.source[h->source].out;
		if (s->agent || s->drums || isnan(h->pitch))
			continue;
		const struct pf_listener_note x = in_beats(l, h);
		if (x.beat < from_beat)
			break;
		if (n > 0 && last_ns - h->on_ns < TOGETHER_NS) {
			if (x.pitch > note[n - 1].pitch)
				note[n - 1] = x;
			continue;
		}
		note[n++] = x;
		last_ns = h->on_ns;
	}
	for (int i = 0; i < n / 2; i++) {
		const struct pf_listener_note x = note[i];
		note[i] = note[n - 1 - i];
		note[n - 1 - i] = x;
	}
	return n;
}

void
pf_listener_form(const struct pf_listener *l, struct pf_listener_form *form)
{
	struct pf_chord_form back;
	const double beat = heard_beat(&l->time, l->now_ns);
	const int per_bar = musical_time_per_bar(&l->time, beat);
	const int64_t bar = musical_time_bar(&l->time, beat);
	int64_t origin = first_bar(l);
	memset(form, 0, sizeof *form);
	pf_chord_follower_form(l->harmony.chords, &back);
	form->phrase_bars = 8;
	form->confidence = 0.3;
	form->repeats_beats = back.lag_beats;
	form->repeat_confidence = back.confidence;
	if (back.lag_beats > 0 && back.confidence > 0.5) {
		const int bars = back.lag_beats / per_bar;
		form->phrase_bars = bars % 8 == 0 ? 8 : bars % 4 == 0 ? 4 : 8;
		form->confidence = bars % 4 == 0 ? 0.5 + 0.5 * back.confidence
		    : 0.3;
	}
	if (l->section) {
		form->section = l->section;
		form->section_beat = heard_beat(&l->time, l->section_ns);
		form->section_end_beat = l->section_end_ns
		    ? heard_beat(&l->time, l->section_end_ns) : 0;
		origin = musical_time_bar(&l->time, form->section_beat + 0.1);
	}
	int64_t phrase = (bar - origin) / form->phrase_bars;
	if (bar < origin)
		phrase = -1;
	form->phrase_beat = musical_time_bar_beat(&l->time,
	    origin + phrase * form->phrase_bars);
	form->next_phrase_beat = musical_time_bar_beat(&l->time,
	    origin + (phrase + 1) * form->phrase_bars);
}
