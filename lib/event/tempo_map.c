/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/tempo_map.h"

#include <errno.h>
#include <stdlib.h>

static double
ns_per_beat(double bpm)
{
	return 60e9 / bpm;
}

int
pf_tempo_map_init(struct pf_tempo_map *map)
{
	*map = (struct pf_tempo_map){.n = 1, .room = 8};
	map->change = calloc(map->room, sizeof *map->change);
	if (!map->change)
		return -ENOMEM;
	map->change[0].bpm = 60;
	return 0;
}

void
pf_tempo_map_fini(struct pf_tempo_map *map)
{
	free(map->change);
	*map = (struct pf_tempo_map){0};
}

/* The last change at or before a beat (key 0) or a time (key 1). */
static const struct pf_tempo_change *
find(const struct pf_tempo_map *map, double x, int by_ns)
{
	size_t lo = 0, hi = map->n;
	/* Streams ask near their end: look there first. */
	const struct pf_tempo_change *const last = &map->change[map->n - 1];
	if ((by_ns ? last->ns : last->beat) <= x)
		return last;
	while (hi - lo > 1) {
		const size_t mid = lo + (hi - lo) / 2;
		const struct pf_tempo_change *const c = &map->change[mid];
		if ((by_ns ? c->ns : c->beat) <= x)
			lo = mid;
		else
			hi = mid;
	}
	return &map->change[lo];
}

static double
exact_ns(const struct pf_tempo_map *map, double beat)
{
	const struct pf_tempo_change *const c = find(map, beat, 0);
	return c->ns + (beat - c->beat) * ns_per_beat(c->bpm);
}

int
pf_tempo_map_add(struct pf_tempo_map *map, double beat, double bpm)
{
	if (!(bpm >= PF_BPM_LEAST && bpm <= PF_BPM_MOST))
		return -ERANGE;
	struct pf_tempo_change *last = &map->change[map->n - 1];
	if (!(beat >= last->beat))
		return -EINVAL;
	if (beat == last->beat) {
		last->bpm = bpm;
		return 0;
	}
	if (bpm == last->bpm)
		return 0;
	if (map->n == map->room) {
		struct pf_tempo_change *const more = realloc(map->change,
		    2 * map->room * sizeof *more);
		if (!more)
			return -ENOMEM;
		map->change = more;
		map->room *= 2;
	}
	const double ns = exact_ns(map, beat);
	map->change[map->n++] = (struct pf_tempo_change){beat, ns, bpm};
	return 0;
}

int64_t
pf_tempo_map_ns(const struct pf_tempo_map *map, double beat)
{
	const double ns = exact_ns(map, beat);
	return (int64_t)(ns + (ns < 0 ? -0.5 : 0.5));
}

double
pf_tempo_map_beat(const struct pf_tempo_map *map, int64_t ns)
{
	const struct pf_tempo_change *const c = find(map, (double)ns, 1);
	return c->beat + ((double)ns - c->ns) / ns_per_beat(c->bpm);
}

double
pf_tempo_map_bpm(const struct pf_tempo_map *map, double beat)
{
	return find(map, beat, 0)->bpm;
}
