/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/scheduler.h"

#include "engine/tempo.h"
#include "event/type.h"

static bool
before(const struct pf_due *a, const struct pf_due *b)
{
	if (a->frame != b->frame)
		return a->frame < b->frame;
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
	s->tagged += pf_due_told(due);
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
	s->tagged -= pf_due_told(&s->due[s->heap[0]]);
	swap(s, 0, --s->n);
	sink(s, 0);
}

void
pf_scheduler_stretch(struct pf_scheduler *s, int64_t at_ns, double ratio,
    uint32_t rate_hz, int64_t now)
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
		if (due->frame < now)
			due->frame = now;
	}
	make_heap(s);
}

static bool
goes(const struct pf_drop *drop, const struct pf_due *due)
{
	const struct pf_event *e = &due->event;
	const enum pf_type type = pf_event_type(e);
	if (type != PF_NOTE && type != PF_ON)
		return false;
	if (drop->source && e->source != drop->source)
		return false;
	if ((drop->id && e->id != drop->id) || e->time < drop->from)
		return false;
	if (drop->keep_free && e->type & PF_FREE)
		return false;
	return pf_due_count(due) < drop->before ||
	    (drop->turns && e->type >> PF_EPOCH_SHIFT != drop->epoch);
}

void
pf_scheduler_drop(struct pf_scheduler *s, const struct pf_drop *drop,
    struct pf_fates *fates, const struct pf_fate *fate)
{
	uint32_t kept = 0;
	const uint32_t n = s->n;
	for (uint32_t i = 0; i < n; i++) {
		const struct pf_due *due = &s->due[s->heap[i]];
		if (!goes(drop, due)) {
			swap(s, kept++, i);
			continue;
		}
		if (!pf_due_told(due))
			continue;
		struct pf_fate told = *fate;
		told.tag = due->tag;
		told.type = (uint16_t)pf_event_type(&due->event);
		pf_fates_add(fates, &told);
		s->tagged--;
	}
	s->n = kept;
	if (kept < n)
		make_heap(s);
}
