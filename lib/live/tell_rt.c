/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the stage says: on lane.engine, on lane.tape, in the clock and in
 * numbers.
 */
#include "live/stage_private.h"

#include "base/hash.h"
#include "event/more.h"
#include "event/type.h"
#include "session/metric.h"
#include "session/tail.h"

#include <errno.h>
#include <string.h>

#define EPOCH_MASK (~(UINT32_C(0xff) << PF_EPOCH_SHIFT))
#define FATES 64

/* At most 20 complaints a second about one lane. */
#define COMPLAIN_NS (50 * PF_STAGE_MS)
#define NUMBERS_NS (100 * PF_STAGE_MS)

int64_t
pf_stage_now(const struct pf_stage *s)
{
	return pf_time_of_frame(pf_engine_frame(s->engine), s->rate_hz);
}

static void
say(struct pf_lane_segment *lane, struct pf_event e, const char *text,
    size_t len)
{
	struct pf_event more[PF_MORE_MOST];
	const unsigned n = pf_more_split(&e, text, len, more);
	pf_lane_say(lane, &e, more, n);
}

void
pf_stage_say(struct pf_stage *s, const struct pf_event *e, const char *more,
    size_t len)
{
	struct pf_event said = *e;
	said.type &= EPOCH_MASK;
	said.type |= (uint32_t)s->transport.epoch << PF_EPOCH_SHIFT;
	if (!said.source)
		said.source = s->name_engine;
	say(s->config.said, said, more, len);
	s->news = true;
}

void
pf_stage_tape(struct pf_stage *s, const struct pf_event *e, const char *more,
    size_t len)
{
	struct pf_event said = *e;
	said.type &= EPOCH_MASK;
	if (!said.source)
		said.source = s->name_engine;
	say(s->config.tape, said, more, len);
}

int
pf_stage_push(struct pf_stage *s, const struct pf_event *e, const char *more,
    size_t len, struct pf_part *part)
{
	const uint32_t at = s->free_said;
	if (at == PF_SAID_MOST)
		return -EAGAIN;
	struct pf_said *const said = &s->said[at];
	said->event = *e;
	/* The stage has looked at the epoch: the engine's is always 0. */
	said->event.type &= EPOCH_MASK & ~((uint32_t)PF_MORE_MOST <<
	    PF_MORE_SHIFT);
	said->part = part;
	said->more_len = (uint16_t)(len < PF_MORE_BYTES ? len : PF_MORE_BYTES);
	if (said->more_len)
		memcpy(said->more, more, said->more_len);
	const int r = pf_engine_push_tagged(s->engine, &said->event,
	    said->more_len ? said->more : NULL, said->more_len,
	    (uint64_t)at + 1);
	if (r == 0)
		s->free_said = said->next_free;
	return r;
}

/* Voices were taken from a strip: on a tape, a `set` of its `shed`. */
static void
tell_shed(struct pf_stage *s, const struct pf_fate *fate)
{
	const char *const name = pf_engine_strip_name(s->engine, fate->strip);
	struct pf_event e = pf_event_make(PF_SET, fate->time_ns, 0);
	if (!name)
		return;
	e.source = pf_hash_str(name);
	e.name = s->name_shed;
	e.b = (float)fate->voices;
	pf_stage_tape(s, &e, NULL, 0);
	if (fate->strip < PF_STRIPS_MOST)
		s->faded[fate->strip] += fate->voices;
	s->faded_all += fate->voices;
}

static void
tell_fate(struct pf_stage *s, const struct pf_fate *fate)
{
	static const enum pf_part_count counted[] = {
		[PF_DROPPED] = PF_PART_UNKNOWN, [PF_STALE] = PF_PART_STALE,
		[PF_SHED] = PF_PART_SHED
	};
	if (fate->what == PF_FADED) {
		tell_shed(s, fate);
		return;
	}
	if (!fate->tag || fate->tag > PF_SAID_MOST)
		return;
	struct pf_said *const said = &s->said[fate->tag - 1];
	struct pf_event e = said->event;
	if (fate->what == PF_BEGUN) {
		pf_fate_apply(fate, &e);
		pf_stage_tape(s, &e, said->more, said->more_len);
		const enum pf_type type = pf_event_type(&e);
		if (said->part && (type == PF_NOTE || type == PF_ON) &&
		    pf_frame_of_time(fate->time_ns, s->rate_hz) >
		    pf_frame_of_time(said->event.time, s->rate_hz))
			pf_part_count(said->part, PF_PART_LATE);
	} else if (said->part && fate->what != PF_CANCELLED) {
		pf_part_count(said->part, counted[fate->what]);
	}
	said->part = NULL;
	said->next_free = s->free_said;
	s->free_said = (uint32_t)fate->tag - 1;
}

void
pf_stage_fates(struct pf_stage *s)
{
	struct pf_fate fate[FATES];
	unsigned n;
	do {
		n = pf_engine_fates(s->engine, fate, FATES);
		for (unsigned i = 0; i < n; i++)
			tell_fate(s, &fate[i]);
	} while (n == FATES);
}

/* ---- what was not played */

static size_t
print(char *text, uint64_t n)
{
	char digits[20];
	size_t len = 0, at = 0;
	do
		digits[len++] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	while (len > 0)
		text[at++] = digits[--len];
	return at;
}

/* "reason=3 events": words[len] without the plural's last letter for one. */
static void
complain(struct pf_stage *s, uint32_t source, uint32_t what, uint64_t n,
    const char *words, size_t words_len)
{
	static const char begin[] = "reason=";
	struct pf_event e = pf_event_make(PF_DECISION, pf_stage_now(s),
	    source);
	char more[80];
	e.name = what;
	memcpy(more, begin, sizeof begin - 1);
	size_t len = sizeof begin - 1;
	len += print(more + len, n);
	memcpy(more + len, words, words_len);
	len += words_len - (n == 1);
	pf_stage_say(s, &e, more, len);
}

/* Voices that had to go, for there was no time. */
static void
complain_of_load(struct pf_stage *s, int64_t now)
{
	static const char words[] = " voices";
	if (now - s->faded_told_ns < COMPLAIN_NS)
		return;
	for (unsigned i = 0; i < PF_STRIPS_MOST; i++) {
		const char *const name = s->faded[i]
		    ? pf_engine_strip_name(s->engine, i) : NULL;
		if (!name)
			continue;
		complain(s, pf_hash_str(name), s->name_overload, s->faded[i],
		    words, sizeof words - 1);
		s->faded[i] = 0;
		s->faded_told_ns = now;
	}
}

void
pf_stage_complain(struct pf_stage *s)
{
	static const char words[] = " events";
	const int64_t now = pf_stage_now(s);
	complain_of_load(s, now);
	for (unsigned i = 0; i < s->parts; i++) {
		struct pf_part *const part = s->part[i];
		if (now - part->told_ns < COMPLAIN_NS)
			continue;
		for (unsigned k = 0; k < PF_PART_COUNTS; k++) {
			const uint64_t n = atomic_load_explicit(
			    &part->count[k], memory_order_relaxed);
			if (n == part->told[k])
				continue;
			complain(s, part->source, s->name_count[k],
			    n - part->told[k], words, sizeof words - 1);
			part->told[k] = n;
			part->told_ns = now;
		}
	}
}

/* ---- clock and numbers */

/* What was measured counts; the way in is what the way out leaves of it. */
static void
set_latency(struct pf_stage *s, const struct pf_device_period *p)
{
	struct pf_clock_state *const c = &s->state;
	const uint32_t trip = atomic_load_explicit(&s->round_trip,
	    memory_order_relaxed);
	c->in_latency = p->in_latency;
	c->out_latency = p->out_latency;
	if (trip == 0)
		return;
	if (c->out_latency > trip)
		c->out_latency = trip;
	c->in_latency = trip - c->out_latency;
}

static void
set_clock(struct pf_stage *s, const struct pf_device_period *p,
    int64_t begin_ns)
{
	struct pf_clock_state *const c = &s->state;
	const int64_t now = pf_stage_now(s);
	/* A gap, or a period of another length: the loop begins anew. */
	if (p->xruns != s->xruns || p->lost_frames != c->lost_frames ||
	    p->frames != s->dll_frames) {
		pf_dll_init(&s->dll, p->frames, s->rate_hz, 0.5);
		s->xruns = p->xruns;
		s->dll_frames = p->frames;
	}
	/* What is said now can sound in the next period: that is now. */
	c->time_ns = now;
	if (s->config.device.paced) {
		c->mono_ns = (int64_t)pf_dll_period(&s->dll, p->mono_ns);
		c->speed = pf_dll_speed(&s->dll);
	} else {
		c->mono_ns = begin_ns;
		c->speed = 1;
	}
	c->frame = pf_engine_frame(s->engine);
	c->periods++;
	c->xruns = p->xruns;
	c->lost_frames = p->lost_frames;
	set_latency(s, p);
	c->port = atomic_load_explicit(&s->port, memory_order_relaxed);
	pf_transport_tell(&s->transport, now, c);
	pf_clock_set(s->config.clock, c);
}

static void
number(struct pf_stage *s, unsigned at, uint64_t value)
{
	atomic_store_explicit(&s->config.said->owner.metric[at], value,
	    memory_order_relaxed);
}

static void
tell_numbers(struct pf_stage *s)
{
	struct pf_engine_metrics m;
	pf_engine_metrics(s->engine, &m);
	number(s, PF_METRIC_NOTES, m.notes);
	number(s, PF_METRIC_STOLEN, m.stolen);
	number(s, PF_METRIC_SHED, m.shed);
	number(s, PF_METRIC_FADED, s->faded_all);
	number(s, PF_METRIC_PLAYED_LATE, m.late);
	number(s, PF_METRIC_CLAMPED, m.clamped);
	number(s, PF_METRIC_NONFINITE, m.nonfinite);
	number(s, PF_METRIC_VOICES, pf_engine_voices(s->engine));
	number(s, PF_METRIC_LANES, s->parts);
	number(s, PF_METRIC_LOAD_PPM, (uint64_t)(s->load * 1e6));
	number(s, PF_METRIC_LOAD_MOST_PPM, s->load_most);
	static const struct { unsigned from, to; } sum[] = {
		{PF_PART_DROPPED, PF_METRIC_DROPPED},
		{PF_PART_STALE, PF_METRIC_STALE_EVENTS},
		{PF_PART_REFUSED, PF_METRIC_TOO_MANY},
		{PF_PART_UNKNOWN, PF_METRIC_UNKNOWN},
	};
	for (unsigned k = 0; k < PF_COUNT(sum); k++) {
		uint64_t n = s->left[sum[k].from];
		for (unsigned i = 0; i < s->parts; i++)
			n += atomic_load_explicit(
			    &s->part[i]->count[sum[k].from],
			    memory_order_relaxed);
		number(s, sum[k].to, n);
	}
}

void
pf_stage_tell(struct pf_stage *s, const struct pf_device_period *p,
    int64_t begin_ns, int64_t end_ns)
{
	const int64_t took_ns = end_ns - begin_ns;
	const double period_ns = (double)p->frames * 1e9 / s->rate_hz;
	const double load = (double)took_ns / period_ns;
	s->load += (load - s->load) * (period_ns < 1e9 ? period_ns / 1e9 : 1);
	if (load * 1e6 > (double)s->load_most)
		s->load_most = (uint64_t)(load * 1e6);
	if (s->callback)
		pf_histogram_add(s->callback, took_ns);
	if (s->wake && s->config.device.paced)
		pf_histogram_add(s->wake, begin_ns - p->mono_ns);
	set_clock(s, p, begin_ns);
	if (begin_ns - s->metrics_ns < NUMBERS_NS)
		return;
	s->metrics_ns = begin_ns;
	tell_numbers(s);
}
