/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/porter_private.h"

#include "base/hash.h"
#include "base/message.h"
#include "event/type.h"
#include "session/tail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A change is prepared so long before its time. */
#define EARLY_NS INT64_C(20000000)

void
pf_values_put(struct pf_values *values, const struct pf_event *e)
{
	unsigned i = 0;
	while (i < values->n && (values->set[i].name != e->name ||
	    values->set[i].source != e->source))
		i++;
	if (i == PF_VALUES_MOST)
		return;
	values->set[i] = *e;
	values->n += i == values->n;
}

void
pf_porter_want(struct pf_porter *p, const struct pf_want *want)
{
	if (p->wants < PF_WANTS_MOST) {
		p->want[p->wants++] = *want;
		return;
	}
	const struct pf_order no = {.kind = PF_ORDER_FAIL, .result = -EAGAIN,
	    .part = want->part, .ticket = want->ticket};
	pf_stage_order(p->stage, &no);
}

/* The spelling that came with the event, "name=warm-bass"; or NULL. */
static const char *
spelled(struct pf_want *w)
{
	char *const tab = strchr(w->more, '\t');
	if (tab)
		*tab = '\0';
	return strncmp(w->more, "name=", 5) == 0 && w->more[5]
	    ? w->more + 5 : NULL;
}

/* Does somebody want it by hand?  Musicians wait for what they want. */
static bool
by_hand(const struct pf_want *w)
{
	return !w->part && !w->strip;
}

/*
 * What was chosen by hand stands until a reset, whatever the musician asks
 * for, who says his `patch` anew to each engine he meets.  True if there is
 * such a choice, and it is the wish now.
 */
static bool
recall(const struct pf_porter *p, struct pf_want *w)
{
	for (unsigned i = 0; i < p->patches.n; i++) {
		if (p->patches.set[i].source != w->source)
			continue;
		pf_wish_of(&w->wish, &p->patches.set[i]);
		w->more[0] = '\0';
		return true;
	}
	return false;
}

/*
 * The instrument that is wanted; of what is chosen by hand, that and no
 * other.  A name nobody has is said; a new strip then gets what its name
 * would give it.
 */
static int
choose(struct pf_porter *p, struct pf_want *w, const char *source,
    const struct pf_instrument **instrument, struct pf_err *err)
{
	char buf[16];
	const char *name = NULL;
	const bool hand = by_hand(w) || recall(p, w);
	if (w->wish.name) {
		name = spelled(w);
		if (!name) {
			pf_porter_hear_names(p);
			name = pf_names_show(p->names, w->wish.name, buf);
		}
	}
	int r = pf_rack_get(p->config.rack, hand && name ? name
	    : pf_rack_choose(p->config.rack, source, name, w->wish.bank,
	    w->wish.program), instrument, err);
	if (r == 0 || !w->strip)
		return r;
	pf_msg("%s: %s", source, err->text);
	return pf_rack_get(p->config.rack, pf_rack_choose(p->config.rack,
	    source, NULL, 0, -1), instrument, err);
}

/* Does the strip play that already?  Then its faders stay as they are. */
static bool
plays(const struct pf_porter *p, unsigned strip,
    const struct pf_instrument *instrument)
{
	struct pf_node_info info;
	return pf_engine_node(p->config.engine, strip, &info) == 0 &&
	    strcmp(info.instrument, instrument->name) == 0;
}

/* Returns 0; -EEXIST: it is so already; or another negative errno. */
static int
prepare(struct pf_porter *p, struct pf_want *w, struct pf_order *order,
    struct pf_err *err)
{
	char buf[16];
	const struct pf_instrument *instrument;
	const char *const source = pf_names_show(p->names, w->source, buf);
	int r = choose(p, w, source, &instrument, err);
	if (r != 0)
		return r;
	order->event = pf_event_make(PF_PATCH, w->at_ns, w->source);
	order->event.name = pf_hash_str(instrument->name);
	if (by_hand(w))
		pf_patches_put(&p->patches, &order->event);
	const int strip = pf_engine_find(p->config.engine, w->source);
	const bool there = strip >= 0;
	if (there && (w->strip || plays(p, (unsigned)strip, instrument)))
		return -EEXIST;
	r = there ? pf_engine_prepare_patch(p->config.engine, source,
	    instrument, &order->change, err)
	    : pf_engine_prepare_add(p->config.engine, source, instrument,
	    &order->change, err);
	if (r != 0)
		return r;
	p->flying_instrument = instrument;
	if (!there && p->config.comes)
		p->config.comes(p->config.ctx, source);
	pf_porter_name(p, instrument->name);
	pf_porter_name(p, source);
	if (p->config.verbose)
		pf_msg("%s plays %s", source, instrument->name);
	return 0;
}

/* The want that comes first, if its time is near. */
static int
next(const struct pf_porter *p)
{
	const int64_t now = pf_stage_time(p->stage) + EARLY_NS;
	int first = -1;
	for (unsigned i = 0; i < p->wants; i++)
		if (p->want[i].at_ns <= now && (first < 0 ||
		    p->want[i].at_ns < p->want[first].at_ns))
			first = (int)i;
	return first;
}

void
pf_porter_strips(struct pf_porter *p)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < p->olds; i++)
		if (!pf_change_free(p->old[i]))
			p->old[kept++] = p->old[i];
	p->olds = kept;
	if (p->has_unsent)
		p->has_unsent = !pf_stage_order(p->stage, &p->unsent);
	for (int at; !p->has_unsent && !p->flying && p->olds < PF_WANTS_MOST &&
	    (at = next(p)) >= 0;) {
		struct pf_want w = p->want[at];
		struct pf_order order = {.kind = PF_ORDER_CHANGE,
		    .part = w.part, .ticket = w.ticket, .said = w.ticket != 0};
		struct pf_err err = {""};
		const int r = prepare(p, &w, &order, &err);
		if (r == -EBUSY)
			return;
		p->wants--;
		memmove(&p->want[at], &p->want[at + 1],
		    (p->wants - (unsigned)at) * sizeof *p->want);
		if (r != 0) {
			order.kind = r == -EEXIST ? PF_ORDER_FREE
			    : PF_ORDER_FAIL;
			order.result = r;
			if (r != -EEXIST && !w.ticket)
				pf_msg("%s", err.text);
		} else {
			p->flying = order.change;
			p->flying_part = w.part;
		}
		p->has_unsent = !pf_stage_order(p->stage, &order);
		p->unsent = order;
	}
}

/* What was set before the strip was there, by the engine before us. */
void
pf_porter_restore(struct pf_porter *p, struct pf_values *values)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < values->n; i++) {
		struct pf_param_info info;
		char buf[16];
		const struct pf_order order = {.kind = PF_ORDER_SET,
		    .event = values->set[i]};
		const char *const path = pf_names_show(p->names,
		    values->set[i].name, buf);
		const int own = values == &p->values ? -1
		    : pf_engine_find(p->config.engine, values->set[i].source);
		if (pf_engine_param_find(p->config.engine, own >= 0
		    ? (unsigned)own : PF_NODE_ANY, path, &info) != 0 ||
		    !pf_stage_order(p->stage, &order))
			values->set[kept++] = values->set[i];
		else
			pf_porter_name(p, path);
	}
	values->n = kept;
}

void
pf_porter_placed(struct pf_porter *p, struct pf_change *change)
{
	const char *const name = pf_engine_strip_name(p->config.engine,
	    pf_change_strip(change));
	pf_change_shown(change);
	if (name && pf_desk_put(p->config.desk, PF_DESK_STRIP, name,
	    p->flying_instrument) != 0)
		pf_msg("%s is not on the desk: no memory", name);
	p->old[p->olds++] = change;
	pf_porter_restore(p, &p->values);
	if (p->flying_part)
		pf_porter_restore(p, &pf_musician_of(p->flying_part)->values);
	p->flying = NULL;
	p->flying_part = NULL;
}
