/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way round outside: out of the engine, through a cable, in again. */
#include "latency/answer.h"

#include "latency/stimulus.h"
#include "live/stage.h"

#include <errno.h>

#define GIVE_UP 3 /* strikes in a row that nothing came of */
#define STEADY 64 /* frames by which it may vary */

/* One way; 1, 0 (nothing came back) or a negative errno. */
static int
measure(struct pf_stimulus *s, struct pf_probe *p, struct pf_spread *trips,
    struct pf_err *err)
{
	int64_t in, out;
	pf_ear_begin(&p->sound);
	int r = pf_stimulus_strike(s, p, &in, err);
	if (r > 0)
		r = pf_probe_hear(p, &p->sound, 100, &out, NULL, err);
	if (r <= 0)
		return r;
	r = pf_spread_add(trips, (double)(in - out -
	    p->clock.master_latency));
	return r == 0 ? 1 : r;
}

static bool
is_steady(struct pf_spread *trips)
{
	const double trip = pf_spread_quantile(trips, 0.5);
	return trip >= 1 && trip <= PF_STAGE_TRIP_MOST &&
	    pf_spread_quantile(trips, 0.95) -
	    pf_spread_quantile(trips, 0.05) <= STEADY;
}

int
pf_probe_calibrate(struct pf_probe *p, uint32_t *frames, struct pf_err *err)
{
	struct pf_stimulus s;
	struct pf_spread trips = {0};
	unsigned failed = 0;
	int r = pf_stimulus_open(&s, p, 0, err);
	if (r != 0)
		return r;
	for (unsigned i = 0; i < p->config.count && r >= 0 &&
	    failed < GIVE_UP; i++) {
		r = measure(&s, p, &trips, err);
		failed = r == 0 ? failed + 1 : 0;
	}
	const double trip = pf_spread_quantile(&trips, 0.5);
	if (r >= 0 && failed == GIVE_UP) {
		pf_err_set(err, "%s", pf_stimulus_why(&s));
		r = -ENODATA;
	} else if (r >= 0 && !is_steady(&trips)) {
		pf_err_set(err, "what comes back is not steady: make it "
		    "louder, or the room quieter");
		r = -ENODATA;
	}
	pf_stimulus_close(&s, p);
	pf_spread_free(&trips);
	if (r < 0)
		return r;
	*frames = (uint32_t)trip;
	return pf_probe_set(p, "/session/round-trip", trip, NULL, NULL, err);
}
