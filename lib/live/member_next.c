/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order in which a member hears, and what the transport does to what
 * waits.
 */
#include "live/member_private.h"

#include "base/hash.h"
#include "base/mono.h"
#include "event/type.h"

#include <errno.h>
#include <string.h>

/* Closer than this two positions are the same: a tenth of a millisecond at
 * 120 bpm. */
static const double same_beat = 0.0002;

/* ---- the transport */

/* A new epoch: what was said for the old one falls when its turn comes. */
static void
begin_epoch(struct pf_member *m, const struct pf_event *e)
{
	const uint8_t told = (uint8_t)(e->type >> PF_EPOCH_SHIFT);
	if (told != 0)
		m->transport.epoch = told;
	m->epoch_known = true;
}

/* Another tempo: what waits for its time moves with it. */
static void
change_tempo(struct pf_member *m, const struct pf_event *e)
{
	const double beat = pf_tempo_map_beat(&m->map, e->time);
	const double old = pf_tempo_map_bpm(&m->map, beat);
	if (pf_tempo_map_add(&m->map, beat, e->value) != 0 || old == e->value)
		return;
	member_heap_stretch(&m->heap, e->time, old / e->value);
	pf_held_stretch(&m->kept, e->time, old / e->value);
}

void
member_obey(struct pf_member *m, const struct pf_event *e)
{
	if (pf_event_type(e) == PF_TEMPO)
		change_tempo(m, e);
	if (pf_transport_apply(&m->transport, e, e->time))
		begin_epoch(m, e);
}

bool
member_correct(struct pf_member *m, int64_t time_ns, struct pf_event *e)
{
	const struct pf_transport *const now = &m->transport;
	struct pf_transport is;
	if (!m->has_state)
		return false;
	pf_transport_resume(&is, &m->state, time_ns);
	const uint32_t engine = pf_hash_str("engine");
	const double beat = pf_transport_beat(now, time_ns);
	*e = pf_event_make(PF_NONE, time_ns, engine);
	if (is.bpm != now->bpm ||
	    pf_tempo_map_bpm(&m->map, pf_tempo_map_beat(&m->map, time_ns)) !=
	    is.bpm) {
		*e = pf_event_make(PF_TEMPO, time_ns, engine);
		e->value = is.bpm;
	} else if (is.meter_num != now->meter_num ||
	    is.meter_den != now->meter_den) {
		*e = pf_event_make(PF_METER, time_ns, engine);
		e->p = is.meter_num;
		e->q = is.meter_den;
	} else if (is.key_tonic < 12 && (is.key_tonic != now->key_tonic ||
	    is.key_mode != now->key_mode)) {
		*e = pf_event_make(PF_KEY, time_ns, engine);
		e->a = (float)is.key_tonic;
		e->u8[PF_KEY_MODE] = (uint8_t)is.key_mode;
	} else if (is.beat - beat > same_beat || beat - is.beat > same_beat) {
		*e = pf_event_make(PF_SEEK, time_ns, engine);
		e->value = is.beat < 0 ? 0 : is.beat;
	} else if (is.playing != now->playing) {
		*e = pf_event_make(is.playing ? PF_PLAY : PF_STOP, time_ns,
		    engine);
		e->duration = 0;
	} else {
		m->transport.epoch = is.epoch;
		m->epoch_known = true;
		return false;
	}
	e->type |= (uint32_t)is.epoch << PF_EPOCH_SHIFT;
	/* What can not be corrected is let be. */
	return !pf_event_check(e);
}

/* ---- order */

/* Was it said for a time of the transport that is over? */
static bool
is_stale(const struct pf_member *m, const struct member_waiting *w)
{
	const uint8_t epoch = (uint8_t)(w->event.type >> PF_EPOCH_SHIFT);
	if (!m->epoch_known || w->from_engine || m->only ||
	    w->event.type & PF_FREE || !member_is_played(&w->event) ||
	    pf_event_type(&w->event) == PF_OFF)
		return false;
	return (int8_t)(m->transport.epoch - epoch) > 0;
}

struct member_waiting *
member_take(struct pf_member *m, int64_t until_ns)
{
	for (;;) {
		const struct member_waiting *const first =
		    member_heap_first(&m->heap);
		if (!first || first->event.time >= until_ns)
			return NULL;
		struct member_waiting *const w = member_heap_take(&m->heap);
		if (w->event.time > m->told_ns)
			m->told_ns = w->event.time;
		if (w->lane)
			w->lane->waiting--;
		if (is_stale(m, w)) {
			m->counts.stale++;
			member_refill(m, w->lane);
			continue;
		}
		if (w->from_engine)
			member_obey(m, &w->event);
		return w;
	}
}

int
pf_member_next(struct pf_member *m, struct pf_member_heard *heard)
{
	const int over = member_over(m);
	if (over)
		return over;
	member_pull(m);
	const int64_t until = m->now_ns - m->config.grace_ns + 1;
	const struct member_waiting *const w = member_take(m, until);
	if (!w)
		return 0;
	m->counts.heard++;
	memcpy(m->more, w->more, sizeof m->more);
	*heard = (struct pf_member_heard){.event = w->event, .more = m->more,
	    .lane = w->lane ? w->lane->file.name : "",
	    .late_ns = w->late_ns};
	return 1;
}

/* ---- sleep */

/* From now until a session time, ns of CLOCK_MONOTONIC; 0: it is over. */
static int64_t
until(struct pf_member *m, int64_t time_ns)
{
	if (!m->running)
		return BEAT_NS;
	const int64_t ns = pf_clock_mono(&m->state, time_ns) - pf_mono_ns();
	return ns > 0 ? ns : 0;
}

int
pf_member_wait(struct pf_member *m, int64_t timeout_ns)
{
	member_tend(m);
	int over = member_over(m);
	if (over)
		return over;
	if (member_stopped(m))
		return -EINTR;
	struct pf_bell *const bell = m->bell.bell;
	const uint32_t word = pf_bell_arm(bell, m->config.sleeper);
	if (member_waits(m) ||
	    (m->config.came && m->config.came(m->config.came_ctx)))
		return 0;
	int64_t ns = timeout_ns < BEAT_NS ? timeout_ns : BEAT_NS;
	const struct member_waiting *const w = member_heap_first(&m->heap);
	if (w && !m->fresh && until(m, w->event.time + m->config.grace_ns) < ns)
		ns = until(m, w->event.time + m->config.grace_ns);
	const struct pf_held_event *const kept = pf_held_first(&m->kept);
	if (kept) {
		const int64_t k = until(m, kept->event.time -
		    PF_MEMBER_AHEAD_NS);
		ns = k < ns ? k : ns;
	}
	if (ns > 0)
		(void)pf_bell_wait(bell, m->config.sleeper, word, ns);
	member_tend(m);
	over = member_over(m);
	return over ? over : member_stopped(m) ? -EINTR : 0;
}
