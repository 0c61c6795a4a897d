/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who must have run before whom: strips before those they key and before the
 * returns they send to, returns before the returns they send to.
 */
#ifndef PF_ENGINE_GRAPH_H
#define PF_ENGINE_GRAPH_H

#include "base/attr.h"
#include "base/err.h"
#include "engine/strip.h"

struct pf_graph {
	struct pf_strip *strip[PF_STRIPS_MOST]; /* as added */
	struct pf_strip *fx_return[PF_RETURNS_MOST];
	struct pf_strip *master;
	unsigned strips, returns;
	struct pf_strip *order[PF_STRIPS_MOST]; /* by name: summing order */
	struct pf_strip *job[PF_NODES_MOST]; /* by depth, then as summed */
	unsigned first[PF_NODES_MOST + 1]; /* job[first[d]]: the first of d */
	unsigned depths;
	/* What the strips look at, see pf_graph_use(). */
	const struct pf_strip *key[PF_NODES_MOST + 1][PF_INSERTS_MOST];
	struct pf_feed feed[PF_RETURNS_MOST][PF_NODES_MOST];
	unsigned feeds[PF_RETURNS_MOST];
};

/*
 * Setup.  Sort, find sidechains and sends by name, and level; touches
 * nothing but *graph, so the strips may be running.
 *
 * changed, channel  a strip of the graph whose channel will be this one;
 *                   NULL: all have the one they have
 *
 * Returns 0, or -EINVAL with the circle in *err; the graph is of no use then.
 */
PF_MUST_CHECK int pf_graph_link(struct pf_graph *graph,
    const struct pf_strip *changed, const struct pf_channel *channel,
    struct pf_err *err);

/* Let its strips see whom they hear in this graph. */
PF_RT void pf_graph_use(const struct pf_graph *graph);

/* A strip, or (returns too) a return or "master", of a name; or NULL. */
struct pf_strip *pf_graph_find(const struct pf_graph *graph,
    const char *name);

#endif
