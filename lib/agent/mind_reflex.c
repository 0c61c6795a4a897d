/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reflex: an accent under the player's accent, at once.
 *
 * A band is tight by playing on predicted beats; a reflex is always late, by
 * the sound's own rise and the ear's 9 ms.  So it is for what nobody could
 * foresee, a strong onset at a place of the bar where the player has not
 * played lately and nothing is planned, and rare: by personality (who follows
 * the player's dynamics, likes it off the beat and is adventurous), by chance
 * of the bar, and not again for a bar's length.
 *
 * What a thought at time t decides holds for onsets from t + P to t + 2 P, P
 * being the time between thoughts: so live, where an onset is answered before
 * its turn, and in a pipe, where it is not, the answers are the same.
 */
#include "agent/mind_state.h"

#include "event/type.h"

#define COOL_BEATS 4
#define NEAR_NS 90000000 /* closer, a planned note is the accent */

enum { DRAW_REFLEX = 901 };

static const double least_strength = 0.7;  /* of an onset, 0..1 */
static const double accent = 0.15;         /* above what is usual */
static const float expected = 0.2f;        /* onsets at a place: foreseen */

/* How readily we answer, below 0: never.  A steady player does not. */
static double
eagerness(const struct pf_mind *m)
{
	return pf_mind_trait(m, PF_DYNAMICS) + pf_mind_trait(m,
	    PF_SYNCOPATION) + 0.5 * pf_mind_trait(m, PF_ADVENTURE) - 1.25;
}

/* Will something that weighs as much sound anyway? */
static bool
is_planned(const struct pf_mind *m, int64_t from_ns, int64_t to_ns)
{
	for (size_t i = 0; i < m->n; i++) {
		const int64_t at = pf_listener_when(m->listener,
		    m->planned[i].beat);
		if (at > from_ns - NEAR_NS && at < to_ns + NEAR_NS &&
		    m->role->weighs(m->planned[i].pitch))
			return true;
	}
	return m->heavy_ns > from_ns - NEAR_NS;
}

/* Does the player lately begin notes at that time of the bar? */
static bool
is_foreseen(const struct pf_mind *m, const struct pf_listener_player *player,
    int64_t from_ns, int64_t to_ns)
{
	const double beat = pf_listener_beat(m->listener, from_ns);
	const int64_t bar = pf_listener_bar(m->listener, beat);
	const double line = pf_listener_bar_beat(m->listener, bar);
	const double last = pf_listener_beat(m->listener, to_ns);
	/* Ears tell of what happened some 10 ms before. */
	const int first = (int)((beat - line) * PF_LISTENER_GRID) - 1;
	const int end = (int)((last - line) * PF_LISTENER_GRID) + 1;
	for (int i = first < 0 ? 0 : first; i <= end && i < PF_LISTENER_BAR;
	    i++)
		if (player->onsets[i] > expected)
			return true;
	return false;
}

void
mind_be_alert(struct pf_mind *m)
{
	struct pf_listener_pulse pulse;
	const int64_t from = m->now_ns + m->period_ns;
	struct mind_alert *const a = &m->alert[0];
	m->alert[1] = m->alert[0];
	*a = (struct mind_alert){.from_ns = from,
	    .to_ns = from + m->period_ns};
	const double eager = m->role->weighs ? eagerness(m) : -1;
	if (eager <= 0 || m->state != PLAYING)
		return;
	pf_listener_pulse(m->listener, &pulse);
	const struct pf_listener_player *const player =
	    pf_listener_player(m->listener);
	const double beat = pf_listener_beat(m->listener, from);
	const int64_t bar = pf_listener_bar(m->listener, beat);
	if (!player->heard || player->drums ||
	    pf_mind_chance(m, bar, DRAW_REFLEX) > 2 * eager ||
	    is_planned(m, a->from_ns, a->to_ns) ||
	    is_foreseen(m, player, a->from_ns, a->to_ns))
		return;
	a->level = 0.35 + 0.35 * player->loudness;
	a->above = player->loudness + accent > least_strength ?
	    player->loudness + accent : least_strength;
	a->cool_ns = (int64_t)(COOL_BEATS * pulse.period_ns);
}

int
pf_mind_reflex(struct pf_mind *m, const struct pf_event *e,
    const struct pf_sink *sink)
{
	const struct pf_listener_source *const who =
	    pf_listener_named(m->listener, e->source);
	const struct mind_alert *a = NULL;
	for (int i = 0; i < 2; i++)
		if (e->time >= m->alert[i].from_ns &&
		    e->time < m->alert[i].to_ns)
			a = &m->alert[i];
	if (!a || a->level <= 0 || pf_event_type(e) != PF_ONSET ||
	    e->source == m->source || (who && who->agent) ||
	    pf_is_none(e->velocity) || (double)e->velocity < a->above ||
	    e->time < m->reflex_ns + a->cool_ns)
		return 0;
	m->reflex_ns = e->time;
	struct pf_event answer = pf_event_make(PF_NOTE, e->time +
	    PF_MIND_REACTION_NS, m->source);
	answer.type |= PF_FREE;
	answer.pitch = (float)m->role->startle;
	answer.velocity = (float)a->level;
	answer.duration = 0.1f;
	return pf_sink_say(sink, &answer, NULL);
}
