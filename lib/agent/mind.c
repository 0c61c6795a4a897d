/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/mind.h"

#include "agent/mind_state.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "event/type.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const pf_mind_roles[] = {
	"drums", "bass", "harmony", "melody", "listen", NULL,
};

static const struct pf_role *const roles[] = {
	&pf_role_drums, &pf_role_bass, &pf_role_harmony, &pf_role_melody,
	&pf_role_listen,
};

/* Beyond a thought's own length: room for a groove that pushes. */
#define MARGIN_NS 30000000

/* ---- birth and death */

static const struct pf_role *
find_role(const char *name, struct pf_err *err)
{
	for (size_t i = 0; i < PF_COUNT(roles); i++)
		if (strcmp(name, roles[i]->name) == 0)
			return roles[i];
	pf_nearest_fail(err, "role", name, pf_mind_roles, PF_COUNT(roles));
	return NULL;
}

/*
 * The style's first choice of chords, so that everybody of the band comes to
 * the same without a word; its tonic if it has none.
 */
void
mind_own_chords(struct pf_mind *m)
{
	const struct pf_style *const s = m->style;
	const int mode = pf_key_is_minor(s->key) ? PF_MINOR : PF_MAJOR;
	const struct pf_progression *best = NULL;
	struct pf_err ignored;
	for (size_t i = 0; i < s->n_progressions; i++) {
		const struct pf_progression *const p = &s->progression[i];
		if (p->mode == mode && p->only.n == 0 &&
		    (!best || p->weight > best->weight))
			best = p;
	}
	if (pf_progression_roman(&m->own, best ? best->chords : mode ==
	    PF_MINOR ? "i" : "I", s->key, s->meter[0], &ignored) == 0)
		pf_listener_suggest(m->listener, &m->own, s->key);
}

int
pf_mind_new(struct pf_mind **out, const struct pf_mind_config *c,
    struct pf_err *err)
{
	const struct pf_role *const role = find_role(c->role, err);
	const double hz = c->think_hz == 0 ? PF_MIND_THINK_HZ : c->think_hz;
	if (!role)
		return -EINVAL;
	if (!(hz >= 10 && hz <= 30))
		return pf_err_set(err, "thoughts: %g is out of 10..30", hz);
	struct pf_mind *const m = calloc(1, sizeof *m);
	if (!m)
		return -ENOMEM;
	m->role = role;
	m->seed = c->seed;
	m->period_ns = (int64_t)(1e9 / hz);
	m->style = c->style;
	m->personality = *c->personality;
	m->instrument = c->instrument;
	m->names = c->names;
	m->in_beat = m->end_beat = m->told_end = m->stopped_beat = -1;
	m->first_ns = m->held.bar = m->mended = m->pattern = -1;
	m->reflex_ns = m->heavy_ns = INT64_MIN / 2;
	m->name = strdup(c->name ? c->name : c->role);
	m->role_state = calloc(1, role->state_size + 1);
	int r = m->name && m->role_state ? 0 : -ENOMEM;
	if (r == 0) {
		m->source = pf_hash_str(m->name);
		r = pf_listener_new(&m->listener, m->source, m->names);
	}
	if (r != 0) {
		pf_mind_free(m);
		return r;
	}
	mind_own_chords(m);
	mind_wish_init(m);
	*out = m;
	return 0;
}

void
pf_mind_free(struct pf_mind *m)
{
	if (!m)
		return;
	mind_wish_fini(m);
	pf_listener_free(m->listener);
	free(m->role_state);
	free(m->name);
	free(m);
}

/* ---- thought */

static void
moment(struct pf_mind *m, int64_t beat, struct pf_moment *at)
{
	const struct pf_moment_from from = {
		.listener = m->listener,
		.style = m->style,
		.personality = &m->personality,
		.part = m->role->part,
		.in_beat = m->in_beat,
		.end_beat = m->end_beat,
		.held = &m->held,
	};
	pf_moment_take(at, &from, beat);
}

static void
finish(struct pf_mind *m)
{
	struct pf_moment at;
	pf_mind_unplan(m, (double)m->end_beat - 0.01);
	moment(m, m->end_beat, &at);
	m->role->final(m, &at);
	m->stopped_beat = m->end_beat;
	m->end_beat = m->told_end = -1;
	m->state = WAITING;
}

static void
plan(struct pf_mind *m, double horizon)
{
	/* The listener has changed its mind about where we are. */
	if ((double)m->next_beat < horizon - 3)
		m->next_beat = mind_ceil_beat(horizon);
	else if ((double)m->next_beat > horizon + 12 &&
	    m->next_beat != m->in_beat)
		m->next_beat = mind_ceil_beat(horizon);
	while (m->state != WAITING && (double)m->next_beat <= horizon) {
		if (m->end_beat >= 0 && m->next_beat >= m->end_beat) {
			finish(m);
			return;
		}
		struct pf_moment at;
		moment(m, m->next_beat, &at);
		if (m->wish.any && at.in_bar == 0) {
			mind_wish_take(m);
			m->held.bar = -1;
			moment(m, m->next_beat, &at);
		}
		m->role->beat(m, &at);
		m->next_beat++;
	}
}

/* Look at the beat that sounds once more before its second half. */
static void
mend(struct pf_mind *m, double horizon)
{
	const int64_t beat = m->next_beat - 1;
	if (!m->role->mend || m->state == WAITING || beat == m->mended ||
	    beat < m->in_beat || horizon < (double)beat + 0.5)
		return;
	struct pf_moment at;
	m->mended = beat;
	moment(m, beat, &at);
	m->role->mend(m, &at);
}

/* What was said ahead for another time shall not sound. */
static void
withdraw(struct pf_mind *m)
{
	struct pf_event e = pf_event_make(PF_CANCEL, m->now_ns, m->source);
	m->withdraw = false;
	e.name = 0;
	e.from = m->now_ns;
	const int r = pf_sink_say(m->sink, &e, NULL);
	if (r < 0 && m->error == 0)
		m->error = r;
}

int
pf_mind_think(struct pf_mind *m, int64_t time_ns, const struct pf_sink *sink)
{
	const int64_t ahead = m->period_ns + MARGIN_NS;
	m->sink = sink;
	m->error = 0;
	m->now_ns = time_ns;
	pf_listener_update(m->listener, time_ns);
	if (m->withdraw)
		withdraw(m);
	if (m->wish.refused[0])
		pf_mind_decide(m, "refused", 1, "there is no '%s'",
		    m->wish.refused);
	m->wish.refused[0] = '\0';
	const double horizon = pf_listener_beat(m->listener, time_ns + ahead);
	if (m->state == WAITING && m->wish.any)
		mind_wish_take(m);
	if (m->state == WAITING)
		mind_consider_entry(m, horizon);
	if (m->state == PLAYING)
		mind_consider_end(m, horizon);
	mend(m, horizon);
	plan(m, horizon);
	mind_speak(m, time_ns + ahead);
	if (m->input_ended && m->state == WAITING && m->n == 0)
		m->state = OVER;
	mind_be_alert(m);
	m->sink = NULL;
	return m->error;
}

/* ---- hearing */

/* An announced end tells where the last hit shall be. */
static void
hear_intent(struct pf_mind *m, const struct pf_event *e)
{
	if (e->u8[PF_INTENT_ACT] != PF_ACT_END || m->state != PLAYING)
		return;
	const double at = pf_listener_beat(m->listener, e->time) +
	    e->u8[PF_INTENT_IN];
	const int64_t line = mind_bar_line(m, at - 0.6);
	m->told_end = line;
}

int
pf_mind_hear(struct pf_mind *m, const struct pf_event *e, const char *more)
{
	const int r = pf_listener_hear(m->listener, e, more);
	switch (pf_event_type(e)) {
	case PF_PLAY: case PF_STOP: case PF_SEEK: case PF_RESET:
		mind_hear_transport(m, e);
		break;
	case PF_SET:
		mind_wish_hear(m, e, more);
		break;
	default:
		break;
	}
	if (r == 0 && pf_event_type(e) == PF_INTENT && e->source != m->source)
		hear_intent(m, e);
	return r;
}

int
pf_mind_start(struct pf_mind *m, const struct pf_sink *sink)
{
	if (m->role->part == PF_PARTS)
		return 0;
	const char *const sound = m->instrument ? m->instrument :
	    pf_style_sound(m->style, m->role->part, m->seed);
	if (!sound)
		return 0;
	struct pf_event e = pf_event_make(PF_PATCH, 0, m->source);
	e.name = mind_intern(m, sound);
	return pf_sink_say(sink, &e, NULL);
}

void
pf_mind_end(struct pf_mind *m)
{
	m->input_ended = true;
}

bool
pf_mind_over(const struct pf_mind *m)
{
	return m->state == OVER;
}

void
pf_mind_describe(const struct pf_mind *m, char *text, size_t size)
{
	struct pf_listener_pulse p;
	struct pf_listener_key k;
	struct pf_listener_chord c;
	char chord[16];
	pf_listener_pulse(m->listener, &p);
	pf_listener_key(m->listener, &k);
	pf_listener_chord(m->listener, p.beat, &c);
	if (p.from == PF_TIME_UNKNOWN) {
		snprintf(text, size, "knows no beat yet");
		return;
	}
	snprintf(text, size, "bar %lld.%d, %.1f bpm, %s %s, chord %s",
	    (long long)p.bar + 1, 1 + (int)(p.beat - p.bar_beat),
	    60e9 / p.period_ns, pf_pitch_class_name(k.key.tonic),
	    pf_mode[k.key.mode].name, pf_chord_show(c.chord, chord));
}
