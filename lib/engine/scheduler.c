/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/scheduler.h"

void
pf_scheduler_lay_out(struct pf_scheduler *s, struct pf_arena *arena,
    unsigned room)
{
	s->due = pf_arena_take(arena, room, sizeof *s->due);
	uint32_t *const place = pf_arena_take(arena, room, sizeof *place);
	if (place)
		pf_heap_init(&s->heap, place, room, pf_due_before, s->due);
}
