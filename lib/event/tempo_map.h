/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The axis: beats (quarter notes) to nanoseconds and back, by the tempo
 * events seen so far.  All conversions of the project happen here, in double.
 *
 * Before the first tempo the axis runs at 60 bpm, so a stream without tempo
 * reads in seconds.  The map keeps every change (16 bytes and a beat each);
 * beats before the first change count from 0.
 */
#ifndef PF_EVENT_TEMPO_MAP_H
#define PF_EVENT_TEMPO_MAP_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

#define PF_BPM_LEAST 10.0
#define PF_BPM_MOST 1000.0

struct pf_tempo_change {
	double beat; /* where it begins */
	double ns;   /* the same, in nanoseconds */
	double bpm;  /* quarters a minute from there on */
};

struct pf_tempo_map {
	struct pf_tempo_change *change; /* change[0] is beat 0 */
	size_t n, room;
};

/* An empty map: 60 bpm.  Returns 0 or -ENOMEM. */
PF_MUST_CHECK int pf_tempo_map_init(struct pf_tempo_map *map);
void pf_tempo_map_fini(struct pf_tempo_map *map);

/*
 * The tempo from `beat` on.  Returns 0; -ERANGE if bpm is not in
 * PF_BPM_LEAST..PF_BPM_MOST; -EINVAL if the beat stands before the last
 * change (the past is settled); -ENOMEM.  The same beat replaces.
 */
PF_MUST_CHECK int pf_tempo_map_add(struct pf_tempo_map *map, double beat,
    double bpm);

/* Beat -> ns, rounded to the nearest; and ns -> beat. */
int64_t pf_tempo_map_ns(const struct pf_tempo_map *map, double beat);
double pf_tempo_map_beat(const struct pf_tempo_map *map, int64_t ns);

/* The tempo in force at a beat, in quarters a minute. */
double pf_tempo_map_bpm(const struct pf_tempo_map *map, double beat);

#endif
