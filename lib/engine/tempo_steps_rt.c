/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tempo.h"

int64_t
pf_stretch(int64_t t, int64_t at, double ratio)
{
	if (t <= at || t == INT64_MAX)
		return t;
	const double moved = (double)(t - at) * ratio;
	/* Nobody waits for a century; this keeps the sum in range. */
	return at + (int64_t)((moved < 4e18 ? moved : 4e18) + 0.5);
}

int64_t
pf_tempos_move(const struct pf_tempos *tempos, int64_t said, int64_t t)
{
	for (unsigned i = 0; i < tempos->n; i++) {
		const struct pf_tempo_step *step = &tempos->step[i];
		if (step->frame > said)
			t = pf_stretch(t, step->time,
			    step->before / step->bpm);
	}
	return t;
}

int64_t
pf_tempos_undo(const struct pf_tempos *tempos, int64_t said, int64_t t)
{
	for (unsigned i = tempos->n; i-- > 0;) {
		const struct pf_tempo_step *step = &tempos->step[i];
		if (step->frame > said)
			t = pf_stretch(t, step->time,
			    step->bpm / step->before);
	}
	return t;
}
