/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pf-tap: a live session as text. */
#include "tap.h"

#include "base/hash.h"
#include "base/message.h"
#include "base/option.h"
#include "event/type.h"
#include "live/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_FROM = 256, OPT_SOURCE, OPT_TYPE, OPT_FOR };

static const struct pf_option options[] = {
	{'s', "session", "NAME", "the session; $PF_SESSION, or default"},
	{OPT_SOURCE, "source", "NAMES", "only what these say: drums,bass"},
	{OPT_TYPE, "type", "TYPES", "only events of these types: note,beat"},
	{OPT_FROM, "from", "WHEN", "now, or start: what the lanes still hold"},
	{'w', "wait", "[=S]", "wait for an engine, at most so long"},
	{'c', "count", "N", "end after so many events"},
	{OPT_FOR, "for", "S", "end after so many seconds of the session"},
	{'r', "record", "FILE", "write the tape: what the engine plays"},
	{'d', "dump", NULL, "print the segments themselves, for a debugger"},
	{'v', "verbose", NULL, "at the end, count on standard error"},
	{0},
};

static const struct pf_program program = {
	.name = "pf-tap",
	.summary = "a live session as text, as it is played",
	.operands = "[LANE...]",
	.options = options,
};

static void
choose_sources(struct choice *c, const char *arg)
{
	while (*arg) {
		const size_t len = strcspn(arg, ",");
		if (c->n == WORDS_MOST)
			pf_option_fail(&program, "too many sources");
		if (len && !(c->word[c->n] = strndup(arg, len)))
			pf_die(1, "not enough memory");
		if (len) {
			c->hash[c->n] = pf_hash_str(c->word[c->n]);
			c->n++;
		}
		arg += len + (arg[len] == ',');
	}
}

static void
choose_types(struct wish *w, const char *arg)
{
	const char *names[PF_TYPES];
	enum pf_type types[PF_TYPES];
	size_t n = 0;
	for (int t = PF_NONE + 1; t < PF_TYPES; t++)
		if (pf_type_info[t].in_text) {
			names[n] = pf_type_info[t].name;
			types[n++] = (enum pf_type)t;
		}
	w->some_types = true;
	while (*arg) {
		char word[32] = "";
		const size_t len = strcspn(arg, ",");
		memcpy(word, arg, len < 31 ? len : 31);
		if (len)
			w->types[types[pf_option_word(&program, "type", word,
			    names, n)]] = true;
		arg += len + (arg[len] == ',');
	}
}

static bool
from_start(const char *arg)
{
	static const char *const words[] = {"now", "start"};
	return pf_option_word(&program, "--from", arg, words, 2) == 1;
}

static void
set_option(struct wish *w, int key, const char *arg)
{
	switch (key) {
	case 's':
		w->session = arg;
		break;
	case OPT_SOURCE:
		choose_sources(&w->sources, arg);
		break;
	case OPT_TYPE:
		choose_types(w, arg);
		break;
	case OPT_FROM:
		w->from_start = from_start(arg);
		break;
	case 'w':
		w->wait_s = pf_live_wait_s(&program, arg);
		break;
	case 'c':
		w->count = pf_option_int(&program, "count", arg, 0, INT64_MAX);
		break;
	case OPT_FOR:
		w->for_s = pf_option_num(&program, "for", arg, 0, 1e7);
		break;
	case 'r':
		w->record = arg;
		break;
	case 'v':
		w->verbose = true;
		break;
	}
}

int
main(int argc, char **argv)
{
	struct wish w = {.count = -1, .for_s = -1};
	struct pf_err err;
	const char *arg;
	bool dump = false;
	int key, first, r;
	while ((key = pf_option_next(&program, argc, argv, &arg, &first)) != -1)
		if (key == 'd')
			dump = true;
		else
			set_option(&w, key, arg);
	if (!dump && first < argc)
		pf_option_fail(&program, "'%s': lanes are named with --dump, "
		    "sources with --source", argv[first]);
	if (dump && w.record)
		pf_option_fail(&program, "--dump and --record are two things");
	if (w.record && (w.some_types || w.sources.n || w.count >= 0))
		pf_option_fail(&program, "--record takes everything: no "
		    "--source, --type or --count");
	if (w.record) /* a tape ends in order, and has its name then */
		w.stop = pf_live_signals();
	if (dump)
		r = tap_dump(&w, argv + first, (size_t)(argc - first), &err);
	else
		r = w.record ? tap_record(&w, &err) : tap_live(&w, &err);
	for (size_t i = 0; i < w.sources.n; i++)
		free(w.sources.word[i]);
	if (r != 0)
		pf_die(r == -ENOENT ? 3 : 1, "%s", err.text);
	return 0;
}
