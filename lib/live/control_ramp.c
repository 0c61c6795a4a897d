/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tempo.  A ramp is a row of tempo events, four to a beat, each the tempo in
 * the middle of its step, so that the ramp takes the time it should; they are
 * posted shortly ahead, each for its very frame, so that another tempo can
 * still take over.
 */
#include "live/control_private.h"
#include "event/type.h"

#include <math.h>

#define AHEAD_NS 80000000 /* the control thread sleeps at most 20 ms then */
#define STEPS_A_BEAT 4

static int
post_tempo(struct pf_control *c, unsigned peer, const char *path,
    int64_t at_ns, double bpm, struct pf_err *err)
{
	struct pf_command command = {
		.event = pf_event_make(PF_TEMPO, at_ns, 0),
	};
	command.event.value = bpm;
	const int status = pf_control_post(c, peer, path, &command, err);
	if (status == 0) {
		c->ramp.said_ns = at_ns == PF_TIME_NOW ? c->now_ns : at_ns;
		c->ramp.said_bpm = bpm;
	}
	return status;
}

/* The tempo of a step; the last one holds from then on. */
static double
step_bpm(const struct pf_control_ramp *r, unsigned step)
{
	const double part = step >= r->steps ? 1
	    : (step + 0.5) / r->steps;
	return r->from_bpm + (r->to_bpm - r->from_bpm) * part;
}

int
pf_control_set_tempo(struct pf_control *c,
    const struct pf_control_request *r, double bpm, double beats,
    struct pf_err *err)
{
	struct pf_control_ramp *const ramp = &c->ramp;
	const bool running = ramp->on;
	int64_t at_ns = r->at_ns;
	/* Steps of a ramp that were posted already come before it. */
	if (running && (at_ns == PF_TIME_NOW || at_ns <= ramp->said_ns) &&
	    ramp->said_ns >= c->now_ns)
		at_ns = ramp->said_ns + 1;
	if (beats <= 0) {
		if (at_ns == PF_TIME_NOW || !running)
			ramp->on = false;
		else
			ramp->end_ns = at_ns;
		return post_tempo(c, r->peer, r->m->path, at_ns, bpm, err);
	}
	struct pf_control_ramp next = {
		.on = true, .from_bpm = running ? ramp->said_bpm
		    : c->clock.bpm, .to_bpm = bpm, .end_ns = INT64_MAX,
		.steps = (unsigned)ceil(beats * STEPS_A_BEAT),
	};
	next.step_beats = beats / next.steps;
	next.next_ns = at_ns == PF_TIME_NOW ? c->now_ns : at_ns;
	const double first = step_bpm(&next, 0);
	const int status = post_tempo(c, r->peer, r->m->path, at_ns, first,
	    err);
	if (status != 0)
		return status;
	next.said_ns = ramp->said_ns;
	next.said_bpm = first;
	next.step = 1;
	next.next_ns += (int64_t)(next.step_beats * 60e9 / first);
	*ramp = next;
	return 0;
}

int
pf_control_ramp_step(struct pf_control *c)
{
	struct pf_control_ramp *const ramp = &c->ramp;
	struct pf_err err;
	while (ramp->on && ramp->next_ns <= c->now_ns + AHEAD_NS) {
		const double bpm = step_bpm(ramp, ramp->step);
		if (ramp->next_ns >= ramp->end_ns) {
			ramp->on = false;
			break;
		}
		/* The ring is full: the same again in a moment. */
		if (post_tempo(c, 0, NULL, ramp->next_ns, bpm, &err) != 0)
			return 5;
		ramp->on = ramp->step < ramp->steps;
		ramp->step++;
		ramp->next_ns += (int64_t)(ramp->step_beats * 60e9 / bpm);
	}
	return ramp->on ? 20 : -1;
}
