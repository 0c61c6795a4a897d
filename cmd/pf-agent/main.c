/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pf-agent: a musician, in a pipe or on stage.  Hears the others, plays
 * along.
 */
#include "list.h"
#include "live.h"

#include "agent/mind.h"
#include "agent/personality.h"
#include "base/err.h"
#include "base/message.h"
#include "base/option.h"
#include "base/outfile.h"
#include "live/member.h"
#include "live/program.h"
#include "music/style.h"
#include "stream/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SETS_MOST = 32, THINK_RATE = 256, HEARD, REPLACE, LENIENT, SET, LIVE,
	SESSION, STANDBY, WAIT, READY_FD };

static const struct pf_option options[] = {
	{'n', "name", "NAME", "as whom to play (default: the role)"},
	{'s', "style", "STYLE", "in which style (default: rock)"},
	{'p', "personality", "WHO", "what sort of musician (default: steady)"},
	{'i', "instrument", "SOUND", "with which sound (default: the style's)"},
	{SET, "set", "TRAIT=X", "set one trait, 0..1; may be repeated"},
	{'S', "seed", "N", "another seed plays otherwise (default: 1)"},
	{'o', "output", "FILE", "write to FILE instead of standard output"},
	{'L', "list", NULL, "list roles, styles, personalities and traits"},
	{THINK_RATE, "think-rate", "HZ", "thoughts a second, 10..30 (20)"},
	{HEARD, "heard", "FILE", "write what was heard, in its order"},
	{REPLACE, "replace", NULL, "drop upstream lines of the same name"},
	{LENIENT, "lenient", NULL, "skip malformed lines and count them"},
	{LIVE, "live", NULL, "play in a session instead of a pipe"},
	{SESSION, "session", "NAME", "in this one (default: $PF_SESSION)"},
	{WAIT, "wait", "[=S]", "wait for an engine, S seconds or for ever"},
	{STANDBY, "standby", NULL, "wait until the name is free"},
	{READY_FD, "ready-fd", "N", "write a newline to N when it plays"},
	{'v', "verbose", NULL, "say what was chosen and what happened"},
	{0},
};

static const struct pf_program program = {
	.name = "pf-agent",
	.summary = "play along: drums, bass, harmony, melody, or only listen",
	.operands = "ROLE [FILE]",
	.options = options,
};

struct settings {
	const char *role, *name, *style, *who, *instrument, *heard, *input;
	const char *output;
	const char *set[SETS_MOST];
	size_t n_sets;
	uint64_t seed;
	double hz;
	bool replace, lenient, verbose;
	/* On stage. */
	const char *session, *ready;
	double wait_s;
	bool live, standby;
	bool stage_only; /* something was said that needs --live */
};

static void
read_options(struct settings *s, int argc, char **argv)
{
	const char *arg;
	int first, c;
	while ((c = pf_option_next(&program, argc, argv, &arg, &first)) != -1) {
		switch (c) {
		case 'n': s->name = arg; break;
		case 's': s->style = arg; break;
		case 'p': s->who = arg; break;
		case 'i': s->instrument = arg; break;
		case 'v': s->verbose = true; break;
		case 'o': s->output = arg; break;
		case 'L': exit(list_choices());
		case LIVE: s->live = true; break;
		case HEARD: s->heard = arg; break;
		case REPLACE: s->replace = true; break;
		case LENIENT: s->lenient = true; break;
		case 'S':
			s->seed = (uint64_t)pf_option_int(&program, "seed",
			    arg, 0, INT64_MAX);
			break;
		case THINK_RATE:
			s->hz = (double)pf_option_int(&program, "think-rate",
			    arg, 10, 30);
			break;
		case SESSION:
			s->session = arg;
			s->stage_only = true;
			break;
		case STANDBY: s->standby = s->stage_only = true; break;
		case WAIT:
			s->wait_s = pf_live_wait_s(&program, arg);
			s->stage_only = true;
			break;
		case READY_FD:
			s->ready = arg;
			s->stage_only = true;
			break;
		case SET:
			if (s->n_sets == SETS_MOST)
				pf_option_fail(&program, "--set: too many");
			s->set[s->n_sets++] = arg;
			break;
		}
	}
	size_t roles = 0;
	while (pf_mind_roles[roles])
		roles++;
	if (first >= argc)
		pf_option_fail(&program, "which role? drums, bass, harmony, "
		    "melody or listen");
	if (argc - first > 2)
		pf_option_fail(&program, "'%s' is one operand too many",
		    argv[first + 2]);
	s->role = pf_mind_roles[pf_option_word(&program, "role", argv[first],
	    pf_mind_roles, roles)];
	s->input = first + 1 < argc ? argv[first + 1] : "-";
	if (!s->name)
		s->name = s->role;
	if (s->live && (first + 1 < argc || s->replace || s->lenient))
		pf_option_fail(&program, "--live hears a session: no FILE, "
		    "--replace or --lenient");
	if (!s->live && s->stage_only)
		pf_option_fail(&program, "--session, --wait, --standby and "
		    "--ready-fd need --live");
	if (!*s->name || strpbrk(s->name, "\t\n#") || strlen(s->name) > 100)
		pf_option_fail(&program, "--name: '%s' can not be a source",
		    s->name);
}

/* ---- the mind as the carrier sees it */

struct player {
	struct pf_mind *mind;
	struct pf_sink sink;
};

static int
hear(void *ctx, const struct pf_event *e, const char *more, double beat)
{
	struct player *const p = ctx;
	(void)beat;
	return pf_mind_hear(p->mind, e, more);
}

static int
think(void *ctx, int64_t n, int64_t time_ns)
{
	struct player *const p = ctx;
	(void)n;
	return pf_mind_think(p->mind, time_ns, &p->sink);
}

static int
reflex(void *ctx, const struct pf_event *e)
{
	struct player *const p = ctx;
	return pf_mind_reflex(p->mind, e, &p->sink);
}

static void
end(void *ctx, int64_t time_ns)
{
	struct player *const p = ctx;
	(void)time_ns;
	pf_mind_end(p->mind);
}

static bool
over(void *ctx)
{
	const struct player *const p = ctx;
	return pf_mind_over(p->mind);
}

/* ---- wiring */

static void
load(const struct settings *s, struct pf_style **style,
    struct pf_personality *who)
{
	struct pf_err err;
	if (pf_style_load(style, s->style, &err) != 0)
		pf_die(2, "%s", err.text);
	if (pf_personality_load(who, s->who, s->role, &err) != 0)
		pf_die(2, "%s", err.text);
	for (size_t i = 0; i < s->n_sets; i++)
		if (pf_personality_set(who, s->set[i], &err) != 0)
			pf_option_fail(&program, "--set: %s", err.text);
}

static void
report(const struct settings *s, const struct player *p,
    const struct pf_filter *filter)
{
	const struct pf_filter_counts c = pf_filter_counts(filter);
	char where[160];
	pf_mind_describe(p->mind, where, sizeof where);
	pf_msg("%s (%s, %s, %s, seed %llu): heard %llu, thought %llu, "
	    "said %llu, late %llu, refused %llu, skipped %llu; %s",
	    s->name, s->role, s->style, s->who, (unsigned long long)s->seed,
	    (unsigned long long)c.heard, (unsigned long long)c.thoughts,
	    (unsigned long long)c.said, (unsigned long long)c.delayed,
	    (unsigned long long)c.refused, (unsigned long long)c.skipped,
	    where);
}

static int
open_input(const struct settings *s)
{
	if (strcmp(s->input, "-") == 0)
		return STDIN_FILENO;
	const int fd = open(s->input, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		pf_die(1, "cannot open '%s': %s", s->input, strerror(errno));
	return fd;
}

static struct pf_filter *
new_filter(const struct settings *s, int in_fd, int out_fd, int heard_fd,
    struct pf_names *names)
{
	struct pf_filter *filter;
	struct pf_err err;
	const bool file = s->output && strcmp(s->output, "-") != 0;
	const struct pf_filter_config config = {
		.name = s->name,
		.in_fd = in_fd,
		.in_name = in_fd == STDIN_FILENO ? NULL : s->input,
		.out_fd = out_fd,
		.out_name = file ? s->output : NULL,
		.heard_fd = heard_fd,
		.strict = s->lenient ? PF_LENIENT : PF_STRICT,
		.replace = s->replace,
		.thoughts_hz = (unsigned)s->hz,
	};
	if (pf_filter_new(&filter, &config, names, &err) != 0)
		pf_die(1, "%s", err.text);
	return filter;
}

static struct pf_mind *
new_mind(const struct settings *s, const struct pf_style *style,
    const struct pf_personality *who, struct pf_names *names)
{
	struct pf_mind *mind;
	struct pf_err err;
	const struct pf_mind_config config = {
		.role = s->role,
		.name = s->name,
		.seed = s->seed,
		.think_hz = s->hz,
		.style = style,
		.personality = who,
		.instrument = s->instrument,
		.names = names,
	};
	if (pf_mind_new(&mind, &config, &err) != 0)
		pf_die(1, "%s", err.text);
	return mind;
}

/* From the first word to the end of the input.  0, or < 0 and *err. */
static int
play(struct player *player, struct pf_filter *filter, struct pf_err *err)
{
	player->sink = pf_filter_sink(filter);
	pf_filter_set_hearer(filter, &(struct pf_hearer){.hear = hear,
	    .think = think, .end = end, .over = over, .reflex = reflex,
	    .ctx = player});
	const int r = pf_mind_start(player->mind, &player->sink);
	if (r != 0) {
		pf_err_set(err, "cannot begin: %s", strerror(-r));
		return r;
	}
	return pf_filter_run(filter, err);
}

/* In the pipe.  Returns the exit status. */
static int
play_in_pipe(const struct settings *s, const struct pf_style *style,
    const struct pf_personality *who, struct pf_names *names, int out_fd,
    int heard_fd)
{
	struct player player = {0};
	struct pf_err err;
	const int in = open_input(s);
	struct pf_filter *const filter = new_filter(s, in, out_fd, heard_fd,
	    names);
	player.mind = new_mind(s, style, who, names);
	const int r = play(&player, filter, &err);
	if (r != 0)
		pf_msg("%s", err.text);
	if (s->verbose)
		report(s, &player, filter);
	pf_mind_free(player.mind);
	pf_filter_free(filter);
	if (in != STDIN_FILENO)
		close(in);
	return r != 0;
}

static int
start(void *ctx)
{
	struct player *const p = ctx;
	return pf_mind_start(p->mind, &p->sink);
}

/* In a session.  Returns the exit status. */
static int
play_on_stage(const struct settings *s, const struct pf_style *style,
    const struct pf_personality *who, struct pf_names *names, int out_fd,
    int heard_fd)
{
	struct player player = {0};
	struct pf_member *member = NULL;
	struct pf_err err;
	struct live live = {
		.session = s->session, .name = s->name, .role = s->role,
		.wait_s = s->wait_s, .standby = s->standby,
		.verbose = s->verbose, .hz = (unsigned)s->hz,
		.heard_fd = heard_fd, .out_fd = out_fd, .names = names,
		.ready_fd = pf_live_ready_fd(s->ready, &err),
		.hearer = {.hear = hear, .think = think, .end = end,
		    .over = over, .reflex = reflex, .ctx = &player},
		.start = start,
	};
	if (live.ready_fd < -1)
		pf_option_fail(&program, "--ready-fd: %s", err.text);
	int status = live_open(&member, &live);
	if (status != 0 || !member)
		return status;
	player.mind = new_mind(s, style, who, names);
	player.sink = pf_member_sink(member);
	status = live_play(member, &live);
	pf_mind_free(player.mind);
	return status;
}

int
main(int argc, char **argv)
{
	struct settings s = {.style = "rock", .who = "steady", .seed = 1,
	    .hz = PF_MIND_THINK_HZ};
	struct pf_style *style;
	struct pf_personality who;
	struct pf_names *names;
	struct pf_outfile heard = {.fd = -1}, out = {.fd = STDOUT_FILENO};
	struct pf_err err;
	read_options(&s, argc, argv);
	load(&s, &style, &who);
	const bool file = s.output && strcmp(s.output, "-") != 0;
	if (s.live && !s.output)
		out.fd = -1;
	if ((s.heard && pf_outfile_open(&heard, s.heard, &err) != 0) ||
	    (file && pf_outfile_open(&out, s.output, &err) != 0))
		pf_die(1, "%s", err.text);
	if (pf_names_new(&names) != 0)
		pf_die(1, "not enough memory");
	int status = (s.live ? play_on_stage : play_in_pipe)(&s, style, &who,
	    names, out.fd, heard.fd);
	if (status == 0 && ((s.heard && pf_outfile_commit(&heard, &err) != 0)
	    || (file && pf_outfile_commit(&out, &err) != 0))) {
		pf_msg("%s", err.text);
		status = 1;
	}
	pf_outfile_abort(&heard);
	if (file)
		pf_outfile_abort(&out);
	pf_style_free(style);
	pf_names_free(names);
	return status;
}
