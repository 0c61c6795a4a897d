/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/graph.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* depth while a node is being visited, and before. */
#define VISITING (UINT32_MAX - 1)
#define UNSEEN UINT32_MAX

struct pf_strip *
pf_graph_find(const struct pf_graph *graph, const char *name)
{
	for (unsigned i = 0; i < graph->strips; i++)
		if (!strcmp(graph->strip[i]->name, name))
			return graph->strip[i];
	for (unsigned i = 0; i < graph->returns; i++)
		if (!strcmp(graph->fx_return[i]->name, name))
			return graph->fx_return[i];
	return graph->master && !strcmp(graph->master->name, name) ?
	    graph->master : NULL;
}

static void
sort(struct pf_graph *graph)
{
	for (unsigned i = 0; i < graph->strips; i++) {
		struct pf_strip *strip = graph->strip[i];
		unsigned at = i;
		for (; at > 0 && strcmp(graph->order[at - 1]->name,
		    strip->name) > 0; at--)
			graph->order[at] = graph->order[at - 1];
		graph->order[at] = strip;
	}
}

static void
find_keys(struct pf_graph *graph, struct pf_strip *strip)
{
	for (unsigned i = 0; i < strip->chain.fxs; i++) {
		struct pf_insert *insert = &strip->chain.insert[i];
		insert->key = insert->keyed ? pf_graph_find(graph,
		    strip->chain.spec.fx[i].sidechain) : NULL;
	}
}

static void
find_feeds(struct pf_strip *to, const struct pf_strip *from)
{
	for (unsigned i = 0; i < from->chain.sends; i++) {
		if (strcmp(from->chain.spec.send[i].to, to->name) != 0)
			continue;
		to->feed[to->feeds++] = (struct pf_feed){from, i};
		return;
	}
}

static void
connect(struct pf_graph *graph)
{
	for (unsigned i = 0; i < graph->strips; i++) {
		graph->order[i]->depth = UNSEEN;
		find_keys(graph, graph->order[i]);
	}
	for (unsigned i = 0; i < graph->returns; i++) {
		struct pf_strip *to = graph->fx_return[i];
		to->depth = UNSEEN;
		to->feeds = 0;
		find_keys(graph, to);
		for (unsigned k = 0; k < graph->strips; k++)
			find_feeds(to, graph->order[k]);
		for (unsigned k = 0; k < graph->returns; k++)
			find_feeds(to, graph->fx_return[k]);
	}
	if (graph->master)
		find_keys(graph, graph->master);
}

static int visit(struct pf_strip *strip, struct pf_err *err);

/* Visit what `strip` needs; raises *depth above it. */
static int
need(struct pf_strip *strip, const struct pf_strip *needed, unsigned *depth,
    struct pf_err *err)
{
	struct pf_strip *first = (struct pf_strip *)needed;
	const int status = visit(first, err);
	if (status < 0) {
		/* The circle reads backwards: who is needed by whom. */
		const size_t len = err ? strlen(err->text) : 0;
		if (err)
			snprintf(err->text + len, sizeof err->text - len,
			    " -> '%s'", strip->name);
		return status;
	}
	if (*depth <= first->depth)
		*depth = first->depth + 1;
	return 0;
}

static int
visit(struct pf_strip *strip, struct pf_err *err)
{
	if (strip->depth == VISITING)
		return pf_err_set(err, "sends or sidechains in a circle: '%s'",
		    strip->name);
	if (strip->depth != UNSEEN)
		return 0;
	strip->depth = VISITING;
	unsigned depth = 0;
	int status = 0;
	for (unsigned i = 0; i < strip->chain.fxs && !status; i++)
		if (strip->chain.insert[i].key)
			status = need(strip, strip->chain.insert[i].key,
			    &depth, err);
	for (unsigned i = 0; i < strip->feeds && !status; i++)
		status = need(strip, strip->feed[i].from, &depth, err);
	strip->depth = depth;
	return status;
}

/* Jobs by depth; within one, strips by name, then returns. */
static void
level(struct pf_graph *graph)
{
	const unsigned nodes = graph->strips + graph->returns;
	unsigned n = 0;
	graph->depths = 0;
	while (n < nodes) {
		const unsigned depth = graph->depths++;
		graph->first[depth] = n;
		for (unsigned i = 0; i < graph->strips; i++)
			if (graph->order[i]->depth == depth)
				graph->job[n++] = graph->order[i];
		for (unsigned i = 0; i < graph->returns; i++)
			if (graph->fx_return[i]->depth == depth)
				graph->job[n++] = graph->fx_return[i];
	}
	graph->first[graph->depths] = n;
}

int
pf_graph_link(struct pf_graph *graph, struct pf_err *err)
{
	sort(graph);
	connect(graph);
	int status = 0;
	for (unsigned i = 0; i < graph->strips && !status; i++)
		status = visit(graph->order[i], err);
	for (unsigned i = 0; i < graph->returns && !status; i++)
		status = visit(graph->fx_return[i], err);
	if (!status)
		level(graph);
	return status;
}
