/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/axis.h"

#include "base/hash.h"
#include "event/type.h"
#include "session/lane_file.h"

#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct pf_directory dir;
static struct pf_lane_file own;

static struct pf_event
tempo(int64_t ns, double bpm)
{
	struct pf_event e = pf_event_make(PF_TEMPO, ns, pf_hash_str("engine"));
	e.value = bpm;
	return e;
}

static void
say(int64_t ns, double bpm)
{
	const struct pf_event e = tempo(ns, bpm);
	if (pf_lane_say(own.lane, &e, NULL, 0) != 0)
		exit(1);
}

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

int
main(void)
{
	char name[40];
	struct pf_axis axis;
	struct pf_err err;
	const struct pf_clock_state clock = {.bpm = 90};
	snprintf(name, sizeof name, "test-axis.%d", (int)getpid());
	if (pf_directory_open(&dir, name, true, &err) != 0) {
		printf("# %s\n", err.text);
		return 1;
	}
	ok(pf_axis_learn(&axis, &dir, &clock) == 0 &&
	    near(pf_tempo_map_beat(&axis.map, 4000000000), 6),
	    "without lane.engine the axis goes as the clock says");
	pf_axis_free(&axis);
	if (pf_lane_file_own(&own, &dir, "engine", "engine", &err) != 0)
		return 1;
	say(0, 120);
	say(2000000000, 60);
	ok(pf_axis_learn(&axis, &dir, &clock) == 0 &&
	    near(pf_tempo_map_beat(&axis.map, 3000000000), 5),
	    "it is learnt from what lane.engine says");
	struct pf_event e = tempo(2000000000, 60);
	ok(pf_axis_hear(&axis, &e) == 0, "what is known is no news");
	e = tempo(1000000000, 200);
	ok(pf_axis_hear(&axis, &e) == 0 && axis.map.n == 2,
	    "the past is settled");
	e = tempo(3000000000, 240);
	ok(pf_axis_hear(&axis, &e) == 1 &&
	    near(pf_tempo_map_beat(&axis.map, 4000000000), 9),
	    "and it goes on as it hears");
	pf_axis_free(&axis);
	for (int i = 0; i < 40000; i++) {
		const struct pf_event key = pf_event_make(PF_TICK, i, 1);
		(void)!pf_lane_say(own.lane, &key, NULL, 0);
	}
	say(8000000000, 100);
	ok(pf_axis_learn(&axis, &dir, &clock) == 0 &&
	    near(pf_tempo_map_beat(&axis.map, 6000000000), 10),
	    "where the beginning is lost, the first tempo known holds before");
	pf_axis_free(&axis);
	pf_lane_file_close(&own);
	unlinkat(dir.fd, "lane.engine", 0);
	rmdir(dir.path);
	pf_directory_close(&dir);
	return tap_done();
}
