/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/scheduler.h"

#include "event/type.h"

static bool
before(const struct pf_due *a, const struct pf_due *b)
{
	if (a->event.time != b->event.time)
		return a->event.time < b->event.time;
	return a->place < b->place;
}

static void
swap(struct pf_scheduler *s, uint32_t i, uint32_t j)
{
	const uint32_t x = s->heap[i];
	s->heap[i] = s->heap[j];
	s->heap[j] = x;
}

static bool
less(const struct pf_scheduler *s, uint32_t i, uint32_t j)
{
	return before(&s->due[s->heap[i]], &s->due[s->heap[j]]);
}

static void
rise(struct pf_scheduler *s, uint32_t i)
{
	for (; i > 0 && less(s, i, (i - 1) / 2); i = (i - 1) / 2)
		swap(s, i, (i - 1) / 2);
}

static void
sink(struct pf_scheduler *s, uint32_t i)
{
	for (;;) {
		uint32_t child = 2 * i + 1;
		if (child >= s->n)
			return;
		if (child + 1 < s->n && less(s, child + 1, child))
			child++;
		if (!less(s, child, i))
			return;
		swap(s, i, child);
		i = child;
	}
}

static void
make_heap(struct pf_scheduler *s)
{
	for (uint32_t i = s->n / 2; i-- > 0;)
		sink(s, i);
}

bool
pf_scheduler_add(struct pf_scheduler *s, const struct pf_due *due)
{
	if (s->n == s->room)
		return false;
	struct pf_due *to = &s->due[s->heap[s->n]];
	*to = *due;
	to->place = (uint64_t)pf_event_rank(&due->event) << 56 | s->count++;
	rise(s, s->n++);
	return true;
}

const struct pf_due *
pf_scheduler_first(const struct pf_scheduler *s)
{
	return s->n ? &s->due[s->heap[0]] : NULL;
}

void
pf_scheduler_pop(struct pf_scheduler *s)
{
	swap(s, 0, --s->n);
	sink(s, 0);
}

int64_t
pf_stretch(int64_t t, int64_t at, double ratio)
{
	if (t <= at || t == INT64_MAX)
		return t;
	const double moved = (double)(t - at) * ratio;
	/* Nobody waits for a century; this keeps the sum in range. */
	return at + (int64_t)((moved < 4e18 ? moved : 4e18) + 0.5);
}

void
pf_scheduler_stretch(struct pf_scheduler *s, int64_t at_ns, double ratio,
    uint32_t rate_hz)
{
	for (uint32_t i = 0; i < s->n; i++) {
		struct pf_due *due = &s->due[s->heap[i]];
		if (due->event.type & PF_FREE)
			continue;
		due->end_ns = pf_stretch(due->end_ns, at_ns, ratio);
		if (due->event.time <= at_ns)
			continue;
		due->event.time = pf_stretch(due->event.time, at_ns, ratio);
		due->frame = pf_frame_of_time(due->event.time, rate_hz);
	}
	make_heap(s);
}

void
pf_scheduler_drop(struct pf_scheduler *s, uint32_t source, uint32_t id,
    int64_t from, uint64_t count, bool keep_free)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		const struct pf_due *due = &s->due[s->heap[i]];
		const struct pf_event *e = &due->event;
		const enum pf_type type = pf_event_type(e);
		if ((type == PF_NOTE || type == PF_ON) &&
		    (!source || e->source == source) &&
		    (!id || e->id == id) && e->time >= from &&
		    pf_due_count(due) < count &&
		    !(keep_free && e->type & PF_FREE))
			continue;
		swap(s, kept++, i);
	}
	s->n = kept;
	make_heap(s);
}
