/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int
pf_rig_pidfd_open(pid_t pid)
{
	/* Close-on-exec by itself. */
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* What the child tells through the memory that vfork lets it share. */
struct outcome {
	volatile int error;
	volatile unsigned denied;
};

/* Move a descriptor to its place; it then survives execve. */
static bool
place(int fd, int at)
{
	return fd == at ? fcntl(fd, F_SETFD, 0) == 0 : dup2(fd, at) == at;
}

/*
 * The child, until it is another program.  It runs in its parent's memory:
 * system calls only.
 */
static _Noreturn void
become(const struct pf_rig_spawn *s, struct outcome *out)
{
	const struct sched_param fifo = {.sched_priority = s->realtime};
	sigset_t none;
	setsid();
	for (int sig = 1; sig < NSIG; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			signal(sig, SIG_DFL);
	if (CPU_COUNT(s->cores) &&
	    sched_setaffinity(0, sizeof *s->cores, s->cores) != 0)
		out->denied |= PF_RIG_DENIED_CORES;
	if (s->nice && setpriority(PRIO_PROCESS, 0, s->nice) != 0)
		out->denied |= PF_RIG_DENIED_NICE;
	if (s->realtime && sched_setscheduler(0, SCHED_FIFO, &fifo) != 0)
		out->denied |= PF_RIG_DENIED_REALTIME;
	if (!place(s->null_fd, 0) || !place(s->log_fd, 1) ||
	    !place(s->log_fd, 2) ||
	    (s->ready_fd >= 0 && !place(s->ready_fd, 3))) {
		out->error = errno;
		_exit(127);
	}
	/* Everything else closes at execve, whoever left it open. */
	syscall(SYS_close_range, s->ready_fd >= 0 ? 4u : 3u, ~0u,
	    4u /* CLOSE_RANGE_CLOEXEC */);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(s->path, s->argv, s->envp);
	out->error = errno;
	_exit(127);
}

int
pf_rig_spawn(const struct pf_rig_spawn *s, pid_t *pid, int *pidfd,
    unsigned *denied)
{
	struct outcome out = {0};
	sigset_t all, before;
	sigfillset(&all);
	/* No handler of ours may run in the child. */
	sigprocmask(SIG_SETMASK, &all, &before);
	const pid_t child = vfork();
	if (child == 0)
		become(s, &out);
	const int e = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (child < 0)
		return -e;
	if (out.error) {
		waitpid(child, NULL, 0);
		return -out.error;
	}
	const int fd = pf_rig_pidfd_open(child);
	if (fd < 0) {
		const int why = errno;
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		return -why;
	}
	*pid = child;
	*pidfd = fd;
	*denied = out.denied;
	return 0;
}

static bool
is_program(const char *path)
{
	return access(path, X_OK) == 0;
}

/* Beside the running program. */
static bool
beside(const char *name, char *path, size_t size)
{
	char own[PATH_MAX];
	const ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
	if (n <= 0)
		return false;
	own[n] = '\0';
	char *const slash = strrchr(own, '/');
	if (slash)
		*slash = '\0';
	const int k = snprintf(path, size, "%s/%s", own, name);
	return k > 0 && (size_t)k < size && is_program(path);
}

int
pf_rig_which(const char *name, char *path, size_t size)
{
	if (strchr(name, '/')) {
		const int n = snprintf(path, size, "%s", name);
		return (size_t)n < size && is_program(path) ? 0 : -ENOENT;
	}
	if (strncmp(name, "pf-", 3) == 0 && beside(name, path, size))
		return 0;
	const char *dir = getenv("PATH");
	for (dir = dir ? dir : "/usr/bin:/bin"; *dir;) {
		const int len = (int)strcspn(dir, ":");
		const int n = snprintf(path, size, "%.*s/%s", len, dir, name);
		if (len && n > 0 && (size_t)n < size && is_program(path))
			return 0;
		dir += len + (dir[len] == ':');
	}
	return -ENOENT;
}
