/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the stage is told: orders of the porter, commands of the control
 * thread and of the conductor, and the changes that wait for their block.
 */
#include "live/stage_private.h"

#include "engine/model.h"
#include "event/type.h"

#include <errno.h>
#include <string.h>

#define AHEAD_S 8

/* Is there room for a notice?  What must not be lost waits for it. */
static bool
can_note(struct pf_stage *s)
{
	return atomic_load_explicit(&s->notices.put, memory_order_relaxed) -
	    atomic_load_explicit(&s->notices.got, memory_order_acquire) <
	    PF_NOTICES;
}

bool
pf_stage_note_to_porter(struct pf_stage *s, const struct pf_notice *notice)
{
	struct pf_notices *const r = &s->notices;
	const uint32_t put = atomic_load_explicit(&r->put,
	    memory_order_relaxed);
	if (!can_note(s))
		return false;
	r->slot[put % PF_NOTICES] = *notice;
	/* seq_cst: read by pf_stage_after() and pf_stage_may_sleep(). */
	atomic_store(&r->put, put + 1);
	return true;
}

static void
answer(struct pf_stage *s, uint32_t ticket, int result, int64_t time_ns)
{
	const struct pf_answer a = {.ticket = ticket, .result = result,
	    .time_ns = time_ns};
	if (ticket)
		pf_answers_put(&s->answers, &a);
}

/* ---- orders */

/* What the part waited for is there: its `patch` is done. */
static void
resume(struct pf_stage *s, struct pf_part *part)
{
	if (part->has && pf_event_type(&part->event) == PF_PATCH)
		part->has = false;
	pf_part_free(s, part);
}

/* It was so already. */
static void
go_on(struct pf_stage *s, const struct pf_order *order)
{
	answer(s, order->ticket, 0, pf_stage_now(s));
	if (order->part)
		resume(s, order->part);
}

static void
fail(struct pf_stage *s, const struct pf_order *order)
{
	struct pf_part *const part = order->part;
	answer(s, order->ticket, order->result, pf_stage_now(s));
	if (!part)
		return;
	if (pf_event_type(&part->event) == PF_PATCH) {
		part->has = false;
		pf_part_count(part, PF_PART_UNKNOWN);
	} else {
		part->mute = true;
	}
	pf_part_free(s, part);
}

/* A value that was set before this engine was. */
static void
restore(struct pf_stage *s, const struct pf_event *was)
{
	struct pf_event e = *was;
	e.time = pf_stage_now(s);
	e.duration = 0;
	pf_stage_push(s, &e, NULL, 0, NULL);
}

static void
tap(struct pf_stage *s, const struct pf_order *order)
{
	const int64_t frame = pf_engine_frame(s->engine);
	if (s->taps == PF_STAGE_TAPS)
		return;
	s->tap[s->taps].tap = order->tap;
	s->tap[s->taps].source = order->event.source;
	s->tap[s->taps].input[0] = order->input[0];
	s->tap[s->taps++].input[1] = order->input[1];
	order->tap->header.begin = frame;
	/* Release: who sees it reads from `begin` on. */
	atomic_store_explicit(&order->tap->header.position, frame,
	    memory_order_release);
}

static void
obey(struct pf_stage *s, const struct pf_order *order)
{
	switch (order->kind) {
	case PF_ORDER_PART:
		pf_stage_enter(s, order->part);
		break;
	case PF_ORDER_LEAVE:
		pf_stage_leave(s, order->part);
		break;
	case PF_ORDER_RELEASE:
		pf_stage_release(s, order->part);
		break;
	case PF_ORDER_CHANGE:
		s->change = *order;
		break;
	case PF_ORDER_FAIL:
		fail(s, order);
		break;
	case PF_ORDER_FREE:
		go_on(s, order);
		break;
	case PF_ORDER_SET:
		restore(s, &order->event);
		break;
	case PF_ORDER_TAP:
		tap(s, order);
		break;
	}
}

void
pf_stage_hear_orders(struct pf_stage *s)
{
	struct pf_orders *const r = &s->orders;
	uint32_t got = atomic_load_explicit(&r->got, memory_order_relaxed);
	/* One change at a time: the next waits in the ring. */
	while (got != atomic_load_explicit(&r->put, memory_order_acquire)) {
		const struct pf_order *const order = &r->slot[got % PF_ORDERS];
		if (order->kind == PF_ORDER_CHANGE && s->change.change)
			return;
		if (order->kind == PF_ORDER_LEAVE && !can_note(s))
			return;
		obey(s, order);
		atomic_store_explicit(&r->got, ++got, memory_order_release);
	}
}

/* The change is in place: tell it, free who waited, let the porter know. */
static void
changed(struct pf_stage *s)
{
	const struct pf_order order = s->change;
	const struct pf_notice notice = {.kind = PF_NOTICE_CHANGE,
	    .change = order.change};
	struct pf_event e = order.event;
	s->change.change = NULL;
	e.time = pf_stage_now(s);
	if (pf_event_type(&e) == PF_PATCH) {
		pf_stage_tape(s, &e, NULL, 0);
		if (order.said)
			pf_stage_say(s, &e, NULL, 0);
	}
	answer(s, order.ticket, 0, e.time);
	if (order.part)
		resume(s, order.part);
	pf_stage_note_to_porter(s, &notice);
}

void
pf_stage_change(struct pf_stage *s)
{
	if (!s->change.change || !can_note(s))
		return;
	/* With the block in which its time lies, as it is done offline. */
	const int64_t end = pf_engine_frame(s->engine) + PF_BLOCK;
	if (pf_frame_of_time(s->change.event.time, s->rate_hz) >= end ||
	    !pf_engine_commit(s->engine, s->change.change))
		return;
	changed(s);
}

/* ---- commands */

/* An event of the transport takes effect at the next frame. */
static void
take_effect(struct pf_stage *s, const struct pf_command *c)
{
	struct pf_event e = c->event;
	e.time = pf_stage_now(s);
	e.type &= 0xffff;
	e.source = 0;
	pf_transport_apply(&s->transport, &e, e.time);
	pf_stage_say(s, &e, c->more, c->more_len);
	/* The engine tells when it has done it; what it does not know is on
	 * the tape at once. */
	struct pf_event push = e;
	push.source = s->name_engine;
	const int r = pf_stage_push(s, &push, c->more, c->more_len, NULL);
	if (r != 0)
		pf_stage_tape(s, &e, c->more, c->more_len);
}

int
pf_stage_wait_for(struct pf_stage *s, const struct pf_command *command)
{
	const int64_t now = pf_stage_now(s);
	if (s->dues == PF_DUE_MOST)
		return -EAGAIN;
	if (command->event.time > now + AHEAD_S * INT64_C(1000000000))
		return -ERANGE;
	unsigned at = s->dues++;
	for (; at > 0 && s->due[at - 1].event.time > command->event.time; at--)
		s->due[at] = s->due[at - 1];
	s->due[at] = *command;
	if (s->due[at].event.time < now)
		s->due[at].event.time = now;
	return 0;
}

unsigned
pf_stage_due(struct pf_stage *s, unsigned n)
{
	const int64_t frame = pf_engine_frame(s->engine);
	unsigned done = 0;
	int64_t next = INT64_MAX;
	while (done < s->dues && (next = pf_frame_of_time(
	    s->due[done].event.time, s->rate_hz)) <= frame)
		take_effect(s, &s->due[done++]);
	s->dues -= done;
	memmove(s->due, s->due + done, s->dues * sizeof *s->due);
	if (s->dues && next - frame < n)
		n = (unsigned)(next - frame);
	return n;
}

static int
set(struct pf_stage *s, struct pf_command *c, int64_t *time_ns)
{
	struct pf_event *const e = &c->event;
	if (e->time < pf_stage_now(s))
		e->time = pf_stage_now(s);
	e->source = s->name_engine;
	/* It was asked for at a time: a tempo in between moves it not. */
	e->type = (e->type & 0xffff) | PF_FREE;
	*time_ns = e->time;
	const int r = pf_stage_push(s, e, NULL, 0, NULL);
	if (r == 0)
		pf_stage_say(s, e, c->more, c->more_len);
	return r > 0 ? -EINVAL : r;
}

/* Returns 1 if the answer comes later. */
static int
ask_for_patch(struct pf_stage *s, const struct pf_command *c)
{
	struct pf_notice notice = {.kind = PF_NOTICE_PATCH,
	    .ticket = c->ticket, .event = c->event};
	if (notice.event.time < pf_stage_now(s))
		notice.event.time = pf_stage_now(s);
	memcpy(notice.more, c->more, c->more_len);
	return pf_stage_note_to_porter(s, &notice) ? 1 : -EAGAIN;
}

static int
follow(struct pf_stage *s, const struct pf_command *c)
{
	pf_transport_wish(&s->transport, c->kind == PF_COMMAND_FOLLOW
	    ? c->event.name : PF_FOLLOW_AUTO,
	    c->kind == PF_COMMAND_FOLLOW_AXIS);
	return 0;
}

static int
hear(struct pf_stage *s, struct pf_command *c, int64_t *time_ns)
{
	if (c->event.time < *time_ns)
		c->event.time = *time_ns;
	*time_ns = c->event.time;
	if (c->more_len > PF_MORE_BYTES)
		return -EINVAL;
	if (c->kind == PF_COMMAND_SAY) {
		pf_stage_say(s, &c->event, c->more, c->more_len);
		return 0;
	}
	if (c->kind != PF_COMMAND_EVENT)
		return follow(s, c);
	switch (pf_event_type(&c->event)) {
	case PF_SET:
		return set(s, c, time_ns);
	case PF_PATCH:
		return ask_for_patch(s, c);
	case PF_TEMPO:
	case PF_METER:
	case PF_PLAY:
	case PF_STOP:
	case PF_SEEK:
	case PF_RESET:
	case PF_KEY:
	case PF_CHORD:
	case PF_SECTION:
	case PF_SCENE:
		return pf_stage_wait_for(s, c);
	default:
		return -EINVAL;
	}
}

void
pf_stage_hear_commands(struct pf_stage *s)
{
	struct pf_command c;
	for (int n = 0; n < PF_COMMANDS && pf_commands_get(&s->commands, &c);
	     n++) {
		int64_t time_ns = pf_stage_now(s);
		const int r = hear(s, &c, &time_ns);
		if (r <= 0)
			answer(s, c.ticket, r, time_ns);
	}
}
