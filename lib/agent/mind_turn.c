/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When to come in, and when to stop.
 */
#include "agent/mind_state.h"

#include "event/type.h"

int64_t
mind_ceil_beat(double beat)
{
	const int64_t whole = (int64_t)beat;
	return (double)whole < beat ? whole + 1 : whole;
}

int64_t
mind_bar_line(const struct pf_mind *m, double beat)
{
	const int64_t bar = pf_listener_bar(m->listener, beat);
	double b = pf_listener_bar_beat(m->listener, bar);
	for (int64_t i = bar + 1; b < beat && i < bar + 3; i++)
		b = pf_listener_bar_beat(m->listener, i);
	return mind_ceil_beat(b - 1e-6);
}

/* Has a score said what is to be played, so that nobody need wait? */
static bool
score_told(const struct pf_mind *m, double beat)
{
	struct pf_chord chord;
	return pf_listener_chord_told(m->listener, beat, &chord);
}

/*
 * May the mind come in at the next bar line?  On the axis at once; by ear
 * when the pulse is sure, and in any case after two bars of it.
 */
static bool
knows_where(struct pf_mind *m, const struct pf_listener_pulse *pulse)
{
	const struct pf_listener_player *const player =
	    pf_listener_player(m->listener);
	const double patience = pf_mind_trait(m, PF_PATIENCE);
	if (player->heard && m->first_ns < 0)
		m->first_ns = m->now_ns;
	if (pulse->from == PF_TIME_UNKNOWN || !pulse->locked)
		return false;
	if (pulse->transport && !m->role->harmonic)
		return true;
	const double bars = m->first_ns < 0 ? 0 : (double)(m->now_ns -
	    m->first_ns) / (pulse->period_ns * pulse->beats_per_bar);
	if (pulse->from != PF_TIME_AXIS) {
		if (!player->heard || bars < 4 * patience * patience)
			return false;
		if (pulse->confidence < 0.5 && bars < 3)
			return false;
		if (pulse->bar_confidence < 0.3 && bars < 1 + 2 * patience)
			return false;
	} else if (!pulse->transport && patience > 0.75 &&
	    bars < 4 * (patience - 0.75)) {
		return false;
	}
	if (!m->role->harmonic)
		return true;
	struct pf_listener_chord chord;
	pf_listener_chord(m->listener, pulse->beat + 0.5, &chord);
	return chord.told || (chord.chord.root >= 0 &&
	    (chord.confidence > 0.25 || bars > 2));
}

/* Who has stopped waits for that: a phrase, or more than a late note. */
static bool
has_begun_again(const struct pf_mind *m,
    const struct pf_listener_player *player)
{
	const double since = (double)m->stopped_beat;
	return player->busy && (player->phrase_beat >= since ||
	    (player->onset_beat > since && player->density > 0.5));
}

void
mind_hear_transport(struct pf_mind *m, const struct pf_event *e)
{
	struct pf_listener_pulse pulse;
	pf_listener_pulse(m->listener, &pulse);
	m->n = 0;
	m->withdraw = m->state == PLAYING || m->state == ENDING;
	if (m->state == OVER || m->input_ended)
		return;
	m->state = WAITING;
	m->in_beat = m->end_beat = m->told_end = m->stopped_beat = -1;
	m->mended = m->held.bar = -1;
	/* In the first bar one begins with the bar, later where one is. */
	const double place = pf_event_type(e) == PF_SEEK ? e->value :
	    pulse.place;
	m->resume = place >= pulse.beats_per_bar;
}

void
mind_consider_entry(struct pf_mind *m, double horizon)
{
	struct pf_listener_pulse pulse;
	const struct pf_listener_player *const player =
	    pf_listener_player(m->listener);
	pf_listener_pulse(m->listener, &pulse);
	if (m->input_ended || !knows_where(m, &pulse))
		return;
	if (m->stopped_beat >= 0 && !has_begun_again(m, player))
		return;
	const double from = horizon - 0.02;
	const bool at_once = pulse.transport ? m->resume :
	    pulse.from == PF_TIME_AXIS && score_told(m, pulse.beat);
	m->in_beat = at_once ? mind_ceil_beat(from) : mind_bar_line(m, from);
	if (pulse.transport && !m->resume && m->role->count)
		m->role->count(m, mind_ceil_beat(from), m->in_beat);
	m->next_beat = m->in_beat;
	m->state = PLAYING;
	m->end_beat = m->told_end = -1;
	m->resume = true; /* from now on the song is under way */
	static const char *const how[] = {"", "the axis is told",
	    "the beat is told", "the pulse is felt"};
	pf_mind_decide(m, "enter", pulse.confidence, "%s", how[pulse.from]);
}

static void
set_end(struct pf_mind *m, int64_t beat, const char *why)
{
	if (beat < m->next_beat)
		beat = m->next_beat;
	m->end_beat = beat;
	m->state = ENDING;
	pf_mind_decide(m, "end", 1, "%s", why);
	pf_mind_intend(m, PF_ACT_END, beat, 4, 0, 0, 127);
}

/* Where the player's last note ends, if that is later, by two bars at most. */
static double
rings_until(const struct pf_mind *m, double beat)
{
	struct pf_listener_note note[1];
	if (pf_listener_melody(m->listener, beat - 16, note, 1) == 0)
		return beat;
	const double end = note[0].beat + note[0].beats - 0.4;
	return end < beat ? beat : end > beat + 8 ? beat + 8 : end;
}

void
mind_consider_end(struct pf_mind *m, double horizon)
{
	const struct pf_listener_player *const player =
	    pf_listener_player(m->listener);
	struct pf_listener_pulse pulse;
	pf_listener_pulse(m->listener, &pulse);
	if (pulse.transport && !m->input_ended) {
		m->told_end = -1; /* the transport says when it is over */
	} else if (m->told_end >= 0) {
		set_end(m, m->told_end, "another announced the end");
	} else if (m->input_ended) {
		set_end(m, mind_bar_line(m, rings_until(m, horizon) - 0.02),
		    "the music has ended");
	} else if (player->heard) {
		const double patience = pf_mind_trait(m, PF_PATIENCE);
		const bool told = pulse.from == PF_TIME_AXIS;
		/* A score may have rests; by ear, a last chord rings on. */
		/* One that fades is likely to be the last. */
		const double bars = told ? 6 + 12 * patience :
		    player->steps_back ? 0.8 + 0.5 * patience :
		    0.9 + 1.5 * patience;
		const double silent = told ? player->silent_beats :
		    player->sounds ? 0 : pulse.beat - player->onset_beat;
		if (silent > bars * pulse.beats_per_bar)
			set_end(m, mind_bar_line(m, horizon + 1),
			    "the player has stopped");
	}
}
