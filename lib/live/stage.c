/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/stage.h"

#include "base/hash.h"
#include "event/type.h"
#include "live/stage_private.h"
#include "session/metric.h"
#include "session/tail.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* How fast the mapping follows the device: about a second. */
static const double dll_hz = 0.5;

const char *const pf_part_count_name[PF_PART_COUNTS] = {
	"late", "dropped", "stale", "refused", "unknown", "shed"
};

static void
begin_fade(struct pf_stage *s)
{
	const bool fades = s->config.device.paced;
	s->gain = fades ? 0 : 1;
	s->gain_step = fades ? 50.0f / (float)s->rate_hz : 1;
}

/* To those who listen, and on the tape. */
static void
tell(struct pf_stage *s, const struct pf_event *e)
{
	pf_stage_say(s, e, NULL, 0);
	pf_stage_tape(s, e, NULL, 0);
}

/*
 * A tape begins with the axis, lest synced effects run at another tempo; and
 * so does lane.engine, for who counts the session's beats from its begin.
 */
static void
tell_axis(struct pf_stage *s)
{
	const struct pf_transport *const t = &s->transport;
	const int64_t now = pf_stage_now(s);
	struct pf_event e = pf_event_make(PF_TEMPO, now, 0);
	e.value = t->bpm;
	tell(s, &e);
	e = pf_event_make(PF_METER, now, 0);
	e.p = t->meter_num;
	e.q = t->meter_den;
	tell(s, &e);
	if (t->key_tonic > 11)
		return;
	e = pf_event_make(PF_KEY, now, 0);
	e.a = (float)t->key_tonic;
	e.u8[PF_KEY_MODE] = (uint8_t)t->key_mode;
	tell(s, &e);
}

int
pf_stage_new(struct pf_stage **stage, const struct pf_stage_config *config)
{
	const size_t align = alignof(struct pf_stage);
	const size_t bytes = (sizeof(struct pf_stage) + align - 1) / align *
	    align;
	struct pf_stage *const s = aligned_alloc(align, bytes);
	if (!s)
		return -ENOMEM;
	memset(s, 0, bytes); /* also: touch every page */
	s->config = *config;
	s->engine = config->engine;
	s->rate_hz = config->device.rate_hz;
	s->transport = config->transport;
	s->state = config->about;
	s->ending_frames = -1;
	s->begun_frame = pf_engine_frame(s->engine);
	s->dll_frames = config->device.period_frames;
	pf_dll_init(&s->dll, s->dll_frames, s->rate_hz, dll_hz);
	begin_fade(s);
	for (uint32_t i = 0; i < PF_SAID_MOST; i++)
		s->said[i].next_free = i + 1;
	s->name_engine = pf_hash_str("engine");
	s->name_shed = pf_hash_str("shed");
	s->name_overload = pf_hash_str("overload");
	for (unsigned i = 0; i < PF_PART_COUNTS; i++)
		s->name_count[i] = pf_hash_str(pf_part_count_name[i]);
	for (const char *name; s->fx_returns < PF_RETURNS_MOST && (name =
	    pf_engine_return_name(s->engine, s->fx_returns));)
		s->fx_return[s->fx_returns++] = pf_hash_str(name);
	struct pf_tail *const tail = pf_lane_tail(config->said);
	s->callback = pf_tail_histogram(tail,
	    pf_hash_str(PF_HISTOGRAM_CALLBACK));
	s->wake = pf_tail_histogram(tail, pf_hash_str(PF_HISTOGRAM_WAKE));
	s->lane_lag = pf_tail_histogram(tail,
	    pf_hash_str(PF_HISTOGRAM_LANE_LAG));
	atomic_store(&s->frame, s->begun_frame);
	tell_axis(s);
	*stage = s;
	return 0;
}

void
pf_stage_free(struct pf_stage *s)
{
	free(s);
}

struct pf_commands *
pf_stage_commands(struct pf_stage *s)
{
	return &s->commands;
}

struct pf_answers *
pf_stage_answers(struct pf_stage *s)
{
	return &s->answers;
}

void
pf_stage_port(struct pf_stage *s, uint16_t port)
{
	atomic_store(&s->port, port);
}

void
pf_stage_round_trip(struct pf_stage *s, uint32_t frames)
{
	atomic_store_explicit(&s->round_trip, frames, memory_order_relaxed);
}

void
pf_stage_end(struct pf_stage *s)
{
	atomic_store(&s->end, true);
}

int64_t
pf_stage_frame(const struct pf_stage *s)
{
	return atomic_load_explicit(&s->frame, memory_order_acquire);
}

int64_t
pf_stage_time(const struct pf_stage *s)
{
	return pf_time_of_frame(pf_stage_frame(s), s->rate_hz);
}

uint64_t
pf_stage_thread(const struct pf_stage *s)
{
	return atomic_load(&s->thread);
}

/*
 * The two rings between porter and stage: counters run freely, their
 * difference is how many wait.  Release when a slot is filled or emptied,
 * acquire by who takes it or fills it again.
 */
bool
pf_stage_order(struct pf_stage *s, const struct pf_order *order)
{
	struct pf_orders *const r = &s->orders;
	const uint32_t put = atomic_load_explicit(&r->put,
	    memory_order_relaxed);
	if (put - atomic_load_explicit(&r->got, memory_order_acquire) ==
	    PF_ORDERS)
		return false;
	r->slot[put % PF_ORDERS] = *order;
	atomic_store_explicit(&r->put, put + 1, memory_order_release);
	return true;
}

bool
pf_stage_notice(struct pf_stage *s, struct pf_notice *notice)
{
	struct pf_notices *const r = &s->notices;
	const uint32_t got = atomic_load_explicit(&r->got,
	    memory_order_relaxed);
	if (got == atomic_load_explicit(&r->put, memory_order_acquire))
		return false;
	*notice = r->slot[got % PF_NOTICES];
	atomic_store_explicit(&r->got, got + 1, memory_order_release);
	return true;
}

bool
pf_stage_may_sleep(struct pf_stage *s)
{
	/* seq_cst, as in pf_stage_after(): either he sees that we sleep, or
	 * we see what he put there. */
	atomic_store(&s->asleep, true);
	struct pf_notices *const r = &s->notices;
	if (atomic_load(&r->put) ==
	    atomic_load_explicit(&r->got, memory_order_relaxed))
		return true;
	atomic_store(&s->asleep, false);
	return false;
}

void
pf_stage_slept(struct pf_stage *s)
{
	atomic_store(&s->asleep, false);
}

uint32_t
pf_stage_ring(struct pf_stage *s)
{
	return atomic_exchange(&s->ring, 0);
}
