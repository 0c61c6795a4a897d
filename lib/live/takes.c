/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/takes.h"

#include "audiofile/mend.h"
#include "base/message.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TAKES_MOST = 1000 };

/*
 * "NAME.PID.part": the length of NAME, and the process; 0: it is no such
 * file.
 */
static size_t
growing(const char *file, pid_t *pid)
{
	static const char end[] = ".part";
	const size_t len = strlen(file);
	if (len <= sizeof end - 1 ||
	    strcmp(file + len - (sizeof end - 1), end) != 0)
		return 0;
	size_t at = len - (sizeof end - 1);
	while (at > 0 && file[at - 1] >= '0' && file[at - 1] <= '9')
		at--;
	if (at < 2 || file[at - 1] != '.')
		return 0;
	*pid = (pid_t)strtol(file + at, NULL, 10);
	return *pid > 0 ? at - 1 : 0;
}

/* A tape that ends within a line: that line goes. */
static void
keep_whole_lines(int fd)
{
	char text[4096];
	const off_t end = lseek(fd, 0, SEEK_END);
	const off_t from = end > (off_t)sizeof text
	    ? end - (off_t)sizeof text : 0;
	const ssize_t n = end > 0 ? pread(fd, text, sizeof text, from) : 0;
	const char *const nl = n > 0 ? memrchr(text, '\n', (size_t)n) : NULL;
	if (nl) /* else it is better than nothing */
		(void)!ftruncate(fd, from + (nl + 1 - text));
}

/* Give a file its name, whose writer is dead.  False if it stays. */
static bool
name(int dir, const char *file, size_t len)
{
	char whole[256];
	snprintf(whole, sizeof whole, "%.*s", (int)len, file);
	const int fd = openat(dir, file, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	if (len > 4 && strcmp(whole + len - 4, ".wav") == 0)
		(void)pf_audio_wav_mend(fd);
	else if (len > 4 && strcmp(whole + len - 4, ".txt") == 0)
		keep_whole_lines(fd);
	close(fd);
	return renameat2(dir, file, dir, whole, RENAME_NOREPLACE) == 0;
}

/*
 * Look through a directory for takes: `only` NULL, or a file's name.  Dead
 * writers' files get their names, counted.  Returns whether there is one.
 */
static bool
look(const char *path, const char *only, unsigned *named)
{
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *const d = fd >= 0 ? fdopendir(fd) : NULL;
	bool any = false;
	if (!d) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	for (const struct dirent *e; (e = readdir(d));) {
		pid_t pid;
		const size_t len = growing(e->d_name, &pid);
		const size_t is = len ? len : strlen(e->d_name);
		if (only ? is != strlen(only) ||
		    strncmp(e->d_name, only, is) != 0
		    : !len && strcmp(e->d_name, "tape.txt") != 0 &&
		    strcmp(e->d_name, "master.wav") != 0)
			continue;
		any = true;
		if (len && kill(pid, 0) != 0 && errno == ESRCH)
			*named += name(fd, e->d_name, len);
	}
	closedir(d);
	return any;
}

static bool
holds_take(const char *path, bool file)
{
	char at[4200];
	unsigned named = 0;
	bool any;
	const char *const slash = strrchr(path, '/');
	if (file) {
		const int len = slash ? (int)(slash + 1 - path) : 0;
		snprintf(at, sizeof at, "%.*s.", len, path);
		struct stat st;
		/* A pipe or a device takes what comes. */
		if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
			return false;
		any = look(at, slash ? slash + 1 : path, &named);
	} else {
		any = look(path, NULL, &named);
		snprintf(at, sizeof at, "%s/stems", path);
		any = look(at, NULL, &named) || any;
	}
	if (named)
		pf_msg("recording: an engine that was killed had recorded "
		    "'%s': %u file%s kept", path, named,
		    named == 1 ? "" : "s");
	return any;
}

int
pf_takes_place(char *path, size_t size, const char *wish, bool file,
    struct pf_err *err)
{
	size_t len = strlen(wish);
	while (!file && len > 1 && wish[len - 1] == '/')
		len--;
	const char *const dot = file ? strrchr(wish, '.') : NULL;
	const size_t stem = dot ? (size_t)(dot - wish) : len;
	for (int i = 1; i <= TAKES_MOST; i++) {
		char number[16] = "";
		if (i > 1)
			snprintf(number, sizeof number, "-%d", i);
		const int n = snprintf(path, size, "%.*s%s%.*s", (int)stem,
		    wish, number, (int)(len - stem), wish + stem);
		if (n < 0 || (size_t)n >= size) {
			pf_err_set(err, "'%.80s...' is too long a name",
			    wish);
			return -ENAMETOOLONG;
		}
		if (holds_take(path, file))
			continue;
		if (i > 1)
			pf_msg("recording: '%s' holds a take, the next goes "
			    "to '%s'", wish, path);
		return 0;
	}
	pf_err_set(err, "'%s' holds %d takes", wish, TAKES_MOST);
	return -EEXIST;
}
