/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pf-analyze: ears.  Audio in; onsets, notes, levels, beats, chords and key
 * out, each line where it was known.
 */
#include "live.h"
#include "output.h"
#include "profile.h"

#include "analysis/ears.h"
#include "audiofile/reader.h"
#include "base/err.h"
#include "base/message.h"
#include "base/option.h"
#include "base/outfile.h"
#include "event/type.h"
#include "live/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_NOTES = 256, KEY_PROFILE, KEY_JSON, KEY_HOP, KEY_ONLY, KEY_LIVE,
	KEY_TAP, KEY_STANDBY, KEY_WAIT, KEY_READY_FD };

static const struct pf_option options[] = {
	{'n', "name", "NAME", "speak as NAME (default: ears)"},
	{'o', "output", "FILE", "write to FILE"},
	{KEY_NOTES, "notes", NULL, "finished notes at their starts, sorted"},
	{KEY_PROFILE, "profile", NULL, "describe the whole sound as text"},
	{KEY_JSON, "json", NULL, "describe it as JSON"},
	{KEY_ONLY, "only", "TYPES", "say only these, e.g. onset,pitch,chord"},
	{'r', "rate", "HZ", "listen at this rate (default: the file's)"},
	{KEY_HOP, "hop", "FRAMES", "listen in hops of 64..4096 frames"},
	{KEY_LIVE, "live", NULL, "hear a session instead of a file"},
	{'s', "session", "NAME", "this one (default: $PF_SESSION)"},
	{KEY_TAP, "tap", "NAME", "of it this: in, master, a strip's (in)"},
	{KEY_WAIT, "wait", "[=S]", "wait for an engine, S seconds or for ever"},
	{KEY_STANDBY, "standby", NULL, "wait until the name is free"},
	{KEY_READY_FD, "ready-fd", "N", "write a newline to N when it hears"},
	{'v', "verbose", NULL, "tell tempo, key and chords on stderr"},
	{0},
};

static const struct pf_program program = {
	.name = "pf-analyze",
	.summary = "ears: turn audio into onsets, pitches, beats, chords, key "
	    "and level",
	.operands = "[FILE]",
	.options = options,
};

struct settings {
	const char *name, *output, *input;
	bool notes, profile, json, verbose;
	uint32_t rate_hz, hop, what;
	/* In a session. */
	const char *session, *tap, *ready;
	double wait_s;
	bool live, standby;
	bool live_only; /* something was said that needs --live */
};

/* "onset,pitch": the bits of those types. */
static uint32_t
parse_only(const char *arg)
{
	static const enum pf_type types[] = {PF_ONSET, PF_PITCH, PF_LEVEL,
	    PF_BEAT, PF_CHORD, PF_KEY, PF_TIMBRE, PF_PHRASE};
	const char *words[PF_COUNT(types) + 1] = {"note"};
	uint32_t what = 0;
	char *const copy = strdup(arg), *rest = NULL;
	if (!copy)
		pf_die(1, "%s", strerror(ENOMEM));
	for (size_t i = 0; i < PF_COUNT(types); i++)
		words[i + 1] = pf_type_info[types[i]].name;
	for (char *w = strtok_r(copy, ",", &rest); w;
	     w = strtok_r(NULL, ",", &rest)) {
		const size_t i = pf_option_word(&program, "--only", w, words,
		    PF_COUNT(words));
		what |= i == 0 ? 1u << PF_ON | 1u << PF_BEND | 1u << PF_OFF
		    : 1u << types[i - 1];
	}
	free(copy);
	if (what == 0)
		pf_option_fail(&program, "--only: '%s' names nothing", arg);
	return what;
}

static uint32_t
parse_hop(const char *arg)
{
	const int64_t hop = pf_option_int(&program, "hop", arg,
	    PF_EARS_HOP_LEAST, PF_EARS_HOP_MOST);
	if ((hop & (hop - 1)) != 0)
		pf_option_fail(&program, "--hop: '%s' is no power of two", arg);
	return (uint32_t)hop;
}

static struct settings
parse(int argc, char **argv)
{
	struct settings s = {.name = "ears", .hop = 64, .what = PF_EARS_ALL,
	    .input = "-", .tap = "in"};
	const char *arg;
	int first, key;
	while ((key = pf_option_next(&program, argc, argv, &arg, &first)) != -1)
		switch (key) {
		case KEY_LIVE: s.live = true; break;
		case 's': s.session = arg; s.live_only = true; break;
		case KEY_TAP: s.tap = arg; s.live_only = true; break;
		case KEY_STANDBY: s.standby = s.live_only = true; break;
		case KEY_READY_FD: s.ready = arg; s.live_only = true; break;
		case KEY_WAIT:
			s.wait_s = pf_live_wait_s(&program, arg);
			s.live_only = true;
			break;
		case 'n': s.name = arg; break;
		case 'o': s.output = arg; break;
		case KEY_NOTES: s.notes = true; break;
		case KEY_PROFILE: s.profile = true; break;
		case KEY_JSON: s.profile = s.json = true; break;
		case KEY_ONLY: s.what = parse_only(arg); break;
		case 'r':
			s.rate_hz = (uint32_t)pf_option_int(&program, "rate",
			    arg, PF_EARS_RATE_LEAST, PF_EARS_RATE_MOST);
			break;
		case KEY_HOP: s.hop = parse_hop(arg); break;
		case 'v': s.verbose = true; break;
		}
	if (argc - first > 1)
		pf_option_fail(&program, "one file at a time, not '%s'",
		    argv[first + 1]);
	if (first < argc)
		s.input = argv[first];
	else if (!s.live && isatty(STDIN_FILENO))
		pf_option_fail(&program, "which file? Sound is not typed");
	if (strpbrk(s.name, "\t\n ") || !*s.name || strlen(s.name) > NAME_MOST
	    || *s.name == '#')
		pf_option_fail(&program, "--name: '%s' is no name", s.name);
	if (s.live && (first < argc || s.notes || s.profile || s.output ||
	    s.rate_hz))
		pf_option_fail(&program, "--live hears a session: no FILE, "
		    "-o, -r, --notes, --profile or --json");
	if (!s.live && s.live_only)
		pf_option_fail(&program, "--session, --tap, --wait, --standby "
		    "and --ready-fd need --live");
	if (s.notes && s.profile)
		pf_option_fail(&program, "--notes and --profile exclude "
		    "each other");
	return s;
}

/* Feed the whole take to the ears, hop by hop; the last is padded. */
static int
listen(struct pf_audio_reader *take, struct pf_ears *ears, uint32_t hop,
    struct output *out, struct pf_err *err)
{
	static float x[PF_EARS_HOP_MOST];
	int64_t n;
	do {
		if (out->writer && !out->notes &&
		    pf_audio_reader_would_wait(take)) {
			const int r = pf_writer_flush(out->writer, err);
			if (r != 0)
				return r;
		}
		n = pf_audio_reader_read(take, x, hop, err);
		if (n <= 0)
			break;
		for (int64_t i = n; i < hop; i++)
			x[i] = 0;
		const int r = pf_ears_run(ears, x);
		if (r != 0) {
			pf_err_set(err, "%s", strerror(-r));
			return r;
		}
		/* A short read is the last; one more tells whether all was there. */
	} while (n > 0);
	const int r = pf_ears_end(ears);
	return n < 0 ? (int)n : r;
}

static void
tell(const struct settings *s, const struct pf_ears *ears,
    const struct output *out, FILE *f)
{
	struct pf_ears_summary summary;
	char chords[sizeof out->chords + 8];
	pf_ears_summary(ears, &summary);
	snprintf(chords, sizeof chords, "%s%s", out->chords,
	    out->chords_more ? " ..." : "");
	if (s->verbose)
		profile_brief(&summary, chords);
	if (s->json)
		profile_json(f, s->input, &summary);
	else if (s->profile)
		profile_text(f, s->input, &summary);
}

/*
 * How far the reader's resampler looks ahead: soxr's HQ filter, measured, 72
 * frames at the lower of its two rates.
 */
static int64_t
resampler_ns(const struct pf_audio_info *info)
{
	const uint32_t low = info->rate_hz < info->file_rate_hz
	    ? info->rate_hz : info->file_rate_hz;
	return info->rate_hz == info->file_rate_hz ? 0
	    : (int64_t)72 * 1000000000 / low;
}

/* Everything from the open file to the end of the take. */
static int
analyze(const struct settings *s, int fd, const char *what, FILE *f,
    struct pf_err *err)
{
	struct pf_audio_reader *take;
	struct pf_ears *ears = NULL;
	struct output out;
	int r = pf_audio_reader_open(&take, s->input,
	    s->rate_hz ? s->rate_hz : PF_AUDIO_RATE_NEAR, 1, err);
	if (r != 0)
		return r;
	r = output_init(&out, s->profile ? -1 : fd, what, s->name, s->notes,
	    err);
	if (r != 0) {
		pf_audio_reader_free(take);
		return r;
	}
	const struct pf_audio_info *const info = pf_audio_reader_info(take);
	const struct pf_ears_config config = {
		.rate_hz = info->rate_hz,
		.late_ns = resampler_ns(info),
		.hop = s->hop,
		.what = s->what | (s->profile ? PF_EARS_ALL : 0),
	};
	const struct pf_sink sink = output_sink(&out);
	r = pf_ears_new(&ears, &config, &sink);
	if (r != 0)
		pf_err_set(err, "cannot listen: %s", strerror(-r));
	else
		r = listen(take, ears, s->hop, &out, err);
	if (ears) {
		struct pf_err later;
		const int w = output_finish(&out, r == 0 ? err : &later);
		r = r == 0 ? w : r;
		tell(s, ears, &out, f);
	}
	pf_ears_free(ears);
	output_fini(&out);
	pf_audio_reader_free(take);
	return r;
}

/* In a session.  Returns the exit status. */
static int
listen_live(const struct settings *s)
{
	struct pf_err err;
	const struct live live = {
		.session = s->session, .name = s->name, .tap = s->tap,
		.wait_s = s->wait_s, .standby = s->standby,
		.verbose = s->verbose, .hop = s->hop, .what = s->what,
		.ready_fd = pf_live_ready_fd(s->ready, &err),
	};
	if (live.ready_fd < -1)
		pf_option_fail(&program, "--ready-fd: %s", err.text);
	return live_listen(&live);
}

int
main(int argc, char **argv)
{
	const struct settings s = parse(argc, argv);
	if (s.live)
		return listen_live(&s);
	struct pf_outfile file = {.fd = -1};
	struct pf_err err = {""};
	int fd = STDOUT_FILENO;
	FILE *f = stdout;
	if (s.output) {
		if (pf_outfile_open(&file, s.output, &err) != 0)
			pf_die(1, "%s", err.text);
		fd = file.fd;
		f = s.profile ? fdopen(dup(fd), "w") : NULL;
		if (s.profile && !f)
			pf_die(1, "%s", strerror(errno));
	}
	int r = analyze(&s, fd, s.output ? s.output : "standard output", f,
	    &err);
	if (s.output && f && (fflush(f) != 0 || fclose(f) != 0) && r == 0) {
		pf_err_set(&err, "cannot write '%s': %s", s.output,
		    strerror(errno));
		r = -EIO;
	}
	if (r != 0) {
		if (s.output)
			pf_outfile_abort(&file);
		pf_die(1, "%s", err.text);
	}
	if (s.output ? pf_outfile_commit(&file, &err) != 0
	    : pf_close_stdout(&err) != 0)
		pf_die(1, "%s", err.text);
	return 0;
}
