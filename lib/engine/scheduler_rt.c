/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/scheduler.h"

#include "engine/tempo.h"
#include "event/type.h"

bool
pf_due_before(const void *slots, uint32_t a, uint32_t b)
{
	const struct pf_due *const due = slots;
	if (due[a].frame != due[b].frame)
		return due[a].frame < due[b].frame;
	return due[a].place < due[b].place;
}

bool
pf_scheduler_add(struct pf_scheduler *s, const struct pf_due *due)
{
	if (s->heap.n == s->heap.most)
		return false;
	struct pf_due *to = &s->due[s->heap.place[s->heap.n]];
	*to = *due;
	to->place = (uint64_t)pf_event_rank(&due->event) << 56 | s->count++;
	s->tagged += pf_due_told(due);
	pf_heap_enter(&s->heap);
	return true;
}

const struct pf_due *
pf_scheduler_first(const struct pf_scheduler *s)
{
	return s->heap.n ? &s->due[s->heap.place[0]] : NULL;
}

void
pf_scheduler_pop(struct pf_scheduler *s)
{
	s->tagged -= pf_due_told(&s->due[pf_heap_take(&s->heap)]);
}

void
pf_scheduler_stretch(struct pf_scheduler *s, int64_t at_ns, double ratio,
    uint32_t rate_hz, int64_t now)
{
	for (uint32_t i = 0; i < s->heap.n; i++) {
		struct pf_due *due = &s->due[s->heap.place[i]];
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
	pf_heap_settle(&s->heap);
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

/* What pf_scheduler_drop() is about. */
struct dropping {
	struct pf_scheduler *scheduler;
	const struct pf_drop *drop;
	struct pf_fates *fates;
	const struct pf_fate *fate;
};

static bool
stays(void *ctx, uint32_t at)
{
	const struct dropping *const d = ctx;
	const struct pf_due *const due = &d->scheduler->due[at];
	if (!goes(d->drop, due))
		return true;
	if (pf_due_told(due)) {
		struct pf_fate told = *d->fate;
		told.tag = due->tag;
		told.type = (uint16_t)pf_event_type(&due->event);
		pf_fates_add(d->fates, &told);
		d->scheduler->tagged--;
	}
	return false;
}

void
pf_scheduler_drop(struct pf_scheduler *s, const struct pf_drop *drop,
    struct pf_fates *fates, const struct pf_fate *fate)
{
	pf_heap_sift(&s->heap, stays, &(struct dropping){s, drop, fates,
	    fate});
}
