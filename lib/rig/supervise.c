/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/supervise.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const int64_t ms_ns = 1000000;
static const int64_t good_life_ns = 1000000000;
static const int64_t rest_first_ns = 100000000, rest_most_ns = 5000000000;
static const int64_t hurry_ns = 500000000; /* after the second stop */

PF_PRINTF(4, 5) static void
say(struct pf_super *s, size_t i, int level, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	s->hands->say(s->ctx, i, level, text);
}

void
pf_super_init(struct pf_super *s, const struct pf_rig *rig,
    const struct pf_super_hands *hands, void *ctx)
{
	*s = (struct pf_super){.rig = rig, .hands = hands, .ctx = ctx};
}

bool
pf_super_runs(const struct pf_super *s, size_t i)
{
	const enum pf_super_state state = s->member[i].state;
	return state == PF_SUPER_STARTING || state == PF_SUPER_READY ||
	    state == PF_SUPER_LEAVING;
}

/* ---- dependencies */

/* May others start that stand after it? */
static bool
satisfied(const struct pf_super *s, size_t i)
{
	const enum pf_super_state state = s->member[i].state;
	return s->rig->program[i].ready == PF_RIG_ENDS
	    ? state == PF_SUPER_ENDED
	    : state == PF_SUPER_READY || state == PF_SUPER_ENDED;
}

/*
 * May member i start?  *lost is somebody it stands after who will never get
 * ready, or PF_RIG_PROGRAMS.
 */
static bool
may_start(const struct pf_super *s, size_t i, size_t *lost)
{
	const struct pf_rig_program *const p = &s->rig->program[i];
	bool all = true;
	*lost = PF_RIG_PROGRAMS;
	for (size_t k = 0; k < p->n_after; k++) {
		all &= satisfied(s, p->after[k]);
		if (s->member[p->after[k]].state == PF_SUPER_GIVEN_UP)
			*lost = p->after[k];
	}
	return all;
}

/* Does anybody run who stands after member i? */
static bool
is_needed(const struct pf_super *s, size_t i)
{
	for (size_t k = 0; k < s->rig->n; k++) {
		const struct pf_rig_program *const p = &s->rig->program[k];
		if (!pf_super_runs(s, k))
			continue;
		for (size_t a = 0; a < p->n_after; a++)
			if (p->after[a] == i)
				return true;
	}
	return false;
}

/* ---- deaths */

static void
give_up(struct pf_super *s, size_t i)
{
	s->member[i].state = PF_SUPER_GIVEN_UP;
}

/* Somebody without whom there is nothing to play is gone for good. */
static void
vital_gone(struct pf_super *s, size_t i, int64_t now_ns)
{
	if (!s->rig->program[i].vital || s->stops)
		return;
	say(s, i, 0, "the rig ends with it");
	pf_super_stop(s, now_ns);
}

static int64_t
rest(const struct pf_super_member *m)
{
	int64_t ns = rest_first_ns;
	if (m->row < 2)
		return 0;
	for (unsigned k = 2; k < m->row && ns < rest_most_ns; k++)
		ns *= 2;
	return ns < rest_most_ns ? ns : rest_most_ns;
}

static void
describe(const struct pf_super_end *end, char *text, size_t size)
{
	if (!end->known)
		snprintf(text, size, end->fine ? "left" : "died");
	else if (end->signal)
		snprintf(text, size, "was killed by signal %d (%s)",
		    end->signal, strsignal(end->signal));
	else
		snprintf(text, size, "ended with status %d", end->status);
}

/* It failed: let it rest and come back, or give it up. */
static void
retry(struct pf_super *s, size_t i, const struct pf_super_end *end,
    const char *how, int64_t now_ns)
{
	struct pf_super_member *const m = &s->member[i];
	const struct pf_rig_program *const p = &s->rig->program[i];
	const bool stood = m->was_ready && now_ns - m->ready_ns >= good_life_ns;
	const bool proved = m->was_ready && p->ready == PF_RIG_SAYS;
	const bool outside = proved && end->known && end->signal == SIGKILL &&
	    !m->killed;
	if (stood || outside)
		m->row = 0;
	else
		m->row++;
	m->failed = stood || proved ? 0 : m->failed + 1;
	if (!m->chosen)
		m->choice++;
	const bool hopeless = end->known && !end->signal &&
	    end->status == 2 && !proved &&
	    (m->chosen || m->choice >= p->n_choices);
	if (hopeless) {
		say(s, i, 0, "%s: wrong usage; given up", how);
		give_up(s, i);
		vital_gone(s, i, now_ns);
	} else if (m->failed >= p->limit) {
		say(s, i, 0, "%s; given up after %u starts", how, m->failed);
		give_up(s, i);
		vital_gone(s, i, now_ns);
	} else {
		const int64_t ns = rest(m);
		m->state = PF_SUPER_RESTING;
		m->due_ns = now_ns + ns;
		m->restarts++;
		if (ns == 0)
			say(s, i, 0, "%s; started again", how);
		else
			say(s, i, 0, "%s; starts again in %lld ms", how,
			    (long long)(ns / ms_ns));
	}
}

void
pf_super_died(struct pf_super *s, size_t i, const struct pf_super_end *end,
    int64_t now_ns)
{
	struct pf_super_member *const m = &s->member[i];
	const struct pf_rig_program *const p = &s->rig->program[i];
	const bool fine = end->known ? !end->signal && end->status == 0
	    : end->fine;
	char how[96];
	if (!pf_super_runs(s, i))
		return;
	describe(end, how, sizeof how);
	if (s->stops || m->state == PF_SUPER_LEAVING) {
		m->state = PF_SUPER_ENDED;
		say(s, i, !fine && !m->killed ? 0 : 1, "%s", how);
	} else if (p->restart == PF_RIG_ALWAYS ||
	    (p->restart == PF_RIG_FAILURE && !fine)) {
		retry(s, i, end, how, now_ns);
	} else if (fine) {
		m->state = PF_SUPER_ENDED;
		say(s, i, 1, "%s", how);
		vital_gone(s, i, now_ns);
	} else {
		say(s, i, 0, "%s", how);
		give_up(s, i);
		vital_gone(s, i, now_ns);
	}
}

/* ---- starting */

void
pf_super_adopt(struct pf_super *s, size_t i, int64_t now_ns)
{
	struct pf_super_member *const m = &s->member[i];
	*m = (struct pf_super_member){.state = PF_SUPER_READY,
	    .born_ns = now_ns, .ready_ns = now_ns, .was_ready = true,
	    .chosen = true};
}

void
pf_super_done(struct pf_super *s, size_t i)
{
	s->member[i].state = PF_SUPER_ENDED;
}

static void
start(struct pf_super *s, size_t i, int64_t now_ns)
{
	struct pf_super_member *const m = &s->member[i];
	const struct pf_rig_program *const p = &s->rig->program[i];
	m->state = PF_SUPER_STARTING;
	m->born_ns = now_ns;
	m->due_ns = now_ns + p->ready_within_ns;
	m->was_ready = m->killed = false;
	const int r = s->hands->start(s->ctx, i);
	if (r) {
		/* What the shell would say: 127 is "not found". */
		const struct pf_super_end end = {.known = true, .status = 127};
		char how[128];
		snprintf(how, sizeof how, "can not be started: %s",
		    strerror(-r));
		retry(s, i, &end, how, now_ns);
	} else if (p->ready == PF_RIG_RUNS) {
		pf_super_ready(s, i, now_ns);
	} else if (p->ready == PF_RIG_ENDS) {
		m->due_ns = INT64_MAX; /* it takes as long as it takes */
	}
}

void
pf_super_ready(struct pf_super *s, size_t i, int64_t now_ns)
{
	struct pf_super_member *const m = &s->member[i];
	if (m->state != PF_SUPER_STARTING ||
	    s->rig->program[i].ready == PF_RIG_ENDS)
		return;
	m->state = PF_SUPER_READY;
	m->was_ready = m->chosen = true;
	m->ready_ns = now_ns;
	m->due_ns = INT64_MAX;
	if (s->rig->program[i].ready == PF_RIG_SAYS)
		say(s, i, 1, "ready after %lld ms",
		    (long long)((now_ns - m->born_ns) / ms_ns));
	else
		say(s, i, 1, "runs");
}

static void
kill_it(struct pf_super *s, size_t i)
{
	struct pf_super_member *const m = &s->member[i];
	m->killed = true;
	m->due_ns = INT64_MAX;
	s->hands->signal(s->ctx, i, SIGKILL);
}

void
pf_super_stalled(struct pf_super *s, size_t i, int64_t now_ns)
{
	struct pf_super_member *const m = &s->member[i];
	(void)now_ns;
	if (m->state != PF_SUPER_READY || m->killed)
		return;
	say(s, i, 0, "has not advanced for %.1f s: killed",
	    (double)s->rig->program[i].stall_ns / 1e9);
	kill_it(s, i);
}

/* ---- stopping */

/* Tell member i to end, with this much patience. */
static void
dismiss(struct pf_super *s, size_t i, int64_t patience_ns, int64_t now_ns)
{
	struct pf_super_member *const m = &s->member[i];
	m->state = PF_SUPER_LEAVING;
	m->due_ns = now_ns + patience_ns;
	s->hands->signal(s->ctx, i, SIGTERM);
}

void
pf_super_stop(struct pf_super *s, int64_t now_ns)
{
	s->stops++;
	for (size_t i = 0; i < s->rig->n; i++) {
		struct pf_super_member *const m = &s->member[i];
		if (!pf_super_runs(s, i)) {
			if (m->state != PF_SUPER_GIVEN_UP)
				m->state = PF_SUPER_ENDED;
		} else if (s->stops == 2) {
			dismiss(s, i, hurry_ns, now_ns);
		} else if (s->stops > 2) {
			m->state = PF_SUPER_LEAVING;
			kill_it(s, i);
		}
	}
}

/* ---- what time brings */

static void
step_member(struct pf_super *s, size_t i, int64_t now_ns)
{
	struct pf_super_member *const m = &s->member[i];
	const struct pf_rig_program *const p = &s->rig->program[i];
	size_t lost;
	switch (m->state) {
	case PF_SUPER_RESTING:
		if (now_ns < m->due_ns)
			return;
		m->state = PF_SUPER_WAITING;
		/* fall through */
	case PF_SUPER_WAITING:
		if (may_start(s, i, &lost)) {
			start(s, i, now_ns);
		} else if (lost < PF_RIG_PROGRAMS) {
			say(s, i, 0, "not started: '%s' was given up",
			    s->rig->program[lost].name);
			give_up(s, i);
			vital_gone(s, i, now_ns);
		}
		return;
	case PF_SUPER_STARTING:
	case PF_SUPER_READY:
		if (s->stops && !is_needed(s, i)) {
			dismiss(s, i, p->stop_within_ns, now_ns);
		} else if (now_ns >= m->due_ns && !m->killed &&
		    m->state == PF_SUPER_STARTING) {
			say(s, i, 0, "not ready after %.1f s: killed",
			    (double)p->ready_within_ns / 1e9);
			kill_it(s, i);
		}
		return;
	case PF_SUPER_LEAVING:
		if (now_ns >= m->due_ns && !m->killed) {
			say(s, i, 0, "does not end: killed");
			kill_it(s, i);
		}
		return;
	default:
		return;
	}
}

/* When does member i want to be looked at by itself? */
static int64_t
due(const struct pf_super_member *m)
{
	switch (m->state) {
	case PF_SUPER_RESTING:
	case PF_SUPER_LEAVING:
	case PF_SUPER_STARTING:
		return m->due_ns;
	default:
		return INT64_MAX;
	}
}

int64_t
pf_super_step(struct pf_super *s, int64_t now_ns)
{
	/* In order: whoever gets ready lets the next one start at once. */
	for (size_t k = 0; k < s->rig->n; k++)
		step_member(s, s->rig->order[k], now_ns);
	int64_t next = INT64_MAX;
	for (size_t i = 0; i < s->rig->n; i++)
		if (due(&s->member[i]) < next)
			next = due(&s->member[i]);
	return next;
}

bool
pf_super_settled(const struct pf_super *s)
{
	for (size_t i = 0; i < s->rig->n; i++) {
		const enum pf_super_state state = s->member[i].state;
		if (state != PF_SUPER_READY && state != PF_SUPER_ENDED &&
		    state != PF_SUPER_GIVEN_UP)
			return false;
	}
	return true;
}

bool
pf_super_over(const struct pf_super *s, int *status)
{
	*status = 0;
	for (size_t i = 0; i < s->rig->n; i++) {
		const enum pf_super_state state = s->member[i].state;
		if (state == PF_SUPER_GIVEN_UP)
			*status = 1;
		else if (state != PF_SUPER_ENDED)
			return false;
	}
	return true;
}
