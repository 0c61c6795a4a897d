/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pf-send: event lines into a live session. */
#include "send.h"

#include "base/message.h"
#include "base/number.h"
#include "base/option.h"
#include "live/program.h"

#include <errno.h>
#include <string.h>

enum { OPT_LENIENT = 256 };

static const struct pf_option options[] = {
	{'s', "session", "NAME", "the session; $PF_SESSION, or default"},
	{'a', "at", "WHEN", "begin now, at the next beat or bar, or at BEAT"},
	{'r', "replay", "FILE", "send a tape with exactly its own timing"},
	{'w', "wait", "[=S]", "wait for an engine, at most so long"},
	{OPT_LENIENT, "lenient", NULL, "skip and count malformed lines"},
	{'v', "verbose", NULL, "say what was sent"},
	{0},
};

static const struct pf_program program = {
	.name = "pf-send",
	.summary = "play an event stream into a live session",
	.operands = "[FILE]",
	.options = options,
};

static void
set_at(struct wish *w, const char *arg)
{
	static const char *const words[] = {"now", "beat", "bar"};
	static const enum at ats[] = {AT_NOW, AT_BEAT, AT_BAR};
	if (pf_number_parse(arg, strlen(arg), &w->at_beat) == 0) {
		w->at = AT_NUMBER;
		w->at_beat = pf_option_num(&program, "at", arg, 0, 1e9);
		return;
	}
	w->at = ats[pf_option_word(&program, "--at", arg, words, 3)];
}

static void
set_option(struct wish *w, int key, const char *arg)
{
	switch (key) {
	case 's':
		w->session = arg;
		break;
	case 'a':
		set_at(w, arg);
		break;
	case 'r':
		w->path = arg;
		w->replay = true;
		break;
	case 'w':
		w->wait_s = pf_live_wait_s(&program, arg);
		break;
	case OPT_LENIENT:
		w->strict = PF_LENIENT;
		break;
	case 'v':
		w->verbose = true;
		break;
	}
}

int
main(int argc, char **argv)
{
	struct wish w = {.path = "-"};
	struct pf_err err;
	const char *arg;
	int key, first;
	while ((key = pf_option_next(&program, argc, argv, &arg, &first)) != -1)
		set_option(&w, key, arg);
	if (argc - first > (w.replay ? 0 : 1))
		pf_option_fail(&program, "one stream, not %d",
		    argc - first + w.replay);
	if (first < argc)
		w.path = argv[first];
	w.stop = pf_live_signals(); /* our notes end before we do */
	const int r = send_stream(&w, &err);
	if (r != 0)
		pf_die(r == -ENOENT || r == -EBUSY ? 3 : 1, "%s", err.text);
	return 0;
}
