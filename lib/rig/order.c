/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/order.h"

#include <stdio.h>
#include <string.h>

enum mark { NEW, OPEN, DONE };

struct walk {
	struct pf_rig *rig;
	struct pf_err *err;
	size_t n; /* programs in order so far */
	enum mark mark[PF_RIG_PROGRAMS];
	size_t path[PF_RIG_PROGRAMS + 1]; /* how we came here */
};

/* Tell the circle that ends path[0..depth] and begins where it first was. */
static int
circle(struct walk *w, size_t depth)
{
	const struct pf_rig *const rig = w->rig;
	const size_t last = w->path[depth];
	char text[256] = "";
	size_t len = 0, i = 0;
	while (w->path[i] != last)
		i++;
	for (const size_t first = i; i <= depth && len < sizeof text; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
		    i == first ? "" : " -> ",
		    rig->program[w->path[i]].name);
	return pf_err_at(w->err, rig->path, rig->program[last].line,
	    "'%s' stands after itself: %s", rig->program[last].name, text);
}

/* Depth first; never deeper than there are programs. */
static int
visit(struct walk *w, size_t i, size_t depth)
{
	const struct pf_rig_program *const p = &w->rig->program[i];
	w->path[depth] = i;
	if (w->mark[i] == DONE)
		return 0;
	if (w->mark[i] == OPEN)
		return circle(w, depth);
	w->mark[i] = OPEN;
	for (size_t k = 0; k < p->n_after; k++) {
		const int r = visit(w, p->after[k], depth + 1);
		if (r)
			return r;
	}
	w->mark[i] = DONE;
	w->rig->order[w->n++] = i;
	return 0;
}

int
pf_rig_order(struct pf_rig *rig, struct pf_err *err)
{
	struct walk w = {.rig = rig, .err = err};
	for (size_t i = 0; i < rig->n; i++) {
		const int r = visit(&w, i, 0);
		if (r)
			return r;
	}
	return 0;
}
