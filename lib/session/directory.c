/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
pf_session_name_ok(const char *name, size_t most)
{
	const size_t n = strlen(name);
	return n > 0 && n <= most && name[0] != '.' &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-") == n;
}

/* Is the open directory ours alone? */
static int
check(int fd, const char *path, struct pf_err *err)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return -errno;
	if (st.st_uid != geteuid()) {
		pf_err_set(err, "'%s' belongs to user %u", path,
		    (unsigned)st.st_uid);
		return -EPERM;
	}
	if (st.st_mode & 077) {
		pf_err_set(err, "'%s' is open to other users (mode %03o), "
		    "expected 700", path, (unsigned)(st.st_mode & 0777));
		return -EPERM;
	}
	return 0;
}

/* Open one directory below `at`, making it if that is wanted. */
static int
enter(int at, const char *name, const char *path, bool create,
    struct pf_err *err)
{
	if (create && mkdirat(at, name, 0700) != 0 && errno != EEXIST) {
		const int e = errno;
		pf_err_set(err, "cannot make '%s': %s", path, strerror(e));
		return -e;
	}
	const int fd = openat(at, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		const int e = errno;
		if (e == ENOENT)
			pf_err_set(err, "there is no session '%s'", path);
		else
			pf_err_set(err, "cannot open '%s': %s", path,
			    e == ELOOP || e == ENOTDIR
			    ? "it is no directory" : strerror(e));
		return -e;
	}
	const int r = check(fd, path, err);
	if (r) {
		close(fd);
		return r;
	}
	return fd;
}

int
pf_directory_open(struct pf_directory *dir, const char *name, bool create,
    struct pf_err *err)
{
	char base[40];
	*dir = (struct pf_directory){.fd = -1};
	if (!name || !*name)
		name = getenv("PF_SESSION");
	if (!name || !*name)
		name = "default";
	if (!pf_session_name_ok(name, PF_SESSION_NAME_MOST)) {
		pf_err_set(err, "'%s' is no name for a session", name);
		return -EINVAL;
	}
	snprintf(dir->name, sizeof dir->name, "%s", name);
	snprintf(base, sizeof base, "/dev/shm/performia-%u",
	    (unsigned)geteuid());
	snprintf(dir->path, sizeof dir->path, "%s/%s", base, dir->name);
	const int up = enter(AT_FDCWD, base, base, create, err);
	if (up < 0)
		return up;
	dir->fd = enter(up, dir->name, dir->path, create, err);
	close(up);
	return dir->fd < 0 ? dir->fd : 0;
}

void
pf_directory_close(struct pf_directory *dir)
{
	if (dir->fd >= 0)
		close(dir->fd);
	dir->fd = -1;
}

bool
pf_directory_gone(const struct pf_directory *dir)
{
	struct stat st;
	return fstat(dir->fd, &st) != 0 || st.st_nlink == 0;
}
