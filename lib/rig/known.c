/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/known.h"

#include "base/nearest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pf_rig_known known[] = {
	{.program = "pf-engine", .says_ready = true, .engine = true, .lanes = 2},
	{.program = "pf-agent", .says_ready = true, .plays = true,
	    .live = "--live", .lanes = 1},
	{.program = "pf-analyze", .says_ready = true, .plays = true,
	    .live = "--live", .lanes = 1},
	{.program = "pf-top"},
	{.program = "pf-web"},
};

/* A runtime key that a program takes as an option. */
static const struct {
	const char *program, *option;
	enum { DEVICE, RATE, PERIOD, THREADS, CORES, FPS, THINK } key;
} options[] = {
	{"pf-engine", "--device", DEVICE},
	{"pf-engine", "--rate", RATE},
	{"pf-engine", "--period", PERIOD},
	{"pf-engine", "--threads", THREADS},
	{"pf-engine", "--cpus", CORES},
	{"pf-agent", "--think-rate", THINK},
	{"pf-top", "--fps", FPS},
	{"pf-web", "--fps", FPS},
};

static const char *
base_name(const char *path)
{
	const char *const slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

const struct pf_rig_known *
pf_rig_known_find(char *const *argv, size_t n)
{
	const char *const name = n ? base_name(argv[0]) : "";
	for (size_t i = 0; i < PF_COUNT(known); i++) {
		if (strcmp(known[i].program, name) != 0)
			continue;
		if (!known[i].live)
			return &known[i];
		for (size_t k = 1; k < n; k++)
			if (strcmp(argv[k], known[i].live) == 0)
				return &known[i];
	}
	return NULL;
}

int
pf_rig_known_missing(struct pf_err *err, const char *file, long line,
    const char *program)
{
	static const char *const ours[] = {"pf-agent", "pf-analyze", "pf-ctl",
	    "pf-draw", "pf-engine", "pf-gen", "pf-latency", "pf-merge",
	    "pf-midi", "pf-render", "pf-run", "pf-send", "pf-smf", "pf-tap",
	    "pf-top", "pf-web"};
	const char *const near = pf_nearest(program, ours, PF_COUNT(ours));
	if (near && strcmp(near, program) != 0)
		pf_err_at(err, file, line, "program '%s' is not found, did "
		    "you mean '%s'?", program, near);
	else
		pf_err_at(err, file, line, "program '%s' is not found",
		    program);
	return -ENOENT;
}

/* A set of cores as "2,3". */
static void
list_cores(const cpu_set_t *cores, char *buf, size_t size)
{
	size_t len = 0;
	*buf = '\0';
	for (size_t i = 0; i < CPU_SETSIZE && len + 6 < size; i++)
		if (CPU_ISSET(i, cores))
			len += (size_t)snprintf(buf + len, size - len,
			    "%s%zu", len ? "," : "", i);
}

enum { VALUE_BYTES = 128 };

/* The value of a runtime key; "" if it is not said. */
static const char *
value(const struct pf_rig_runtime *r, int key, char buf[VALUE_BYTES])
{
	const unsigned number[] = {[RATE] = r->rate_hz,
	    [PERIOD] = r->period_frames, [THREADS] = r->n_cores,
	    [CORES] = 0, [FPS] = r->gui_fps, [THINK] = r->think_hz};
	if (key == DEVICE)
		return r->n_engines ? r->engine[0] : "";
	if (key == CORES)
		return list_cores(&r->cores, buf, VALUE_BYTES), buf;
	snprintf(buf, VALUE_BYTES, "%u", number[key]);
	return number[key] ? buf : "";
}

static int
add(char **words, int *n, const char *option, const char *text)
{
	char *const o = strdup(option), *const t = strdup(text);
	if (!o || !t) {
		free(o);
		free(t);
		return -ENOMEM;
	}
	words[(*n)++] = o;
	words[(*n)++] = t;
	return 0;
}

/* The name that a command gives with -n or --name; NULL if it gives none. */
static const char *
said_name(char *const *argv, size_t n)
{
	const char *name = NULL;
	for (size_t i = 1; i < n && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "-n") == 0 ||
		    strcmp(argv[i], "--name") == 0)
			name = i + 1 < n ? argv[++i] : name;
		else if (strncmp(argv[i], "--name=", 7) == 0)
			name = argv[i] + 7;
		else if (strncmp(argv[i], "-n", 2) == 0)
			name = argv[i] + 2;
	}
	return name;
}

const char *
pf_rig_known_lane(const struct pf_rig_known *k, char *const *argv, size_t n,
    const char *name)
{
	if (!k || !(k->plays || k->engine))
		return NULL;
	const char *const said = said_name(argv, n);
	return k->engine ? "engine" : said ? said : name;
}

int
pf_rig_known_options(const struct pf_rig_known *k, char *const *argv,
    size_t argc, const struct pf_rig_said *said,
    const struct pf_rig_runtime *runtime, char *words[PF_RIG_OPTIONS_MOST])
{
	int n = 0, r = 0;
	char buf[VALUE_BYTES];
	if (!k)
		return 0;
	for (size_t i = 0; i < PF_COUNT(options) && r == 0; i++) {
		if (strcmp(options[i].program, k->program) != 0)
			continue;
		const char *const text = value(runtime, options[i].key, buf);
		if (*text)
			r = add(words, &n, options[i].option, text);
	}
	if (r == 0 && k->plays && !said_name(argv, argc))
		r = add(words, &n, "--name", said->name);
	if (r == 0 && k->engine && said->realtime) {
		snprintf(buf, sizeof buf, "%d", said->realtime);
		r = add(words, &n, "--priority", buf);
	}
	if (r == 0 && k->says_ready && said->ready) {
		snprintf(buf, sizeof buf, "%d", PF_RIG_READY_FD);
		r = add(words, &n, "--ready-fd", buf);
	}
	if (r == 0)
		return n;
	while (n > 0)
		free(words[--n]);
	return r;
}
