/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One piece of memory, zeroed and touched at setup, cut into parts.
 *
 * A function that lays out a thing runs twice over the same code: with an
 * empty arena it only counts, after pf_arena_open() it hands out memory:
 *
 *     struct pf_arena a = {0};
 *     lay_out(thing, &a);
 *     if (pf_arena_open(&a) < 0) ...
 *     lay_out(thing, &a);
 */
#ifndef PF_ENGINE_ARENA_H
#define PF_ENGINE_ARENA_H

#include "base/attr.h"

#include <stddef.h>

struct pf_arena {
	char *base; /* NULL while counting */
	size_t used, size;
};

/* n * size bytes at a multiple of PF_ALIGN; NULL while counting. */
void *pf_arena_take(struct pf_arena *arena, size_t n, size_t size);

/* Get what was counted.  Returns 0 or -ENOMEM. */
PF_MUST_CHECK int pf_arena_open(struct pf_arena *arena);

void pf_arena_close(struct pf_arena *arena);

/*
 * A piece of its own: zeroed, PF_ALIGN aligned, every page of it touched, so
 * that an audio thread may be the next.  NULL without memory; free() it.
 */
void *pf_touched_alloc(size_t size);

#endif
