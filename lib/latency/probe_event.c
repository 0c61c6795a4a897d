/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events: said for at once, for now, for later. */
#include "latency/probe.h"

#include "base/mono.h"
#include "base/rng.h"

#include <errno.h>
#include <math.h>

#define SAYING_NS 20000  /* took longer: somebody else had our processor */
#define TRIES 20         /* of one measurement, until nobody did */
#define HEAR_MS 60
#define BATCH 8          /* scheduled notes on their way at once */
#define AHEAD_NS 40000000
#define BETWEEN_NS 16000000

/* A click said for at once, or for now as its moment is stamped. */
static int
measure(struct pf_probe *p, bool stamped, struct pf_err *err)
{
	int64_t frame, seen;
	int r = pf_probe_rest(p, err);
	if (r != 0)
		return r;
	const int64_t before = pf_mono_ns();
	const double from = pf_probe_frame(p, before);
	pf_probe_click(p, stamped ? llround(from * 1e9 / p->clock.rate_hz)
	    : PF_TIME_NOW);
	const int64_t done = pf_ear_position(&p->sound);
	const int64_t after = pf_mono_ns();
	r = pf_probe_hear(p, &p->sound, HEAR_MS, &frame, &seen, err);
	if (r <= 0)
		return r < 0 ? r : -EAGAIN;
	/* What sounds had to be in a run that began behind our saying. */
	if (!stamped && frame - done > p->clock.period_frames)
		p->measures->beyond++;
	if (after - before > SAYING_NS) {
		p->measures->disturbed++;
		return -EAGAIN;
	}
	r = pf_probe_count(p, stamped ? PF_WAY_STAMPED : PF_WAY_EVENT,
	    pf_probe_until(p, from, frame), err);
	if (r == 0 && !stamped && seen < 0)
		p->measures->disturbed++;
	else if (r == 0 && !stamped)
		r = pf_probe_count(p, PF_WAY_RENDERED, (double)(seen - after) *
		    p->clock.rate_hz / 1e9, err);
	return r;
}

int
pf_probe_event(struct pf_probe *p, struct pf_err *err)
{
	for (unsigned i = 0; i < 2 * p->config.count; i++) {
		int r = -EAGAIN;
		for (int k = 0; r == -EAGAIN && k < TRIES; k++)
			r = measure(p, i % 2, err);
		if (r == -EAGAIN)
			p->measures->missed++;
		else if (r != 0)
			return r;
	}
	return 0;
}

/* ---- for later */

/* Some notes ahead, each on a frame of its own. */
static unsigned
say_batch(struct pf_probe *p, unsigned n, int64_t *frame)
{
	const int64_t now = pf_member_now(p->member);
	for (unsigned i = 0; i < n; i++) {
		const int64_t at = now + AHEAD_NS + i * BETWEEN_NS +
		    pf_rng_below(p->config.seed, p->source, p->draw++, 1,
		    3000000);
		frame[i] = pf_frame_of_time(at, p->clock.rate_hz);
		pf_probe_click(p, pf_time_of_frame(frame[i],
		    p->clock.rate_hz));
	}
	return n;
}

int
pf_probe_scheduled(struct pf_probe *p, struct pf_err *err)
{
	int64_t wanted[BATCH], frame;
	for (unsigned i = 0; i < p->config.count;) {
		const unsigned left = p->config.count - i;
		int r = pf_probe_rest(p, err);
		if (r != 0)
			return r;
		const unsigned n = say_batch(p, left < BATCH ? left : BATCH,
		    wanted);
		for (unsigned k = 0; k < n; k++, i++) {
			r = pf_probe_hear(p, &p->sound, 500, &frame, NULL,
			    err);
			if (r > 0)
				r = pf_probe_count(p, PF_WAY_SCHEDULED,
				    (double)(frame - wanted[k]), err);
			else if (r == 0)
				p->measures->missed++;
			if (r < 0)
				return r;
		}
	}
	return 0;
}
