/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "show.h"

#include "words.h"

#include "base/message.h"
#include "base/number.h"
#include "osc/pattern.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Arguments of an /address, as control says them. */
enum { PATH, KIND, ACCESS, UNIT, LO, HI, HOME, VALUE, WORDS, ALSO, HELP,
    ARGS };

static void
print_arg(const struct pf_osc_message *m, unsigned i)
{
	char text[PF_NUMBER_MOST + 1];
	double x;
	const char *const s = pf_osc_text(m, i);
	if (i >= m->n || m->arg[i].type == 'N')
		fputs("-", stdout);
	else if (s)
		fputs(s, stdout);
	else if (m->arg[i].type == 'T' || m->arg[i].type == 'F')
		fputs(m->arg[i].type == 'T' ? "on" : "off", stdout);
	else if (pf_osc_number(m, i, &x) == 0) {
		text[m->arg[i].type == 'f' ? pf_number_print_f32(text,
		    (float)x) : pf_number_print(text, x)] = '\0';
		fputs(text, stdout);
	}
}

/* ---- get */

struct got {
	bool many;
	double of, n;
};

static void
print_value(void *ctx, const struct pf_osc_message *m)
{
	struct got *const got = ctx;
	if (strcmp(m->path, "/got") == 0) {
		(void)!pf_osc_number(m, 1, &got->n);
		(void)!pf_osc_number(m, 2, &got->of);
		return;
	}
	if (strcmp(m->path, "/value") != 0 || !pf_osc_text(m, 0))
		return;
	/* What is many values (members) is many lines. */
	for (unsigned i = 1; i < m->n; i++) {
		if (m->arg[i].type == 'N' && strcmp(pf_osc_text(m, 0),
		    "/session/members") == 0)
			break; /* nobody is nothing */
		if (got->many)
			printf("%s\t", pf_osc_text(m, 0));
		print_arg(m, i);
		putchar('\n');
	}
}

int
show_get(struct talk *talk, const char *path)
{
	struct got got = {.many = pf_osc_is_pattern(path)};
	struct pf_osc_message m;
	pf_osc_begin(&m, "/get");
	pf_osc_add_s(&m, path);
	const int status = talk_ask(talk, &m, got.many ? "/got" : "/value",
	    print_value, &got);
	if (status == DONE && got.n < got.of)
		pf_msg("only %g of %g values fit in the answer", got.n,
		    got.of);
	return status;
}

/* ---- list */

struct list {
	void (*each)(void *ctx, const struct pf_osc_message *m);
	void *ctx;
	double next;
};

static void
hear_list(void *ctx, const struct pf_osc_message *m)
{
	struct list *const list = ctx;
	if (strcmp(m->path, "/listed") == 0)
		(void)!pf_osc_number(m, 1, &list->next);
	else if (strcmp(m->path, "/address") == 0 && m->n == ARGS)
		list->each(list->ctx, m);
}

/* Ask for all addresses below a prefix, a packet at a time. */
static int
ask_list(struct talk *talk, const char *prefix,
    void (*each)(void *ctx, const struct pf_osc_message *m), void *ctx)
{
	struct list list = {each, ctx, 0};
	int status = DONE;
	while (status == DONE && list.next >= 0) {
		struct pf_osc_message m;
		const double from = list.next;
		pf_osc_begin(&m, "/list");
		pf_osc_add_s(&m, prefix);
		pf_osc_add_i(&m, (int32_t)from);
		list.next = -1;
		status = talk_ask(talk, &m, "/listed", hear_list, &list);
		if (list.next >= 0 && list.next <= from)
			break; /* it would never end */
	}
	return status;
}

static void
print_address(void *ctx, const struct pf_osc_message *m)
{
	const char *const words = pf_osc_text(m, WORDS);
	const char *const kind = pf_osc_text(m, KIND);
	(void)ctx;
	for (unsigned i = PATH; i <= ACCESS; i++) {
		print_arg(m, i);
		putchar('\t');
	}
	print_arg(m, VALUE);
	putchar('\t');
	print_arg(m, UNIT);
	putchar('\t');
	double lo, hi;
	if (words && words[0]) {
		fputs(words, stdout);
	} else if (kind && strcmp(kind, "number") == 0 && pf_osc_number(m,
	    LO, &lo) == 0 && pf_osc_number(m, HI, &hi) == 0 && lo > -1e15) {
		print_arg(m, LO);
		fputs("..", stdout);
		print_arg(m, HI);
	}
	putchar('\t');
	print_arg(m, HOME);
	putchar('\t');
	print_arg(m, ALSO);
	putchar('\t');
	print_arg(m, HELP);
	putchar('\n');
}

int
show_list(struct talk *talk, const char *prefix)
{
	return ask_list(talk, prefix, print_address, NULL);
}

/* ---- completion */

struct next {
	const char *path;     /* what was typed, as an address */
	size_t len;
	char last[PF_OSC_PATH_MOST + 1];
};

/* The part of an address behind what was typed, or a leaf's good values. */
static void
print_next(void *ctx, const struct pf_osc_message *m)
{
	struct next *const next = ctx;
	const char *const path = pf_osc_text(m, PATH);
	const char *words = pf_osc_text(m, WORDS);
	char part[PF_OSC_PATH_MOST + 1];
	if (!path || strncmp(path, next->path, next->len) != 0)
		return;
	if (path[next->len] == '/') {
		snprintf(part, sizeof part, "%.*s", (int)strcspn(path +
		    next->len + 1, "/"), path + next->len + 1);
		if (strcmp(part, next->last) != 0)
			puts(part);
		memcpy(next->last, part, sizeof part);
		return;
	}
	while (path[next->len] == '\0' && words && *words) {
		const size_t n = strcspn(words, "|");
		printf("%.*s\n", (int)n, words);
		words += n + (words[n] == '|');
	}
}

static void
print_path(void *ctx, const struct pf_osc_message *m)
{
	(void)ctx;
	puts(pf_osc_text(m, PATH) ? pf_osc_text(m, PATH) : "");
}

int
show_next(struct talk *talk, const char *const *word, size_t n)
{
	char path[PF_OSC_PATH_MOST + 1];
	struct next next = {.path = path};
	struct pf_err err;
	if (n > 0 && (strcmp(word[0], "get") == 0 ||
	    strcmp(word[0], "set") == 0 || strcmp(word[0], "list") == 0 ||
	    strcmp(word[0], "subscribe") == 0))
		return n == 1 ? ask_list(talk, "/", print_path, NULL) : DONE;
	if (n == 0 || words_path(path, word, n, &err) != 0)
		return DONE; /* the shell knows the first word itself */
	next.len = strlen(path);
	return ask_list(talk, path, print_next, &next);
}

/* ---- status */

/* What is there to know, as it comes. */
struct known {
	char name[64], meter[16], key[32], follow[64], leader[64], members[64];
	double bpm, beat, bar, time, rate, period, latency, xruns, port, pid;
	bool playing;
	int n;
};

static void
hear_status(void *ctx, const struct pf_osc_message *m)
{
	struct known *const k = ctx;
	const struct {
		const char *path;
		char *text;
		size_t room;
		double *number;
	} row[] = {
		{"/session/name", k->name, sizeof k->name, NULL},
		{"/session/time", NULL, 0, &k->time},
		{"/session/rate", NULL, 0, &k->rate},
		{"/session/period", NULL, 0, &k->period},
		{"/session/latency", NULL, 0, &k->latency},
		{"/session/xruns", NULL, 0, &k->xruns},
		{"/session/port", NULL, 0, &k->port},
		{"/session/pid", NULL, 0, &k->pid},
		{"/transport/tempo", NULL, 0, &k->bpm},
		{"/transport/beat", NULL, 0, &k->beat},
		{"/transport/bar", NULL, 0, &k->bar},
		{"/transport/meter", k->meter, sizeof k->meter, NULL},
		{"/transport/key", k->key, sizeof k->key, NULL},
		{"/transport/follow", k->follow, sizeof k->follow, NULL},
		{"/transport/leader", k->leader, sizeof k->leader, NULL},
	};
	const char *const path = pf_osc_text(m, 0);
	if (strcmp(m->path, "/value") != 0 || !path)
		return;
	for (size_t i = 0; i < PF_COUNT(row); i++) {
		const char *const s = pf_osc_text(m, 1);
		if (strcmp(path, row[i].path) != 0)
			continue;
		if (row[i].text && s)
			snprintf(row[i].text, row[i].room, "%s", s);
		if (row[i].number)
			(void)!pf_osc_number(m, 1, row[i].number);
	}
	if (strcmp(path, "/transport/playing") == 0 && m->n > 1)
		k->playing = m->arg[1].type == 'T';
	if (strcmp(path, "/session/members") == 0)
		for (unsigned i = 1; i < m->n && pf_osc_text(m, i); i++)
			printf("%s%s\n", k->n++ ? "         " : "members  ",
			    pf_osc_text(m, i));
}

int
show_status(struct talk *talk)
{
	struct known k = {.n = 0};
	struct pf_osc_message m;
	int status = DONE;
	static const char *const ask[] = {
		"/transport/*", "/session/[!m]*", "/session/members",
	};
	for (size_t i = 0; status == DONE && i < PF_COUNT(ask); i++) {
		if (i == 2) {
			printf("session  %s, pid %g, %.1f s", k.name, k.pid,
			    k.time);
			if (k.port > 0)
				printf(", OSC port %g", k.port);
			putchar('\n');
			printf("device   %g Hz, period %g frames, in to out "
			    "%.2f ms, %g xruns\n", k.rate, k.period,
			    k.latency, k.xruns);
			printf("music    %s, %g bpm, %s, bar %g (beat %.2f), "
			    "key %s\n", k.playing ? "plays" : "stands",
			    k.bpm, k.meter, k.bar, floor(k.beat * 100) / 100,
			    k.key[0] ? k.key : "-");
			printf("leader   %s (follow %s)\n", k.leader,
			    k.follow);
		}
		pf_osc_begin(&m, "/get");
		pf_osc_add_s(&m, ask[i]);
		status = talk_ask(talk, &m, i < 2 ? "/got" : "/value",
		    hear_status, &k);
	}
	return status;
}

/* ---- subscribe */

struct stream {
	long left;
};

static void
print_change(void *ctx, const struct pf_osc_message *m)
{
	struct stream *const s = ctx;
	if (strcmp(m->path, "/value") != 0 || !pf_osc_text(m, 0) ||
	    s->left == 0)
		return;
	for (unsigned i = 0; i < m->n; i++) {
		print_arg(m, i);
		putchar(i + 1 < m->n ? '\t' : '\n');
	}
	fflush(stdout);
	if (s->left > 0)
		s->left--;
}

int
show_subscribe(struct talk *talk, const char *path, double hz, long count,
    const volatile sig_atomic_t *stop)
{
	struct stream stream = {count > 0 ? count : -1};
	struct pf_osc_message m;
	int status = DONE;
	/* It lasts 10 s and is renewed every 3: whether the engine lives is
	 * known that soon. */
	while (status == DONE && stream.left != 0 && !*stop) {
		pf_osc_begin(&m, "/subscribe");
		pf_osc_add_s(&m, path);
		pf_osc_add_d(&m, hz);
		pf_osc_add_d(&m, 10);
		status = talk_ask(talk, &m, "/ok", print_change, &stream);
		for (int i = 0; i < 30 && status == DONE && !*stop &&
		    stream.left != 0 && !ferror(stdout); i++)
			status = talk_hear(talk, 100, print_change, &stream);
		if (ferror(stdout))
			break;
	}
	return status;
}
