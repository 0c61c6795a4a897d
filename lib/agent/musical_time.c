/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/musical_time.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEADER_SILENT_NS 6000000000 /* then another may tell the beats */

static const double unknown_ns = MUSICAL_TIME_UNKNOWN_NS;

int
musical_time_init(struct musical_time *time)
{
	memset(time, 0, sizeof *time);
	time->first_ns = -1;
	time->period_ns = unknown_ns;
	int r = pf_tempo_map_init(&time->map);
	if (r == 0)
		r = pf_pulse_new(&time->pulse);
	return r;
}

void
musical_time_fini(struct musical_time *time)
{
	pf_tempo_map_fini(&time->map);
	pf_pulse_free(time->pulse);
	free(time->meter);
	free(time->mark);
}

/* ---- the axis */

static struct time_meter
meter_at(double quarter, double beat, int64_t bar, struct pf_meter meter)
{
	const double felt = pf_meter_beat(meter) / (double)PF_TICKS;
	const double n = pf_meter_bar(meter) / (double)PF_TICKS / felt;
	const int per_bar = (int)(n + 0.5);
	return (struct time_meter){ quarter, beat, bar, meter, felt,
		per_bar > 0 ? per_bar : 1 };
}

static int
add_meter(struct musical_time *time, struct time_meter m)
{
	while (time->meters > 0
	    && time->meter[time->meters - 1].quarter >= m.quarter - 1e-6)
		time->meters--;
	if (time->meters == time->meter_room) {
		const size_t room = time->meter_room ? 2 * time->meter_room : 4;
		void *p = realloc(time->meter, room * sizeof *time->meter);
		if (!p)
			return -ENOMEM;
		time->meter = p;
		time->meter_room = room;
	}
	time->meter[time->meters++] = m;
	return 0;
}

double
musical_time_quarter(const struct musical_time *time, int64_t ns)
{
	const double q = pf_tempo_map_beat(&time->map, ns);
	const double ticks = floor(q * 960 + 0.5) / 960;
	return fabs(q - ticks) < 1e-7 ? ticks : q;
}

int
musical_time_tempo(struct musical_time *time, int64_t ns, double bpm)
{
	int r = 0;
	if (time->meters == 0)
		r = add_meter(time, meter_at(0, 0, 0,
		    (struct pf_meter){ 4, 4 }));
	if (r == 0)
		r = pf_tempo_map_add(&time->map, musical_time_quarter(time, ns), bpm);
	if (r == 0 && time->from != PF_TIME_AXIS && musical_time_axis_rules(time)) {
		time->from = PF_TIME_AXIS;
		time->renumbered = true;
	}
	return r == -ENOMEM ? r : 0; /* what a reader let pass, we ignore */
}

int
musical_time_meter(struct musical_time *time, int64_t ns,
    struct pf_meter meter)
{
	if (meter.num < 1 || meter.den < 1)
		return 0;
	time->told_meter = meter;
	const double q = musical_time_quarter(time, ns);
	if (time->meters == 0)
		return add_meter(time, meter_at(0, 0, 0, meter));
	const struct time_meter m = time->meter[time->meters - 1];
	if (q <= m.quarter)
		return add_meter(time, meter_at(m.quarter, m.beat, m.bar,
		    meter));
	/* A bar ends where the meter changes. */
	const double beat = m.beat + (q - m.quarter) / m.felt;
	const int64_t bars = (int64_t)ceil((beat - m.beat) / m.per_bar - 1e-6);
	return add_meter(time, meter_at(q, beat, m.bar + bars, meter));
}

int
musical_time_anchor(struct musical_time *time, double quarter, double beat,
    int64_t bar)
{
	if (time->meters == 0) {
		const int r = add_meter(time, meter_at(0, 0, 0,
		    (struct pf_meter){ 4, 4 }));
		if (r < 0)
			return r;
	}
	const struct time_meter m = time->meter[time->meters - 1];
	return add_meter(time, meter_at(quarter, beat, bar, m.meter));
}

static const struct time_meter *
meter_for(const struct musical_time *time, double beat)
{
	size_t i = time->meters - 1;
	while (i > 0 && time->meter[i].beat > beat + 1e-9)
		i--;
	return &time->meter[i];
}

/* ---- beats that are told or sensed */

static bool
add_mark(struct musical_time *time, struct time_mark m)
{
	if (time->marks == time->mark_room) {
		const size_t room = time->mark_room ? 2 * time->mark_room : 256;
		void *p = realloc(time->mark, room * sizeof *time->mark);
		if (!p) {
			time->failed = true;
			return false;
		}
		time->mark = p;
		time->mark_room = room;
	}
	time->mark[time->marks++] = m;
	return true;
}

/* The bar of a mark that follows `last`. */
static int64_t
bar_after(const struct time_mark *last, int index)
{
	return last->bar + (index <= last->index);
}

/* A beat at ns: mark it, and any before it that nobody told. */
static void
mark_beat(struct musical_time *time, int64_t ns, int index, int per_bar)
{
	struct time_mark *last = time->marks
	    ? &time->mark[time->marks - 1] : NULL;
	if (!last) {
		add_mark(time, (struct time_mark){ ns, 0, index, per_bar });
		return;
	}
	const double apart = (double)(ns - last->ns) / time->period_ns;
	if (apart < 0.5) { /* the same beat, known better */
		const int64_t least = time->marks > 1
		    ? time->mark[time->marks - 2].ns + 50000000 : INT64_MIN;
		if (apart > -0.5 && ns > least) {
			last->ns = ns;
			if (last->index != index || last->per_bar != per_bar) {
				last->index = index;
				last->per_bar = per_bar;
				last->bar = time->marks > 1
				    ? bar_after(last - 1, index) : 0;
			}
		}
		return;
	}
	const int64_t n = apart > 1000 ? 1000 : (int64_t)(apart + 0.5);
	const struct time_mark from = *last;
	for (int64_t i = 1; i <= n; i++) {
		const int64_t back = n - i;
		const int at = (int)(((index - back) % per_bar + per_bar)
		    % per_bar);
		const int64_t when = from.ns
		    + (int64_t)((double)(ns - from.ns) * (double)i
		    / (double)n);
		const int64_t bar = bar_after(&time->mark[time->marks - 1], at);
		if (!add_mark(time, (struct time_mark){ when, bar, at,
		    per_bar }))
			return;
	}
}

/* At the first beat that is known: the music began some beats before it. */
static void
mark_first(struct musical_time *time, int64_t ns, int index, int per_bar)
{
	int64_t begin = time->first_ns >= 0 && time->first_ns < ns
	    ? time->first_ns : ns;
	int64_t back = (int64_t)floor((double)(ns - begin) / time->period_ns
	    + 0.9);
	back = back > 64 ? 64 : back;
	/* A bar that has begun counts from its first beat. */
	const int first = (int)(((index - back) % per_bar + per_bar)
	    % per_bar);
	add_mark(time, (struct time_mark){ ns - (int64_t)((double)back
	    * time->period_ns), 0, first, per_bar });
	for (int64_t i = back - 1; i >= 0; i--)
		mark_beat(time, ns - (int64_t)((double)i * time->period_ns),
		    (int)(((index - i) % per_bar + per_bar) % per_bar),
		    per_bar);
}

static void
begin_marks(struct musical_time *time, enum pf_listener_time from)
{
	if (time->from != from) {
		time->from = from;
		time->marks = 0;
		time->renumbered = true;
	}
}

void
musical_time_beat(struct musical_time *time, const struct pf_event *e)
{
	const int64_t ns = pf_event_at(e);
	if (time->leader != e->source && time->leader
	    && e->time - time->leader_ns < LEADER_SILENT_NS)
		return;
	if (time->from == PF_TIME_AXIS ||
	    (time->follow != 0 && e->source != time->follow))
		return;
	begin_marks(time, PF_TIME_EARS);
	time->leader = e->source;
	time->leader_ns = e->time;
	time->leader_confidence = pf_is_none(e->b) ? 0.8 : (double)e->b;
	struct time_mark *last = time->marks
	    ? &time->mark[time->marks - 1] : NULL;
	if (!pf_is_none(e->a) && e->a >= 20 && e->a <= 400)
		time->period_ns = 60e9 / (double)e->a;
	else if (last && ns - last->ns > 250000000
	    && ns - last->ns < 1500000000)
		time->period_ns += 0.4 * ((double)(ns - last->ns)
		    - time->period_ns);
	int per_bar = last ? last->per_bar : 4;
	if (e->u8[PF_BEAT_PER_BAR] != PF_NO_INDEX && e->u8[PF_BEAT_PER_BAR]) {
		const int unit = e->u8[PF_BEAT_UNIT];
		const struct pf_meter m = { e->u8[PF_BEAT_PER_BAR],
			unit == PF_NO_INDEX || unit == 0 ? 4 : unit };
		time->told_meter = m;
		per_bar = meter_at(0, 0, 0, m).per_bar;
	}
	int index = e->u8[PF_BEAT_INDEX];
	if (index >= 1 && index <= 16) {
		index--;
	} else if (last) {
		const double d = (double)(ns - last->ns) / time->period_ns;
		index = (last->index + (d < 0.5 ? 0 : (int)(d + 0.5)))
		    % per_bar;
	} else {
		index = 0;
	}
	per_bar = per_bar > index ? per_bar : index + 1;
	if (!last) {
		mark_first(time, ns, index, per_bar);
		memset(&time->count, 0, sizeof time->count);
		bar_count_told(&time->count, (int64_t)time->marks - 1, index,
		    per_bar);
		return;
	}
	const int64_t beat = (int64_t)floor(musical_time_of(time, ns) + 0.5);
	bar_count_told(&time->count, beat, index, per_bar);
	mark_beat(time, ns, bar_count_index(&time->count, beat),
	    time->count.per_bar);
}

void
musical_time_change(struct musical_time *time, int64_t ns, double sure)
{
	/* Ears tell a change a little late rather than early. */
	if (time->from == PF_TIME_EARS && time->marks)
		bar_count_change(&time->count, (int64_t)floor(
		    musical_time_of(time, ns) + 0.4), sure);
}

void
musical_time_onset(struct musical_time *time,
    const struct pf_pulse_onset *onset)
{
	if (time->first_ns < 0)
		time->first_ns = onset->at_ns;
	if (time->from != PF_TIME_AXIS)
		pf_pulse_hear(time->pulse, onset);
}

void
musical_time_run(struct musical_time *time, int64_t now_ns)
{
	time->now_ns = now_ns;
	if (time->from == PF_TIME_AXIS)
		return;
	pf_pulse_run(time->pulse, now_ns);
	if (time->from == PF_TIME_EARS
	    && now_ns - time->leader_ns < LEADER_SILENT_NS)
		return;
	pf_pulse_get(time->pulse, &time->belief);
	const struct pf_pulse_belief *b = &time->belief;
	if (!b->locked)
		return;
	if (time->from == PF_TIME_EARS) /* the count goes on */
		time->from = PF_TIME_PULSE;
	begin_marks(time, PF_TIME_PULSE);
	time->period_ns = b->period_ns;
	if (time->marks)
		mark_beat(time, b->beat_ns, b->index, b->per_bar);
	else
		mark_first(time, b->beat_ns, b->index, b->per_bar);
}

/* ---- answers */

double
musical_time_of(const struct musical_time *time, int64_t ns)
{
	if (time->from == PF_TIME_AXIS) {
		const double q = musical_time_quarter(time, ns);
		size_t i = time->meters - 1;
		while (i > 0 && time->meter[i].quarter > q)
			i--;
		return time->meter[i].beat
		    + (q - time->meter[i].quarter) / time->meter[i].felt;
	}
	if (time->marks == 0)
		return (double)ns / unknown_ns;
	size_t lo = 0, hi = time->marks;
	while (hi - lo > 1) {
		const size_t mid = (lo + hi) / 2;
		if (time->mark[mid].ns <= ns)
			lo = mid;
		else
			hi = mid;
	}
	const struct time_mark *m = &time->mark[lo];
	const double period = hi < time->marks && ns >= m->ns
	    ? (double)(m[1].ns - m->ns) : time->period_ns;
	return (double)lo + (double)(ns - m->ns) / period;
}

int64_t
musical_time_when(const struct musical_time *time, double beat)
{
	if (time->from == PF_TIME_AXIS) {
		const struct time_meter *m = meter_for(time, beat);
		return pf_tempo_map_ns(&time->map,
		    m->quarter + (beat - m->beat) * m->felt);
	}
	if (time->marks == 0)
		return (int64_t)floor(beat * unknown_ns + 0.5);
	const double last = (double)(time->marks - 1);
	const double at = beat < 0 ? 0 : beat > last ? last : floor(beat);
	const struct time_mark *m = &time->mark[(size_t)at];
	const double period = at < last && beat >= 0
	    ? (double)(m[1].ns - m->ns) : time->period_ns;
	return m->ns + (int64_t)floor((beat - at) * period + 0.5);
}

int64_t
musical_time_bar(const struct musical_time *time, double beat)
{
	if (time->from == PF_TIME_AXIS) {
		const struct time_meter *m = meter_for(time, beat);
		return m->bar + (int64_t)floor((beat - m->beat) / m->per_bar
		    + 1e-9);
	}
	if (time->marks == 0)
		return (int64_t)floor(beat / 4 + 1e-9);
	const double whole = floor(beat + 1e-9);
	const double last = (double)(time->marks - 1);
	if (whole >= 0 && whole <= last)
		return time->mark[(size_t)whole].bar;
	const struct time_mark *m = &time->mark[whole < 0 ? 0
	    : time->marks - 1];
	const double from = (whole < 0 ? 0 : last) - m->index;
	return m->bar + (int64_t)floor((whole - from) / m->per_bar);
}

double
musical_time_bar_beat(const struct musical_time *time, int64_t bar)
{
	if (time->from == PF_TIME_AXIS) {
		size_t i = time->meters - 1;
		while (i > 0 && time->meter[i].bar > bar)
			i--;
		const struct time_meter *m = &time->meter[i];
		return m->beat + (double)(bar - m->bar) * m->per_bar;
	}
	if (time->marks == 0)
		return (double)bar * 4;
	const struct time_mark *first = &time->mark[0];
	const struct time_mark *last = &time->mark[time->marks - 1];
	if (bar <= first->bar)
		return -first->index + (double)(bar - first->bar)
		    * first->per_bar;
	size_t lo = 0, hi = time->marks; /* the first mark of the bar */
	while (lo < hi) {
		const size_t mid = (lo + hi) / 2;
		if (time->mark[mid].bar < bar)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < time->marks)
		return (double)lo;
	return (double)(time->marks - 1) - last->index
	    + (double)(bar - last->bar) * last->per_bar;
}

int
musical_time_per_bar(const struct musical_time *time, double beat)
{
	if (time->from == PF_TIME_AXIS)
		return meter_for(time, beat)->per_bar;
	if (time->marks == 0)
		return 4;
	const double last = (double)(time->marks - 1);
	return time->mark[(size_t)(beat < 0 ? 0 : beat > last ? last
	    : beat)].per_bar;
}

int
musical_time_index(const struct musical_time *time, int64_t beat)
{
	const double at = (double)beat;
	const int n = musical_time_per_bar(time, at);
	double in = at - musical_time_bar_beat(time,
	    musical_time_bar(time, at));
	if (time->from != PF_TIME_AXIS && beat >= 0
	    && (size_t)beat < time->marks)
		in = time->mark[beat].index;
	in = floor(in + 0.5);
	return in < 0 ? 0 : in >= n ? n - 1 : (int)in;
}

void
musical_time_pulse(const struct musical_time *time,
    struct pf_listener_pulse *p)
{
	const int64_t now = time->now_ns;
	memset(p, 0, sizeof *p);
	p->from = time->from;
	p->beat = musical_time_of(time, now);
	p->bar = musical_time_bar(time, p->beat);
	p->bar_beat = musical_time_bar_beat(time, p->bar);
	p->beats_per_bar = musical_time_per_bar(time, p->beat);
	p->subdivision = 2;
	p->meter = (struct pf_meter){ p->beats_per_bar, 4 };
	p->period_ns = time->period_ns;
	if (time->from == PF_TIME_AXIS) {
		const struct time_meter *m = meter_for(time, p->beat);
		p->meter = m->meter;
		p->subdivision = pf_meter_beat(m->meter) % 72 == 0
		    && m->meter.num % 3 == 0 && m->meter.num > 3 ? 3 : 2;
		p->period_ns = (double)(musical_time_when(time, p->beat + 1)
		    - now);
		p->confidence = p->bar_confidence = 1;
		p->locked = true;
	} else if (time->from == PF_TIME_EARS) {
		p->confidence = time->leader_confidence;
		p->bar_confidence = time->leader_confidence;
		p->locked = time->marks > 1;
		if (time->told_meter.num > 0) {
			p->meter = time->told_meter;
			p->subdivision = p->meter.num % 3 == 0
			    && p->meter.num > 3 ? 3 : 2;
		}
	} else if (time->from == PF_TIME_PULSE) {
		p->confidence = time->belief.confidence;
		p->bar_confidence = time->belief.bar_confidence;
		p->locked = time->belief.locked;
		p->subdivision = time->belief.subdivision;
		if (p->subdivision == 3)
			p->meter = (struct pf_meter){ 3 * p->beats_per_bar, 8 };
	}
}
