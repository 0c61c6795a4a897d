/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a member says: checked, stamped, spelled, kept until it is near.
 */
#include "live/member_private.h"

#include "base/mono.h"
#include "event/more.h"
#include "event/type.h"
#include "session/metric.h"

#include <errno.h>
#include <string.h>

#define TOO_LATE_NS 30000000 /* the engine plays nothing later than that */

/*
 * A mind speaks in the epoch that it was told of, whatever has come since;
 * who speaks for somebody's hands, in that of now.
 */
static uint8_t
epoch(const struct pf_member *m)
{
	return (m->mind && m->epoch_known) || !m->has_state
	    ? m->transport.epoch : (uint8_t)m->state.epoch;
}

static void
stamp(const struct pf_member *m, struct pf_event *e)
{
	e->type &= ~(0xffu << PF_EPOCH_SHIFT);
	e->type |= (uint32_t)epoch(m) << PF_EPOCH_SHIFT;
}

/* Write the spelling of a hash into the lane, once. */
static void
spell(struct pf_member *m, uint32_t hash)
{
	uint32_t *const told = &m->told_name[hash % NAMES_CACHE];
	const char *const name = hash ? pf_names_get(m->names, hash) : NULL;
	if (!name || *told == hash)
		return;
	if (pf_tail_say_name(pf_member_tail(m), name, strlen(name)) == 0)
		*told = hash;
}

static void
spell_fields(struct pf_member *m, const struct pf_event *e)
{
	const struct pf_type_info *const info =
	    &pf_type_info[pf_event_type(e)];
	for (unsigned i = 0; i < info->n; i++) {
		uint32_t hash;
		if (info->field[i].kind != PF_KIND_NAME)
			continue;
		memcpy(&hash, (const char *)e + info->field[i].offset,
		    sizeof hash);
		spell(m, hash);
	}
}

/* Who wants to be woken by it? */
static void
ring(struct pf_member *m, const struct pf_event *e)
{
	const enum pf_type type = pf_event_type(e);
	pf_bell_ring(m->bell.bell, PF_BELL_SCREENS);
	/* What is played now may be answered at once. */
	if (type == PF_ONSET || type == PF_ON)
		pf_bell_ring(m->bell.bell, PF_BELL_AGENTS);
}

/* Into the lane.  0 or -EMSGSIZE. */
static int
speak(struct pf_member *m, const struct pf_event *said, const char *more)
{
	struct pf_event e = *said, slot[PF_MORE_MOST];
	const size_t len = more ? strlen(more) : 0;
	if (len > PF_MORE_BYTES)
		return -EMSGSIZE;
	const unsigned n = pf_more_split(&e, more ? more : "", len, slot);
	spell_fields(m, &e);
	atomic_store_explicit(&m->own.lane->owner.metric[
	    PF_METRIC_NO_SAID_NS], (uint64_t)pf_mono_ns(),
	    memory_order_relaxed);
	const int r = pf_lane_say(m->own.lane, &e, slot, n);
	if (r == 0) {
		m->counts.said++;
		ring(m, &e);
	}
	return r;
}

/* Remember a patch or a setting, the last of its kind. */
static void
remember(struct pf_member *m, const struct pf_event *e, const char *more)
{
	const enum pf_type type = pf_event_type(e);
	unsigned i = 0;
	if ((type != PF_PATCH && type != PF_SET) ||
	    (type == PF_SET && e->id != 0))
		return;
	for (; i < m->states; i++) {
		const struct pf_event *const old = &m->said[i].event;
		if (pf_event_type(old) == type &&
		    (type == PF_PATCH || old->name == e->name))
			break;
	}
	if (i == STATES_MOST)
		return;
	m->states += i == m->states;
	m->said[i].event = *e;
	strncpy(m->said[i].more, more ? more : "", PF_MORE_BYTES);
}

void
member_say_states(struct pf_member *m)
{
	const int64_t now = pf_member_now(m);
	m->unsettled = false;
	for (unsigned i = 0; m->own.lane && i < m->states; i++) {
		struct pf_event e = m->said[i].event;
		e.time = now;
		stamp(m, &e);
		(void)speak(m, &e, m->said[i].more);
	}
}

int
member_say(struct pf_member *m, const struct pf_event *said, const char *more)
{
	struct pf_event e = *said;
	const enum pf_type type = pf_event_type(&e);
	const int64_t now = pf_member_now(m);
	if (!m->own.lane)
		return -EBADF;
	e.source = m->source;
	e.type &= ~((uint32_t)PF_MORE_MOST << PF_MORE_SHIFT);
	stamp(m, &e);
	if (e.time == PF_TIME_NOW)
		e.time = now;
	const bool late = m->mortal && e.time < now - TOO_LATE_NS &&
	    (type == PF_NOTE || type == PF_ON) && !(e.type & PF_HEARD);
	if (late || type == PF_MORE || pf_event_check(&e)) {
		m->counts.unsaid++;
		return 0;
	}
	if (type == PF_CANCEL)
		pf_held_cancel(&m->kept, e.name, e.from);
	if (e.time > now + PF_MEMBER_AHEAD_NS) {
		m->counts.unsaid += !pf_held_add(&m->kept, &e, more);
		return 0;
	}
	remember(m, &e, more);
	if (speak(m, &e, more) != 0)
		m->counts.unsaid++;
	return 0;
}

int
pf_member_say(struct pf_member *m, const struct pf_event *e, const char *more)
{
	return m->mind ? m->mind(m->mind_ctx, e, more) :
	    member_say(m, e, more);
}

static int
say(void *ctx, const struct pf_event *e, const char *more)
{
	return pf_member_say(ctx, e, more);
}

struct pf_sink
pf_member_sink(struct pf_member *m)
{
	return (struct pf_sink){say, m};
}

unsigned
pf_member_kept(const struct pf_member *m)
{
	return m->kept.heap.n;
}

void
member_say_kept(struct pf_member *m)
{
	const struct pf_held_event *h;
	if (!pf_held_first(&m->kept) || !m->own.lane)
		return;
	const int64_t near = pf_member_now(m) + PF_MEMBER_AHEAD_NS + 1;
	while ((h = pf_held_take(&m->kept, near))) {
		if (member_is_played(&h->event) && !(h->event.type & PF_FREE)
		    && h->event.type >> PF_EPOCH_SHIFT != epoch(m))
			continue;
		remember(m, &h->event, h->more);
		if (speak(m, &h->event, h->more) != 0)
			m->counts.unsaid++;
	}
}

void
member_withdraw(struct pf_member *m)
{
	struct pf_event e = pf_event_make(PF_CANCEL, pf_member_now(m),
	    m->source);
	e.name = 0;
	e.from = e.time;
	stamp(m, &e);
	pf_held_cancel(&m->kept, 0, 0);
	(void)speak(m, &e, NULL);
}
