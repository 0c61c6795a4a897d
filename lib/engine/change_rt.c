/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes while it plays: the moment in which one comes true. */
#include "engine/engine_private.h"

static bool
is_turn(const struct pf_due *due)
{
	const enum pf_type type = pf_event_type(&due->event);
	return type == PF_PLAY || type == PF_STOP || type == PF_SEEK ||
	    type == PF_RESET;
}

/*
 * What the transport has said to everybody and is still to come is for the
 * new strip, too; the master knows it.  In the order in which it was said.
 */
static void
tell_turns(const struct pf_scheduler *from, struct pf_scheduler *to)
{
	uint64_t done = 0;
	for (unsigned i = 0; i < PF_TURNS_MOST; i++) {
		const struct pf_due *next = NULL;
		const uint32_t *const place = from->heap.place;
		for (uint32_t k = 0; k < from->heap.n; k++) {
			const struct pf_due *due = &from->due[place[k]];
			if (is_turn(due) && pf_due_count(due) >= done &&
			    (!next || pf_due_count(due) < pf_due_count(next)))
				next = due;
		}
		if (!next)
			return;
		struct pf_due copy = *next;
		copy.tag = 0;
		done = pf_due_count(next) + 1;
		(void)pf_scheduler_add(to, &copy);
	}
}

void
pf_engine_put(struct pf_engine *engine, struct pf_change *change)
{
	struct pf_strip *strip = change->strip;
	const unsigned pos = (unsigned)(engine->frame & (PF_BLOCK - 1));
	engine->graph = change->graph;
	if (change->gear) {
		struct pf_gear *before = strip->gear;
		pf_strip_patch(strip, change->gear);
		change->gear = before;
	} else {
		tell_turns(&engine->graph->master->scheduler,
		    &strip->scheduler);
	}
	pf_graph_use(engine->graph);
	if (pos && !change->gear)
		pf_strip_join(strip, &engine->run);
	/* Release: the setup thread sees all of the above. */
	atomic_store_explicit(&change->frame, engine->frame,
	    memory_order_release);
}

bool
pf_engine_commit(struct pf_engine *engine, struct pf_change *change)
{
	if (engine->frame & (PF_BLOCK - 1))
		return false;
	if (change->gear && change->strip->ringings == PF_RINGING_MOST)
		return false;
	pf_engine_put(engine, change);
	return true;
}
