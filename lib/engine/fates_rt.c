/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/engine_private.h"
#include "event/type.h"

#include <string.h>

/* Everybody who has fates to tell, in this order at one time and rank. */
static struct pf_fates *
teller(struct pf_engine *engine, unsigned i)
{
	const struct pf_graph *g = engine->graph;
	if (i == 0)
		return &engine->fates;
	if (i == 1)
		return &g->master->fates;
	i -= 2;
	if (i < g->strips)
		return &g->strip[i]->fates;
	i -= g->strips;
	return i < g->returns ? &g->fx_return[i]->fates : NULL;
}

/* What was not played comes before what was. */
static unsigned
rank(const struct pf_fate *fate)
{
	const struct pf_event e = {.type = fate->type};
	return fate->what == PF_BEGUN ? pf_event_rank(&e) : 0;
}

static bool
before(const struct pf_fate *a, const struct pf_fate *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns;
	return rank(a) < rank(b);
}

/* The next of all, or NULL. */
static struct pf_fates *
next(struct pf_engine *engine)
{
	struct pf_fates *first = NULL, *f;
	for (unsigned i = 0; (f = teller(engine, i)); i++)
		if (f->first < f->n && (!first || before(&f->fate[f->first],
		    &first->fate[first->first])))
			first = f;
	return first;
}

/* What was told makes room. */
static void
forget(struct pf_fates *f)
{
	if (!f->first)
		return;
	f->n -= f->first;
	memmove(f->fate, f->fate + f->first, f->n * sizeof *f->fate);
	f->first = 0;
}

unsigned
pf_engine_fates(struct pf_engine *engine, struct pf_fate *out, unsigned most)
{
	struct pf_fates *f;
	unsigned n = 0;
	while (n < most && (f = next(engine)))
		out[n++] = f->fate[f->first++];
	for (unsigned i = 0; n && (f = teller(engine, i)); i++)
		forget(f);
	return n;
}
