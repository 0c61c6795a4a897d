/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/program.h"

#include "base/nearest.h"
#include "rig/known.h"
#include "rig/words.h"
#include "session/directory.h"
#include "session/lane.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const ready_words[] = {"says", "runs", "ends"};
static const char *const restart_words[] = {"failure", "always", "never"};

static int
read_seconds(const struct pf_yaml_node *node, double lo, double hi,
    int64_t *value_ns, struct pf_err *err)
{
	double s = (double)*value_ns / 1e9;
	const int r = pf_yaml_num(node, lo, hi, &s, err);
	if (r == 0)
		*value_ns = (int64_t)(s * 1e9);
	return r;
}

static int
read_small(const struct pf_yaml_node *node, int lo, int hi, int *value,
    struct pf_err *err)
{
	int64_t v = *value;
	const int r = pf_yaml_int(node, lo, hi, &v, err);
	if (r == 0)
		*value = (int)v;
	return r;
}

/* The keys that have one number or word. */
static int
read_settings(struct pf_rig_program *p, const struct pf_yaml_node *node,
    struct pf_err *err)
{
	size_t ready = p->ready, restart = p->restart;
	int limit = (int)p->limit;
#define GET(key) pf_yaml_find(node, key)
	int r = pf_yaml_word(GET("ready"), ready_words,
	    PF_COUNT(ready_words), &ready, err);
	if (r == 0)
		r = pf_yaml_word(GET("restart"), restart_words,
		    PF_COUNT(restart_words), &restart, err);
	if (r == 0)
		r = pf_yaml_bool(GET("vital"), &p->vital, err);
	if (r == 0)
		r = pf_rig_cores_read(GET("cores"), &p->cores, err);
	if (r == 0)
		r = read_small(GET("nice"), -20, 19, &p->nice, err);
	if (r == 0)
		r = read_small(GET("realtime"), 1, 95, &p->realtime, err);
	if (r == 0)
		r = read_small(GET("limit"), 1, 1000, &limit, err);
	if (r == 0)
		r = read_seconds(GET("ready_within_s"), 0.1, 3600,
		    &p->ready_within_ns, err);
	if (r == 0)
		r = read_seconds(GET("stop_within_s"), 0, 3600,
		    &p->stop_within_ns, err);
	if (r == 0)
		r = read_seconds(GET("stall_s"), 0.5, 3600, &p->stall_ns,
		    err);
#undef GET
	p->ready = (enum pf_rig_ready)ready;
	p->restart = (enum pf_rig_restart)restart;
	p->limit = (unsigned)limit;
	return r;
}

/* Put the runtime's options behind the program's name, before its words. */
static int
add_options(struct pf_rig_program *p, const struct pf_rig_known *known,
    const struct pf_rig_runtime *runtime, struct pf_err *err)
{
	char *option[PF_RIG_OPTIONS_MOST];
	const struct pf_rig_said said = {p->name, p->ready == PF_RIG_SAYS,
	    p->realtime};
	const int n = pf_rig_known_options(known, p->argv, p->argc, &said,
	    runtime, option);
	if (p->engine)
		p->realtime = 0; /* of its audio threads alone */
	if (n <= 0)
		return n ? pf_err_set(err, "out of memory"), n : 0;
	/* pf_rig_words_read() gave room for PF_RIG_WORDS_MOST. */
	if (p->argc + (size_t)n > PF_RIG_WORDS_MOST) {
		for (int i = 0; i < n; i++)
			free(option[i]);
		return pf_err_set(err, "'%s' has too many words", p->name);
	}
	memmove(p->argv + 1 + n, p->argv + 1, p->argc * sizeof *p->argv);
	memcpy(p->argv + 1, option, (size_t)n * sizeof *option);
	p->argc += (size_t)n;
	for (int i = 0; i + 1 < n; i++)
		if (strcmp(option[i], "--device") == 0) {
			p->device_at = (size_t)i + 2;
			p->n_choices = runtime->n_engines;
		}
	return 0;
}

/* "NAME: value" lines become "NAME=value". */
static int
read_environment(struct pf_rig_program *p, const struct pf_yaml_node *node,
    struct pf_err *err)
{
	if (!node)
		return 0;
	int r = pf_yaml_kind(node, PF_YAML_MAP, "'NAME: value' lines", err);
	if (r)
		return r;
	p->env = calloc(node->n + 1, sizeof *p->env);
	for (size_t i = 0; p->env && i < node->n && r == 0; i++) {
		const struct pf_yaml_node *const c = &node->child[i];
		char *word = NULL;
		if (!*c->key || strchr(c->key, '='))
			return pf_yaml_error(c, err, "is no name of a "
			    "variable");
		r = pf_rig_word_read(c, &word, err);
		if (r == 0 && asprintf(&p->env[i], "%s=%s", c->key, word) < 0)
			p->env[i] = NULL;
		free(word);
		if (r == 0 && !p->env[i])
			r = -ENOMEM;
	}
	if (!p->env || r == -ENOMEM)
		return pf_err_set(err, "out of memory"), -ENOMEM;
	return r;
}

/* What holds for a program until its keys say else. */
static void
defaults(struct pf_rig_program *p, const struct pf_rig_known *known)
{
	p->ready = known && known->says_ready ? PF_RIG_SAYS : PF_RIG_RUNS;
	p->restart = PF_RIG_FAILURE;
	p->engine = known && known->engine;
	p->vital = p->engine;
	p->lane = pf_rig_known_lane(known, p->argv, p->argc, p->name);
	p->ready_within_ns = 10000000000;
	p->stop_within_ns = 6000000000; /* a phrase ends in 4 s */
	p->limit = 10;
	p->n_choices = 1;
}

/* What contradicts itself. */
static int
check(const struct pf_rig_program *p, const struct pf_yaml_node *node,
    struct pf_err *err)
{
	const struct pf_yaml_node *const stall = pf_yaml_find(node, "stall_s");
	const struct pf_yaml_node *const nice = pf_yaml_find(node, "nice");
	if (p->ready == PF_RIG_ENDS && p->restart == PF_RIG_ALWAYS)
		return pf_yaml_error(pf_yaml_find(node, "restart"), err,
		    "'always' and 'ready: ends' can not both be");
	if (stall && !p->lane)
		return pf_yaml_error(stall, err, "'%s' owns no lane by which "
		    "one could see that it stalls", p->name);
	if (nice && p->realtime)
		return pf_yaml_error(nice, err, "means nothing beside "
		    "realtime");
	return 0;
}

static int
read_lane(struct pf_rig_program *p, const struct pf_yaml_node *node,
    struct pf_err *err)
{
	const int r = pf_yaml_str(node, &p->lane, err);
	if (r || !node)
		return r;
	return pf_session_name_ok(p->lane, PF_LANE_NAME_MOST) ? 0
	    : pf_yaml_error(node, err, "'%s' is no name to play as", p->lane);
}

int
pf_rig_program_read(struct pf_rig_program *p, const struct pf_yaml_node *node,
    const struct pf_rig_runtime *runtime, struct pf_err *err)
{
	static const char *const keys[] = {"run", "after", "ready", "restart",
	    "vital", "lane", "cores", "nice", "realtime", "ready_within_s",
	    "stop_within_s", "stall_s", "limit", "environment"};
	static const struct pf_yaml_node nothing;
	const struct pf_yaml_node *run = node;
	*p = (struct pf_rig_program){.name = node->key, .line = node->key_line};
	if (!pf_session_name_ok(p->name, PF_RIG_NAME_MOST))
		return pf_err_at(err, node->file, node->key_line, "'%s' is "
		    "no name for a program: letters, digits and . _ + -",
		    p->name);
	if (node->kind == PF_YAML_MAP) {
		int r = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
		if (r)
			return r;
		run = pf_yaml_find(node, "run");
	} else {
		node = &nothing; /* the command alone: all else is default */
	}
	if (!run)
		return pf_yaml_error(node, err, "lacks 'run: PROGRAM "
		    "ARGUMENTS'");
	int r = pf_rig_words_read(run, &p->argv, &p->argc, err);
	if (r)
		return r;
	const struct pf_rig_known *const known = pf_rig_known_find(p->argv,
	    p->argc);
	defaults(p, known);
	r = read_settings(p, node, err);
	if (r == 0)
		r = read_lane(p, pf_yaml_find(node, "lane"), err);
	if (r == 0)
		r = read_environment(p, pf_yaml_find(node, "environment"),
		    err);
	if (r == 0)
		r = check(p, node, err);
	return r ? r : add_options(p, known, runtime, err);
}

static int
stand_after(struct pf_rig_program *p, const struct pf_yaml_node *node,
    const struct pf_rig *rig, struct pf_err *err)
{
	const char *name = NULL;
	const char *all[PF_RIG_PROGRAMS];
	const int r = pf_yaml_str(node, &name, err);
	if (r)
		return r;
	for (size_t i = 0; i < rig->n; i++) {
		all[i] = rig->program[i].name;
		if (strcmp(all[i], name) == 0) {
			p->after[p->n_after++] = i;
			return 0;
		}
	}
	const char *const near = pf_nearest(name, all, rig->n);
	if (near)
		return pf_yaml_error(node, err, "no program is called '%s', "
		    "did you mean '%s'?", name, near);
	return pf_yaml_error(node, err, "no program is called '%s'", name);
}

int
pf_rig_program_after(struct pf_rig_program *p,
    const struct pf_yaml_node *node, const struct pf_rig *rig,
    struct pf_err *err)
{
	const struct pf_yaml_node *const after = pf_yaml_find(node, "after");
	if (!after)
		return 0;
	if (after->kind != PF_YAML_LIST)
		return stand_after(p, after, rig, err);
	if (after->n > PF_RIG_PROGRAMS)
		return pf_yaml_error(after, err, "names more than %d programs",
		    PF_RIG_PROGRAMS);
	for (size_t i = 0; i < after->n; i++) {
		const int r = stand_after(p, &after->child[i], rig, err);
		if (r)
			return r;
	}
	return 0;
}

void
pf_rig_program_fini(struct pf_rig_program *p)
{
	pf_rig_words_free(p->argv);
	pf_rig_words_free(p->env);
}
