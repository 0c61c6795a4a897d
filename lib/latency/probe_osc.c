/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Control: a strip that hisses all the time is muted, and a message lets it
 * be heard.  Silence is exactly 0, so the first frame tells.
 */
#include "latency/probe.h"

#include "base/mono.h"
#include "event/type.h"

#include <errno.h>

#define MUTE "/strip/" PF_PROBE_NAME "/mute"
#define HISS_NS INT64_C(4000000000) /* it is struck anew */
#define END_NS 50000000
#define HEAR_MS 200

static void
hiss(struct pf_probe *p)
{
	struct pf_event e = pf_event_make(PF_NOTE, PF_TIME_NOW, p->source);
	e.type |= PF_FREE;
	e.pitch = PF_PROBE_HISS;
	e.velocity = 1;
	e.duration = 0.001f; /* it rings on, until a click chokes it */
	(void)!pf_lane_say(pf_member_lane(p->member), &e, NULL, 0);
}

static int
measure(struct pf_probe *p, struct pf_err *err)
{
	int64_t frame, ok;
	int r = pf_probe_set(p, MUTE, 1, NULL, NULL, err);
	if (r == 0)
		r = pf_probe_rest(p, err);
	if (r != 0)
		return r;
	const int64_t before = pf_mono_ns();
	const double from = pf_probe_frame(p, before);
	r = pf_probe_set(p, MUTE, 0, NULL, &ok, err);
	if (r == 0)
		r = pf_probe_hear(p, &p->sound, HEAR_MS, &frame, NULL, err);
	if (r <= 0) {
		p->measures->missed += r == 0;
		return r;
	}
	r = pf_probe_count(p, PF_WAY_OSC, pf_probe_until(p, from, frame),
	    err);
	return r != 0 ? r : pf_probe_count(p, PF_WAY_OSC_OK,
	    (double)(ok - before) * p->clock.rate_hz / 1e9, err);
}

int
pf_probe_osc(struct pf_probe *p, struct pf_err *err)
{
	int64_t struck = 0;
	int r = 0;
	for (unsigned i = 0; i < p->config.count && r == 0; i++) {
		if (pf_mono_ns() - struck > HISS_NS) {
			hiss(p);
			struck = pf_mono_ns();
		}
		r = measure(p, err);
	}
	if (r == 0)
		r = pf_probe_set(p, MUTE, 1, NULL, NULL, err);
	pf_probe_click(p, PF_TIME_NOW); /* ends the hiss */
	if (r == 0)
		r = pf_probe_sleep(p, END_NS, err);
	return r == 0 ? pf_probe_set(p, MUTE, 0, NULL, NULL, err) : r;
}
