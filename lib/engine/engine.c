/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/engine.h"

#include "engine/arena.h"
#include "engine/engine_private.h"
#include "engine/live.h"
#include "engine/workers_private.h"
#include "event/tempo_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
pf_engine_config_init(struct pf_engine_config *config)
{
	memset(config, 0, sizeof *config);
	config->rate_hz = 48000;
	config->threads = 1;
	config->bpm = 60;
}

static int
check(const struct pf_engine_config *c, struct pf_err *err)
{
	if (c->rate_hz < 44100 || c->rate_hz > 192000)
		return pf_err_set(err, "rate: %u is out of 44100..192000",
		    c->rate_hz);
	if (c->threads < 1 || c->threads > 16)
		return pf_err_set(err, "threads: %u is out of 1..16",
		    c->threads);
	if (c->frame % PF_BLOCK)
		return pf_err_set(err, "the first frame, %lld, is not a "
		    "multiple of %d", (long long)c->frame, PF_BLOCK);
	if (!(c->bpm >= PF_BPM_LEAST && c->bpm <= PF_BPM_MOST))
		return pf_err_set(err, "tempo: %g is out of %g..%g", c->bpm,
		    PF_BPM_LEAST, PF_BPM_MOST);
	return 0;
}

static void
set_default(unsigned *value, unsigned def)
{
	if (!*value)
		*value = def;
}

static int
add_master(struct pf_engine *engine)
{
	struct pf_instrument ins;
	pf_instrument_init(&ins, NULL);
	if (engine->config.master)
		ins.channel = *engine->config.master;
	if (ins.channel.gain_db > pf_master_param[0].hi)
		ins.channel.gain_db = pf_master_param[0].hi;
	ins.channel.pan = 0;
	engine->config.master = NULL; /* the caller's: copied */
	engine->graph = pf_touched_alloc(sizeof *engine->graph);
	if (!engine->graph)
		return -ENOMEM;
	engine->planned = engine->graph;
	const int status = pf_strip_new(&engine->graph->master, PF_MASTER,
	    "master", &ins, 0, engine->config.rate_hz,
	    engine->config.pending);
	if (status == 0)
		engine->sheet[PF_NODE_MASTER] =
		    engine->graph->master->gear->sheet;
	return status;
}

int
pf_engine_new(struct pf_engine **engine, const struct pf_engine_config *config,
    struct pf_err *err)
{
	int status = check(config, err);
	if (status < 0)
		return status;
	struct pf_engine *e = pf_touched_alloc(sizeof *e);
	if (!e)
		return pf_err_set(err, "out of memory"), -ENOMEM;
	e->config = *config;
	set_default(&e->config.take, 256);
	set_default(&e->config.pending, 512);
	set_default(&e->config.ahead_s, 8);
	set_default(&e->config.late_ms, 30);
	e->frame = config->frame;
	e->bpm = config->bpm;
	e->fates.fate = e->fate;
	e->fates.room = PF_COUNT(e->fate);
	pthread_mutex_init(&e->lock, NULL);
	e->beat_ns = pf_time_of_frame(e->frame, config->rate_hz);
	status = add_master(e);
	if (status < 0) {
		pf_err_set(err, "out of memory");
		goto fail;
	}
	if (config->threads > 1)
		status = pf_workers_new(&e->workers, config->threads - 1);
	if (status < 0) {
		pf_err_set(err, "cannot start %u threads: %s",
		    config->threads - 1, strerror(-status));
		goto fail;
	}
	*engine = e;
	return 0;
fail:
	pf_engine_free(e);
	return status;
}

void
pf_engine_free(struct pf_engine *engine)
{
	if (!engine)
		return;
	pf_workers_free(engine->workers);
	pf_changes_free(engine);
	struct pf_graph *g = engine->graph;
	for (unsigned i = 0; g && i < g->strips; i++)
		pf_strip_free(g->strip[i]);
	for (unsigned i = 0; g && i < g->returns; i++)
		pf_strip_free(g->fx_return[i]);
	if (g)
		pf_strip_free(g->master);
	free(g);
	pthread_mutex_destroy(&engine->lock);
	free(engine);
}

/*
 * While nothing runs (or the caller is the audio thread itself) a change
 * comes true at once.
 */
static int
at_once(struct pf_engine *engine, int status, struct pf_change **made)
{
	if (status < 0)
		return status;
	struct pf_change *change = *made;
	change->at_once = true;
	if (change->gear && change->strip->ringings == PF_RINGING_MOST)
		pf_strip_cut(change->strip);
	pf_engine_put(engine, change);
	pf_change_shown(change);
	return (int)change->strip->number;
}

int
pf_engine_add_return(struct pf_engine *engine, const char *name,
    const struct pf_channel *channel, struct pf_err *err)
{
	struct pf_change *change = NULL;
	struct pf_instrument ins;
	pf_instrument_init(&ins, NULL);
	ins.channel = *channel;
	return at_once(engine, pf_change_new_strip(engine, PF_RETURN, name,
	    &ins, 0, &change, err), &change);
}

int
pf_engine_add_input(struct pf_engine *engine, const char *name,
    unsigned input, const struct pf_channel *channel, struct pf_err *err)
{
	struct pf_change *change = NULL;
	return at_once(engine, pf_engine_prepare_input(engine, name, input,
	    channel, &change, err), &change);
}

int
pf_engine_add(struct pf_engine *engine, const char *name,
    const struct pf_instrument *ins, struct pf_err *err)
{
	struct pf_change *change = NULL;
	return at_once(engine, pf_engine_prepare_add(engine, name, ins,
	    &change, err), &change);
}

int
pf_engine_patch(struct pf_engine *engine, unsigned number,
    const struct pf_instrument *ins, struct pf_err *err)
{
	struct pf_change *change = NULL;
	if (engine->frame & (PF_BLOCK - 1))
		return pf_err_set(err, "a patch needs a block's beginning");
	const int status = at_once(engine, pf_engine_prepare_patch(engine,
	    engine->graph->strip[number]->name, ins, &change, err), &change);
	return status < 0 ? status : 0;
}

unsigned
pf_engine_threads(const struct pf_engine *engine, pthread_t *thread,
    unsigned most)
{
	const struct pf_workers *const w = engine->workers;
	unsigned n = 0;
	for (; w && n < w->n && n < most; n++)
		thread[n] = w->thread[n];
	return n;
}

unsigned
pf_engine_latency(const struct pf_engine *engine)
{
	const struct pf_chain *chain = &engine->graph->master->gear->chain;
	unsigned frames = 0;
	for (unsigned i = 0; i < chain->fxs; i++)
		if (chain->insert[i].fx->latency)
			frames += chain->insert[i].fx->latency(
			    engine->config.rate_hz, chain->insert[i].value);
	return frames;
}

unsigned
pf_engine_stem_order(const struct pf_engine *engine, unsigned *order)
{
	for (unsigned i = 0; i < engine->graph->strips; i++)
		order[i] = engine->graph->order[i]->number;
	return engine->graph->strips;
}
