/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "latency/stimulus.h"

#include "base/rng.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define REST_S 0.1            /* of quiet before a sound */
#define LISTEN_NS 300000000   /* to the room */
#define QUIET_TRIES 400       /* of 5 ms */
#define NOISY 0.1f            /* in that, no click is found */
#define COME_MS 1000          /* out, through the air, in */
#define PLAY_MS 20000         /* until somebody plays */

static const char noisy[] = "it is never quiet at the input: is its strip "
    "heard there again?  Mute it";

/* The loudest that is there while nobody clicks; -1: nothing was read. */
static int
listen_to_room(struct pf_stimulus *s, struct pf_probe *p, float *loudest,
    struct pf_err *err)
{
	float x[PF_EAR_READS];
	int64_t frame;
	unsigned n;
	struct pf_tap_cursor at;
	pf_tap_begin_now(&at, s->in.file.tap);
	const int r = pf_probe_sleep(p, LISTEN_NS, err);
	*loudest = 0;
	while ((n = pf_tap_read_mono(&at, s->in.file.tap, s->in.file.channels,
	    x, PF_EAR_READS, &frame)) > 0)
		for (unsigned i = 0; i < n; i++)
			if (fabsf(x[i]) > *loudest)
				*loudest = fabsf(x[i]);
	return r;
}

int
pf_stimulus_open(struct pf_stimulus *s, struct pf_probe *p, float threshold,
    struct pf_err *err)
{
	*s = (struct pf_stimulus){.kind = p->config.stimulus};
	int r = pf_ear_open(&s->in, pf_member_directory(p->member), "in",
	    threshold, (int64_t)(REST_S * p->clock.rate_hz), err);
	if (r == -ENOENT)
		pf_err_set(err, "the engine's device has no inputs");
	if (r == 0 && s->kind == PF_STIMULUS_JACK)
		r = pf_jack_probe_open(&s->jack, p->config.jack, err);
	if (r == 0 && threshold <= 0) {
		float loudest;
		r = listen_to_room(s, p, &loudest, err);
		if (r == 0 && loudest > NOISY) {
			pf_err_set(err, "%s", noisy);
			r = -ENODATA;
		}
		s->in.threshold = 4 * loudest > 0.002f ? 4 * loudest : 0.002f;
		pf_ear_begin(&s->in);
	}
	if (r != 0)
		pf_stimulus_close(s, p);
	return r;
}

void
pf_stimulus_close(struct pf_stimulus *s, struct pf_probe *p)
{
	pf_jack_probe_close(s->jack);
	pf_ear_close(&s->in, pf_member_directory(p->member));
	s->jack = NULL;
}

/* Until the input has been quiet; 0, or what pf_probe_sleep() says. */
static int
await_quiet(struct pf_stimulus *s, struct pf_probe *p, struct pf_err *err)
{
	int64_t frame;
	s->noisy = false;
	for (int i = 0; i < QUIET_TRIES; i++) {
		while (pf_ear_next(&s->in, &frame) == 1)
			;
		if (pf_ear_quiet(&s->in) >= s->in.rest)
			return 0;
		const int r = pf_probe_sleep(p, 5000000, err);
		if (r != 0)
			return r;
	}
	s->noisy = true;
	return 0;
}

int
pf_stimulus_strike(struct pf_stimulus *s, struct pf_probe *p, int64_t *frame,
    struct pf_err *err)
{
	int r = await_quiet(s, p, err);
	if (r == 0)
		r = pf_probe_rest(p, err);
	if (r != 0 || s->noisy)
		return r;
	if (s->kind == PF_STIMULUS_JACK)
		pf_jack_probe_strike(s->jack, pf_rng_below(p->config.seed,
		    p->source, p->draw++, 2, 4096));
	else if (s->kind == PF_STIMULUS_NOTE)
		pf_probe_click(p, PF_TIME_NOW);
	return pf_probe_hear(p, &s->in, s->kind == PF_STIMULUS_NONE ? PLAY_MS
	    : COME_MS, frame, NULL, err);
}

const char *
pf_stimulus_why(const struct pf_stimulus *s)
{
	static const char *const why[] = {
		[PF_STIMULUS_NOTE] = ("the clicks do not come back: connect "
		    "an output with an input, or choose another --stimulus"),
		[PF_STIMULUS_JACK] = "the clicks do not come to the engine",
		[PF_STIMULUS_NONE] = "nobody plays",
	};
	return s->noisy ? noisy : why[s->kind];
}
