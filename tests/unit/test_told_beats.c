/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/told_beats.h"

#include "event/type.h"
#include "tap.h"

#include <math.h>

/* A beat at a time, the index-th of a bar of so many. */
static struct pf_event
beat(double at_s, int index, int bar)
{
	struct pf_event e = pf_event_make(PF_BEAT, (int64_t)(at_s * 1e9), 1);
	e.u8[PF_BEAT_INDEX] = (uint8_t)index;
	e.u8[PF_BEAT_PER_BAR] = (uint8_t)bar;
	e.u8[PF_BEAT_UNIT] = 4;
	return e;
}

/* Does every told beat fall on a whole beat of the axis? */
static int
on_beats(const struct pf_told_beats *told, const struct pf_event *e, int n)
{
	for (int i = 0; i < n; i++) {
		const double b = pf_tempo_map_beat(&told->map, e[i].time);
		if (fabs(b - round(b)) > 1e-3)
			return 0;
	}
	return 1;
}

int
main(void)
{
	struct pf_told_beats told;
	struct pf_err err = {.text = ""};
	struct pf_event e[32];
	e[0] = beat(1, 1, 4);
	ok(pf_told_beats_make(&told, e, 1, &err) < 0 && *err.text,
	    "one beat makes no axis");
	/* A player who breathes: from 500 to 600 ms a beat. */
	double at = 1;
	for (int i = 0; i < 32; i++) {
		e[i] = beat(at, i % 4 + 1, 4);
		at += 0.55 + 0.05 * sin(i * 0.4);
	}
	ok(pf_told_beats_make(&told, e, 32, &err) == 0, "many make one");
	ok(on_beats(&told, e, 32), "each told beat falls on a beat");
	int bars = 1;
	for (int i = 0; i < 32; i += 4) {
		const double from = told.bar[told.n - 1].beat;
		const double b = pf_tempo_map_beat(&told.map, e[i].time);
		bars &= fabs(remainder(b - from, 4)) < 1e-3;
	}
	ok(told.bar[told.n - 1].num == 4 && told.bar[told.n - 1].den == 4 &&
	    bars, "each first beat falls on a bar line");
	pf_told_beats_fini(&told);
	return tap_done();
}
