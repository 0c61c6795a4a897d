/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/engine.h"

#include "base/hash.h"
#include "engine/engine_private.h"
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
	return pf_strip_new(&engine->graph.master, PF_MASTER, "master", &ins,
	    engine->config.rate_hz, engine->config.pending);
}

int
pf_engine_new(struct pf_engine **engine, const struct pf_engine_config *config,
    struct pf_err *err)
{
	int status = check(config, err);
	if (status < 0)
		return status;
	struct pf_engine *e = calloc(1, sizeof *e);
	if (!e)
		return pf_err_set(err, "out of memory"), -ENOMEM;
	e->config = *config;
	set_default(&e->config.take, 256);
	set_default(&e->config.pending, 512);
	set_default(&e->config.ahead_s, 8);
	set_default(&e->config.late_ms, 30);
	e->frame = config->frame;
	e->bpm = e->bpm_pushed = config->bpm;
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
	for (unsigned i = 0; i < engine->graph.strips; i++)
		pf_strip_free(engine->graph.strip[i]);
	for (unsigned i = 0; i < engine->graph.returns; i++)
		pf_strip_free(engine->graph.fx_return[i]);
	pf_strip_free(engine->graph.master);
	free(engine);
}

static int
check_name(const struct pf_engine *engine, const char *name,
    struct pf_err *err)
{
	const struct pf_graph *g = &engine->graph;
	const uint32_t hash = pf_hash_str(name);
	if (!name[0] || strlen(name) >= PF_NAME_MOST)
		return pf_err_set(err, "a name has 1 to %d bytes: '%.80s'",
		    PF_NAME_MOST - 1, name);
	const struct pf_strip *found = pf_graph_find(g, name);
	for (unsigned i = 0; i < g->strips && !found; i++)
		if (g->strip[i]->hash == hash)
			found = g->strip[i];
	if (found)
		return pf_err_set(err, "there is a strip '%s' already",
		    found->name), -EEXIST;
	return 0;
}

/* Put a strip into the graph, or take it out again where it fits not. */
static int
insert(struct pf_engine *engine, struct pf_strip *strip,
    struct pf_strip **list, unsigned *n, struct pf_err *err)
{
	struct pf_graph *g = &engine->graph;
	strip->number = *n;
	list[(*n)++] = strip;
	const int status = pf_graph_link(g, err);
	if (!status)
		return (int)strip->number;
	(*n)--;
	pf_strip_free(strip);
	if (pf_graph_link(g, NULL) < 0)
		abort(); /* it could be linked before */
	return status;
}

static int
add(struct pf_engine *engine, enum pf_strip_kind kind, const char *name,
    const struct pf_instrument *ins, unsigned input, struct pf_err *err)
{
	struct pf_graph *g = &engine->graph;
	int status = check_name(engine, name, err);
	if (status < 0)
		return status;
	const bool is_return = kind == PF_RETURN;
	if (is_return ? g->returns == PF_RETURNS_MOST :
	    g->strips == PF_STRIPS_MOST)
		return pf_err_set(err, "no room for '%s': there are %d %s "
		    "already", name,
		    is_return ? PF_RETURNS_MOST : PF_STRIPS_MOST,
		    is_return ? "returns" : "strips");
	struct pf_strip *strip;
	status = pf_strip_new(&strip, kind, name, ins, engine->config.rate_hz,
	    engine->config.pending);
	if (status < 0) {
		pf_err_set(err, "cannot make strip '%s': %s", name,
		    strerror(-status));
		return status;
	}
	strip->input = input;
	return is_return ?
	    insert(engine, strip, g->fx_return, &g->returns, err) :
	    insert(engine, strip, g->strip, &g->strips, err);
}

static int
add_channel(struct pf_engine *engine, enum pf_strip_kind kind,
    const char *name, unsigned input, const struct pf_channel *channel,
    struct pf_err *err)
{
	struct pf_instrument ins;
	pf_instrument_init(&ins, NULL);
	ins.channel = *channel;
	return add(engine, kind, name, &ins, input, err);
}

int
pf_engine_add_return(struct pf_engine *engine, const char *name,
    const struct pf_channel *channel, struct pf_err *err)
{
	return add_channel(engine, PF_RETURN, name, 0, channel, err);
}

int
pf_engine_add_input(struct pf_engine *engine, const char *name,
    unsigned input, const struct pf_channel *channel, struct pf_err *err)
{
	if (input >= PF_INPUTS_MOST)
		return pf_err_set(err, "input: %u is out of 0..%d", input,
		    PF_INPUTS_MOST - 1);
	return add_channel(engine, PF_STRIP_INPUT, name, input, channel, err);
}

static int
check_instrument(const struct pf_instrument *ins, struct pf_err *err)
{
	if (!ins->model)
		return pf_err_set(err, "instrument '%s' has no model",
		    ins->name);
	if (ins->voices < 1 || ins->voices > PF_VOICES_MOST)
		return pf_err_set(err, "instrument '%s': voices: %u is out of "
		    "1..%d", ins->name, ins->voices, PF_VOICES_MOST);
	return 0;
}

int
pf_engine_add(struct pf_engine *engine, const char *name,
    const struct pf_instrument *ins, struct pf_err *err)
{
	const int status = check_instrument(ins, err);
	if (status < 0)
		return status;
	return add(engine, PF_STRIP_VOICES, name, ins, 0, err);
}

int
pf_engine_patch(struct pf_engine *engine, unsigned number,
    const struct pf_instrument *ins, struct pf_err *err)
{
	int status = check_instrument(ins, err);
	if (status < 0)
		return status;
	struct pf_strip *strip = engine->graph.strip[number];
	if (strip->kind != PF_STRIP_VOICES)
		return pf_err_set(err, "strip '%s' plays no notes",
		    strip->name);
	for (unsigned i = 0; i < ins->channel.fxs; i++)
		if (!strcmp(ins->channel.fx[i].sidechain, strip->name))
			return pf_err_set(err, "strip '%s' keys itself",
			    strip->name);
	status = pf_strip_patch(strip, ins);
	if (status < 0)
		pf_err_set(err, "cannot patch strip '%s': %s", strip->name,
		    strerror(-status));
	else
		status = pf_graph_link(&engine->graph, err);
	return status;
}

unsigned
pf_engine_latency(const struct pf_engine *engine)
{
	const struct pf_chain *chain = &engine->graph.master->chain;
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
	for (unsigned i = 0; i < engine->graph.strips; i++)
		order[i] = engine->graph.order[i]->number;
	return engine->graph.strips;
}

const char *
pf_engine_strip_name(const struct pf_engine *engine, unsigned strip)
{
	return strip < engine->graph.strips ?
	    engine->graph.strip[strip]->name : NULL;
}

const char *
pf_engine_return_name(const struct pf_engine *engine, unsigned fx_return)
{
	return fx_return < engine->graph.returns ?
	    engine->graph.fx_return[fx_return]->name : NULL;
}
