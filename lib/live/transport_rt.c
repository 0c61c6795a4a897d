/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/transport.h"

#include "event/tempo_map.h"
#include "event/type.h"

#include <string.h>

#define NS_PER_MINUTE 60e9
#define FIRST_BPM 120.0
/* So long somebody reports beats before he leads, and so long he may be
 * silent before he does not (four beats at 60). */
#define PROVES_NS INT64_C(1000000000)
#define SILENT_NS INT64_C(4000000000)
#define BEAT_MOST 1e9

void
pf_transport_init(struct pf_transport *t, int64_t time_ns)
{
	memset(t, 0, sizeof *t);
	t->beat_ns = t->since_ns = time_ns;
	t->bpm = FIRST_BPM;
	t->epoch = 1;
	t->meter_num = t->meter_den = 4;
	t->key_tonic = t->key_mode = PF_NO_INDEX;
}

static bool
beat_ok(double beat)
{
	return beat > -BEAT_MOST && beat < BEAT_MOST;
}

void
pf_transport_resume(struct pf_transport *t,
    const struct pf_clock_state *state, int64_t time_ns)
{
	pf_transport_init(t, time_ns);
	/* The file is everybody's: only what may be is taken over. */
	if (state->bpm >= PF_BPM_LEAST && state->bpm <= PF_BPM_MOST)
		t->bpm = state->bpm;
	t->playing = state->playing != 0;
	t->epoch = (uint8_t)state->epoch;
	if (state->meter_num >= 1 && state->meter_num <= 64 &&
	    state->meter_den >= 1 && state->meter_den <= 64) {
		t->meter_num = state->meter_num;
		t->meter_den = state->meter_den;
	}
	if (state->key_tonic < 12) {
		t->key_tonic = state->key_tonic;
		t->key_mode = state->key_mode;
	}
	if (beat_ok(state->beat)) {
		t->beat = state->beat;
		t->beat_ns = state->beat_time_ns <= time_ns
		    ? state->beat_time_ns : time_ns;
		t->beat = pf_transport_beat(t, time_ns);
		t->beat_ns = time_ns;
	}
	if (!beat_ok(t->beat))
		t->beat = 0;
}

double
pf_transport_beat(const struct pf_transport *t, int64_t time_ns)
{
	if (!t->playing || time_ns <= t->beat_ns)
		return t->beat;
	return t->beat + (double)(time_ns - t->beat_ns) * t->bpm /
	    NS_PER_MINUTE;
}

int64_t
pf_transport_time(const struct pf_transport *t, double beat)
{
	if (!t->playing || !beat_ok(beat))
		return INT64_MAX;
	return t->beat_ns + (int64_t)((beat - t->beat) * NS_PER_MINUTE /
	    t->bpm);
}

/* From here on another speed, place or state counts. */
static void
settle(struct pf_transport *t, int64_t time_ns)
{
	t->beat = pf_transport_beat(t, time_ns);
	if (time_ns > t->beat_ns)
		t->beat_ns = time_ns;
}

bool
pf_transport_apply(struct pf_transport *t, const struct pf_event *e,
    int64_t time_ns)
{
	switch (pf_event_type(e)) {
	case PF_TEMPO:
		settle(t, time_ns);
		if (e->value >= PF_BPM_LEAST && e->value <= PF_BPM_MOST)
			t->bpm = e->value;
		return false;
	case PF_METER:
		t->meter_num = e->p;
		t->meter_den = e->q;
		return false;
	case PF_KEY:
		t->key_tonic = e->a >= 0 && e->a < 12 ? (uint32_t)e->a
		    : PF_NO_INDEX;
		t->key_mode = e->u8[PF_KEY_MODE];
		return false;
	case PF_PLAY:
		settle(t, time_ns);
		t->playing = true;
		break;
	case PF_STOP:
		settle(t, time_ns);
		t->playing = false;
		break;
	case PF_SEEK:
		settle(t, time_ns);
		t->beat = beat_ok(e->value) ? e->value : t->beat;
		break;
	case PF_RESET:
		settle(t, time_ns);
		break;
	default:
		return false;
	}
	t->epoch++;
	return true;
}

void
pf_transport_wish(struct pf_transport *t, uint32_t wish, bool axis)
{
	t->wish = axis ? 0 : wish;
	t->wish_axis = axis;
}

static struct pf_leader *
find(struct pf_transport *t, uint32_t source)
{
	for (int i = 0; i < PF_LEADERS_MOST; i++)
		if (t->leader[i].source == source)
			return &t->leader[i];
	return NULL;
}

/* A place for a newcomer: a free one, else of who is silent longest. */
static struct pf_leader *
make_room(struct pf_transport *t)
{
	struct pf_leader *at = &t->leader[0];
	for (int i = 0; i < PF_LEADERS_MOST; i++) {
		if (!t->leader[i].source)
			return &t->leader[i];
		if (t->leader[i].last_ns < at->last_ns)
			at = &t->leader[i];
	}
	return at;
}

void
pf_transport_hear(struct pf_transport *t, const struct pf_event *e)
{
	if (pf_event_type(e) != PF_BEAT || !(e->type & PF_HEARD) ||
	    !e->source)
		return;
	struct pf_leader *l = find(t, e->source);
	if (!l) {
		l = make_room(t);
		*l = (struct pf_leader){.source = e->source,
		    .first_ns = e->time};
	} else if (e->time - l->last_ns > SILENT_NS) {
		l->first_ns = e->time;
	}
	l->last_ns = e->time;
	if (e->a > 0)
		l->bpm = (double)e->a;
}

void
pf_transport_forget(struct pf_transport *t, uint32_t source)
{
	struct pf_leader *const l = source ? find(t, source) : NULL;
	if (l)
		*l = (struct pf_leader){0};
}

static bool
beats(const struct pf_leader *l, int64_t time_ns)
{
	return l && l->source && time_ns - l->last_ns <= SILENT_NS;
}

/* Who should lead if nobody did so far? */
static uint32_t
first_who_beats(const struct pf_transport *t, int64_t time_ns)
{
	const struct pf_leader *first = NULL;
	for (int i = 0; i < PF_LEADERS_MOST; i++) {
		const struct pf_leader *const l = &t->leader[i];
		if (!beats(l, time_ns) || l->last_ns - l->first_ns < PROVES_NS)
			continue;
		if (!first || l->first_ns < first->first_ns)
			first = l;
	}
	return first ? first->source : 0;
}

bool
pf_transport_decide(struct pf_transport *t, int64_t time_ns)
{
	uint32_t lead = 0;
	if (t->wish_axis)
		lead = 0;
	else if (t->wish)
		lead = beats(find(t, t->wish), time_ns) ? t->wish : 0;
	else if (t->playing)
		lead = 0;
	else if (t->follow && beats(find(t, t->follow), time_ns))
		lead = t->follow;
	else
		lead = first_who_beats(t, time_ns);
	if (lead == t->follow)
		return false;
	t->follow = lead;
	t->since_ns = time_ns;
	return true;
}

void
pf_transport_tell(const struct pf_transport *t, int64_t time_ns,
    struct pf_clock_state *state)
{
	state->beat_time_ns = time_ns;
	state->beat = pf_transport_beat(t, time_ns);
	state->bpm = t->bpm;
	state->playing = t->playing;
	state->epoch = t->epoch;
	state->meter_num = t->meter_num;
	state->meter_den = t->meter_den;
	state->key_tonic = t->key_tonic;
	state->key_mode = t->key_mode;
	state->follow = t->follow;
}
