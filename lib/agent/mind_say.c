/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What roles ask of their mind and say through it: role.h kept.
 */
#include "agent/mind_state.h"

#include "base/hash.h"
#include "base/rng.h"
#include "event/type.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * A pulse felt from onsets lies behind the beat that is meant, because
 * strummed strings do: 5 ms without them, 11 ms with, over 41 folk tunes
 * played with 15 ms of human error.
 */
#define FELT_LATE_MS 7

void *
pf_mind_state(struct pf_mind *m)
{
	return m->role_state;
}

const struct pf_style *
pf_mind_style(const struct pf_mind *m)
{
	return m->style;
}

const struct pf_listener *
pf_mind_listener(const struct pf_mind *m)
{
	return m->listener;
}

double
pf_mind_trait(const struct pf_mind *m, enum pf_trait trait)
{
	return m->personality.trait[trait];
}

int
pf_mind_pattern(const struct pf_mind *m)
{
	return m->pattern;
}

uint64_t
pf_mind_seed(const struct pf_mind *m)
{
	return m->seed;
}

double
pf_mind_chance(const struct pf_mind *m, int64_t place, uint32_t draw)
{
	return pf_rng_unit(m->seed, m->source, place, draw);
}

/* ---- speech */

uint32_t
mind_intern(struct pf_mind *m, const char *word)
{
	uint32_t hash = 0;
	/* Without memory, or with a second spelling, the number stands. */
	if (pf_names_add(m->names, word, strlen(word), &hash) != 0)
		return pf_hash_str(word);
	return hash;
}

void
pf_mind_say(struct pf_mind *m, const struct pf_event *event, const char *more)
{
	struct pf_event e = *event;
	struct pf_listener_pulse pulse;
	pf_listener_pulse(m->listener, &pulse);
	e.source = m->source;
	if (pulse.from != PF_TIME_AXIS)
		e.type |= PF_FREE;
	if (e.time < m->now_ns + PF_MIND_REACTION_NS)
		e.time = m->now_ns + PF_MIND_REACTION_NS;
	const int r = pf_sink_say(m->sink, &e, more);
	if (r < 0 && m->error == 0)
		m->error = r;
}

void
pf_mind_decide(struct pf_mind *m, const char *subject, double certainty,
    const char *fmt, ...)
{
	char more[PF_MORE_BYTES] = "reason=";
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(more + 7, sizeof more - 7, fmt, ap);
	va_end(ap);
	struct pf_event e = pf_event_make(PF_DECISION, m->now_ns, m->source);
	e.name = mind_intern(m, subject);
	e.b = (float)certainty;
	pf_mind_say(m, &e, more);
}

void
pf_mind_intend(struct pf_mind *m, int act, int64_t from_beat, double beats,
    double density, int low, int high)
{
	struct pf_event e = pf_event_make(PF_INTENT, m->now_ns, m->source);
	const double now = pf_listener_beat(m->listener, m->now_ns);
	const double in = (double)from_beat - now;
	const int64_t until = pf_listener_when(m->listener,
	    (double)from_beat + beats);
	const int64_t from = pf_listener_when(m->listener, (double)from_beat);
	e.a = (float)density;
	e.b = (float)(0.2 + 0.6 * pf_mind_trait(m, PF_LOUDNESS));
	e.duration = (float)((double)(until - from) / 1e9);
	e.u8[PF_INTENT_ACT] = (uint8_t)act;
	e.u8[PF_INTENT_LOW] = (uint8_t)low;
	e.u8[PF_INTENT_HIGH] = (uint8_t)high;
	e.u8[PF_INTENT_IN] = (uint8_t)(in < 0 ? 0 : in > 254 ? 254 : in + 0.5);
	pf_mind_say(m, &e, NULL);
}

void
pf_mind_play(struct pf_mind *m, double beat, double beats, double late_ms,
    int pitch, double velocity)
{
	if (m->n == PLANNED_MOST || !(beats > 0))
		return;
	late_ms += 40 * (0.5 - pf_mind_trait(m, PF_TIMING));
	const double v = velocity < 0.02 ? 0.02 : velocity > 1 ? 1 : velocity;
	m->planned[m->n++] = (struct planned_note){beat, beats, (float)late_ms,
	    (float)pitch, (float)v};
}

void
pf_mind_unplan(struct pf_mind *m, double from_beat)
{
	size_t kept = 0;
	for (size_t i = 0; i < m->n; i++)
		if (m->planned[i].beat < from_beat)
			m->planned[kept++] = m->planned[i];
	m->n = kept;
}

void
mind_speak(struct pf_mind *m, int64_t horizon_ns)
{
	size_t kept = 0;
	struct pf_listener_pulse pulse;
	pf_listener_pulse(m->listener, &pulse);
	const double early_ms = pulse.from == PF_TIME_AXIS ? 0 : FELT_LATE_MS;
	for (size_t i = 0; i < m->n; i++) {
		const struct planned_note p = m->planned[i];
		const int64_t start = pf_listener_when(m->listener, p.beat);
		const int64_t at = start + (int64_t)(((double)p.late_ms -
		    early_ms) * 1e6);
		if (at >= horizon_ns) {
			m->planned[kept++] = p;
			continue;
		}
		/* What a jump of the beat left far behind is not played. */
		if (at < m->now_ns - 2 * m->period_ns)
			continue;
		struct pf_event e = pf_event_make(PF_NOTE, at, m->source);
		e.pitch = p.pitch;
		e.velocity = p.velocity;
		e.duration = (float)((double)(pf_listener_when(m->listener,
		    p.beat + p.beats) - start) / 1e9);
		if (m->role->weighs && m->role->weighs(p.pitch) &&
		    at > m->heavy_ns)
			m->heavy_ns = at;
		pf_mind_say(m, &e, NULL);
	}
	m->n = kept;
}
