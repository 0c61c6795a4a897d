/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script.h"

#include "show.h"
#include "words.h"

#include "base/message.h"
#include "base/number.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WORDS_MOST = 32 };

static void
ignore(void *ctx, const struct pf_osc_message *m)
{
	(void)ctx;
	(void)m;
}

static int
ask_path(struct talk *talk, const char *const *word, size_t n,
    int (*show)(struct talk *talk, const char *path), struct pf_err *err)
{
	char path[PF_OSC_PATH_MOST + 1] = "/";
	if (n > 0 && words_path(path, word, n, err) != 0)
		return USAGE;
	return show(talk, path);
}

int
request_run(struct request *r, const char *const *word, size_t n,
    struct pf_err *err)
{
	char text[512];
	struct pf_osc_message m;
	if (strcmp(word[0], "get") == 0) {
		if (n == 1)
			return pf_err_set(err, "get wants an address"), USAGE;
		return ask_path(&r->talk, word + 1, n - 1, show_get, err);
	}
	if (strcmp(word[0], "list") == 0)
		return ask_path(&r->talk, word + 1, n - 1, show_list, err);
	if (strcmp(word[0], "status") == 0 && n == 1)
		return show_status(&r->talk);
	if (strcmp(word[0], "members") == 0 && n == 1)
		return ask_path(&r->talk, word, n, show_get, err);
	if (strcmp(word[0], "ping") == 0 && n == 1) {
		pf_osc_begin(&m, "/ping");
		return talk_ask(&r->talk, &m, "/pong", ignore, NULL);
	}
	if (words_message(&m, text, word, n, r->has_ramp ? &r->ramp : NULL,
	    err) != 0)
		return USAGE;
	return talk_set(&r->talk, &m);
}

/* Words of a line, apart by blanks, "these are one".  -1: too many. */
static int
split(char *line, const char *word[WORDS_MOST])
{
	int n = 0;
	for (char *p = line;;) {
		p += strspn(p, " \t\r\n");
		if (*p == '\0' || *p == '#')
			return n;
		if (n == WORDS_MOST)
			return -1;
		const bool quoted = *p == '"';
		p += quoted;
		word[n++] = p;
		p += strcspn(p, quoted ? "\"" : " \t\r\n");
		if (*p != '\0')
			*p++ = '\0';
	}
}

/* Take "--ramp X" and "--in S" out of the words.  0 or -EINVAL. */
static int
take_options(struct request *r, const char **word, int *n,
    struct pf_err *err)
{
	int kept = 0;
	for (int i = 0; i < *n; i++) {
		const bool ramp = strcmp(word[i], "--ramp") == 0;
		double x;
		if (!ramp && strcmp(word[i], "--in") != 0) {
			word[kept++] = word[i];
			continue;
		}
		if (++i == *n || pf_number_parse(word[i], strlen(word[i]),
		    &x) != 0 || x < 0 || x > (ramp ? 600 : 8))
			return pf_err_set(err, "%s wants a number of 0..%d",
			    ramp ? "--ramp" : "--in", ramp ? 600 : 8);
		if (ramp)
			r->ramp = x;
		else
			r->talk.in_s = x;
		r->has_ramp |= ramp;
	}
	*n = kept;
	return 0;
}

static int
wait_for(const char *word, struct pf_err *err)
{
	double s;
	if (pf_number_parse(word, strlen(word), &s) != 0 || s < 0 || s > 86400)
		return pf_err_set(err, "'%s' is no time to sleep", word),
		    USAGE;
	const struct timespec t = {(time_t)s,
	    (long)((s - (double)(time_t)s) * 1e9)};
	nanosleep(&t, NULL);
	return DONE;
}

static int
run_line(const struct request *request, char *line, struct pf_err *err)
{
	struct request r = *request;
	const char *word[WORDS_MOST];
	int n = split(line, word);
	if (n < 0)
		return pf_err_set(err, "too many words"), USAGE;
	if (take_options(&r, word, &n, err) != 0)
		return USAGE;
	if (n == 0)
		return DONE;
	if (strcmp(word[0], "sleep") == 0 && n == 2)
		return wait_for(word[1], err);
	return request_run(&r, word, (size_t)n, err);
}

int
script_run(const struct request *request)
{
	char *line = NULL;
	size_t room = 0;
	int worst = DONE;
	for (long number = 1; worst != NOBODY && getline(&line, &room,
	    stdin) >= 0; number++) {
		struct pf_err err;
		const int status = run_line(request, line, &err);
		fflush(stdout);
		if (status == USAGE)
			pf_msg("stdin:%ld: %s", number, err.text);
		else if (status != DONE)
			pf_msg("stdin:%ld: not done", number);
		if (status == NOBODY)
			worst = NOBODY;
		else if (status != DONE)
			worst = REFUSED;
	}
	free(line);
	return worst;
}
