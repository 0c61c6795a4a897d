/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/tail.h"

void
pf_tail_tell_cursor(struct pf_tail *tail, uint32_t lane,
    const struct pf_lane_cursor *c)
{
	for (int i = 0; i < PF_TAIL_CURSORS; i++) {
		struct pf_tail_cursor *const t = &tail->cursor[i];
		const uint32_t is = atomic_load_explicit(&t->lane,
		    memory_order_relaxed);
		if (is != 0 && is != lane)
			continue;
		atomic_store_explicit(&t->next, c->next,
		    memory_order_relaxed);
		atomic_store_explicit(&t->consumed, c->consumed,
		    memory_order_relaxed);
		atomic_store_explicit(&t->lost, c->lost,
		    memory_order_relaxed);
		atomic_store_explicit(&t->refused, c->refused,
		    memory_order_relaxed);
		atomic_store_explicit(&t->lane, lane, memory_order_release);
		return;
	}
}
