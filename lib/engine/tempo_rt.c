/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tempo as the engine needs it: it moves what was said before it, and tells
 * synced effects where the beat is.  An event pushed after a tempo event
 * knows of it: its time is right already.
 */
#include "engine/engine_private.h"
#include "event/tempo_map.h"

#include <errno.h>
#include <string.h>

/* The tempo behind all that wait. */
static double
last_bpm(const struct pf_engine *engine)
{
	const struct pf_tempos *t = &engine->tempos;
	return t->n ? t->step[t->n - 1].bpm : engine->bpm;
}

static double
tempo_in_range(struct pf_engine *engine, double bpm)
{
	if (bpm >= PF_BPM_LEAST && bpm <= PF_BPM_MOST)
		return bpm;
	engine->clamped++;
	return bpm < PF_BPM_LEAST ? PF_BPM_LEAST : bpm > PF_BPM_MOST ?
	    PF_BPM_MOST : last_bpm(engine);
}

static void
stretch(struct pf_engine *engine, int64_t time, double ratio)
{
	const struct pf_graph *g = engine->graph;
	const uint32_t rate_hz = engine->config.rate_hz;
	const int64_t now = engine->frame;
	for (unsigned i = 0; i < g->strips; i++)
		pf_scheduler_stretch(&g->strip[i]->scheduler, time, ratio,
		    rate_hz, now);
	for (unsigned i = 0; i < g->returns; i++)
		pf_scheduler_stretch(&g->fx_return[i]->scheduler, time, ratio,
		    rate_hz, now);
	pf_scheduler_stretch(&g->master->scheduler, time, ratio, rate_hz,
	    now);
}

static void
retime(struct pf_engine *engine)
{
	const struct pf_graph *g = engine->graph;
	for (unsigned i = 0; i < g->strips; i++)
		pf_strip_retime(g->strip[i], &engine->tempos);
}

static void
tell(struct pf_engine *engine, const struct pf_tempo_step *step,
    enum pf_fate_kind what, int64_t time)
{
	const struct pf_fate fate = {.tag = step->tag, .time_ns = time,
	    .what = (uint16_t)what, .type = PF_TEMPO};
	if (step->tag)
		pf_fates_add(&engine->fates, &fate);
}

/* The last that waits is not to come: what it moved goes back. */
static void
withdraw(struct pf_engine *engine)
{
	struct pf_tempos *t = &engine->tempos;
	const struct pf_tempo_step *step = &t->step[--t->n];
	stretch(engine, step->time, step->bpm / step->before);
	tell(engine, step, PF_CANCELLED, pf_time_of_frame(engine->frame,
	    engine->config.rate_hz));
}

int
pf_engine_tempo(struct pf_engine *engine, int64_t frame, double bpm,
    uint64_t tag)
{
	struct pf_tempos *t = &engine->tempos;
	if (tag && t->n + engine->fates.n >= engine->fates.room)
		return -EAGAIN;
	while (t->n && t->step[t->n - 1].frame >= frame)
		withdraw(engine);
	if (t->n == PF_TEMPOS_MOST)
		return -EAGAIN;
	struct pf_tempo_step *step = &t->step[t->n];
	*step = (struct pf_tempo_step){
		.frame = frame,
		.time = pf_time_of_frame(frame, engine->config.rate_hz),
		.bpm = tempo_in_range(engine, bpm),
		.before = last_bpm(engine),
		.tag = tag,
	};
	t->n++;
	stretch(engine, step->time, step->before / step->bpm);
	retime(engine);
	return 0;
}

void
pf_engine_tell_tempos(struct pf_engine *engine)
{
	for (unsigned i = 0; i < engine->tempos.n; i++) {
		struct pf_tempo_step *step = &engine->tempos.step[i];
		if (step->frame >= engine->frame)
			return;
		if (!step->told)
			tell(engine, step, PF_BEGUN, step->time);
		step->told = true;
	}
}

/* A tempo has come: it is in force, and in what was said before it. */
static void
begin(struct pf_engine *engine, const struct pf_tempo_step *step)
{
	const struct pf_graph *g = engine->graph;
	for (unsigned i = 0; i < g->strips; i++)
		pf_strip_step(g->strip[i], step);
	if (!step->told)
		tell(engine, step, PF_BEGUN, step->time);
	engine->bpm = step->bpm;
}

static void
go_to(struct pf_engine *engine, int64_t time)
{
	if (time <= engine->beat_ns)
		return;
	engine->beat += (double)(time - engine->beat_ns) * engine->bpm / 60e9;
	engine->beat_ns = time;
}

void
pf_engine_find_beat(struct pf_engine *engine)
{
	const int64_t now = pf_time_of_frame(engine->frame,
	    engine->config.rate_hz);
	struct pf_tempos *t = &engine->tempos;
	unsigned done = 0;
	for (; done < t->n && t->step[done].time <= now; done++) {
		go_to(engine, t->step[done].time);
		begin(engine, &t->step[done]);
	}
	go_to(engine, now);
	t->n -= done;
	if (done)
		memmove(t->step, t->step + done, t->n * sizeof *t->step);
	engine->run.bpm = engine->bpm;
	engine->run.beat = engine->beat;
}
