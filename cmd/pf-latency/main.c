/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pf-latency: how long everything takes in a running session. */
#include "base/message.h"
#include "base/option.h"
#include "latency/answer.h"
#include "live/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPT_AGENT = 256, OPT_ALOUD, OPT_BUDGET, OPT_CALIBRATE, OPT_JSON,
	OPT_SEED, OPT_STIMULUS, OPT_THROUGH
};

static const struct pf_option options[] = {
	{'s', "session", "NAME", "the session; $PF_SESSION, or default"},
	{'w', "wait", "[=S]", "wait for an engine, at most so long"},
	{'c', "count", "N", "measurements of each kind; 300"},
	{OPT_BUDGET, "budget", "MS", "status 1 if 99.9 % take longer; or WAY=MS"},
	{OPT_AGENT, "agent", "NAME", "whose reflexes; one of our own"},
	{OPT_STIMULUS, "stimulus", "WHAT", "sounds at the input: note jack none"},
	{OPT_THROUGH, "through", "STRIP", "the engine's input strip"},
	{OPT_ALOUD, "aloud", NULL, "let the clicks be heard"},
	{OPT_CALIBRATE, "calibrate", NULL, "measure from output to input, for ears"},
	{OPT_JSON, "json", NULL, "the figures as JSON"},
	{OPT_SEED, "seed", "N", "of the moments at which it measures"},
	{0},
};

static const struct pf_program program = {
	.name = "pf-latency",
	.summary = "proves the latency of a running session, way by way",
	.operands = "[TASK...]",
	.options = options,
};

struct wish {
	struct pf_probe_config probe;
	struct pf_budget budget;
	bool task[PF_LATENCY_TASKS];
	bool json, calibrate;
};

/* "8", or "osc=8". */
static void
set_budget(struct pf_budget *budget, const char *arg)
{
	const char *names[PF_WAYS];
	const char *const equals = strchr(arg, '=');
	const double ms = pf_option_num(&program, "budget",
	    equals ? equals + 1 : arg, 0, 1e6);
	for (int w = 0; w < PF_WAYS; w++)
		names[w] = pf_way_info[w].name;
	if (!equals) {
		for (int w = 0; w < PF_WAYS; w++)
			if (budget->ms[w] < 0)
				budget->ms[w] = ms;
		return;
	}
	char *const word = strndup(arg, (size_t)(equals - arg));
	if (!word)
		pf_die(1, "not enough memory");
	budget->ms[pf_option_word(&program, "way", word, names, PF_WAYS)] =
	    ms;
	free(word);
}

/* "note", "none", "jack", "jack:CLIENT". */
static void
set_stimulus(struct pf_probe_config *c, const char *arg)
{
	static const char *const words[] = {
		[PF_STIMULUS_NOTE] = "note", [PF_STIMULUS_JACK] = "jack",
		[PF_STIMULUS_NONE] = "none",
	};
	if (strncmp(arg, "jack:", 5) == 0 && arg[5]) {
		c->stimulus = PF_STIMULUS_JACK;
		c->jack = arg + 5;
		return;
	}
	c->stimulus = (enum pf_stimulus_kind)pf_option_word(&program,
	    "stimulus", arg, words, PF_COUNT(words));
}

static void
set_option(struct wish *w, int key, const char *arg)
{
	switch (key) {
	case 's':
		w->probe.session = arg;
		break;
	case 'w':
		w->probe.wait_s = arg ? pf_option_num(&program, "wait", arg,
		    0, 1e9) : -1;
		break;
	case 'c':
		w->probe.count = (unsigned)pf_option_int(&program, "count",
		    arg, 1, 1000000);
		break;
	case OPT_AGENT:
		w->probe.agent = arg;
		break;
	case OPT_THROUGH:
		w->probe.through = arg;
		break;
	case OPT_STIMULUS:
		set_stimulus(&w->probe, arg);
		break;
	case OPT_CALIBRATE:
		w->calibrate = true;
		break;
	case OPT_BUDGET:
		set_budget(&w->budget, arg);
		break;
	case OPT_ALOUD:
		w->probe.aloud = true;
		break;
	case OPT_JSON:
		w->json = true;
		break;
	case OPT_SEED:
		w->probe.seed = (uint64_t)pf_option_int(&program, "seed", arg,
		    0, INT64_MAX);
		break;
	}
}

/* ---- measuring */

static int
calibrate(struct pf_probe *p, const struct wish *w, struct pf_err *err)
{
	uint32_t frames = 0;
	const int r = pf_probe_calibrate(p, &frames, err);
	if (r != 0)
		return r;
	if (w->json)
		printf("{\"round_trip_frames\": %u, \"rate_hz\": %u}\n",
		    frames, p->clock.rate_hz);
	else
		printf("%u frames, %.2f ms, from output to input; the engine "
		    "knows.\nNext time: pf-engine --round-trip %u\n", frames,
		    1e3 * frames / p->clock.rate_hz, frames);
	return 0;
}

static int
measure(struct pf_probe *p, const struct wish *w, struct pf_err *err)
{
	static int (*const task[PF_LATENCY_TASKS])(struct pf_probe *p,
	    struct pf_err *err) = {
		[PF_LATENCY_EVENT] = pf_probe_event,
		[PF_LATENCY_SCHEDULED] = pf_probe_scheduled,
		[PF_LATENCY_OSC] = pf_probe_osc,
		[PF_LATENCY_ANSWER] = pf_probe_answer,
		[PF_LATENCY_THROUGH] = pf_probe_through,
	};
	int r = 0;
	for (int t = 0; t < PF_LATENCY_TASKS && r == 0; t++)
		if (w->task[t])
			r = task[t](p, err);
	return r;
}

static int
run(const struct wish *w, struct pf_measures *m, struct pf_err *err)
{
	static struct pf_probe probe;
	pid_t reflex = 0;
	int r = 0;
	/* Before there are threads, of JACK's for one. */
	if (w->task[PF_LATENCY_ANSWER] && !w->probe.agent)
		r = reflex = pf_reflex_start(&w->probe, err);
	if (r >= 0)
		r = pf_probe_open(&probe, &w->probe, m, err);
	if (r == 0)
		r = w->calibrate ? calibrate(&probe, w, err)
		    : measure(&probe, w, err);
	pf_probe_close(&probe);
	pf_reflex_end(reflex);
	return r;
}

static int
report(const struct wish *w, struct pf_measures *m)
{
	const enum pf_latency_way broken = pf_budget_broken(&w->budget, m);
	if (w->json)
		pf_measures_json(stdout, m, &w->budget);
	else
		pf_measures_print(stdout, m);
	if (fflush(stdout) != 0 || ferror(stdout))
		pf_die(1, "standard output: %s", strerror(errno));
	if (broken == PF_WAYS)
		return 0;
	pf_msg("%s: %s", pf_way_info[broken].text,
	    !pf_way_info[broken].latency ? "it should be none"
	    : broken == PF_WAY_EVENT && m->beyond > 0
	    ? "not in the next period" : "over the budget");
	return 1;
}

int
main(int argc, char **argv)
{
	struct wish w = {.probe = {.count = 300, .seed = 1,
	    .jack = "performia"}};
	struct pf_measures measures = {0};
	struct pf_err err = {""};
	const char *arg;
	int key, first;
	pf_budget_init(&w.budget);
	while ((key = pf_option_next(&program, argc, argv, &arg, &first)) != -1)
		set_option(&w, key, arg);
	for (int i = first; i < argc; i++)
		w.task[pf_option_word(&program, "task", argv[i],
		    pf_latency_task_name, PF_LATENCY_TASKS)] = true;
	for (int t = 0; first == argc && t < PF_LATENCY_TASKS; t++)
		w.task[t] = !w.calibrate;
	if (w.calibrate) {
		if (first < argc)
			pf_option_fail(&program, "--calibrate is a task of "
			    "its own");
		w.probe.aloud = true;
		w.probe.stimulus = PF_STIMULUS_NOTE;
	}
	w.probe.stop = pf_live_signals();
	const int r = run(&w, &measures, &err);
	if (r != 0 && r != -EINTR) {
		pf_msg("%s", err.text);
		pf_measures_free(&measures);
		return r == -ETIMEDOUT ? 3 : pf_live_status(r);
	}
	const int status = w.calibrate ? r != 0 : report(&w, &measures);
	pf_measures_free(&measures);
	return status;
}
