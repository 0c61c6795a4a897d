/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The agent that only answers. */
#include "latency/answer.h"

#include "base/hash.h"
#include "base/message.h"
#include "event/type.h"
#include "live/program.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define REACTION_NS 3000000  /* as all agents: nothing in zero time */
#define TIRED_NS 80000000    /* so that it does not answer itself */

struct reflex {
	struct pf_sink sink;
	int64_t answered_ns;
};

static int
say_click(struct reflex *r, int64_t time_ns, float velocity)
{
	struct pf_event e = pf_event_make(PF_NOTE, time_ns, 0);
	e.type |= PF_FREE;
	e.pitch = PF_PROBE_CLICK;
	e.velocity = velocity;
	e.duration = 0.001f;
	return pf_sink_say(&r->sink, &e, NULL);
}

/* Its sound; a first note, and there is a strip. */
static int
start(void *ctx)
{
	struct reflex *const r = ctx;
	struct pf_event patch = pf_event_make(PF_PATCH, PF_TIME_NOW, 0);
	patch.name = pf_hash_str("click");
	const int result = pf_sink_say(&r->sink, &patch, "name=click");
	return result != 0 ? result : say_click(r, PF_TIME_NOW, 0.01f);
}

static int
answer(void *ctx, const struct pf_event *e)
{
	struct reflex *const r = ctx;
	if (pf_event_type(e) != PF_ONSET ||
	    e->time < r->answered_ns + TIRED_NS)
		return 0;
	r->answered_ns = e->time;
	return say_click(r, e->time + REACTION_NS, 1);
}

static int
live(const struct pf_probe_config *c)
{
	struct pf_member *m = NULL;
	struct pf_names *names;
	struct pf_err err = {""};
	struct reflex r = {.answered_ns = INT64_MIN / 2};
	uint32_t hash;
	const struct pf_member_config config = {.session = c->session,
	    .name = PF_REFLEX_NAME, .role = "probe", .wait_s = c->wait_s,
	    .sleeper = PF_BELL_AGENTS, .stop = pf_live_signals()};
	if (pf_names_new(&names) != 0 ||
	    pf_names_add(names, "click", 5, &hash) != 0)
		return 1;
	int result = pf_member_open(&m, &config, names, &err);
	if (result == 0) {
		const struct pf_hearer hearer = {.reflex = answer, .ctx = &r};
		const struct pf_member_run run = {.hearer = &hearer,
		    .start = start, .err = &err, .heard_fd = -1,
		    .out_fd = -1, .ready_fd = -1};
		r.sink = pf_member_sink(m);
		result = pf_member_run(m, &run);
	}
	if (result != 0 && result != -EINTR)
		pf_msg("%s: %s", PF_REFLEX_NAME, err.text);
	pf_member_close(m, false);
	pf_names_free(names);
	return pf_live_status(result);
}

pid_t
pf_reflex_start(const struct pf_probe_config *config, struct pf_err *err)
{
	const pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(0); /* it died before we could ask */
		_exit(live(config));
	}
	if (pid < 0) {
		const int e = errno;
		pf_err_set(err, "cannot start a process: %s", strerror(e));
		return -e;
	}
	return pid;
}

void
pf_reflex_end(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGTERM);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
