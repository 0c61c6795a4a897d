/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/option.h"

#include "capture.h"
#include "tap.h"

enum { LONG_ONLY = 300 };

static const struct pf_option options[] = {
	{'o', "output", "FILE", "where to write"},
	{'v', "verbose", NULL, "say more"},
	{LONG_ONLY, "rate", "HZ", "frames a second"},
	{'w', "wait", "[=S]", "wait"},
	{0},
};
static const struct pf_program program = {"pf-x", "a test", "[FILE]", options,
	"with everything"};

/* A command line, to its end. */
static void
parse(void *ctx)
{
	char **const argv = ctx;
	const char *arg;
	int argc = 0, first, c;
	while (argv[argc])
		argc++;
	while ((c = pf_option_next(&program, argc, argv, &arg, &first)) != -1)
		printf("%d=%s ", c, arg ? arg : "");
	printf("rest %d", first);
}

#define LINE(...) ((char *[]){"pf-x", __VA_ARGS__, NULL})

static void
test_lines(void)
{
	struct capture c = capture(1, parse, LINE("-o", "a", "--rate=48000",
	    "-v", "file"));
	ok(c.status == 99 && strcmp(c.text, "111=a 300=48000 118= rest 5")
	    == 0, "short and long options are told in order");
	c = capture(1, parse, LINE("--", "-v"));
	ok(strcmp(c.text, "rest 2") == 0, "-- ends the options");
	c = capture(1, parse, LINE("--wait", "5", "-w", "--wait=2", "-w3"));
	ok(strcmp(c.text, "119= 119= 119=2 119=3 rest 5") == 0,
	    "an argument in brackets may be left out");
	c = capture(1, parse, LINE("--help"));
	ok(c.status == 0 && strstr(c.text, "usage: pf-x [options] [FILE]\n") &&
	    strstr(c.text, "-o, --output FILE") && strstr(c.text,
	    "    --rate HZ") && strstr(c.text, "-w, --wait[=S] ") && strstr(c.text, "-V, --version"),
	    "--help tells every option on standard output");
	c = capture(1, parse, LINE("-V"));
	ok(c.status == 0 && strstr(c.text, "pf-x (Performia) ") == c.text &&
	    strstr(c.text, "\nwith everything\n"),
	    "--version tells how it was built");
}

static void
test_wrong_lines(void)
{
	struct capture c = capture(2, parse, LINE("--ouput=x"));
	ok(c.status == 2 && strstr(c.text, "test_option: there is no option "
	    "'--ouput', did you mean '--output'?\nusage: ") == c.text,
	    "a misspelt option names the nearest, on standard error");
	c = capture(2, parse, LINE("-x"));
	ok(c.status == 2 && strstr(c.text, "no option '-x'"),
	    "an unknown letter is told");
	c = capture(2, parse, LINE("-o"));
	ok(c.status == 2 && strstr(c.text, "'-o' needs an argument"),
	    "an argument that is missing is told");
	c = capture(2, parse, LINE("--verbose=1"));
	ok(c.status == 2 && strstr(c.text, "takes no argument"),
	    "an argument too many is told");
}

static void
number(void *arg)
{
	printf("%g", pf_option_num(&program, "swing", arg, 0.5, 0.75));
}

static void
whole(void *arg)
{
	printf("%lld", (long long)pf_option_int(&program, "rate", arg, 8000,
	    192000));
}

static void
word(void *arg)
{
	static const char *const roles[] = {"drums", "bass"};
	printf("%zu", pf_option_word(&program, "role", arg, roles, 2));
}

static void
test_values(void)
{
	ok(strcmp(capture(1, number, "0.6").text, "0.6") == 0 &&
	    strcmp(capture(1, whole, "8000").text, "8000") == 0 &&
	    strcmp(capture(1, word, "bass").text, "1") == 0,
	    "numbers and words are read");
	struct capture c = capture(2, whole, "12");
	ok(c.status == 2 && strstr(c.text, "test_option: --rate: '12' is out of "
	    "8000..192000\n") == c.text, "a number out of range is told");
	ok(strstr(capture(2, whole, "8000x").text, "not a whole number") &&
	    strstr(capture(2, whole, "99999999999999999999").text,
	    "out of") && strstr(capture(2, number, "").text,
	    "is not a number") && capture(2, number, "nan").status == 2,
	    "what is no number is told");
	ok(strstr(capture(2, word, "drumms").text, "role 'drumms' is unknown, "
	    "did you mean 'drums'?"), "a misspelt word names the nearest");
	ok(strstr(capture(2, word, "xyzzy").text, "one of drums, bass"),
	    "a word that is far from all names them all");
}

int
main(void)
{
	test_lines();
	test_wrong_lines();
	test_values();
	return tap_done();
}
