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

/* Does program i run, as far as we know? */
static bool
runs(const struct pf_super *s, size_t i)
{
	const enum pf_super_state state = s->life[i].state;
	return state == PF_SUPER_STARTING || state == PF_SUPER_READY ||
	    state == PF_SUPER_LEAVING;
}

/* ---- dependencies */

/* May others start that stand after it? */
static bool
satisfied(const struct pf_super *s, size_t i)
{
	const enum pf_super_state state = s->life[i].state;
	return s->rig->program[i].ready == PF_RIG_ENDS
	    ? state == PF_SUPER_ENDED
	    : state == PF_SUPER_READY || state == PF_SUPER_ENDED;
}

/*
 * May program i start?  *lost is somebody it stands after who will never get
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
		if (s->life[p->after[k]].state == PF_SUPER_GIVEN_UP)
			*lost = p->after[k];
	}
	return all;
}

/* Does anybody run who stands after program i? */
static bool
is_needed(const struct pf_super *s, size_t i)
{
	for (size_t k = 0; k < s->rig->n; k++) {
		const struct pf_rig_program *const p = &s->rig->program[k];
		if (!runs(s, k))
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
	s->life[i].state = PF_SUPER_GIVEN_UP;
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
rest(const struct pf_super_life *life)
{
	int64_t ns = rest_first_ns;
	if (life->row < 2)
		return 0;
	for (unsigned k = 2; k < life->row && ns < rest_most_ns; k++)
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
	struct pf_super_life *const life = &s->life[i];
	const struct pf_rig_program *const p = &s->rig->program[i];
	const bool stood = life->was_ready &&
	    now_ns - life->ready_ns >= good_life_ns;
	const bool proved = life->was_ready && p->ready == PF_RIG_SAYS;
	const bool outside = proved && end->known && end->signal == SIGKILL &&
	    !life->killed;
	if (stood || outside)
		life->row = 0;
	else
		life->row++;
	life->failed = stood || proved ? 0 : life->failed + 1;
	if (!life->chosen)
		life->choice++;
	const bool hopeless = end->known && !end->signal &&
	    end->status == 2 && !proved &&
	    (life->chosen || life->choice >= p->n_choices);
	if (hopeless) {
		say(s, i, 0, "%s: wrong usage; given up", how);
		give_up(s, i);
		vital_gone(s, i, now_ns);
	} else if (life->failed >= p->limit) {
		say(s, i, 0, "%s; given up after %u starts", how, life->failed);
		give_up(s, i);
		vital_gone(s, i, now_ns);
	} else {
		const int64_t ns = rest(life);
		life->state = PF_SUPER_RESTING;
		life->due_ns = now_ns + ns;
		life->restarts++;
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
	struct pf_super_life *const life = &s->life[i];
	const struct pf_rig_program *const p = &s->rig->program[i];
	const bool fine = end->known ? !end->signal && end->status == 0
	    : end->fine;
	char how[96];
	if (!runs(s, i))
		return;
	describe(end, how, sizeof how);
	if (s->stops || life->state == PF_SUPER_LEAVING) {
		life->state = PF_SUPER_ENDED;
		say(s, i, !fine && !life->killed ? 0 : 1, "%s", how);
	} else if (p->restart == PF_RIG_ALWAYS ||
	    (p->restart == PF_RIG_FAILURE && !fine)) {
		retry(s, i, end, how, now_ns);
	} else if (fine) {
		life->state = PF_SUPER_ENDED;
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
	struct pf_super_life *const life = &s->life[i];
	*life = (struct pf_super_life){.state = PF_SUPER_READY,
	    .born_ns = now_ns, .ready_ns = now_ns, .was_ready = true,
	    .chosen = true};
}

void
pf_super_done(struct pf_super *s, size_t i)
{
	s->life[i].state = PF_SUPER_ENDED;
}

static void
start(struct pf_super *s, size_t i, int64_t now_ns)
{
	struct pf_super_life *const life = &s->life[i];
	const struct pf_rig_program *const p = &s->rig->program[i];
	life->state = PF_SUPER_STARTING;
	life->born_ns = now_ns;
	life->due_ns = now_ns + p->ready_within_ns;
	life->was_ready = life->killed = false;
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
		life->due_ns = INT64_MAX; /* it takes as long as it takes */
	}
}

void
pf_super_ready(struct pf_super *s, size_t i, int64_t now_ns)
{
	struct pf_super_life *const life = &s->life[i];
	if (life->state != PF_SUPER_STARTING ||
	    s->rig->program[i].ready == PF_RIG_ENDS)
		return;
	life->state = PF_SUPER_READY;
	life->was_ready = life->chosen = true;
	life->ready_ns = now_ns;
	life->due_ns = INT64_MAX;
	if (s->rig->program[i].ready == PF_RIG_SAYS)
		say(s, i, 1, "ready after %lld ms",
		    (long long)((now_ns - life->born_ns) / ms_ns));
	else
		say(s, i, 1, "runs");
}

static void
kill_it(struct pf_super *s, size_t i)
{
	struct pf_super_life *const life = &s->life[i];
	life->killed = true;
	life->due_ns = INT64_MAX;
	s->hands->signal(s->ctx, i, SIGKILL);
}

void
pf_super_stalled(struct pf_super *s, size_t i, int64_t now_ns)
{
	struct pf_super_life *const life = &s->life[i];
	(void)now_ns;
	if (life->state != PF_SUPER_READY || life->killed)
		return;
	say(s, i, 0, "has not advanced for %.1f s: killed",
	    (double)s->rig->program[i].stall_ns / 1e9);
	kill_it(s, i);
}

/* ---- stopping */

/* Tell program i to end, with this much patience. */
static void
dismiss(struct pf_super *s, size_t i, int64_t patience_ns, int64_t now_ns)
{
	struct pf_super_life *const life = &s->life[i];
	life->state = PF_SUPER_LEAVING;
	life->due_ns = now_ns + patience_ns;
	s->hands->signal(s->ctx, i, SIGTERM);
}

void
pf_super_stop(struct pf_super *s, int64_t now_ns)
{
	s->stops++;
	for (size_t i = 0; i < s->rig->n; i++) {
		struct pf_super_life *const life = &s->life[i];
		if (!runs(s, i)) {
			if (life->state != PF_SUPER_GIVEN_UP)
				life->state = PF_SUPER_ENDED;
		} else if (s->stops == 2) {
			dismiss(s, i, hurry_ns, now_ns);
		} else if (s->stops > 2) {
			life->state = PF_SUPER_LEAVING;
			kill_it(s, i);
		}
	}
}

/* ---- what time brings */

static void
step_one(struct pf_super *s, size_t i, int64_t now_ns)
{
	struct pf_super_life *const life = &s->life[i];
	const struct pf_rig_program *const p = &s->rig->program[i];
	size_t lost;
	switch (life->state) {
	case PF_SUPER_RESTING:
		if (now_ns < life->due_ns)
			return;
		life->state = PF_SUPER_WAITING;
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
		} else if (now_ns >= life->due_ns && !life->killed &&
		    life->state == PF_SUPER_STARTING) {
			say(s, i, 0, "not ready after %.1f s: killed",
			    (double)p->ready_within_ns / 1e9);
			kill_it(s, i);
		}
		return;
	case PF_SUPER_LEAVING:
		if (now_ns >= life->due_ns && !life->killed) {
			say(s, i, 0, "does not end: killed");
			kill_it(s, i);
		}
		return;
	default:
		return;
	}
}

/* When does program i want to be looked at by itself? */
static int64_t
due(const struct pf_super_life *life)
{
	switch (life->state) {
	case PF_SUPER_RESTING:
	case PF_SUPER_LEAVING:
	case PF_SUPER_STARTING:
		return life->due_ns;
	default:
		return INT64_MAX;
	}
}

int64_t
pf_super_step(struct pf_super *s, int64_t now_ns)
{
	/* In order: whoever gets ready lets the next one start at once. */
	for (size_t k = 0; k < s->rig->n; k++)
		step_one(s, s->rig->order[k], now_ns);
	int64_t next = INT64_MAX;
	for (size_t i = 0; i < s->rig->n; i++)
		if (due(&s->life[i]) < next)
			next = due(&s->life[i]);
	return next;
}

bool
pf_super_settled(const struct pf_super *s)
{
	for (size_t i = 0; i < s->rig->n; i++) {
		const enum pf_super_state state = s->life[i].state;
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
		const enum pf_super_state state = s->life[i].state;
		if (state == PF_SUPER_GIVEN_UP)
			*status = 1;
		else if (state != PF_SUPER_ENDED)
			return false;
	}
	return true;
}
