/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pf-ctl: the remote control of a session.
 */
#include "script.h"
#include "show.h"
#include "talk.h"
#include "words.h"

#include "base/message.h"
#include "base/option.h"
#include "base/outfile.h"
#include "live/program.h"
#include "live/stats.h"
#include "session/directory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RAMP = 256, IN, TIMEOUT, JSON, PROMETHEUS, NEXT, RATE };

static const struct pf_option options[] = {
	{'s', "session", "NAME", "whose engine ($PF_SESSION, else default)"},
	{'a', "address", "ADDR", "udp:HOST:PORT, tcp:HOST:PORT or unix:PATH"},
	{'r', "ramp", "X", "go there over X beats (tempo), or X seconds"},
	{IN, "in", "S", "do it so many seconds from now, to the frame"},
	{'c', "count", "N", "end after N lines of subscribe"},
	{RATE, "rate", "HZ", "at most so many values a second (10)"},
	{'w', "wait", "[=S]", "wait for an engine, at most so long"},
	{TIMEOUT, "timeout", "MS", "how long to wait for an answer (200)"},
	{JSON, "json", NULL, "stats as JSON"},
	{PROMETHEUS, "prometheus", NULL, "stats as Prometheus' text format"},
	{NEXT, "next", NULL, "list the words that may come next"},
	{'v', "verbose", NULL, "say from when what was set holds"},
	{0},
};

static const struct pf_program program = {
	.name = "pf-ctl",
	.summary = "the remote control: transport, desk, agents, state",
	.operands = "COMMAND [WORD...] | -",
	.options = options,
};

struct settings {
	const char *session, *address;
	struct request request;
	long count;
	double hz, wait_s;
	bool json, prometheus, next;
};

/*
 * "-6" is a value, not an option: hide it from getopt, and back.  No option
 * of ours is a digit or a point.
 */
static void
hide_numbers(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (argv[i][0] == '-' && argv[i][1] != '\0' &&
		    strchr("0123456789.", argv[i][1]))
			argv[i][0] = '\1';
}

static void
show_numbers(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '\1')
			argv[i][0] = '-';
}

static int
read_options(struct settings *s, int argc, char **argv)
{
	const char *arg;
	int key, first;
	hide_numbers(argc, argv);
	while ((key = pf_option_next(&program, argc, argv, &arg,
	    &first)) != -1) {
		char text[64];
		/* A number behind its option was hidden, too. */
		const char *const whole = arg;
		if (arg && arg[0] == '\1') {
			snprintf(text, sizeof text, "-%s", arg + 1);
			arg = text;
		}
		switch (key) {
		case 's': s->session = whole; break;
		case 'a': s->address = whole; break;
		case 'r':
			s->request.ramp = pf_option_num(&program, "ramp",
			    arg, 0, 600);
			s->request.has_ramp = true;
			break;
		case IN:
			s->request.talk.in_s = pf_option_num(&program, "in",
			    arg, 0, 8);
			break;
		case 'c':
			s->count = (long)pf_option_int(&program, "count",
			    arg, 1, 1000000000);
			break;
		case RATE:
			s->hz = pf_option_num(&program, "rate", arg, 0.1,
			    100);
			break;
		case TIMEOUT:
			s->request.talk.timeout_ms = (int)pf_option_int(
			    &program, "timeout", arg, 1, 3600000);
			break;
		case 'w':
			s->wait_s = pf_live_wait_s(&program, arg);
			break;
		case JSON: s->json = true; break;
		case PROMETHEUS: s->prometheus = true; break;
		case NEXT: s->next = true; break;
		case 'v': s->request.talk.verbose = true; break;
		}
	}
	show_numbers(argc, argv);
	return first;
}

static int
open_directory(const struct settings *s, struct pf_directory *dir,
    struct pf_err *err)
{
	const int status = pf_directory_open(dir, s->session, false, err);
	return status == 0 ? DONE : status == -ENOENT ? NOBODY : REFUSED;
}

/* ---- the engine's ear */

static int
try_client(const struct settings *s, struct pf_osc_client **client,
    struct pf_err *err)
{
	struct pf_directory dir;
	int status;
	if (s->address) {
		status = pf_osc_client_open(client, s->address, err);
		if (status == -EINVAL)
			pf_option_fail(&program, "%s", err->text);
		return status == 0 ? DONE : NOBODY;
	}
	status = open_directory(s, &dir, err);
	if (status != DONE)
		return status;
	status = pf_osc_client_open_at(client, dir.fd, "ctl", err);
	if (status != 0)
		pf_err_set(err, "no engine runs in session '%s'", dir.name);
	pf_directory_close(&dir);
	return status == 0 ? DONE : NOBODY;
}

static int
open_client(const struct settings *s, struct pf_osc_client **client)
{
	static const struct timespec moment = {.tv_nsec = 10000000};
	struct pf_err err;
	double waited_s = 0;
	int status;
	while ((status = try_client(s, client, &err)) == NOBODY &&
	    (s->wait_s < 0 || waited_s < s->wait_s)) {
		nanosleep(&moment, NULL);
		waited_s += 0.01;
	}
	if (status != DONE)
		pf_msg("%s", err.text);
	return status;
}

static int
stats(const struct settings *s)
{
	struct pf_directory dir;
	struct pf_stats *stats_now;
	struct pf_err err;
	int status = open_directory(s, &dir, &err);
	if (status != DONE) {
		pf_msg("%s", err.text);
		return status;
	}
	if (pf_stats_read(&stats_now, &dir, &err) != 0)
		pf_die(1, "%s", err.text);
	if (s->json)
		pf_stats_json(stdout, stats_now);
	else if (s->prometheus)
		pf_stats_prometheus(stdout, stats_now);
	else
		pf_stats_print(stdout, stats_now);
	if (!stats_now->engine) {
		pf_msg("no engine runs in session '%s'", dir.name);
		status = NOBODY;
	}
	pf_directory_close(&dir);
	free(stats_now);
	return status;
}

static int
subscribe(const struct settings *s, const char *const *word, size_t n)
{
	char path[PF_OSC_PATH_MOST + 1];
	struct talk talk = s->request.talk;
	struct pf_err err;
	if (n < 2)
		pf_option_fail(&program, "subscribe wants an address");
	if (words_path(path, word + 1, n - 1, &err) != 0)
		pf_option_fail(&program, "%s", err.text);
	return show_subscribe(&talk, path, s->hz, s->count,
	    pf_live_signals());
}

static int
run(struct settings *s, const char *const *word, size_t n)
{
	struct pf_err err;
	int status;
	if (strcmp(word[0], "stats") == 0) {
		if (n > 1)
			pf_option_fail(&program, "stats wants no words");
		return stats(s);
	}
	status = open_client(s, &s->request.talk.client);
	if (status != DONE)
		return status;
	if (s->next)
		status = show_next(&s->request.talk, word, n);
	else if (strcmp(word[0], "subscribe") == 0)
		status = subscribe(s, word, n);
	else if (n == 1 && strcmp(word[0], "-") == 0)
		status = script_run(&s->request);
	else
		status = request_run(&s->request, word, n, &err);
	if (status == USAGE)
		pf_option_fail(&program, "%s", err.text);
	pf_osc_client_free(s->request.talk.client);
	return status;
}

int
main(int argc, char **argv)
{
	struct settings s = {.hz = 10, .request.talk.timeout_ms = 200};
	struct pf_err err;
	const int first = read_options(&s, argc, argv);
	if (first == argc)
		pf_option_fail(&program, "which command? One of "
		    WORDS_EXAMPLES);
	if (s.json && s.prometheus)
		pf_option_fail(&program, "--json and --prometheus exclude "
		    "each other");
	const int status = run(&s, (const char *const *)argv + first,
	    (size_t)(argc - first));
	if (pf_close_stdout(&err) != 0)
		pf_die(1, "%s", err.text);
	return status;
}
