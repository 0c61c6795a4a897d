/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "process.h"

#include "rig/known.h"
#include "rig/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Does "NAME=value" set the same variable as one of env[]? */
static bool
is_set(char *const *env, const char *variable)
{
	const size_t n = strcspn(variable, "=") + 1;
	for (; env && *env; env++)
		if (strncmp(*env, variable, n) == 0)
			return true;
	return false;
}

static size_t
count(char *const *env)
{
	size_t n = 0;
	while (env && env[n])
		n++;
	return n;
}

/*
 * The environment of a program: ours, the session, the rig's words.  The
 * strings are borrowed but for the session's.
 */
static char **
make_environment(const struct pf_rig_program *program,
    const char *session)
{
	char *own[3] = {NULL};
	size_t n = 0;
	char **const env = calloc(count(environ) + count(program->env) + 3,
	    sizeof *env);
	if (!env || asprintf(&own[0], "PF_SESSION=%s", session) < 0)
		return free(env), NULL;
	own[1] = program->ready == PF_RIG_SAYS ? "PF_READY_FD=3" : NULL;
	env[n++] = own[0];
	if (own[1])
		env[n++] = own[1];
	for (char **e = program->env; e && *e; e++)
		env[n++] = *e;
	for (char **e = environ; *e; e++)
		if (!is_set(own, *e) && !is_set(program->env, *e) &&
		    strncmp(*e, "PF_READY_FD=", 12) != 0)
			env[n++] = *e;
	return env;
}

static int
open_pipes(struct process *p, struct pf_err *err)
{
	const char *const name = p->program->name;
	p->log_fd = pf_backstage_pipe(p->backstage, name, "log");
	int r = p->log_fd;
	if (r >= 0 && p->program->ready == PF_RIG_SAYS)
		r = p->ready_fd = pf_backstage_pipe(p->backstage, name,
		    "ready");
	if (r >= 0)
		return 0;
	pf_err_set(err, "cannot make the pipes of '%s': %s", name,
	    strerror(-r));
	return r;
}

int
process_open(struct process *p, const struct pf_rig *rig, size_t i,
    const struct pf_backstage *backstage, int log_dir, struct pf_err *err)
{
	const struct pf_rig_program *const program = &rig->program[i];
	*p = (struct process){.program = program, .backstage = backstage,
	    .pidfd = -1, .log_fd = -1, .ready_fd = -1,
	    .log = {.fd = -1, .dir_fd = -1}};
	pf_heart_init(&p->heart, program->engine ? NULL : program->lane);
	if (pf_rig_which(program->argv[0], p->path, sizeof p->path) != 0)
		return pf_rig_known_missing(err, rig->path, program->line,
		    program->argv[0]);
	p->envp = make_environment(program, backstage->session->name);
	if (!p->envp)
		return pf_err_set(err, "out of memory"), -ENOMEM;
	const int r = open_pipes(p, err);
	return r ? r : pf_log_open(&p->log, program->name, log_dir,
	    rig->log_bytes, rig->log_keep, err);
}

void
process_close(struct process *p)
{
	if (p->log_fd >= 0) {
		process_pass_on(p);
		close(p->log_fd);
		pf_log_close(&p->log);
	}
	if (p->ready_fd >= 0)
		close(p->ready_fd);
	if (p->pidfd >= 0)
		close(p->pidfd);
	pf_heart_fini(&p->heart);
	if (p->envp)
		free(p->envp[0]);
	free(p->envp);
}

bool
process_adopt(struct process *p)
{
	if (pf_backstage_find(p->backstage, p->program->name,
	    p->program->lane, &p->pid, &p->pidfd, &p->group) != 0)
		return false;
	p->child = false;
	pf_backstage_note(p->backstage, p->program->name, p->pid);
	return true;
}

static void
drain(int fd)
{
	char buf[512];
	while (fd >= 0 && read(fd, buf, sizeof buf) > 0)
		;
}

/* Start it with its ends of the pipes open. */
static int
spawn(struct process *p, int null_fd, int log_fd, int ready_fd,
    unsigned *denied)
{
	const struct pf_rig_program *const program = p->program;
	const struct pf_rig_spawn s = {
		.path = p->path,
		.argv = program->argv,
		.envp = p->envp,
		.null_fd = null_fd,
		.log_fd = log_fd,
		.ready_fd = ready_fd,
		.cores = &program->cores,
		.nice = program->nice,
		.realtime = program->realtime,
	};
	return pf_rig_spawn(&s, &p->pid, &p->pidfd, denied);
}

int
process_start(struct process *p, int null_fd, unsigned *denied)
{
	const char *const name = p->program->name;
	const bool says = p->program->ready == PF_RIG_SAYS;
	drain(p->ready_fd);
	/* Open files of its own: what it does to them does not reach ours. */
	const int log_fd = pf_backstage_pipe(p->backstage, name, "log");
	const int ready_fd = says ? pf_backstage_pipe(p->backstage, name,
	    "ready") : -1;
	int r = log_fd < 0 ? log_fd : says && ready_fd < 0 ? ready_fd : 0;
	if (r == 0)
		r = spawn(p, null_fd, log_fd, ready_fd, denied);
	if (log_fd >= 0)
		close(log_fd);
	if (ready_fd >= 0)
		close(ready_fd);
	if (r)
		return r;
	p->child = p->group = true;
	p->ghost = false;
	*denied &= ~p->denied;
	p->denied |= *denied;
	pf_backstage_note(p->backstage, name, p->pid);
	return 0;
}

void
process_signal(struct process *p, int sig)
{
	if (p->pidfd < 0 && !p->ghost)
		return;
	if (p->group)
		kill(-p->pid, sig);
	else
		kill(p->pid, sig);
	/* One that was stopped is to hear it too. */
	if (sig == SIGTERM)
		kill(p->group ? -p->pid : p->pid, SIGCONT);
}

bool
process_says_ready(struct process *p)
{
	char buf[256];
	const ssize_t n = read(p->ready_fd, buf, sizeof buf);
	return n > 0 && memchr(buf, '\n', (size_t)n);
}

void
process_pass_on(struct process *p)
{
	char buf[4096];
	/* Whoever writes without end must not keep us from the others. */
	for (int i = 0; i < 8; i++) {
		const ssize_t n = read(p->log_fd, buf, sizeof buf);
		if (n <= 0)
			return;
		pf_log_feed(&p->log, buf, (size_t)n);
	}
}

bool
process_haunted(const struct process *p)
{
	return p->ghost && kill(-p->pid, 0) == 0;
}

/* How it ended, if it was our child to know. */
static struct pf_super_end
reap(struct process *p)
{
	struct pf_super_end end = {0};
	int status;
	if (p->child && waitpid(p->pid, &status, 0) == p->pid) {
		end.known = true;
		end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
		end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	}
	return end;
}

/* Did it leave its lane in good order, as far as that can be seen? */
static bool
left_well(const struct process *p)
{
	struct pf_lane_file file;
	struct pf_err err;
	if (!p->program->lane || pf_lane_file_read(&file,
	    p->backstage->session, p->program->lane, &err) != 0)
		return false;
	const bool well = atomic_load(&file.lane->owner.state) ==
	    PF_LANE_GONE;
	pf_lane_file_close(&file);
	return well;
}

bool
process_ended(struct process *p, bool in_peace, struct pf_super_end *end)
{
	/* Before its number is free: what it started goes with it. */
	if (p->group && !in_peace)
		kill(-p->pid, SIGKILL);
	*end = reap(p);
	if (!end->known)
		end->fine = left_well(p);
	close(p->pidfd);
	p->pidfd = -1;
	process_pass_on(p);
	pf_log_flush(&p->log);
	pf_backstage_forget(p->backstage, p->program->name);
	p->end = *end;
	p->ghost = in_peace && p->group;
	p->ghost = process_haunted(p);
	return !p->ghost;
}
