/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pf-render: a studio.  An event stream goes in, sound comes out.
 */
#include "list.h"
#include "studio.h"

#include "base/message.h"
#include "base/number.h"
#include "base/option.h"
#include "base/outfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	OPT_MIX_GAIN = 256, OPT_BALANCE, OPT_ONLY, OPT_MUTE, OPT_START,
	OPT_TAIL, OPT_NO_MASTER, OPT_LENIENT, OPT_STEMS, OPT_LUFS
};

static const struct pf_option options[] = {
	{'o', "output", "FILE", "write to FILE; '-', or nothing, is stdout"},
	{'m', "mix", "FILE", "play a recording along; again for more"},
	{'I', "input", "NAME=FILE", "a tape's input: as it is, on strip NAME"},
	{OPT_MIX_GAIN, "mix-gain", "DB", "louder or softer: the --mix before"},
	{OPT_BALANCE, "balance", "DB", "band against takes; 'off': as they are"},
	{OPT_STEMS, "stems", "DIR", "write each strip and effect return there"},
	{'i', "instrument", "SOURCE=NAME", "what a source plays; again for more"},
	{'d', "desk", "NAME", "returns, master, who plays what; default"},
	{'L', "list", NULL, "list the instruments"},
	{OPT_ONLY, "only", "SOURCES", "play these alone: drums,bass"},
	{OPT_MUTE, "mute", "SOURCES", "leave these out"},
	{'r', "rate", "HZ", "sample rate, 44100..192000; 48000"},
	{'b', "bits", "BITS", "16, 24 or 32f; 24, in pipes 32f"},
	{'f', "format", "FORMAT", "wav rf64 flac aiff ogg opus au raw"},
	{OPT_LUFS, "lufs", "LUFS", "make it so loud: -16"},
	{OPT_NO_MASTER, "no-master", NULL, "leave the mix as it is: no limiter"},
	{OPT_START, "start", "TIME", "begin here: seconds, or 1:30"},
	{'l', "length", "TIME", "be exactly so long"},
	{OPT_TAIL, "tail", "TIME", "let it ring so long at most; 12"},
	{'t', "title", "TEXT", "a title for the file"},
	{'S', "seed", "N", "seed of the dither; 1"},
	{'j', "threads", "N", "1..16; 1"},
	{OPT_LENIENT, "lenient", NULL, "skip wrong lines and count them"},
	{'v', "verbose", NULL, "report what was played, and how loud"},
	{'q', "quiet", NULL, "no progress and no warnings"},
	{0}
};

#ifdef HAVE_libebur128
#define BUILT "with libebur128"
#else
#define BUILT "without libebur128: no --lufs"
#endif

static const struct pf_program program = {.name = "pf-render",
    .summary = "a studio: turns an event stream into audio, with stems and "
    "a master",
    .operands = "[FILE]", .options = options, .built = BUILT};

/* Seconds of "90", "1:30" or "1:02:30.5". */
static double
seconds(const char *name, const char *arg)
{
	double s = 0;
	const char *at = arg;
	for (int parts = 0; parts < 3; parts++) {
		const size_t len = strcspn(at, ":");
		double part;
		if (pf_number_parse(at, len, &part) != 0 || part < 0 ||
		    (parts && part >= 60))
			break;
		s = s * 60 + part;
		at += len;
		if (!*at && s <= 360000)
			return s;
		if (*at++ != ':')
			break;
	}
	pf_option_fail(&program, "--%s: '%s' is no time in 0..100 hours, like "
	    "90 or 1:30", name, arg);
}

/* Append the words of "a,b" to list[WORDS_MOST]. */
static size_t
words(char **list, size_t n, const char *arg)
{
	while (*arg) {
		const size_t len = strcspn(arg, ",");
		if (n == WORDS_MOST)
			pf_option_fail(&program, "too many sources");
		if (len && !(list[n++] = strndup(arg, len)))
			pf_die(1, "not enough memory");
		arg += len + (arg[len] == ',');
	}
	return n;
}

static unsigned
bits(const char *arg)
{
	static const char *const names[] = {"16", "24", "32f", "32"};
	static const unsigned values[] = {16, 24, 32, 32};
	return values[pf_option_word(&program, "--bits", arg, names,
	    PF_COUNT(names))];
}

static void
add_take(struct wish *w, const char *path)
{
	if (w->takes == TAKES_MOST)
		pf_option_fail(&program, "--mix: %d at most", TAKES_MOST);
	w->take[w->takes++] = path;
}

/* "guitar=take.wav": what the engine's own input of that name heard. */
static void
add_input(struct wish *w, char *arg)
{
	char *const equals = strchr(arg, '=');
	if (!equals || equals == arg || !equals[1])
		pf_option_fail(&program, "--input: '%s' is not NAME=FILE",
		    arg);
	if (equals - arg >= PF_NAME_MOST)
		pf_option_fail(&program, "--input: a name has up to %d bytes",
		    PF_NAME_MOST - 1);
	add_take(w, equals + 1);
	*equals = '\0';
	w->take_name[w->takes - 1] = arg;
}

static void
add_instrument(struct wish *w, const char *arg)
{
	const char *const equals = strchr(arg, '=');
	if (!equals || equals == arg || !equals[1])
		pf_option_fail(&program, "--instrument: '%s' is not "
		    "SOURCE=NAME", arg);
	if (w->instruments == WORDS_MOST)
		pf_option_fail(&program, "too many instruments");
	if (!(w->instrument[w->instruments++] = strdup(arg)))
		pf_die(1, "not enough memory");
}

static void
set_balance(struct wish *w, const char *arg)
{
	w->balance = strcmp(arg, "off") != 0;
	if (w->balance)
		w->balance_db = pf_option_num(&program, "balance", arg, -40,
		    40);
}

static size_t
format(const char *arg)
{
	size_t n = 0;
	while (pf_audio_formats[n])
		n++;
	return pf_option_word(&program, "--format", arg, pf_audio_formats, n);
}

static void
set_sound(struct wish *w, int key, const char *arg)
{
	switch (key) {
	case 'r':
		w->file.rate_hz = (uint32_t)pf_option_int(&program, "rate",
		    arg, 44100, 192000);
		break;
	case 'b':
		w->file.bits = bits(arg);
		break;
	case 'f':
		w->file.format = pf_audio_formats[format(arg)];
		break;
	case OPT_LUFS:
		w->loud = true;
		w->lufs = pf_option_num(&program, "lufs", arg, -60, -5);
		break;
	case 't':
		w->file.title = arg;
		break;
	case 'S':
		w->file.seed = (uint64_t)pf_option_int(&program, "seed", arg,
		    0, INT64_MAX);
		break;
	case 'j':
		w->threads = (unsigned)pf_option_int(&program, "threads", arg,
		    1, 16);
		break;
	case OPT_NO_MASTER:
		w->master = false;
		break;
	case OPT_START:
		w->start_s = seconds("start", arg);
		break;
	case 'l':
		w->length_s = seconds("length", arg);
		break;
	case OPT_TAIL:
		w->tail_s = seconds("tail", arg);
		break;
	}
}

static void
set_option(struct wish *w, int key, const char *arg)
{
	switch (key) {
	case 'o':
		w->output = arg;
		break;
	case 'm':
		add_take(w, arg);
		break;
	case 'I':
		if (w->names == TAKES_MOST ||
		    !(w->name[w->names] = strdup(arg)))
			pf_option_fail(&program, "too many inputs");
		add_input(w, w->name[w->names++]);
		break;
	case OPT_MIX_GAIN:
		if (!w->takes)
			pf_option_fail(&program, "--mix-gain comes behind its "
			    "--mix or --input");
		w->take_db[w->takes - 1] = pf_option_num(&program, "mix-gain",
		    arg, -90, 40);
		break;
	case OPT_BALANCE:
		set_balance(w, arg);
		break;
	case OPT_STEMS:
		w->stems = arg;
		break;
	case 'd':
		w->desk = arg;
		break;
	case 'i':
		add_instrument(w, arg);
		break;
	case 'L':
		exit(list_instruments());
	case OPT_ONLY:
		w->onlys = words(w->only, w->onlys, arg);
		break;
	case OPT_MUTE:
		w->mutes = words(w->mute, w->mutes, arg);
		break;
	case OPT_LENIENT:
		w->lenient = true;
		break;
	case 'v':
		w->verbose = 1;
		break;
	case 'q':
		w->verbose = -1;
		break;
	default:
		set_sound(w, key, arg);
		break;
	}
}

/* What options together can not mean. */
static void
check(const struct wish *w)
{
	unsigned pipes = strcmp(w->stream, "-") == 0;
	for (unsigned i = 0; i < w->takes; i++)
		pipes += strcmp(w->take[i], "-") == 0;
	if (pipes > 1)
		pf_option_fail(&program, "standard input is one stream: it can "
		    "not be --mix and the events");
	if (w->loud && !w->master)
		pf_option_fail(&program, "--lufs needs the master that "
		    "--no-master leaves out");
	if (strcmp(w->output, "-") == 0 && isatty(STDOUT_FILENO))
		pf_option_fail(&program, "sound is not for a terminal: use -o "
		    "FILE");
}

static double
now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int
run(const struct wish *w, struct pf_err *err)
{
	struct studio *const s = calloc(1, sizeof *s);
	const double began = now_s();
	if (!s)
		return pf_err_set(err, "not enough memory"), -ENOMEM;
	/* The output first: nobody waits long to hear that it can not be. */
	int r = output_open(&s->output, w, err);
	if (r == 0)
		r = studio_open(s, w, err);
	if (r == 0)
		r = w->loud ? loud_render(s, err)
		    : studio_render(s, output_put, &s->output, err);
	if (r == 0 && s->stems) {
		r = stems_close(s->stems, err);
		s->stems = NULL;
	}
	if (r == 0)
		r = output_close(&s->output, &s->result, err);
	if (r == 0)
		report(s, now_s() - began);
	studio_close(s);
	free(s);
	return r;
}

int
main(int argc, char **argv)
{
	struct wish w = {.stream = "-", .output = "-", .desk = "default",
	    .threads = 1,
	    .file = {.rate_hz = 48000, .channels = 2, .seed = 1},
	    .length_s = -1, .tail_s = 12, .balance = true, .master = true};
	struct pf_err err;
	const char *arg;
	char comment[64];
	int key, first;
	while ((key = pf_option_next(&program, argc, argv, &arg, &first)) != -1)
		set_option(&w, key, arg);
	if (argc - first > 1)
		pf_option_fail(&program, "one stream, not %d", argc - first);
	if (first < argc)
		w.stream = argv[first];
	check(&w);
	snprintf(comment, sizeof comment, "pf-render --seed %llu",
	    (unsigned long long)w.file.seed);
	w.file.comment = comment;
	const int r = run(&w, &err);
	for (size_t i = 0; i < w.onlys; i++)
		free(w.only[i]);
	for (size_t i = 0; i < w.mutes; i++)
		free(w.mute[i]);
	for (size_t i = 0; i < w.instruments; i++)
		free(w.instrument[i]);
	for (size_t i = 0; i < w.names; i++)
		free(w.name[i]);
	if (r != 0)
		pf_die(1, "%s", err.text);
	return 0;
}
