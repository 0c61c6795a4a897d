/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/arena.h"

#include "engine/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void *
pf_arena_take(struct pf_arena *arena, size_t n, size_t size)
{
	void *p = arena->base ? arena->base + arena->used : NULL;
	arena->used += (n * size + PF_ALIGN - 1) / PF_ALIGN * PF_ALIGN;
	return p;
}

int
pf_arena_open(struct pf_arena *arena)
{
	arena->size = arena->used ? arena->used : PF_ALIGN;
	arena->base = aligned_alloc(PF_ALIGN, arena->size);
	if (!arena->base)
		return -ENOMEM;
	memset(arena->base, 0, arena->size); /* touches every page */
	arena->used = 0;
	return 0;
}

void
pf_arena_close(struct pf_arena *arena)
{
	free(arena->base);
	memset(arena, 0, sizeof *arena);
}
