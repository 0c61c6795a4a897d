/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pf-run: the stage manager.  Starts the programs of a rig in order, watches
 * them, brings back who dies, and sends all home.
 */
#include "show.h"
#include "manager.h"

#include "base/message.h"
#include "base/option.h"
#include "live/program.h"
#include "session/directory.h"

#include <stdlib.h>

enum { READY_FD = 256 };

static const struct pf_option options[] = {
	{'s', "session", "NAME", "the session to play in"},
	{'d', "device", "SPEC", "the engine's device, instead of the rig's"},
	{'l', "logs", "DIR", "log files there, not on standard error"},
	{'c', "check", NULL, "only say what is wrong with the rig"},
	{'n', "dry-run", NULL, "only print what would be started"},
	{'L', "list", NULL, "list the rigs that are installed"},
	{READY_FD, "ready-fd", "N", "write a newline to N when all are ready"},
	{'v', "verbose", NULL, "say who starts, is ready, ends"},
	{0},
};

static const struct pf_program program = {
	.name = "pf-run",
	.summary = "the stage manager: starts, watches and restarts a rig",
	.operands = "RIG",
	.options = options,
};

struct settings {
	struct manager_config manager;
	struct pf_rig_wish wish;
	const char *rig;
	bool check, plan;
};

static int
ready_fd(const char *arg)
{
	struct pf_err err;
	const int fd = pf_live_ready_fd(arg, &err);
	if (fd < -1)
		pf_option_fail(&program, "--ready-fd: %s", err.text);
	return fd;
}

static void
read_options(struct settings *s, int argc, char **argv)
{
	const char *arg;
	int first, c;
	while ((c = pf_option_next(&program, argc, argv, &arg, &first)) != -1) {
		switch (c) {
		case 's': s->manager.session = arg; break;
		case 'd': s->wish.device = arg; break;
		case 'l': s->manager.logs = arg; break;
		case 'c': s->check = true; break;
		case 'n': s->plan = true; break;
		case 'L': exit(show_list());
		case 'v': s->manager.verbose = true; break;
		case READY_FD: s->manager.ready_fd = ready_fd(arg); break;
		}
	}
	if (first >= argc)
		pf_option_fail(&program, "which rig? pf-run --list names them");
	if (argc - first > 1)
		pf_option_fail(&program, "'%s' is one operand too many",
		    argv[first + 1]);
	s->rig = argv[first];
	if (s->manager.session && !pf_session_name_ok(s->manager.session,
	    PF_SESSION_NAME_MOST))
		pf_option_fail(&program, "--session: '%s' is no name for a "
		    "session", s->manager.session);
}

/* The session: as the user says, else the environment, else the rig. */
static const char *
session(const struct settings *s, const struct pf_rig *rig)
{
	const char *const env = getenv("PF_SESSION");
	return s->manager.session ? s->manager.session : env && *env ? env
	    : rig->session;
}

int
main(int argc, char **argv)
{
	struct settings s = {.manager = {.ready_fd = -1}};
	struct pf_rig *rig;
	struct pf_err err = {""};
	read_options(&s, argc, argv);
	if (pf_rig_load(&rig, s.rig, &s.wish, &err) != 0)
		pf_die(1, "%s", err.text);
	int status = 0;
	if (s.plan) {
		status = show_plan(rig);
	} else if (show_check(rig, &err) != 0) {
		status = 1;
	} else if (!s.check) {
		s.manager.rig = rig;
		s.manager.session = session(&s, rig);
		status = manager_run(&s.manager, &err);
	}
	if (err.text[0])
		pf_msg("%s", err.text);
	pf_rig_free(rig);
	return status;
}
