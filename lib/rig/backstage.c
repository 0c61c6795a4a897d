/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/backstage.h"

#include "rig/spawn.h"
#include "session/lane_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
fail(struct pf_err *err, const struct pf_backstage *b, const char *what)
{
	const int e = errno;
	pf_err_set(err, "cannot %s '%s/run': %s", what, b->session->path,
	    strerror(e));
	return -e;
}

/* Take the lock; whoever holds it has written its process id there. */
static int
lock(struct pf_backstage *b, struct pf_err *err)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
	char text[24] = "";
	b->lock_fd = openat(b->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (b->lock_fd < 0)
		return fail(err, b, "lock");
	if (fcntl(b->lock_fd, F_OFD_SETLK, &l) != 0) {
		if (pread(b->lock_fd, text, sizeof text - 1, 0) < 0)
			text[0] = '\0';
		text[strcspn(text, "\n")] = '\0';
		pf_err_set(err, "session '%s' has a stage manager already "
		    "(pf-run, process %s)", b->session->name, text);
		return -EBUSY;
	}
	const int n = snprintf(text, sizeof text, "%d\n", (int)getpid());
	if (ftruncate(b->lock_fd, 0) != 0 ||
	    pwrite(b->lock_fd, text, (size_t)n, 0) != n)
		return fail(err, b, "write in");
	return 0;
}

int
pf_backstage_open(struct pf_backstage *b, const struct pf_directory *session,
    struct pf_err *err)
{
	*b = (struct pf_backstage){.session = session, .fd = -1,
	    .lock_fd = -1};
	if (mkdirat(session->fd, "run", 0700) != 0 && errno != EEXIST)
		return fail(err, b, "make");
	b->fd = openat(session->fd, "run", O_RDONLY | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC);
	const int r = b->fd < 0 ? fail(err, b, "open") : lock(b, err);
	if (r)
		pf_backstage_close(b, false);
	return r;
}

/* Remove all that is in the directory, then itself. */
static void
clear(struct pf_backstage *b)
{
	const int fd = fcntl(b->fd, F_DUPFD_CLOEXEC, 0);
	DIR *const d = fd >= 0 ? fdopendir(fd) : NULL;
	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlinkat(b->fd, e->d_name, 0);
	closedir(d);
	unlinkat(b->session->fd, "run", AT_REMOVEDIR);
}

void
pf_backstage_close(struct pf_backstage *b, bool tidy)
{
	if (tidy && b->fd >= 0)
		clear(b);
	if (b->lock_fd >= 0)
		close(b->lock_fd);
	if (b->fd >= 0)
		close(b->fd);
	b->fd = b->lock_fd = -1;
}

int
pf_backstage_pipe(const struct pf_backstage *b, const char *name,
    const char *kind)
{
	char path[96];
	struct stat st;
	snprintf(path, sizeof path, "%s.%s", name, kind);
	if (mkfifoat(b->fd, path, 0600) != 0 && errno != EEXIST)
		return -errno;
	const int fd = openat(b->fd, path, O_RDWR | O_NONBLOCK | O_CLOEXEC |
	    O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
		return fd;
	close(fd);
	return -EPERM;
}

/*
 * When a process was born, in clock ticks since the machine was: with the
 * process id, a name that is given once.  0: there is none.
 */
static unsigned long long
born(pid_t pid)
{
	char path[40], text[1024];
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	const ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	/* Field 22; field 2, the name, ends with the last ')'. */
	const char *s = strrchr(text, ')');
	for (int field = 2; s && field < 22; field++)
		if ((s = strchr(s, ' ')))
			s++;
	return s ? strtoull(s, NULL, 10) : 0;
}

int
pf_backstage_note(const struct pf_backstage *b, const char *name, pid_t pid)
{
	char text[64], path[80];
	const int n = snprintf(text, sizeof text, "%d %llu\n", (int)pid,
	    pid ? born(pid) : 0);
	snprintf(path, sizeof path, "%s.new", name);
	const int fd = openat(b->fd, path, O_WRONLY | O_CREAT | O_TRUNC |
	    O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	const bool whole = write(fd, text, (size_t)n) == n;
	close(fd);
	if (whole && renameat(b->fd, path, b->fd, name) == 0)
		return 0;
	const int e = whole ? errno : ENOSPC;
	unlinkat(b->fd, path, 0);
	return -e;
}

void
pf_backstage_forget(const struct pf_backstage *b, const char *name)
{
	unlinkat(b->fd, name, 0);
}

static bool
pidfd_lives(int pidfd)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};
	return poll(&p, 1, 0) == 0;
}

/* Read what was written down. */
static bool
read_note(const struct pf_backstage *b, const char *name, int *id,
    unsigned long long *since)
{
	char text[64];
	const int fd = openat(b->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK);
	if (fd < 0)
		return false;
	const ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return sscanf(text, "%9d %20llu", id, since) == 2;
}

bool
pf_backstage_done(const struct pf_backstage *b, const char *name)
{
	int id;
	unsigned long long since;
	return read_note(b, name, &id, &since) && id == 0;
}

/* Who was written down; a descriptor or -1. */
static int
find_noted(const struct pf_backstage *b, const char *name, pid_t *pid)
{
	int id;
	unsigned long long since;
	if (!read_note(b, name, &id, &since) || id <= 1)
		return -1;
	const int pidfd = pf_rig_pidfd_open(id);
	/* Looked at behind the descriptor, it can not be another's. */
	if (pidfd >= 0 && pidfd_lives(pidfd) && born(id) == since) {
		*pid = id;
		return pidfd;
	}
	if (pidfd >= 0)
		close(pidfd);
	return -1;
}

/* Who holds the lane; a descriptor or -1. */
static int
find_owner(const struct pf_backstage *b, const char *lane, pid_t *pid)
{
	struct pf_lane_file file;
	struct pf_err err;
	int pidfd = -1;
	if (pf_lane_file_read(&file, b->session, lane, &err) != 0)
		return -1;
	const uint32_t id = atomic_load(&file.lane->owner.pid);
	if (pf_lane_file_alive(&file) && id > 1 && id <= INT32_MAX)
		pidfd = pf_rig_pidfd_open((pid_t)id);
	/* Asked again behind it: the same owner, and it lives. */
	if (pidfd >= 0 && pf_lane_file_alive(&file) &&
	    atomic_load(&file.lane->owner.pid) == id && pidfd_lives(pidfd)) {
		*pid = (pid_t)id;
	} else if (pidfd >= 0) {
		close(pidfd);
		pidfd = -1;
	}
	pf_lane_file_close(&file);
	return pidfd;
}

int
pf_backstage_find(const struct pf_backstage *b, const char *name,
    const char *lane, pid_t *pid, int *pidfd, bool *group)
{
	*pidfd = find_noted(b, name, pid);
	if (*pidfd < 0 && lane)
		*pidfd = find_owner(b, lane, pid);
	if (*pidfd < 0)
		return -ENOENT;
	*group = getpgid(*pid) == *pid;
	return 0;
}
