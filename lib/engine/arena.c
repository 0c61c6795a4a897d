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

void *
pf_touched_alloc(size_t size)
{
	const size_t whole = (size + PF_ALIGN - 1) / PF_ALIGN * PF_ALIGN;
	void *const p = aligned_alloc(PF_ALIGN, whole ? whole : PF_ALIGN);
	if (p)
		memset(p, 0, whole);
	return p;
}

int
pf_arena_open(struct pf_arena *arena)
{
	arena->size = arena->used ? arena->used : PF_ALIGN;
	arena->base = pf_touched_alloc(arena->size);
	if (!arena->base)
		return -ENOMEM;
	arena->used = 0;
	return 0;
}

void
pf_arena_close(struct pf_arena *arena)
{
	free(arena->base);
	memset(arena, 0, sizeof *arena);
}
