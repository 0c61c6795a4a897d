/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/engine.h"

#include "engine/engine_private.h"
#include "engine/fpu.h"
#include "engine/live.h"
#include "engine/rows.h"

#include <string.h>

unsigned
pf_engine_room(const struct pf_engine *engine)
{
	return PF_BLOCK - (unsigned)(engine->frame & (PF_BLOCK - 1));
}

int64_t
pf_engine_frame(const struct pf_engine *engine)
{
	return engine->frame;
}

static void
run_job(void *arg, unsigned i)
{
	struct pf_engine *engine = arg;
	pf_strip_run(engine->jobs[i], &engine->run);
}

static void
run_strips(struct pf_engine *engine)
{
	const struct pf_graph *g = engine->graph;
	for (unsigned d = 0; d < g->depths; d++) {
		const unsigned n = g->first[d + 1] - g->first[d];
		engine->jobs = engine->graph->job + g->first[d];
		if (engine->workers && !engine->alone)
			pf_workers_run(engine->workers, run_job, engine, n);
		else
			for (unsigned i = 0; i < n; i++)
				run_job(engine, i);
	}
}

void
pf_engine_help(struct pf_engine *engine, bool wanted)
{
	engine->alone = !wanted;
}

/* Strips by name, then the returns; returns whether there is any sound. */
static bool
mix(struct pf_engine *engine, unsigned n)
{
	const struct pf_graph *g = engine->graph;
	bool sounds = false;
	memset(engine->mix_l, 0, n * sizeof(float));
	memset(engine->mix_r, 0, n * sizeof(float));
	for (unsigned i = 0; i < g->strips + g->returns; i++) {
		const struct pf_strip *strip = i < g->strips ? g->order[i] :
		    g->fx_return[i - g->strips];
		if (strip->silent)
			continue;
		sounds = true;
		pf_row_add(engine->mix_l, strip->l, n);
		pf_row_add(engine->mix_r, strip->r, n);
	}
	if (!sounds)
		return false;
	const uint32_t l = pf_row_most(engine->mix_l, n);
	const uint32_t r = pf_row_most(engine->mix_r, n);
	const uint32_t louder = l > r ? l : r;
	if (louder > pf_row_bits(engine->peak))
		memcpy(&engine->peak, &louder, sizeof louder);
	return true;
}

void
pf_engine_run(struct pf_engine *engine, unsigned n, const float *const *in,
    float *const *out)
{
	const uint64_t fpu = pf_fpu_begin();
	const unsigned pos = (unsigned)(engine->frame & (PF_BLOCK - 1));
	struct pf_strip *master = engine->graph->master;
	const size_t bytes = n * sizeof(float);
	if (pos == 0)
		pf_engine_find_beat(engine);
	engine->run.frame = engine->frame;
	engine->run.first = engine->config.frame;
	engine->run.pos = pos;
	engine->run.n = engine->n = n;
	engine->run.rate_hz = engine->config.rate_hz;
	engine->run.in = in;
	engine->run.tempos = &engine->tempos;
	run_strips(engine);
	master->silent = !mix(engine, n);
	memcpy(master->l, engine->mix_l, bytes);
	memcpy(master->r, engine->mix_r, bytes);
	pf_strip_run(master, &engine->run);
	memcpy(out[0], master->l, bytes);
	memcpy(out[1], master->r, bytes);
	engine->frame += n;
	pf_engine_tell_tempos(engine);
	pf_fpu_end(fpu);
}

float
pf_engine_peak(struct pf_engine *engine)
{
	const float peak = engine->peak;
	engine->peak = 0;
	return peak;
}

unsigned
pf_engine_voices(const struct pf_engine *engine)
{
	unsigned n = 0;
	for (unsigned i = 0; i < engine->graph->strips; i++) {
		const struct pf_strip *strip = engine->graph->strip[i];
		n += strip->gear->voices ? strip->gear->voices->used : 0;
		for (unsigned k = 0; k < strip->ringings; k++)
			n += strip->ringing[k]->voices->used;
	}
	return n;
}

void
pf_engine_strip_stem(const struct pf_engine *engine, unsigned strip,
    const float *lr[2])
{
	lr[0] = engine->graph->strip[strip]->l;
	lr[1] = engine->graph->strip[strip]->r;
}

void
pf_engine_return_stem(const struct pf_engine *engine, unsigned fx_return,
    const float *lr[2])
{
	lr[0] = engine->graph->fx_return[fx_return]->l;
	lr[1] = engine->graph->fx_return[fx_return]->r;
}

void
pf_engine_mix(const struct pf_engine *engine, const float *lr[2])
{
	lr[0] = engine->mix_l;
	lr[1] = engine->mix_r;
}

static void
count(const struct pf_strip *strip, struct pf_engine_metrics *m)
{
	m->late += strip->late;
	m->dropped += strip->dropped;
	m->nonfinite += strip->nonfinite + strip->gear->chain.nonfinite;
	const struct pf_voices *voices = strip->gear->voices;
	if (!voices)
		return;
	m->notes += voices->notes;
	m->stolen += voices->stolen;
	m->shed += voices->shed;
}

void
pf_engine_metrics(const struct pf_engine *engine,
    struct pf_engine_metrics *m)
{
	*m = (struct pf_engine_metrics){
		.stale = engine->stale,
		.refused = engine->refused,
		.unknown = engine->unknown,
		.clamped = engine->clamped,
	};
	for (unsigned i = 0; i < engine->graph->strips; i++)
		count(engine->graph->strip[i], m);
	for (unsigned i = 0; i < engine->graph->returns; i++)
		count(engine->graph->fx_return[i], m);
	count(engine->graph->master, m);
}

const char *
pf_engine_strip_name(const struct pf_engine *engine, unsigned strip)
{
	return strip < engine->graph->strips ?
	    engine->graph->strip[strip]->name : NULL;
}

const char *
pf_engine_return_name(const struct pf_engine *engine, unsigned fx_return)
{
	return fx_return < engine->graph->returns ?
	    engine->graph->fx_return[fx_return]->name : NULL;
}
