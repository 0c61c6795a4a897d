/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/desk.h"

#include "base/hash.h"
#include "engine/chain.h"
#include "event/type.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = PF_STRIPS_MOST + PF_RETURNS_MOST + 1, MEMBERS = 256 };

struct value {
	char path[2 * PF_NAME_MOST];
	uint32_t own, full; /* hashes: "eq.low", "bass.eq.low" */
	const struct pf_param *param;
	float value, home;
};

struct node {
	char name[PF_NAME_MOST], instrument[PF_NAME_MOST];
	enum pf_desk_kind kind;
	uint32_t hash;
	struct value *value; /* value[n] */
	unsigned n;
};

struct member {
	struct pf_desk_member m;
	char name[256], role[64];
};

struct pf_desk {
	pthread_mutex_t lock;
	uint32_t generation;
	struct node node[NODES]; /* as they came */
	unsigned nodes;
	struct member *member[MEMBERS];
	unsigned members;
};

int
pf_desk_new(struct pf_desk **desk)
{
	struct pf_desk *const d = calloc(1, sizeof *d);
	if (!d)
		return -ENOMEM;
	pthread_mutex_init(&d->lock, NULL);
	*desk = d;
	return 0;
}

void
pf_desk_free(struct pf_desk *d)
{
	if (!d)
		return;
	for (unsigned i = 0; i < d->nodes; i++)
		free(d->node[i].value);
	for (unsigned i = 0; i < d->members; i++)
		free(d->member[i]);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

uint32_t
pf_desk_generation(struct pf_desk *d)
{
	pthread_mutex_lock(&d->lock);
	const uint32_t generation = d->generation;
	pthread_mutex_unlock(&d->lock);
	return generation;
}

static struct node *
find_node(struct pf_desk *d, const char *name)
{
	for (unsigned i = 0; i < d->nodes; i++)
		if (strcmp(d->node[i].name, name) == 0)
			return &d->node[i];
	return NULL;
}

/* ---- what a node has */

/* Returns false if the path is taken: who comes first has it. */
static bool
add(struct node *node, const char *path, const struct pf_param *param,
    float value)
{
	char full[4 * PF_NAME_MOST];
	struct value *const v = &node->value[node->n];
	snprintf(v->path, sizeof v->path, "%s", path);
	snprintf(full, sizeof full, "%s.%s", node->name, path);
	v->own = pf_hash_str(path);
	v->full = pf_hash_str(full);
	for (unsigned i = 0; i < node->n; i++)
		if (node->value[i].own == v->own)
			return false;
	v->param = param;
	v->value = v->home = value;
	node->n++;
	return true;
}

/* The same places, in the same order, as engine/strip.c names them. */
static void
add_all(struct node *node, const struct pf_instrument *ins)
{
	const struct pf_channel *const c = &ins->channel;
	const bool master = node->kind == PF_DESK_MASTER;
	char path[2 * PF_NAME_MOST];
	add(node, "gain", master ? &pf_master_param[0] : &pf_channel_param[0],
	    c->gain_db);
	add(node, "pan", master ? &pf_master_param[1] : &pf_channel_param[1],
	    c->pan);
	add(node, "mute", &pf_channel_param[2], 0);
	for (unsigned i = 0; i < c->sends; i++) {
		snprintf(path, sizeof path, "send.%s", c->send[i].to);
		add(node, path, &pf_channel_param[3], c->send[i].level);
	}
	if (ins->model && node->kind == PF_DESK_STRIP)
		for (unsigned i = 0; i < ins->model->params; i++)
			add(node, ins->model->param[i].name,
			    &ins->model->param[i], ins->value[i]);
	for (unsigned i = 0; i < c->fxs; i++)
		for (unsigned k = 0; k < c->fx[i].fx->params; k++) {
			const struct pf_param *const p =
			    &c->fx[i].fx->param[k];
			/* Of a return, the name alone is enough. */
			if (node->kind == PF_DESK_RETURN &&
			    add(node, p->name, p, c->fx[i].value[k]))
				continue;
			snprintf(path, sizeof path, "%s.%s", c->fx[i].name,
			    p->name);
			add(node, path, p, c->fx[i].value[k]);
		}
}

static unsigned
most_params(const struct pf_instrument *ins)
{
	unsigned n = 3 + ins->channel.sends;
	n += ins->model ? ins->model->params : 0;
	for (unsigned i = 0; i < ins->channel.fxs; i++)
		n += 2 * ins->channel.fx[i].fx->params;
	return n + 1;
}

/* What stays under another instrument, as engine/engine.h tells. */
static void
keep_faders(struct node *node, const struct value *before)
{
	for (unsigned k = 0; k < 2; k++) /* gain, pan */
		node->value[k].value = pf_channel_keep(node->value[k].param,
		    before[k].value, before[k].home, node->value[k].home);
	node->value[2].value = before[2].value; /* mute */
}

int
pf_desk_put(struct pf_desk *d, enum pf_desk_kind kind, const char *name,
    const struct pf_instrument *ins)
{
	struct value *const value = calloc(most_params(ins), sizeof *value);
	if (!value)
		return -ENOMEM;
	pthread_mutex_lock(&d->lock);
	struct node *node = find_node(d, name);
	int r = 0;
	if (!node && d->nodes == NODES) {
		free(value);
		r = -ENOSPC;
	} else {
		if (!node)
			node = &d->node[d->nodes++];
		struct value *const before = node->value;
		snprintf(node->name, sizeof node->name, "%s", name);
		snprintf(node->instrument, sizeof node->instrument, "%s",
		    kind == PF_DESK_STRIP ? ins->name : "");
		node->kind = kind;
		node->hash = pf_hash_str(name);
		node->value = value;
		node->n = 0;
		add_all(node, ins);
		if (before)
			keep_faders(node, before);
		free(before);
		d->generation++;
	}
	pthread_mutex_unlock(&d->lock);
	return r;
}

/* ---- values move */

static void
set(struct pf_desk *d, const struct pf_event *e)
{
	if (e->id)
		return; /* one note's own */
	for (unsigned i = 0; i < d->nodes; i++) {
		struct node *const node = &d->node[i];
		for (unsigned k = 0; k < node->n; k++) {
			struct value *const v = &node->value[k];
			if (v->full != e->name && (v->own != e->name ||
			    node->hash != e->source))
				continue;
			v->value = e->b;
			if (node->hash == e->source || v->full == e->name)
				return;
		}
	}
}

void
pf_desk_hear(struct pf_desk *d, const struct pf_event *e)
{
	const enum pf_type type = pf_event_type(e);
	pthread_mutex_lock(&d->lock);
	if (type == PF_SET)
		set(d, e);
	for (unsigned i = 0; type == PF_RESET && i < d->nodes; i++)
		for (unsigned k = 0; k < d->node[i].n; k++)
			d->node[i].value[k].value = d->node[i].value[k].home;
	pthread_mutex_unlock(&d->lock);
}

void
pf_desk_member(struct pf_desk *d, const struct pf_desk_member *member,
    bool gone)
{
	pthread_mutex_lock(&d->lock);
	unsigned i = 0;
	while (i < d->members &&
	    strcmp(d->member[i]->name, member->name) != 0)
		i++;
	if (gone && i < d->members) {
		free(d->member[i]);
		memmove(&d->member[i], &d->member[i + 1],
		    (--d->members - i) * sizeof *d->member);
		d->generation++;
	} else if (!gone && i == d->members && i < MEMBERS) {
		d->member[i] = calloc(1, sizeof **d->member);
		d->members += d->member[i] != NULL;
		d->generation++;
	}
	if (!gone && i < d->members) {
		struct member *const m = d->member[i];
		snprintf(m->name, sizeof m->name, "%s", member->name);
		snprintf(m->role, sizeof m->role, "%s", member->role);
		m->m = *member;
		m->m.name = m->name;
		m->m.role = m->role;
	}
	pthread_mutex_unlock(&d->lock);
}

/* ---- asking */

static struct pf_desk_node
show(const struct node *node)
{
	return (struct pf_desk_node){.name = node->name, .kind = node->kind,
	    .instrument = node->instrument};
}

static struct pf_desk_param
show_value(const struct value *v)
{
	return (struct pf_desk_param){.path = v->path, .hash = v->full,
	    .param = v->param, .value = v->value, .home = v->home};
}

/* Strips and inputs, then returns, then the master. */
static unsigned
turn(const struct node *node)
{
	return node->kind == PF_DESK_MASTER ? 2
	    : node->kind == PF_DESK_RETURN;
}

void
pf_desk_each_node(struct pf_desk *d,
    void (*tell)(void *ctx, const struct pf_desk_node *node), void *ctx)
{
	pthread_mutex_lock(&d->lock);
	for (unsigned t = 0; t < 3; t++)
		for (unsigned i = 0; i < d->nodes; i++) {
			const struct pf_desk_node node = show(&d->node[i]);
			if (turn(&d->node[i]) == t)
				tell(ctx, &node);
		}
	pthread_mutex_unlock(&d->lock);
}

void
pf_desk_each_param(struct pf_desk *d, const char *name,
    void (*tell)(void *ctx, const struct pf_desk_node *node,
    const struct pf_desk_param *param), void *ctx)
{
	pthread_mutex_lock(&d->lock);
	for (unsigned t = 0; t < 3; t++)
		for (unsigned i = 0; i < d->nodes; i++) {
			const struct node *const n = &d->node[i];
			const struct pf_desk_node node = show(n);
			if (turn(n) != t ||
			    (name && strcmp(n->name, name) != 0))
				continue;
			for (unsigned k = 0; k < n->n; k++) {
				const struct pf_desk_param p =
				    show_value(&n->value[k]);
				tell(ctx, &node, &p);
			}
		}
	pthread_mutex_unlock(&d->lock);
}

void
pf_desk_each_member(struct pf_desk *d,
    void (*tell)(void *ctx, const struct pf_desk_member *member), void *ctx)
{
	pthread_mutex_lock(&d->lock);
	for (unsigned i = 0; i < d->members; i++)
		tell(ctx, &d->member[i]->m);
	pthread_mutex_unlock(&d->lock);
}

int
pf_desk_find(struct pf_desk *d, const char *full_path,
    struct pf_desk_param *param)
{
	const uint32_t hash = pf_hash_str(full_path);
	int r = -ENOENT;
	pthread_mutex_lock(&d->lock);
	for (unsigned i = 0; r && i < d->nodes; i++)
		for (unsigned k = 0; r && k < d->node[i].n; k++)
			if (d->node[i].value[k].full == hash) {
				*param = show_value(&d->node[i].value[k]);
				param->path = NULL;
				r = 0;
			}
	pthread_mutex_unlock(&d->lock);
	return r;
}
