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

/* What a graph is levelled with. */
struct linking {
	struct pf_graph *graph;
	const struct pf_strip *changed;
	const struct pf_channel *channel; /* that `changed` will have */
	unsigned depth[PF_NODES_MOST + 1];
};

/* Where a strip stands in depth[] and key[]. */
static unsigned
place(const struct pf_strip *strip)
{
	return strip->kind == PF_MASTER ? PF_NODES_MOST :
	    strip->kind == PF_RETURN ? PF_STRIPS_MOST + strip->number :
	    strip->number;
}

static const struct pf_channel *
channel_of(const struct linking *link, const struct pf_strip *strip)
{
	return strip == link->changed ? link->channel :
	    &strip->gear->chain.spec;
}

static void
find_keys(struct linking *link, const struct pf_strip *strip)
{
	const struct pf_channel *channel = channel_of(link, strip);
	const struct pf_strip **key = link->graph->key[place(strip)];
	for (unsigned i = 0; i < PF_INSERTS_MOST; i++)
		key[i] = i < channel->fxs && channel->fx[i].sidechain[0] ?
		    pf_graph_find(link->graph, channel->fx[i].sidechain) :
		    NULL;
}

static void
find_feeds(struct linking *link, const struct pf_strip *to,
    const struct pf_strip *from)
{
	const struct pf_channel *channel = channel_of(link, from);
	struct pf_graph *graph = link->graph;
	for (unsigned i = 0; i < channel->sends; i++) {
		if (strcmp(channel->send[i].to, to->name) != 0)
			continue;
		graph->feed[to->number][graph->feeds[to->number]++] =
		    (struct pf_feed){from, i};
		return;
	}
}

static void
connect(struct linking *link)
{
	struct pf_graph *graph = link->graph;
	for (unsigned i = 0; i < PF_NODES_MOST + 1; i++)
		link->depth[i] = UNSEEN;
	for (unsigned i = 0; i < graph->strips; i++)
		find_keys(link, graph->order[i]);
	for (unsigned i = 0; i < graph->returns; i++) {
		struct pf_strip *to = graph->fx_return[i];
		graph->feeds[i] = 0;
		find_keys(link, to);
		for (unsigned k = 0; k < graph->strips; k++)
			find_feeds(link, to, graph->order[k]);
		for (unsigned k = 0; k < graph->returns; k++)
			find_feeds(link, to, graph->fx_return[k]);
	}
	if (graph->master)
		find_keys(link, graph->master);
}

static int visit(struct linking *link, const struct pf_strip *strip,
    struct pf_err *err);

/* Visit what `strip` needs; raises *depth above it. */
static int
need(struct linking *link, const struct pf_strip *strip,
    const struct pf_strip *needed, unsigned *depth, struct pf_err *err)
{
	const int status = visit(link, needed, err);
	if (status < 0) {
		/* The circle reads backwards: who is needed by whom. */
		const size_t len = err ? strlen(err->text) : 0;
		if (err)
			snprintf(err->text + len, sizeof err->text - len,
			    " -> '%s'", strip->name);
		return status;
	}
	if (*depth <= link->depth[place(needed)])
		*depth = link->depth[place(needed)] + 1;
	return 0;
}

static int
visit(struct linking *link, const struct pf_strip *strip, struct pf_err *err)
{
	const struct pf_graph *graph = link->graph;
	const unsigned at = place(strip);
	if (link->depth[at] == VISITING)
		return pf_err_set(err, "sends or sidechains in a circle: '%s'",
		    strip->name);
	if (link->depth[at] != UNSEEN)
		return 0;
	link->depth[at] = VISITING;
	unsigned depth = 0;
	int status = 0;
	for (unsigned i = 0; i < PF_INSERTS_MOST && !status; i++)
		if (graph->key[at][i])
			status = need(link, strip, graph->key[at][i], &depth,
			    err);
	const unsigned feeds = strip->kind == PF_RETURN ?
	    graph->feeds[strip->number] : 0;
	for (unsigned i = 0; i < feeds && !status; i++)
		status = need(link, strip,
		    graph->feed[strip->number][i].from, &depth, err);
	link->depth[at] = depth;
	return status;
}

/* Jobs by depth; within one, strips by name, then returns. */
static void
level(struct linking *link)
{
	struct pf_graph *graph = link->graph;
	const unsigned nodes = graph->strips + graph->returns;
	unsigned n = 0;
	graph->depths = 0;
	while (n < nodes) {
		const unsigned depth = graph->depths++;
		graph->first[depth] = n;
		for (unsigned i = 0; i < graph->strips; i++)
			if (link->depth[place(graph->order[i])] == depth)
				graph->job[n++] = graph->order[i];
		for (unsigned i = 0; i < graph->returns; i++)
			if (link->depth[PF_STRIPS_MOST + i] == depth)
				graph->job[n++] = graph->fx_return[i];
	}
	graph->first[graph->depths] = n;
}

int
pf_graph_link(struct pf_graph *graph, const struct pf_strip *changed,
    const struct pf_channel *channel, struct pf_err *err)
{
	struct linking link = {graph, changed, channel, {0}};
	sort(graph);
	connect(&link);
	int status = 0;
	for (unsigned i = 0; i < graph->strips && !status; i++)
		status = visit(&link, graph->order[i], err);
	for (unsigned i = 0; i < graph->returns && !status; i++)
		status = visit(&link, graph->fx_return[i], err);
	if (!status)
		level(&link);
	return status;
}
