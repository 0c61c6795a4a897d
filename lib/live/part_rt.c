/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lanes as the stage drains them.  Nothing in a lane is trusted: the reader
 * has checked each event by itself (session/lane.h); here is checked whether
 * it is this one's to say.
 */
#include "live/stage_private.h"

#include "base/mono.h"
#include "event/more.h"
#include "event/type.h"
#include "session/metric.h"

#include <errno.h>
#include <string.h>

/* What came late because we held it is played at once, so late at most. */
#define HELD_MOST_NS (250 * PF_STAGE_MS)
#define LATE_NS (30 * PF_STAGE_MS)

static int
compare(const char *a, const char *b)
{
	for (; *a && *a == *b; a++)
		b++;
	return (unsigned char)*a - (unsigned char)*b;
}

void
pf_stage_enter(struct pf_stage *s, struct pf_part *part)
{
	if (s->parts == PF_PARTS_MOST)
		return; /* the porter counts, too: never */
	unsigned at = s->parts++;
	for (; at > 0 && compare(s->part[at - 1]->name, part->name) > 0; at--)
		s->part[at] = s->part[at - 1];
	s->part[at] = part;
	part->held = part->wants_strip;
}

void
pf_part_count(struct pf_part *part, enum pf_part_count what)
{
	/* One writer: a plain addition is enough. */
	const uint64_t n = atomic_load_explicit(&part->count[what],
	    memory_order_relaxed);
	atomic_store_explicit(&part->count[what], n + 1,
	    memory_order_relaxed);
}

/* It need not be held any more. */
void
pf_part_free(struct pf_stage *s, struct pf_part *part)
{
	if (!part->held)
		return;
	part->held = false;
	part->freed_ns = pf_stage_now(s);
}

static void
tell_cursor(struct pf_part *part)
{
	const struct pf_lane_cursor *const c = &part->cursor;
	atomic_store_explicit(&part->next, c->next, memory_order_relaxed);
	atomic_store_explicit(&part->consumed, c->consumed,
	    memory_order_relaxed);
	atomic_store_explicit(&part->lost, c->lost, memory_order_relaxed);
	atomic_store_explicit(&part->refused, c->refused,
	    memory_order_relaxed);
	atomic_store_explicit(&part->suspect, c->suspect,
	    memory_order_relaxed);
}

/* Ask the porter, and hold the part until he answers. */
static bool
hold(struct pf_stage *s, struct pf_part *part, enum pf_notice_kind kind,
    const char *more)
{
	struct pf_notice notice = {.kind = kind, .part = part,
	    .event = part->event};
	if (more)
		memcpy(notice.more, more, sizeof notice.more);
	if (pf_stage_note_to_porter(s, &notice)) {
		part->held = true;
		part->held_ns = pf_stage_now(s);
	}
	return false;
}

/* A note that became late while we held its part begins now. */
static void
excuse(struct pf_stage *s, struct pf_part *part, struct pf_event *e)
{
	const int64_t now = pf_stage_now(s);
	if (part->freed_ns && e->time < now &&
	    e->time >= part->held_ns - LATE_NS && e->time <= part->freed_ns &&
	    now - e->time <= HELD_MOST_NS)
		e->time = now;
}

static void
count_refusal(struct pf_part *part, int status)
{
	switch (status) {
	case -ETIME:
		pf_part_count(part, PF_PART_DROPPED);
		break;
	case -ESTALE:
		pf_part_count(part, PF_PART_STALE);
		break;
	case -ENOENT:
		pf_part_count(part, PF_PART_UNKNOWN);
		break;
	default:
		pf_part_count(part, PF_PART_REFUSED);
		break;
	}
}

/*
 * note on off bend set cancel.  Returns false if the part must be held: it
 * has no strip yet.
 */
static bool
play(struct pf_stage *s, struct pf_part *part)
{
	struct pf_event e = part->event;
	const enum pf_type type = pf_event_type(&e);
	char more[PF_MORE_BYTES + 1];
	const size_t len = pf_more_join(part->more, pf_event_more(&e), more);
	if (!(e.type & PF_FREE) && type != PF_OFF &&
	    e.type >> PF_EPOCH_SHIFT != s->transport.epoch) {
		pf_part_count(part, PF_PART_STALE);
		return true;
	}
	if (e.time == PF_TIME_NOW)
		e.time = pf_stage_now(s);
	else if (type == PF_NOTE || type == PF_ON)
		excuse(s, part, &e);
	const int status = pf_stage_push(s, &e, more, len, part);
	if (status == -ENOENT && !part->mute && type != PF_CANCEL &&
	    type != PF_OFF && pf_engine_find(s->engine, part->source) < 0)
		return hold(s, part, PF_NOTICE_STRIP, NULL);
	if (status < 0)
		count_refusal(part, status);
	else if (type == PF_ON)
		atomic_store_explicit(&part->holds, true,
		    memory_order_relaxed);
	return true;
}

/* Of the transport: the conductor may, others are refused. */
static void
conduct(struct pf_stage *s, struct pf_part *part)
{
	struct pf_command command = {.event = part->event,
	    .kind = PF_COMMAND_EVENT};
	const enum pf_type type = pf_event_type(&part->event);
	const bool state = type == PF_KEY || type == PF_SECTION ||
	    type == PF_SCENE || type == PF_CHORD;
	if (!part->conductor) {
		if (!state)
			pf_part_count(part, PF_PART_REFUSED);
		return;
	}
	/* What is no transport was said on his own lane: enough. */
	if (state && type != PF_KEY)
		return;
	if (pf_stage_wait_for(s, &command) < 0)
		pf_part_count(part, PF_PART_REFUSED);
}

static bool
patch(struct pf_stage *s, struct pf_part *part)
{
	char more[PF_MORE_BYTES + 1];
	if (part->mute)
		return true;
	pf_more_join(part->more, pf_event_more(&part->event), more);
	return hold(s, part, PF_NOTICE_PATCH, more);
}

/* Returns false if the part is held and the event waits. */
static bool
handle(struct pf_stage *s, struct pf_part *part)
{
	const struct pf_event *const e = &part->event;
	if (e->source != part->source) {
		pf_part_count(part, PF_PART_REFUSED);
		return true;
	}
	if (e->type & PF_HEARD) {
		pf_transport_hear(&s->transport, e);
		return true;
	}
	switch (pf_event_type(e)) {
	case PF_NOTE:
	case PF_ON:
	case PF_OFF:
	case PF_BEND:
	case PF_SET:
	case PF_CANCEL:
		return play(s, part);
	case PF_PATCH:
		return patch(s, part);
	case PF_TEMPO:
	case PF_METER:
	case PF_PLAY:
	case PF_STOP:
	case PF_SEEK:
	case PF_RESET:
	case PF_KEY:
	case PF_SECTION:
	case PF_SCENE:
	case PF_CHORD:
		conduct(s, part);
		return true;
	default:
		return true;
	}
}

/*
 * How long the last word lay there; of a lane that is read all the time, so
 * that it waited for nothing else.
 */
static void
count_lag(struct pf_stage *s, struct pf_part *part, uint64_t said_ns)
{
	if (!said_ns || !part->awake || !s->config.device.paced)
		return;
	const int64_t lag = pf_mono_ns() - (int64_t)said_ns;
	if (s->lane_lag)
		pf_histogram_add(s->lane_lag, lag);
	if (part->lag)
		pf_histogram_add(part->lag, lag);
}

static void
drain(struct pf_stage *s, struct pf_part *part, int64_t until)
{
	const uint64_t next = part->cursor.next;
	const uint64_t said_ns = atomic_load_explicit(
	    &part->lane->owner.metric[PF_METRIC_NO_SAID_NS],
	    memory_order_relaxed);
	for (int n = 0; n < PF_TAKE_MOST && !part->held; n++) {
		if (!part->has && !pf_lane_read(&part->cursor, part->lane,
		    &part->event, part->more))
			break;
		part->has = true;
		if (until != INT64_MAX && pf_frame_of_time(part->event.time,
		    s->rate_hz) >= until)
			break;
		part->has = !handle(s, part);
		if (part->has && !part->held)
			break; /* the porter has no room: try again */
	}
	if (part->cursor.next != next)
		count_lag(s, part, said_ns);
	part->awake = !part->held;
	tell_cursor(part);
}

void
pf_stage_drain(struct pf_stage *s, int64_t until)
{
	for (unsigned i = 0; i < s->parts; i++) {
		drain(s, s->part[i], until);
		/* Free running, time stands still for the porter. */
		while (s->config.wait && s->part[i]->held) {
			s->config.wait(s->config.ctx);
			pf_stage_hear_orders(s);
			pf_stage_change(s);
			drain(s, s->part[i], until);
		}
	}
}

/* The end of what a source plays: what waits, then what sounds. */
void
pf_stage_release(struct pf_stage *s, struct pf_part *part)
{
	const int64_t now = pf_stage_now(s);
	struct pf_event e = pf_event_make(PF_CANCEL, now, part->source);
	drain(s, part, INT64_MAX);
	e.a_bits = 0; /* all */
	e.from = 0;
	e.type |= PF_FREE;
	pf_stage_push(s, &e, NULL, 0, part);
	e = pf_event_make(PF_OFF, now, part->source);
	e.id = 0;
	pf_stage_push(s, &e, NULL, 0, part);
	atomic_store_explicit(&part->holds, false, memory_order_relaxed);
	pf_transport_forget(&s->transport, part->source);
}

void
pf_stage_leave(struct pf_stage *s, struct pf_part *part)
{
	struct pf_notice notice = {.kind = PF_NOTICE_PART, .part = part};
	unsigned at = 0;
	while (at < s->parts && s->part[at] != part)
		at++;
	if (at == s->parts)
		return;
	pf_stage_release(s, part);
	s->parts--;
	for (; at < s->parts; at++)
		s->part[at] = s->part[at + 1];
	for (uint32_t i = 0; i < PF_SAID_MOST; i++)
		if (s->said[i].part == part)
			s->said[i].part = NULL;
	for (unsigned k = 0; k < PF_PART_COUNTS; k++)
		s->left[k] += atomic_load_explicit(&part->count[k],
		    memory_order_relaxed);
	if (s->change.part == part)
		s->change.part = NULL;
	pf_stage_note_to_porter(s, &notice);
}
