/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes, prepared and freed.  A change brings a whole graph along, so that
 * committing it is a pointer; whatever it replaces stays untouched until the
 * audio thread has said that it looks at it no more.
 */
#include "engine/engine_private.h"

#include "base/hash.h"
#include "engine/arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int64_t
pf_change_frame(const struct pf_change *change)
{
	/* Acquire: pairs with the release in pf_engine_put(). */
	return atomic_load_explicit(&change->frame, memory_order_acquire);
}

unsigned
pf_change_strip(const struct pf_change *change)
{
	return change->strip->number;
}

static bool
is_committed(const struct pf_change *change)
{
	return pf_change_frame(change) >= 0;
}

static unsigned
node_of(const struct pf_strip *strip)
{
	return strip->kind == PF_MASTER ? PF_NODE_MASTER :
	    strip->kind == PF_RETURN ? PF_NODE_RETURN + strip->number :
	    strip->number;
}

void
pf_change_shown(struct pf_change *change)
{
	struct pf_engine *engine = change->engine;
	if (change->shown || !is_committed(change))
		return;
	pthread_mutex_lock(&engine->lock);
	engine->sheet[node_of(change->strip)] = change->sheet;
	pthread_mutex_unlock(&engine->lock);
	change->shown = true;
}

static void
unlink_change(struct pf_change *change)
{
	struct pf_change **at = &change->engine->changes;
	while (*at != change)
		at = &(*at)->next;
	*at = change->next;
}

/* It never came true. */
static void
discard(struct pf_change *change)
{
	change->engine->planned = change->before;
	if (change->gear)
		pf_gear_free(change->gear);
	else
		pf_strip_free(change->strip);
	free(change->graph);
}

bool
pf_change_free(struct pf_change *change)
{
	if (!is_committed(change)) {
		discard(change);
	} else {
		/* Acquire: pairs with the release in let_go(). */
		if (change->gear && !atomic_load_explicit(
		    &change->gear->rung, memory_order_acquire))
			return false;
		pf_change_shown(change);
		pf_gear_free(change->gear);
		free(change->before);
	}
	unlink_change(change);
	free(change);
	return true;
}

void
pf_changes_free(struct pf_engine *engine)
{
	while (engine->changes) {
		struct pf_change *change = engine->changes;
		/* What rings is still the strip's. */
		if (is_committed(change) && change->gear &&
		    !atomic_load(&change->gear->rung)) {
			change->gear = NULL;
			change->shown = true;
		}
		(void)pf_change_free(change);
	}
}

/* Tell of what was committed; free what nobody else will. */
static void
sweep(struct pf_engine *engine)
{
	struct pf_change *next;
	for (struct pf_change *c = engine->changes; c; c = next) {
		next = c->next;
		pf_change_shown(c);
		if (c->at_once && is_committed(c))
			(void)pf_change_free(c);
	}
}

/* A change with a copy of the graph, or NULL with *status and *err. */
static struct pf_change *
new_change(struct pf_engine *engine, int *status, struct pf_err *err)
{
	sweep(engine);
	if (engine->changes && !is_committed(engine->changes)) {
		pf_err_set(err, "the change before is not in place yet");
		*status = -EBUSY;
		return NULL;
	}
	struct pf_change *c = pf_touched_alloc(sizeof *c);
	struct pf_graph *graph = pf_touched_alloc(sizeof *graph);
	if (!c || !graph) {
		free(c);
		free(graph);
		pf_err_set(err, "out of memory");
		*status = -ENOMEM;
		return NULL;
	}
	memcpy(graph, engine->planned, sizeof *graph);
	c->engine = engine;
	c->graph = graph;
	c->before = engine->planned;
	atomic_store(&c->frame, -1);
	return c;
}

static void
plan(struct pf_change *change)
{
	struct pf_engine *engine = change->engine;
	change->next = engine->changes;
	engine->changes = change;
	engine->planned = change->graph;
}

static int
check_name(const struct pf_graph *g, const char *name, struct pf_err *err)
{
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

static int
check_room(const struct pf_graph *g, enum pf_strip_kind kind,
    const char *name, struct pf_err *err)
{
	const bool is_return = kind == PF_RETURN;
	if (is_return ? g->returns < PF_RETURNS_MOST :
	    g->strips < PF_STRIPS_MOST)
		return 0;
	return pf_err_set(err, "no room for '%s': there are %d %s already",
	    name, is_return ? PF_RETURNS_MOST : PF_STRIPS_MOST,
	    is_return ? "returns" : "strips");
}

/* Put the strip into the change's graph. */
static int
insert(struct pf_change *c, struct pf_err *err)
{
	struct pf_graph *g = c->graph;
	if (c->strip->kind == PF_RETURN) {
		c->strip->number = g->returns;
		g->fx_return[g->returns++] = c->strip;
	} else {
		c->strip->number = g->strips;
		g->strip[g->strips++] = c->strip;
	}
	return pf_graph_link(g, NULL, NULL, err);
}

int
pf_change_new_strip(struct pf_engine *engine, enum pf_strip_kind kind,
    const char *name, const struct pf_instrument *ins, unsigned input,
    struct pf_change **change, struct pf_err *err)
{
	int status = 0;
	struct pf_change *c = new_change(engine, &status, err);
	if (!c)
		return status;
	status = check_name(c->graph, name, err);
	if (status == 0)
		status = check_room(c->graph, kind, name, err);
	if (status < 0)
		goto fail;
	status = pf_strip_new(&c->strip, kind, name, ins, input,
	    engine->config.rate_hz, engine->config.pending);
	if (status < 0) {
		pf_err_set(err, "cannot make strip '%s': %s", name,
		    strerror(-status));
		goto fail;
	}
	status = insert(c, err);
	if (status < 0)
		goto fail;
	c->sheet = c->strip->gear->sheet;
	plan(c);
	*change = c;
	return 0;
fail:
	pf_strip_free(c->strip);
	free(c->graph);
	free(c);
	return status;
}

/* What a strip may be given; 0 or -EINVAL. */
static int
check_patch(const struct pf_strip *strip, const struct pf_instrument *ins,
    struct pf_err *err)
{
	if (strip->kind != PF_STRIP_VOICES)
		return pf_err_set(err, "strip '%s' plays no notes",
		    strip->name);
	for (unsigned i = 0; i < ins->channel.fxs; i++)
		if (!strcmp(ins->channel.fx[i].sidechain, strip->name))
			return pf_err_set(err, "strip '%s' keys itself",
			    strip->name);
	return 0;
}

int
pf_change_new_patch(struct pf_engine *engine, struct pf_strip *strip,
    const struct pf_instrument *ins, struct pf_change **change,
    struct pf_err *err)
{
	int status = check_patch(strip, ins, err);
	if (status < 0)
		return status;
	struct pf_change *c = new_change(engine, &status, err);
	if (!c)
		return status;
	c->strip = strip;
	status = pf_graph_link(c->graph, strip, &ins->channel, err);
	if (status < 0)
		goto fail;
	status = pf_gear_new(&c->gear, strip->kind, strip->name, ins, 0,
	    engine->config.rate_hz);
	if (status < 0) {
		pf_err_set(err, "cannot patch strip '%s': %s", strip->name,
		    strerror(-status));
		goto fail;
	}
	c->sheet = c->gear->sheet;
	plan(c);
	*change = c;
	return 0;
fail:
	free(c->graph);
	free(c);
	return status;
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
pf_engine_prepare_add(struct pf_engine *engine, const char *name,
    const struct pf_instrument *ins, struct pf_change **change,
    struct pf_err *err)
{
	const int status = check_instrument(ins, err);
	if (status < 0)
		return status;
	return pf_change_new_strip(engine, PF_STRIP_VOICES, name, ins, 0,
	    change, err);
}

int
pf_engine_prepare_input(struct pf_engine *engine, const char *name,
    unsigned input, const struct pf_channel *channel,
    struct pf_change **change, struct pf_err *err)
{
	struct pf_instrument ins;
	if (input >= PF_INPUTS_MOST)
		return pf_err_set(err, "input: %u is out of 0..%d", input,
		    PF_INPUTS_MOST - 1);
	pf_instrument_init(&ins, NULL);
	ins.channel = *channel;
	return pf_change_new_strip(engine, PF_STRIP_INPUT, name, &ins, input,
	    change, err);
}

int
pf_engine_prepare_patch(struct pf_engine *engine, const char *name,
    const struct pf_instrument *ins, struct pf_change **change,
    struct pf_err *err)
{
	const int status = check_instrument(ins, err);
	if (status < 0)
		return status;
	struct pf_strip *strip = pf_graph_find(engine->planned, name);
	if (!strip)
		return pf_err_set(err, "there is no strip '%s'", name),
		    -ENOENT;
	return pf_change_new_patch(engine, strip, ins, change, err);
}
