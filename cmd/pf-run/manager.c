/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "manager.h"

#include "base/mono.h"
#include "process.h"
#include "rig/spawn.h"
#include "vigil.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

/* How often we look whether the session is there and hearts beat. */
static const int64_t tick_ns = 200000000;
/* How often at those who linger after their leader. */
static const int64_t haunt_ns = 20000000;

/* Descriptors in the loop: a program's own, then the signals'. */
enum { DEATH, LOG, READY, FDS };

struct manager {
	const struct manager_config *config;
	struct pf_rig *rig;
	struct pf_directory session;
	struct pf_backstage backstage;
	struct vigil vigil;
	struct pf_super super;
	struct process *process;
	struct pollfd *fds; /* FDS for each program, one for signals */
	int signal_fd, null_fd, log_dir;
	int64_t tick_at_ns;
	bool gone;          /* the session was removed */
};

/* ---- the supervisor's hands */

/* A line of ours about a program, to people and to its log. */
static void
tell(struct manager *s, size_t i, int level, const char *text)
{
	char line[512];
	const int n = snprintf(line, sizeof line, "pf-run: %s: %s\n",
	    s->rig->program[i].name, text);
	if (n <= 0)
		return;
	const size_t len = (size_t)n < sizeof line ? (size_t)n
	    : sizeof line - 1;
	if (level == 0 || s->config->verbose)
		pf_log_stderr(line, len);
	if (s->log_dir >= 0)
		pf_log_feed(&s->process[i].log, line, len);
}

static void
say(void *ctx, size_t i, int level, const char *text)
{
	tell(ctx, i, level, text);
}

static int
start(void *ctx, size_t i)
{
	struct manager *const s = ctx;
	unsigned denied = 0;
	const char *const device = pf_rig_choose(s->rig, i,
	    s->super.life[i].choice);
	if (s->rig->program[i].n_choices > 1 && !s->super.life[i].chosen) {
		char text[256];
		snprintf(text, sizeof text, "tries device '%s'%s", device,
		    strcmp(device, "null") == 0 ? ", which is not heard" : "");
		tell(s, i, s->super.life[i].choice ? 0 : 1, text);
	}
	const int r = process_start(&s->process[i], s->null_fd, &denied);
	if (r)
		return r;
	if (denied & PF_RIG_DENIED_CORES)
		tell(s, i, 0, "its cores are not on this machine; it runs "
		    "anywhere");
	if (denied & PF_RIG_DENIED_NICE)
		tell(s, i, 0, "no permission for its nice value; 'nice' in "
		    "/etc/security/limits.conf gives it");
	if (denied & PF_RIG_DENIED_REALTIME)
		tell(s, i, 0, "no permission for real time; 'rtprio' in "
		    "/etc/security/limits.conf gives it");
	pf_heart_reset(&s->process[i].heart, pf_mono_ns());
	return 0;
}

static void
send_signal(void *ctx, size_t i, int sig)
{
	struct manager *const s = ctx;
	process_signal(&s->process[i], sig);
}

static const struct pf_super_hands hands = {start, send_signal, say};

/* ---- opening */

/* Signals arrive by a descriptor; a reader who hung up is no death. */
static int
open_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int
open_processes(struct manager *s, struct pf_err *err)
{
	const size_t n = s->rig->n;
	s->process = calloc(n, sizeof *s->process);
	s->fds = calloc(n * FDS + 1, sizeof *s->fds);
	if (!s->process || !s->fds)
		return pf_err_set(err, "out of memory"), -ENOMEM;
	for (size_t i = 0; i < n; i++)
		s->process[i] = (struct process){.pidfd = -1, .log_fd = -1,
		    .ready_fd = -1};
	for (size_t i = 0; i < n; i++) {
		const int r = process_open(&s->process[i], s->rig, i,
		    &s->backstage, s->log_dir, err);
		if (r)
			return r;
	}
	return 0;
}

static int
open_all(struct manager *s, struct pf_err *err)
{
	const struct manager_config *const c = s->config;
	const char *const logs = c->logs ? c->logs : s->rig->log_directory;
	int r = pf_directory_open(&s->session, c->session, true, err);
	if (r == 0)
		r = pf_backstage_open(&s->backstage, &s->session, err);
	if (r)
		return r;
	vigil_open(&s->vigil, c->ready_fd);
	if (logs && (s->log_dir = pf_log_directory(logs, err)) < 0)
		return s->log_dir;
	s->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	s->signal_fd = open_signals();
	if (s->null_fd < 0 || s->signal_fd < 0) {
		r = -errno;
		pf_err_set(err, "cannot open /dev/null or signals: %s",
		    strerror(-r));
		return r;
	}
	return open_processes(s, err);
}

/* tidy: nobody plays any more. */
static void
close_all(struct manager *s, bool tidy)
{
	for (size_t i = 0; s->process && i < s->rig->n; i++)
		process_close(&s->process[i]);
	free(s->process);
	free(s->fds);
	if (s->signal_fd >= 0)
		close(s->signal_fd);
	if (s->null_fd >= 0)
		close(s->null_fd);
	if (s->log_dir >= 0)
		close(s->log_dir);
	vigil_close(&s->vigil);
	pf_backstage_close(&s->backstage, tidy);
	pf_directory_close(&s->session);
}

/* Those who play already stay: their stage manager was killed, not they. */
static void
adopt(struct manager *s)
{
	size_t adopted = 0;
	for (size_t i = 0; i < s->rig->n; i++) {
		char text[64];
		if (!process_adopt(&s->process[i]))
			continue;
		pf_super_adopt(&s->super, i, pf_mono_ns());
		pf_heart_reset(&s->process[i].heart, pf_mono_ns());
		snprintf(text, sizeof text, "runs already (process %d): "
		    "adopted", (int)s->process[i].pid);
		tell(s, i, 0, text);
		adopted++;
	}
	/* What was prepared once for them is not done again. */
	for (size_t i = 0; adopted && i < s->rig->n; i++)
		if (s->rig->program[i].ready == PF_RIG_ENDS &&
		    pf_backstage_done(&s->backstage, s->rig->program[i].name))
			pf_super_done(&s->super, i);
}

/* ---- what happens */

static void
on_signals(struct manager *s)
{
	struct signalfd_siginfo info;
	while (read(s->signal_fd, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGHUP) {
			for (size_t i = 0; i < s->rig->n; i++)
				pf_log_reopen(&s->process[i].log);
			continue;
		}
		pf_super_stop(&s->super, pf_mono_ns());
	}
}

/* It is gone and all that it started, or was told to go with it. */
static void
bury(struct manager *s, size_t i, const struct pf_super_end *end)
{
	s->process[i].ghost = false;
	pf_super_died(&s->super, i, end, pf_mono_ns());
	if (s->rig->program[i].ready == PF_RIG_ENDS && !s->super.stops &&
	    s->super.life[i].state == PF_SUPER_ENDED)
		pf_backstage_note(&s->backstage, s->rig->program[i].name, 0);
}

static void
on_death(struct manager *s, size_t i)
{
	struct pf_super_end end;
	const struct pf_super_life *const life = &s->super.life[i];
	const bool in_peace = life->state == PF_SUPER_LEAVING && !life->killed;
	if (process_ended(&s->process[i], in_peace, &end))
		bury(s, i, &end);
}

static void
on_descriptors(struct manager *s)
{
	for (size_t i = 0; i < s->rig->n; i++) {
		const struct pollfd *const f = &s->fds[i * FDS];
		struct process *const p = &s->process[i];
		if (f[LOG].revents)
			process_pass_on(p);
		if (f[READY].revents && process_says_ready(p))
			pf_super_ready(&s->super, i, pf_mono_ns());
		if (f[DEATH].revents)
			on_death(s, i);
		if (p->ghost && !process_haunted(p))
			bury(s, i, &p->end);
	}
	if (s->fds[s->rig->n * FDS].revents)
		on_signals(s);
}

/* ---- what time brings */

static void
tick(struct manager *s, int64_t t)
{
	if (t < s->tick_at_ns)
		return;
	s->tick_at_ns = t + tick_ns;
	if (!s->gone && pf_directory_gone(&s->session)) {
		const char line[] = "pf-run: the session was removed: the rig "
		    "ends\n";
		s->gone = true;
		pf_log_stderr(line, sizeof line - 1);
		if (!s->super.stops)
			pf_super_stop(&s->super, t);
	}
	vigil_tick(&s->vigil, &s->super, s->process, &s->session, t);
}

/* ---- the loop */

static void
watch(const struct manager *s)
{
	for (size_t i = 0; i < s->rig->n; i++) {
		const struct process *const p = &s->process[i];
		struct pollfd *const f = &s->fds[i * FDS];
		const bool starting = s->super.life[i].state ==
		    PF_SUPER_STARTING;
		f[DEATH] = (struct pollfd){p->pidfd, POLLIN, 0};
		f[LOG] = (struct pollfd){p->log_fd, POLLIN, 0};
		f[READY] = (struct pollfd){starting ? p->ready_fd : -1,
		    POLLIN, 0};
	}
	s->fds[s->rig->n * FDS] = (struct pollfd){s->signal_fd, POLLIN, 0};
}

static void
wait_until(struct manager *s, int64_t at_ns)
{
	const int64_t t = pf_mono_ns();
	int64_t ns = at_ns - t;
	for (size_t i = 0; i < s->rig->n; i++)
		if (s->process[i].ghost && ns > haunt_ns)
			ns = haunt_ns;
	if (ns > s->tick_at_ns - t)
		ns = s->tick_at_ns - t;
	if (ns < 0)
		ns = 0;
	const struct timespec patience = {ns / 1000000000, ns % 1000000000};
	watch(s);
	if (ppoll(s->fds, s->rig->n * FDS + 1, &patience, NULL) >= 0)
		on_descriptors(s);
}

static int
perform(struct manager *s)
{
	int status;
	for (;;) {
		const int64_t next = pf_super_step(&s->super, pf_mono_ns());
		vigil_report(&s->vigil, &s->super);
		if (pf_super_over(&s->super, &status))
			return status;
		wait_until(s, next);
		tick(s, pf_mono_ns());
	}
}

int
manager_run(const struct manager_config *config, struct pf_err *err)
{
	struct manager s = {.config = config, .rig = config->rig,
	    .signal_fd = -1, .null_fd = -1, .log_dir = -1,
	    .vigil = {.notify = {.fd = -1}}, .session = {.fd = -1},
	    .backstage = {.fd = -1, .lock_fd = -1}};
	int status = 1;
	const int r = open_all(&s, err);
	if (r) {
		close_all(&s, false);
		return r == -EBUSY ? 3 : 1;
	}
	pf_super_init(&s.super, s.rig, &hands, &s);
	adopt(&s);
	err->text[0] = '\0';
	status = perform(&s);
	close_all(&s, true);
	return status;
}
