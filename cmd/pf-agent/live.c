/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live.h"

#include "base/message.h"
#include "live/member.h"
#include "live/program.h"

#include <errno.h>
#include <signal.h>

int
live_open(struct pf_member **member, const struct live *live)
{
	struct pf_err err;
	const struct pf_member_config config = {
		.session = live->session,
		.name = live->name,
		.role = live->role,
		.wait_s = live->wait_s,
		.standby = live->standby,
		.from = PF_MEMBER_OLDEST,
		.sleeper = PF_BELL_AGENTS,
		.thoughts_hz = live->hz,
		.stop = pf_live_signals(),
	};
	signal(SIGPIPE, SIG_IGN); /* the music outlives who reads our words */
	const int r = pf_member_open(member, &config, live->names, &err);
	if (r == 0)
		return 0;
	pf_msg("%s", err.text);
	return pf_live_status(r);
}

static void
report(const struct pf_member *member, const char *name)
{
	const struct pf_member_counts c = pf_member_counts(member);
	pf_msg("%s: heard %llu, thought %llu, said %llu, reflexes %llu; "
	    "late %llu, stale %llu, lost %llu, refused %llu, too far %llu, "
	    "unsaid %llu; engines met: %llu", name,
	    (unsigned long long)c.heard, (unsigned long long)c.thoughts,
	    (unsigned long long)c.said, (unsigned long long)c.reflexes,
	    (unsigned long long)c.late, (unsigned long long)c.stale,
	    (unsigned long long)c.lost, (unsigned long long)c.refused,
	    (unsigned long long)c.far, (unsigned long long)c.unsaid,
	    (unsigned long long)c.engines);
}

int
live_play(struct pf_member *member, const struct live *live)
{
	struct pf_err err = {""};
	const struct pf_member_run run = {
		.hearer = &live->hearer,
		.start = live->start,
		.err = &err,
		.heard_fd = live->heard_fd,
		.out_fd = live->out_fd,
		.ready_fd = live->ready_fd,
	};
	const int r = pf_member_run(member, &run);
	if (r != 0 && r != -EINTR)
		pf_msg("%s", err.text);
	if (live->verbose)
		report(member, live->name);
	pf_member_close(member, r == 0);
	return pf_live_status(r);
}
