/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Delay lines as rings of mask + 1 frames, a power of two.  Blocks of frames
 * seldom reach round a ring's end, so they are read and written where they
 * stand; only round the end they go through a spare row.
 */
#ifndef PF_ENGINE_RING_H
#define PF_ENGINE_RING_H

#include <string.h>

/* Frames first .. first+n-1 in a row: in the ring itself or in spare[n]. */
static inline const float *
pf_ring_look(const float *ring, unsigned mask, unsigned first, unsigned n,
    float *spare)
{
	const unsigned at = first & mask, room = mask + 1 - at;
	if (n <= room)
		return ring + at;
	memcpy(spare, ring + at, room * sizeof *spare);
	memcpy(spare + room, ring, (n - room) * sizeof *spare);
	return spare;
}

/* Frames first .. first+n-1 become row[n]. */
static inline void
pf_ring_put(float *ring, unsigned mask, unsigned first, unsigned n,
    const float *row)
{
	const unsigned at = first & mask, room = mask + 1 - at;
	const unsigned fit = n < room ? n : room;
	memcpy(ring + at, row, fit * sizeof *row);
	memcpy(ring, row + fit, (n - fit) * sizeof *row);
}

/* A row for frames first .. first+n-1: in the ring itself or spare[n]. */
static inline float *
pf_ring_place(float *ring, unsigned mask, unsigned first, unsigned n,
    float *spare)
{
	const unsigned at = first & mask;
	return n <= mask + 1 - at ? ring + at : spare;
}

/* That row is filled: from spare it goes round the ring's end. */
static inline void
pf_ring_fill(float *ring, unsigned mask, unsigned first, unsigned n,
    const float *spare, const float *row)
{
	if (row == spare)
		pf_ring_put(ring, mask, first, n, row);
}

#endif
