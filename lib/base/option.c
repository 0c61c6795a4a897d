/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/option.h"

#include "base/message.h"
#include "base/nearest.h"
#include "base/outfile.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

static void
usage(FILE *f, const struct pf_program *p)
{
	fprintf(f, "usage: %s [options]%s%s\n", p->name,
	    *p->operands ? " " : "", p->operands);
}

/* May it stand without its argument? */
static bool
is_optional(const struct pf_option *o)
{
	return o->arg && *o->arg == '[';
}

static void
row(const struct pf_option *o)
{
	char left[80];
	char letter[8] = "   ";
	if (o->key > 0 && o->key < 256)
		snprintf(letter, sizeof letter, "-%c,", o->key);
	snprintf(left, sizeof left, "%s --%s%s%s", letter, o->name,
	    o->arg && !is_optional(o) ? " " : "", o->arg ? o->arg : "");
	printf("  %-26s %s\n", left, o->help);
}

static _Noreturn void
printed(void)
{
	struct pf_err err;
	if (pf_close_stdout(&err) != 0)
		pf_die(1, "%s", err.text);
	exit(0);
}

static _Noreturn void
help(const struct pf_program *p)
{
	static const struct pf_option own[] = {
		{'h', "help", NULL, "print this and exit"},
		{'V', "version", NULL, "print the version and exit"},
	};
	usage(stdout, p);
	printf("%s: %s\n\n", p->name, p->summary);
	for (const struct pf_option *o = p->options; o->name; o++)
		row(o);
	row(&own[0]);
	row(&own[1]);
	printed();
}

static _Noreturn void
version(const struct pf_program *p)
{
	printf("%s (Performia) %s\n", p->name, PF_VERSION);
	if (p->built && *p->built)
		printf("%s\n", p->built);
	printed();
}

void
pf_option_fail(const struct pf_program *p, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	pf_msg_va(fmt, ap);
	va_end(ap);
	usage(stderr, p);
	exit(2);
}

/* Say what getopt_long() did not like, with the nearest option. */
static _Noreturn void
bad_option(const struct pf_program *p, char **argv, int c)
{
	const char *const word = argv[optind - 1];
	if (c == ':')
		pf_option_fail(p, "option '%s' needs an argument", word);
	if (strncmp(word, "--", 2) != 0)
		pf_option_fail(p, "there is no option '-%c'", optopt);
	if (optopt)
		pf_option_fail(p, "option '%s' takes no argument", word);
	const char *names[MOST + 2] = {"help", "version"};
	size_t n = 2;
	for (const struct pf_option *o = p->options; o->name; o++)
		names[n++] = o->name;
	char stem[64];
	snprintf(stem, sizeof stem, "%.*s", (int)strcspn(word + 2, "="),
	    word + 2);
	const char *const near = pf_nearest(stem, names, n);
	if (near)
		pf_option_fail(p, "there is no option '--%s', "
		    "did you mean '--%s'?", stem, near);
	pf_option_fail(p, "there is no option '--%s'", stem);
}

int
pf_option_next(const struct pf_program *p, int argc, char **argv,
    const char **arg, int *first)
{
	struct option longs[MOST + 3] = {{0}};
	char letters[3 * MOST + 8] = ":hV";
	size_t n = 0, at = strlen(letters);
	for (const struct pf_option *o = p->options; o->name && n < MOST; o++) {
		longs[n++] = (struct option){o->name,
		    is_optional(o) ? optional_argument : o->arg
		    ? required_argument : no_argument, NULL, o->key};
		if (o->key < 256) {
			letters[at++] = (char)o->key;
			if (o->arg)
				letters[at++] = ':';
			if (is_optional(o))
				letters[at++] = ':';
		}
	}
	longs[n++] = (struct option){"help", no_argument, NULL, 'h'};
	longs[n++] = (struct option){"version", no_argument, NULL, 'V'};
	opterr = 0;
	const int c = getopt_long(argc, argv, letters, longs, NULL);
	*arg = optarg;
	*first = optind;
	switch (c) {
	case 'h':
		help(p);
	case 'V':
		version(p);
	case '?':
	case ':':
		bad_option(p, argv, c);
	}
	return c;
}

int64_t
pf_option_int(const struct pf_program *p, const char *name, const char *arg,
    int64_t lo, int64_t hi)
{
	char *end;
	errno = 0;
	const long long v = strtoll(arg, &end, 10);
	if (end == arg || *end)
		pf_option_fail(p, "--%s: '%s' is not a whole number", name,
		    arg);
	if (errno || v < lo || v > hi)
		pf_option_fail(p, "--%s: '%s' is out of %lld..%lld", name, arg,
		    (long long)lo, (long long)hi);
	return v;
}

double
pf_option_num(const struct pf_program *p, const char *name, const char *arg,
    double lo, double hi)
{
	char *end;
	const double v = strtod(arg, &end);
	if (end == arg || *end)
		pf_option_fail(p, "--%s: '%s' is not a number", name, arg);
	if (!isfinite(v) || v < lo || v > hi)
		pf_option_fail(p, "--%s: '%s' is out of %g..%g", name, arg, lo,
		    hi);
	return v;
}

size_t
pf_option_word(const struct pf_program *p, const char *what, const char *arg,
    const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (words[i] && strcmp(arg, words[i]) == 0)
			return i;
	const char *const near = pf_nearest(arg, words, n);
	if (near)
		pf_option_fail(p, "%s '%s' is unknown, did you mean '%s'?",
		    what, arg, near);
	char all[400] = "";
	for (size_t i = 0, at = 0; i < n && at < sizeof all; i++)
		at += (size_t)snprintf(all + at, sizeof all - at, "%s%s",
		    i ? ", " : "", words[i] ? words[i] : "");
	pf_option_fail(p, "%s '%s' is unknown: it is one of %s", what, arg,
	    all);
}
