/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tempo changes that wait for their time, and what they do to times behind
 * them: t' = tc + (t - tc) * old / new.
 *
 * What was pushed before a tempo is moved by it at once, so that nothing is
 * missed; what is pushed after it knows of it already.  A note that sounds
 * keeps both ends: the one it will have, and its base, the one that its
 * length says as long as the tempos behind its start have not come.  A tape
 * tells the base, for there the tempo stands behind the note; the other end
 * follows from it, here and there by the same arithmetic.
 */
#ifndef PF_ENGINE_TEMPO_H
#define PF_ENGINE_TEMPO_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

#define PF_TEMPOS_MOST 256

/* A tempo that begins on a frame. */
struct pf_tempo_step {
	int64_t frame, time; /* time: of that frame */
	double bpm;
	double before;       /* the tempo that ends there */
	uint64_t tag;        /* 0: none */
	bool told;           /* its fate is sealed */
};

struct pf_tempos {
	struct pf_tempo_step step[PF_TEMPOS_MOST]; /* by frame, rising */
	unsigned n;
};

/* at + (t - at) * ratio for t > at, rounded to the nearest ns. */
PF_RT int64_t pf_stretch(int64_t t, int64_t at, double ratio);

/*
 * A time said at frame `said`, where the steps behind that frame will move
 * it; and back.
 */
PF_RT int64_t pf_tempos_move(const struct pf_tempos *tempos, int64_t said,
    int64_t t);
PF_RT int64_t pf_tempos_undo(const struct pf_tempos *tempos, int64_t said,
    int64_t t);

#endif
