/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/axis.h"

#include "event/type.h"
#include "session/lane_file.h"

#include <errno.h>

int
pf_axis_hear(struct pf_axis *a, const struct pf_event *e)
{
	if (pf_event_type(e) != PF_TEMPO || e->time == PF_TIME_NOW ||
	    e->time < a->last_ns)
		return 0;
	const double beat = pf_tempo_map_beat(&a->map, e->time);
	if (e->time == a->last_ns &&
	    pf_tempo_map_bpm(&a->map, beat) == e->value)
		return 0;
	const int r = pf_tempo_map_add(&a->map, beat, e->value);
	if (r != 0)
		return r == -ENOMEM ? r : 0;
	a->last_ns = e->time;
	return 1;
}

static int
hear_lane(struct pf_axis *a, const struct pf_lane_segment *lane)
{
	struct pf_lane_cursor c;
	struct pf_event e, more[PF_MORE_MOST];
	bool first = true;
	int r = 0;
	pf_lane_begin_oldest(&c, lane);
	const bool whole = c.next == 0;
	while (r >= 0 && pf_lane_read(&c, lane, &e, more) == 1) {
		if (pf_event_type(&e) != PF_TEMPO)
			continue;
		/* What was before the first that is left? */
		if (first && !(whole && c.lost == 0))
			e.time = 0;
		first = false;
		r = pf_axis_hear(a, &e);
	}
	return r < 0 ? r : 0;
}

int
pf_axis_learn(struct pf_axis *a, const struct pf_directory *dir,
    const struct pf_clock_state *state)
{
	struct pf_lane_file lane;
	int r = pf_tempo_map_init(&a->map);
	a->last_ns = -1;
	if (r != 0)
		return r;
	if (pf_lane_file_read(&lane, dir, "engine", NULL) == 0) {
		r = hear_lane(a, lane.lane);
		pf_lane_file_close(&lane);
	}
	if (r == 0 && a->last_ns < 0 && state &&
	    state->bpm >= PF_BPM_LEAST && state->bpm <= PF_BPM_MOST)
		r = pf_tempo_map_add(&a->map, 0, state->bpm);
	if (r != 0)
		pf_axis_free(a);
	return r;
}

void
pf_axis_free(struct pf_axis *a)
{
	pf_tempo_map_fini(&a->map);
}
