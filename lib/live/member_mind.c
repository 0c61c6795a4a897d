/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stream/filter.c's rules on other ground: everything is told and thought in
 * the order and at the times of the session, not of this machine; so what was
 * heard, put through the filter, gives the same thoughts, and `out` is what
 * that filter prints.
 */
#include "live/member_mind.h"

#include "base/hash.h"
#include "base/mono.h"
#include "event/type.h"
#include "live/axis.h"
#include "stream/writer.h"

#include <stdio.h>

/* An answer stands so much later than what it answers: contract of delivery. */
#define REACTION_NS 3000000
#define BEHIND_NS 500000000 /* then it is the past that is thought over */

/* ---- what the mind says */

/*
 * The filter's rule of speech, then into the lane; while the past is thought
 * over, only what is still to come and its sound.
 */
int
member_mind_say(void *ctx, const struct pf_event *said, const char *more)
{
	struct member_mind *const r = ctx;
	struct pf_event e = *said;
	const int64_t earliest = r->base_ns < 0 ? 0
	    : r->base_ns + REACTION_NS;
	if (pf_event_type(&e) == PF_CANCEL) {
		pf_held_cancel(&r->held, e.name, e.from);
		return member_say(r->m, &e, NULL);
	}
	e.source = r->m->source;
	if (e.time < earliest) {
		r->m->counts.delayed += e.time != PF_TIME_NOW;
		e.time = earliest;
	}
	if (r->out)
		(void)pf_held_add(&r->held, &e, more);
	if (r->past && e.time < pf_member_now(r->m)) {
		if (pf_event_type(&e) != PF_PATCH)
			return 0;
		e.time = PF_TIME_NOW;
	}
	/* Who leaves does not end the others' music. */
	if (r->ending && pf_event_type(&e) == PF_INTENT &&
	    e.u8[PF_INTENT_ACT] == PF_ACT_END)
		return 0;
	if (pf_event_type(&e) == PF_NOTE && e.duration > 0 &&
	    e.time + (int64_t)((double)e.duration * 1e9) > r->last_ns)
		r->last_ns = e.time + (int64_t)((double)e.duration * 1e9);
	return member_say(r->m, &e, more);
}

/* ---- what it is told */

void
member_mind_release(struct member_mind *r, int64_t until_ns)
{
	const struct pf_held_event *h;
	while (r->out && (h = pf_held_take(&r->held, until_ns)))
		pf_writer_event(r->out, &h->event, h->more);
}

static void
check(struct member_mind *r, int result)
{
	if (result < 0 && r->broken == 0)
		r->broken = result;
}

static bool
startles(const struct pf_event *e)
{
	const enum pf_type type = pf_event_type(e);
	return e->type & PF_HEARD && (type == PF_ONSET || type == PF_ON);
}

static void
reflex(struct member_mind *r, const struct pf_event *e)
{
	const int64_t base = r->base_ns;
	const uint64_t said = r->m->counts.said;
	r->base_ns = e->time;
	check(r, r->hearer->reflex(r->hearer->ctx, e));
	r->base_ns = base;
	r->m->counts.reflexes += r->m->counts.said > said;
}

/* An event was just read: who is quick answers before its turn comes. */
void
member_mind_startle(void *ctx, struct member_waiting *w)
{
	struct member_mind *const r = ctx;
	if (r->past || w->late_ns > 0 || !startles(&w->event) ||
	    w->event.source == r->m->source)
		return;
	w->reflexed = true;
	reflex(r, &w->event);
}

/* Tell one event, of which the member has taken note. */
static void
tell(struct member_mind *r, const struct pf_event *e, const char *more,
    bool reflexed)
{
	struct pf_member *const m = r->m;
	member_mind_release(r, e->time);
	if (r->out)
		pf_writer_event(r->out, e, more);
	if (r->heard)
		pf_writer_event(r->heard, e, more);
	r->base_ns = e->time;
	m->counts.heard++;
	if (r->hearer->reflex && !reflexed && startles(e))
		reflex(r, e);
	if (r->hearer->hear)
		check(r, r->hearer->hear(r->hearer->ctx, e, more,
		    pf_tempo_map_beat(&m->map, e->time)));
}

/* Obey the tempo as the filter does: what is held for `out` moves along. */
static void
tell_transport(struct member_mind *r, const struct pf_event *e,
    const char *more, double old_bpm)
{
	if (pf_event_type(e) == PF_TEMPO && old_bpm != e->value)
		pf_held_stretch(&r->held, e->time, old_bpm / e->value);
	tell(r, e, more, false);
}

static double
bpm_at(const struct pf_member *m, int64_t time_ns)
{
	return pf_tempo_map_bpm(&m->map, pf_tempo_map_beat(&m->map, time_ns));
}

/* Not for a mind: what the engine tells of others' events. */
static bool
is_report(const struct member_waiting *w)
{
	return w->from_engine && pf_event_type(&w->event) == PF_DECISION;
}

/* Tell all that stands before a time. */
static void
tell_until(struct member_mind *r, int64_t until_ns)
{
	struct pf_member *const m = r->m;
	for (;;) {
		const struct member_waiting *const first =
		    member_heap_first(&m->heap);
		if (!first)
			return;
		const double old = bpm_at(m, first->event.time);
		const struct member_waiting *const w = member_take(m,
		    until_ns);
		if (!w)
			return;
		struct member_lane *const lane = w->lane;
		if (w->from_engine && !is_report(w))
			tell_transport(r, &w->event, w->more, old);
		else if (!is_report(w))
			tell(r, &w->event, w->more, w->reflexed);
		member_refill(m, lane);
	}
}

/* Bring the mind in step with an engine whose words it has missed. */
static void
correct(struct member_mind *r, int64_t time_ns)
{
	struct pf_event e;
	r->m->out_of_step = false;
	for (int i = 0; i < 6 && member_correct(r->m, time_ns, &e); i++) {
		const double old = bpm_at(r->m, time_ns);
		member_obey(r->m, &e);
		tell_transport(r, &e, "", old);
	}
	if (r->m->told_ns < time_ns)
		r->m->told_ns = time_ns;
}

/* Another leads: the engine tells that in the clock alone. */
static void
tell_leader(struct member_mind *r, int64_t time_ns)
{
	const char *const name = pf_names_get(r->m->names,
	    r->m->state.follow);
	char more[PF_MORE_BYTES];
	struct pf_event e = pf_event_make(PF_SET, time_ns,
	    pf_hash_str("engine"));
	r->follow = r->m->state.follow;
	e.b = r->follow == 0 ? 0 : 1;
	e.id = r->follow;
	if (pf_names_add(r->m->names, "transport.follow", 16, &e.name) != 0)
		return;
	snprintf(more, sizeof more, "text=%.200s",
	    r->follow == 0 ? "axis" : name ? name : "-");
	tell(r, &e, more, false);
	if (r->m->told_ns < time_ns)
		r->m->told_ns = time_ns;
}

/*
 * What a mind in a session begins with: nothing plays until it is told, at
 * the tempo of the session's first beat, which may be nowhere else.
 */
void
member_mind_begin(struct member_mind *r)
{
	struct pf_member *const m = r->m;
	struct pf_axis axis;
	struct pf_event e = pf_event_make(PF_STOP, 0, pf_hash_str("engine"));
	e.duration = 0;
	tell(r, &e, "", false);
	if (pf_axis_learn(&axis, &m->dir, m->has_state ? &m->state : NULL))
		return;
	e = pf_event_make(PF_TEMPO, 0, pf_hash_str("engine"));
	e.value = pf_tempo_map_bpm(&axis.map, 0);
	pf_axis_free(&axis);
	if (pf_event_check(&e))
		return;
	const double old = bpm_at(m, 0);
	member_obey(m, &e);
	tell_transport(r, &e, "", old);
}

/* ---- thought */

int64_t
member_mind_time(const struct member_mind *r, int64_t n)
{
	return n * INT64_C(1000000000) / r->hz;
}

void
member_mind_think(struct member_mind *r)
{
	struct pf_member *const m = r->m;
	const int64_t n = r->next++, at_ns = member_mind_time(r, n);
	const int64_t begin = pf_mono_ns();
	member_mind_release(r, at_ns);
	r->base_ns = at_ns;
	m->counts.thoughts++;
	if (m->told_ns < at_ns)
		m->told_ns = at_ns;
	if (r->hearer->think)
		check(r, r->hearer->think(r->hearer->ctx, n, at_ns));
	if (r->decision && !r->past)
		pf_histogram_add(r->decision, pf_mono_ns() - begin);
}

/* Hear and think what is due at session time now. */
void
member_mind_catch_up(struct member_mind *r)
{
	struct pf_member *const m = r->m;
	const int64_t grace = m->config.grace_ns;
	int64_t now = pf_member_now(m);
	/* What is too long ago to be thought over is only heard. */
	const int64_t first = (now - r->rehearse_ns) * r->hz / 1000000000;
	if (r->next < first) {
		tell_until(r, member_mind_time(r, first));
		r->next = first;
	}
	while (member_mind_time(r, r->next) + grace <= now && r->broken == 0) {
		const int64_t at = member_mind_time(r, r->next);
		r->past = at < now - BEHIND_NS || !r->ready;
		tell_until(r, at);
		if (m->running && at > 0 &&
		    member_mind_time(r, r->next + 1) + grace > now) {
			if (m->out_of_step)
				correct(r, at - 1);
			if (m->state.follow != r->follow)
				tell_leader(r, at - 1);
		}
		if (r->wake && !r->past)
			pf_histogram_add(r->wake, now - at - grace);
		member_mind_think(r);
		now = pf_member_now(m);
		if (!r->past)
			member_pull(m);
	}
	r->past = false;
}

void
member_mind_tick(struct member_mind *r, int64_t time_ns)
{
	const struct pf_event tick = pf_event_make(PF_TICK, time_ns,
	    pf_hash_str("engine"));
	if (r->heard)
		pf_writer_event(r->heard, &tick, NULL);
	if (r->out)
		pf_writer_event(r->out, &tick, NULL);
}
