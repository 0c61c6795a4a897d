/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "latency/answer.h"

#include "base/mono.h"
#include "event/type.h"
#include "latency/stimulus.h"
#include "live/stats.h"
#include "session/lane_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOUD 0.02f          /* at the input: a sound */
#define SEE_NS 150000000    /* within that ears and agent have spoken */
#define NAP_NS 20000        /* between two looks at their lanes */
#define GIVE_UP 3           /* strikes in a row that nothing came of */

/* Somebody else's lane, read from now on. */
struct other {
	struct pf_lane_file file;
	struct pf_lane_cursor cursor;
};

struct answer {
	struct pf_stimulus stimulus;
	struct other ears, agent;
	struct pf_ear sound;  /* at the agent's strip */
	bool open;
};

/* One strike and what came of it; -1: not yet. */
struct strike {
	int64_t in;           /* frame at which it came in */
	double onset;         /* frame at which the ears knew of it */
	double ears, agent;   /* frames at which they had spoken */
};

static int
open_other(struct other *o, struct pf_probe *p, const char *name,
    struct pf_err *err)
{
	const int r = pf_lane_file_read(&o->file,
	    pf_member_directory(p->member), name, err);
	if (r == 0)
		pf_lane_begin_now(&o->cursor, o->file.lane);
	return r;
}

static void
close_other(struct other *o)
{
	if (o->file.lane)
		pf_lane_file_close(&o->file);
	o->file.lane = NULL;
}

/* The name of who has that role, to name[PF_LANE_NAME_MOST + 1]. */
static int
find_role(struct pf_probe *p, const char *role, char *name,
    struct pf_err *err)
{
	struct pf_stats *stats;
	int r = pf_stats_read(&stats, pf_member_directory(p->member), err);
	if (r != 0)
		return r;
	r = -ENOENT;
	for (unsigned i = 0; i < stats->lanes && r != 0; i++)
		if (stats->lane[i].alive &&
		    strcmp(stats->lane[i].role, role) == 0) {
			memcpy(name, stats->lane[i].name,
			    PF_LANE_NAME_MOST + 1);
			r = 0;
		}
	free(stats);
	return r;
}

/* ---- one strike */

static double
frame_now(struct pf_probe *p)
{
	return pf_probe_frame(p, pf_mono_ns());
}

static void
read_ears(struct answer *a, struct pf_probe *p, struct strike *s)
{
	struct pf_event e, more[PF_MORE_MOST];
	while (pf_lane_read(&a->ears.cursor, a->ears.file.lane, &e, more)) {
		const double at = (double)e.time * p->clock.rate_hz / 1e9;
		if (pf_event_type(&e) != PF_ONSET || s->ears >= 0 ||
		    at < (double)s->in)
			continue;
		s->ears = frame_now(p);
		s->onset = at;
	}
}

/* A reflex is marked: it obeys no transport. */
static void
read_agent(struct answer *a, struct pf_probe *p, struct strike *s)
{
	struct pf_event e, more[PF_MORE_MOST];
	while (pf_lane_read(&a->agent.cursor, a->agent.file.lane, &e, more))
		if (pf_event_type(&e) == PF_NOTE && e.type & PF_FREE &&
		    s->agent < 0 && s->ears >= 0 &&
		    pf_frame_of_time(e.time, p->clock.rate_hz) > s->in)
			s->agent = frame_now(p);
}

/* Until both have spoken, or it is too late. */
static void
watch(struct answer *a, struct pf_probe *p, struct strike *s)
{
	const struct timespec nap = {0, NAP_NS};
	const int64_t until = pf_mono_ns() + SEE_NS;
	while (s->agent < 0 && pf_mono_ns() < until) {
		read_ears(a, p, s);
		read_agent(a, p, s);
		nanosleep(&nap, NULL);
	}
}

static int
count(struct pf_probe *p, enum pf_latency_way way, const struct strike *s,
    double frame, struct pf_err *err)
{
	return pf_probe_count(p, way, frame - (double)s->in, err);
}

/* 1: done; 0: nothing came of it; or a negative errno. */
static int
measure(struct answer *a, struct pf_probe *p, struct pf_err *err)
{
	struct strike s = {.onset = -1, .ears = -1, .agent = -1};
	int64_t frame;
	int r = pf_stimulus_strike(&a->stimulus, p, &s.in, err);
	if (r <= 0)
		return r;
	/* What is older answers something else. */
	pf_ear_begin(&a->sound);
	watch(a, p, &s);
	if (s.ears < 0)
		return 0;
	r = count(p, PF_WAY_ONSET, &s, s.onset, err);
	if (r == 0)
		r = count(p, PF_WAY_EARS, &s, s.ears, err);
	if (r != 0 || s.agent < 0)
		return r;
	r = count(p, PF_WAY_REFLEX, &s, s.agent, err);
	if (r == 0)
		r = pf_probe_hear(p, &a->sound, 200, &frame, NULL, err);
	if (r <= 0)
		return r;
	r = pf_probe_count(p, PF_WAY_ANSWER, pf_probe_until(p, (double)s.in,
	    frame), err);
	return r == 0 ? 1 : r;
}

/* ---- the task */

static int
open_answer(struct answer *a, struct pf_probe *p, struct pf_err *err)
{
	char name[PF_LANE_NAME_MOST + 1];
	const char *const agent = p->config.agent ? p->config.agent
	    : PF_REFLEX_NAME;
	int r = find_role(p, "ears", name, err);
	if (r != 0) {
		p->measures->without[PF_LATENCY_ANSWER] =
		    "there are no ears; start pf-analyze --live";
		return r;
	}
	if ((r = open_other(&a->ears, p, name, err)) != 0 ||
	    (r = pf_stimulus_open(&a->stimulus, p, LOUD, err)) != 0)
		return r;
	a->open = true;
	if (!p->config.agent && (r = pf_probe_soften(p, agent, false, err)) != 0)
		return r;
	if ((r = open_other(&a->agent, p, agent, err)) != 0)
		return r;
	return pf_probe_tap(p, &a->sound, agent, 0, 64, err);
}

static void
close_answer(struct answer *a, struct pf_probe *p)
{
	pf_ear_close(&a->sound, pf_member_directory(p->member));
	if (a->open)
		pf_stimulus_close(&a->stimulus, p);
	close_other(&a->agent);
	close_other(&a->ears);
}

/* Why it can not be done; kept, for the report. */
static int
do_without(struct pf_probe *p, enum pf_latency_task task, int r,
    const struct pf_err *err)
{
	static struct pf_err why[PF_LATENCY_TASKS];
	if (r == -EINTR || r == -ESHUTDOWN || r == -ENOMEM)
		return r;
	why[task] = *err;
	if (!p->measures->without[task])
		p->measures->without[task] = why[task].text;
	return 0;
}

int
pf_probe_answer(struct pf_probe *p, struct pf_err *err)
{
	struct answer a = {0};
	unsigned failed = 0;
	int r = open_answer(&a, p, err);
	if (r != 0) {
		close_answer(&a, p);
		return do_without(p, PF_LATENCY_ANSWER, r, err);
	}
	for (unsigned i = 0; i < p->config.count && r >= 0; i++) {
		r = measure(&a, p, err);
		failed = r == 0 ? failed + 1 : 0;
		p->measures->missed += r == 0;
		if (failed == GIVE_UP && p->measures->way[PF_WAY_EARS].n ==
		    0) {
			p->measures->without[PF_LATENCY_ANSWER] =
			    pf_stimulus_why(&a.stimulus);
			break;
		}
	}
	close_answer(&a, p);
	return r < 0 ? r : 0;
}

/* ---- through an input strip */

static int
measure_through(struct pf_stimulus *s, struct pf_probe *p,
    struct pf_ear *strip, struct pf_err *err)
{
	int64_t in, out;
	uint32_t struck, heard;
	int r = pf_stimulus_strike(s, p, &in, err);
	if (r > 0)
		r = pf_probe_hear(p, strip, 100, &out, NULL, err);
	if (r <= 0)
		return r;
	r = pf_probe_count(p, PF_WAY_THROUGH, pf_probe_until(p, (double)in,
	    out), err);
	if (r != 0 || !s->jack)
		return r == 0 ? 1 : r;
	r = pf_probe_sleep(p, 10000000, err); /* JACK is a period behind */
	if (r == 0 && pf_jack_probe_heard(s->jack, &struck, &heard))
		r = pf_probe_count(p, PF_WAY_JACK, (int32_t)(heard - struck),
		    err);
	return r == 0 ? 1 : r;
}

int
pf_probe_through(struct pf_probe *p, struct pf_err *err)
{
	struct pf_stimulus s;
	struct pf_ear strip;
	unsigned failed = 0;
	if (!p->config.through) {
		p->measures->without[PF_LATENCY_THROUGH] =
		    "no --through STRIP is given";
		return 0;
	}
	int r = pf_stimulus_open(&s, p, LOUD, err);
	if (r != 0)
		return do_without(p, PF_LATENCY_THROUGH, r, err);
	r = pf_probe_tap(p, &strip, p->config.through, LOUD / 2,
	    s.in.rest, err);
	if (r != 0) {
		pf_stimulus_close(&s, p);
		return do_without(p, PF_LATENCY_THROUGH, r, err);
	}
	for (unsigned i = 0; i < p->config.count && r >= 0; i++) {
		r = measure_through(&s, p, &strip, err);
		failed = r == 0 ? failed + 1 : 0;
		p->measures->missed += r == 0;
		if (failed == GIVE_UP) {
			p->measures->without[PF_LATENCY_THROUGH] =
			    pf_stimulus_why(&s);
			break;
		}
	}
	pf_ear_close(&strip, pf_member_directory(p->member));
	pf_stimulus_close(&s, p);
	return r < 0 ? r : 0;
}
