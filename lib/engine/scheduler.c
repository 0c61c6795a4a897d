/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/scheduler.h"

void
pf_scheduler_lay_out(struct pf_scheduler *s, struct pf_arena *arena,
    unsigned room)
{
	s->due = pf_arena_take(arena, room, sizeof *s->due);
	s->heap = pf_arena_take(arena, room, sizeof *s->heap);
	s->room = room;
	for (uint32_t i = 0; s->heap && i < room; i++)
		s->heap[i] = i;
}
