/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/graph.h"

static void
use(struct pf_strip *strip, const struct pf_strip *const *key)
{
	struct pf_chain *chain = &strip->gear->chain;
	for (unsigned i = 0; i < chain->fxs; i++)
		chain->insert[i].key = key[i];
}

void
pf_graph_use(const struct pf_graph *graph)
{
	for (unsigned i = 0; i < graph->strips; i++)
		use(graph->strip[i], graph->key[i]);
	for (unsigned i = 0; i < graph->returns; i++) {
		struct pf_strip *strip = graph->fx_return[i];
		use(strip, graph->key[PF_STRIPS_MOST + i]);
		strip->feed = graph->feed[i];
		strip->feeds = graph->feeds[i];
	}
	if (graph->master)
		use(graph->master, graph->key[PF_NODES_MOST]);
}
