/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "latency/probe.h"

#include "base/hash.h"
#include "base/mono.h"
#include "base/rng.h"
#include "event/type.h"
#include "osc/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#define MOMENT_NS 300000      /* between two looks, when asleep */
#define AWAY_NS 100000        /* between two looks of who spins */
#define SOFT_DB (-60)         /* as soft as a strip can be */
#define STRIP_TRIES 100       /* of 50 ms, until it is there */
#define ANSWER_NS INT64_C(1000000000)
#define BEGIN_MS 3000         /* instruments are loaded by then */
#define MUTE "/strip/" PF_PROBE_NAME "/mute"
#define REST 64               /* frames of quiet that part two sounds */

double
pf_probe_frame(struct pf_probe *p, int64_t mono_ns)
{
	struct pf_clock_state c;
	if (pf_member_clock(p->member, &c))
		p->clock = c;
	return (double)pf_clock_time(&p->clock, mono_ns) *
	    p->clock.rate_hz / 1e9;
}

double
pf_probe_until(const struct pf_probe *p, double from, int64_t frame)
{
	return (double)frame + p->clock.period_frames +
	    p->clock.master_latency - from;
}

/* ---- waiting */

static int
stopped(struct pf_err *err, int r)
{
	if (r == -ESHUTDOWN)
		pf_err_set(err, "the session has ended");
	else
		pf_err_set(err, "stopped");
	return r;
}

int
pf_probe_sleep(struct pf_probe *p, int64_t ns, struct pf_err *err)
{
	const int64_t until = pf_mono_ns() + ns;
	struct pf_member_heard ignored;
	for (int64_t left = ns; left > 0; left = until - pf_mono_ns()) {
		/* More than the clock is not heard here; it tends the lane. */
		while (pf_member_next(p->member, &ignored) == 1)
			;
		const struct timespec t = {0, left < 20000000 ? left
		    : 20000000};
		if (p->config.stop && *p->config.stop)
			return stopped(err, -EINTR);
		nanosleep(&t, NULL);
	}
	/* Heartbeat and roster; returns at once. */
	const int r = pf_member_wait(p->member, 0);
	return r == 0 ? 0 : stopped(err, r);
}

int
pf_probe_rest(struct pf_probe *p, struct pf_err *err)
{
	int64_t frame;
	for (int i = 0; i < 100; i++) {
		while (pf_ear_next(&p->sound, &frame) == 1)
			;
		if (pf_ear_quiet(&p->sound) >= 2 * REST)
			break;
		const int r = pf_probe_sleep(p, 2 * MOMENT_NS, err);
		if (r != 0)
			return r;
	}
	const double period_ns = p->clock.period_frames * 1e9 /
	    p->clock.rate_hz;
	return pf_probe_sleep(p, (int64_t)(2 * period_ns * pf_rng_unit(
	    p->config.seed, p->source, p->draw++, 0)), err);
}

int
pf_probe_hear(struct pf_probe *p, struct pf_ear *ear, int timeout_ms,
    int64_t *frame, int64_t *seen, struct pf_err *err)
{
	const int64_t until = pf_mono_ns() + timeout_ms *
	    INT64_C(1000000);
	for (int64_t last = INT64_MAX;;) {
		const int64_t now = pf_mono_ns();
		if (pf_ear_next(ear, frame)) {
			/* Were we away meanwhile, nobody knows since when. */
			if (seen)
				*seen = now - last > AWAY_NS ? -1 : now;
			return 1;
		}
		last = now;
		if (now >= until)
			return 0;
		if (seen)
			continue;
		const int r = pf_probe_sleep(p, MOMENT_NS, err);
		if (r != 0)
			return r;
	}
}

/* ---- saying */

void
pf_probe_click(struct pf_probe *p, int64_t time_ns)
{
	struct pf_event e = pf_event_make(PF_NOTE, time_ns, p->source);
	e.type |= PF_FREE; /* of no transport's epoch */
	e.pitch = PF_PROBE_CLICK;
	e.velocity = 1;
	e.duration = 0.001f;
	/* It has no `more`: that can not fail. */
	(void)!pf_lane_say(pf_member_lane(p->member), &e, NULL, 0);
}

struct answer {
	int result; /* 1: none yet */
	struct pf_err *err;
};

static void
hear_answer(void *ctx, const struct pf_osc_message *m)
{
	struct answer *const a = ctx;
	if (strcmp(m->path, "/ok") == 0)
		a->result = 0;
	if (strcmp(m->path, "/error") != 0)
		return;
	const char *const why = pf_osc_text(m, 1);
	a->result = -EACCES;
	pf_err_set(a->err, "the engine refuses: %s", why ? why : "?");
}

static int
hear_packet(struct pf_probe *p, struct answer *a, int64_t until)
{
	const void *packet;
	const int64_t left = until - pf_mono_ns();
	const int n = pf_osc_client_receive(p->control, &packet,
	    left > 0 ? (int)(left / 1000000) + 1 : 0);
	if (n < 0)
		return n == -EINTR && !*p->config.stop ? 0 : n;
	struct pf_err ignored;
	return pf_osc_read(packet, (size_t)n, hear_answer, a, &ignored) < 0
	    ? -EPROTO : 0;
}

int
pf_probe_set(struct pf_probe *p, const char *path, double value,
    const char *text, int64_t *ok_ns, struct pf_err *err)
{
	_Alignas(8) unsigned char packet[512];
	struct answer a = {1, err};
	struct pf_osc_message m;
	pf_osc_begin(&m, path);
	if (text)
		pf_osc_add_s(&m, text);
	else
		pf_osc_add_d(&m, value);
	const size_t n = pf_osc_write(packet, sizeof packet, &m);
	const int64_t until = pf_mono_ns() + ANSWER_NS;
	int r = n ? pf_osc_client_send(p->control, packet, n) : -EMSGSIZE;
	while (r == 0 && a.result == 1)
		r = hear_packet(p, &a, until);
	if (ok_ns)
		*ok_ns = pf_mono_ns();
	if (r != 0)
		pf_err_set(err, "%s: the engine does not answer: %s", path,
		    strerror(-r));
	return r != 0 ? r : a.result;
}

int
pf_probe_soften(struct pf_probe *p, const char *strip, bool aloud,
    struct pf_err *err)
{
	char path[PF_LANE_NAME_MOST + 32];
	int r = -EACCES;
	snprintf(path, sizeof path, "/strip/%s/gain", strip);
	for (int i = 0; i < STRIP_TRIES && r == -EACCES; i++) {
		r = pf_probe_set(p, path, aloud ? 0 : SOFT_DB, NULL, NULL,
		    err);
		if (r == -EACCES && pf_probe_sleep(p, 50000000, err) != 0)
			return -EINTR;
	}
	return r;
}

/* ---- taps */

int
pf_probe_tap(struct pf_probe *p, struct pf_ear *ear, const char *strip,
    float threshold, int64_t rest, struct pf_err *err)
{
	const struct pf_directory *const dir = pf_member_directory(p->member);
	int r = pf_probe_set(p, "/session/tap", 0, strip, NULL, err);
	for (int i = 0; r == 0 && i < 100; i++) {
		const int open = pf_ear_open(ear, dir, strip, threshold, rest,
		    err);
		if (open != -ENOENT)
			return open;
		r = pf_probe_sleep(p, 20000000, err);
	}
	return r == 0 ? -ENOENT : r;
}

int
pf_probe_count(struct pf_probe *p, enum pf_latency_way way, double frames,
    struct pf_err *err)
{
	const int r = pf_spread_add(&p->measures->way[way], frames);
	if (r != 0)
		pf_err_set(err, "not enough memory");
	return r;
}

/* ---- opening */

static int
learn_names(struct pf_probe *p)
{
	uint32_t hash;
	int r = pf_names_new(&p->names);
	if (r == 0)
		r = pf_names_add(p->names, PF_PROBE_NAME,
		    strlen(PF_PROBE_NAME), &p->source);
	return r == 0 ? pf_names_add(p->names, "click", 5, &hash) : r;
}

/* Get the strip: it comes with the first that is said. */
static int
get_strip(struct pf_probe *p, struct pf_err *err)
{
	struct pf_event patch = pf_event_make(PF_PATCH, PF_TIME_NOW,
	    p->source);
	int64_t frame;
	patch.name = pf_hash_str("click");
	int r = pf_member_say(p->member, &patch, "name=click");
	for (int i = 0; r == 0 && i < BEGIN_MS / 100; i++) {
		pf_probe_click(p, PF_TIME_NOW);
		r = pf_probe_hear(p, &p->sound, 100, &frame, NULL, err);
	}
	if (r == 0) {
		pf_err_set(err, "nothing sounds: the engine made no strip "
		    "for '%s'", PF_PROBE_NAME);
		return -ETIMEDOUT;
	}
	return r < 0 ? r : 0;
}

int
pf_probe_open(struct pf_probe *p, const struct pf_probe_config *config,
    struct pf_measures *measures, struct pf_err *err)
{
	*p = (struct pf_probe){.config = *config, .measures = measures};
	prctl(PR_SET_TIMERSLACK, 1); /* short naps are short */
	const struct pf_member_config member = {.session = config->session,
	    .name = PF_PROBE_NAME, .role = "probe", .only = "engine",
	    .wait_s = config->wait_s, .sleeper = PF_BELL_SCREENS,
	    .stop = config->stop};
	if (learn_names(p) != 0)
		return pf_err_set(err, "not enough memory"), -ENOMEM;
	int r = pf_member_open(&p->member, &member, p->names, err);
	if (r == 0)
		r = pf_osc_client_open_at(&p->control,
		    pf_member_directory(p->member)->fd, "ctl", err);
	if (r != 0)
		return r;
	(void)pf_probe_frame(p, pf_mono_ns());
	pf_member_state(p->member, PF_LANE_PLAYING);
	r = pf_probe_tap(p, &p->sound, PF_PROBE_NAME, 0, REST, err);
	/* One that was left as it stood is there already, perhaps muted. */
	if (r == 0 && pf_probe_set(p, MUTE, 0, NULL, NULL, err) == -ETIMEDOUT)
		r = -ETIMEDOUT;
	if (r == 0)
		r = get_strip(p, err);
	if (r == 0)
		r = pf_probe_soften(p, PF_PROBE_NAME, config->aloud, err);
	if (r == 0)
		r = pf_probe_sleep(p, 100000000, err);
	(void)pf_probe_frame(p, pf_mono_ns());
	measures->before = p->clock;
	return r;
}

void
pf_probe_close(struct pf_probe *p)
{
	if (p->member) {
		(void)pf_probe_frame(p, pf_mono_ns());
		p->measures->after = p->clock;
		pf_ear_close(&p->sound, pf_member_directory(p->member));
	}
	pf_osc_client_free(p->control);
	pf_member_close(p->member, false);
	pf_names_free(p->names);
}
