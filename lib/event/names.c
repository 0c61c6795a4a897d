/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/names.h"

#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 240 };

/* Open addressing, a power of two slots, at most half of them used. */
struct slot {
	uint32_t hash;
	char *name; /* NULL: free */
};

struct pf_names {
	struct slot *slots;
	size_t room, used;
};

int
pf_names_new(struct pf_names **out)
{
	struct pf_names *const t = calloc(1, sizeof *t);
	if (!t)
		return -ENOMEM;
	t->room = 64;
	t->slots = calloc(t->room, sizeof *t->slots);
	if (!t->slots) {
		free(t);
		return -ENOMEM;
	}
	*out = t;
	return 0;
}

void
pf_names_free(struct pf_names *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->room; i++)
		free(t->slots[i].name);
	free(t->slots);
	free(t);
}

/* The slot of a hash, or the free one where it belongs. */
static struct slot *
find(const struct pf_names *t, uint32_t hash)
{
	size_t i = hash & (t->room - 1);
	while (t->slots[i].name && t->slots[i].hash != hash)
		i = (i + 1) & (t->room - 1);
	return &t->slots[i];
}

static int
grow(struct pf_names *t)
{
	struct pf_names wide = {.room = 2 * t->room, .used = t->used};
	wide.slots = calloc(wide.room, sizeof *wide.slots);
	if (!wide.slots)
		return -ENOMEM;
	for (size_t i = 0; i < t->room; i++)
		if (t->slots[i].name)
			*find(&wide, t->slots[i].hash) = t->slots[i];
	free(t->slots);
	*t = wide;
	return 0;
}

int
pf_names_add(struct pf_names *t, const char *name, size_t len, uint32_t *hash)
{
	if (len == 0 || len > LONGEST_NAME)
		return -ENAMETOOLONG;
	const uint32_t h = pf_hash(name, len);
	struct slot *s = find(t, h);
	*hash = h;
	if (s->name)
		return strlen(s->name) == len &&
		    memcmp(s->name, name, len) == 0 ? 0 : -EEXIST;
	if (2 * (t->used + 1) > t->room) {
		if (grow(t) != 0)
			return -ENOMEM;
		s = find(t, h);
	}
	char *const copy = strndup(name, len);
	if (!copy)
		return -ENOMEM;
	*s = (struct slot){h, copy};
	t->used++;
	return 0;
}

const char *
pf_names_get(const struct pf_names *t, uint32_t hash)
{
	return find(t, hash)->name;
}

const char *
pf_names_show(const struct pf_names *t, uint32_t hash, char buf[16])
{
	const char *const name = pf_names_get(t, hash);
	if (name)
		return name;
	snprintf(buf, 16, "#%08x", (unsigned)hash);
	return buf;
}
