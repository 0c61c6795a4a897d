/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

bool
pf_log_stderr(const char *line, size_t len)
{
	/* Ready for writing means a page for a pipe, some for a terminal:
	 * a line that is shorter does not wait. */
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
	if (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT))
		return false;
	return write(STDERR_FILENO, line, len) == (ssize_t)len;
}

int
pf_log_directory(const char *path, struct pf_err *err)
{
	if (mkdir(path, 0755) != 0 && errno != EEXIST) {
		const int e = errno;
		pf_err_set(err, "cannot make '%s': %s", path, strerror(e));
		return -e;
	}
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	const int e = errno;
	pf_err_set(err, "cannot open '%s': %s", path, strerror(e));
	return -e;
}

static void
file_name(const struct pf_log *log, unsigned age, char name[96])
{
	if (age == 0)
		snprintf(name, 96, "%s.log", log->name);
	else
		snprintf(name, 96, "%s.log.%u", log->name, age);
}

/* Open the file for appending; -1 with errno. */
static int
open_file(struct pf_log *log)
{
	char name[96];
	struct stat st;
	file_name(log, 0, name);
	log->fd = openat(log->dir_fd, name, O_WRONLY | O_APPEND | O_CREAT |
	    O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
	log->bytes = log->fd >= 0 && fstat(log->fd, &st) == 0
	    ? (uint64_t)st.st_size : 0;
	return log->fd;
}

/* Put the file aside and begin another. */
static void
rotate(struct pf_log *log)
{
	char from[96], to[96];
	if (log->fd >= 0)
		close(log->fd);
	for (unsigned age = log->keep; age > 0; age--) {
		file_name(log, age - 1, from);
		file_name(log, age, to);
		renameat(log->dir_fd, from, log->dir_fd, to);
	}
	if (log->keep == 0) {
		file_name(log, 0, from);
		unlinkat(log->dir_fd, from, 0);
	}
	open_file(log);
}

int
pf_log_open(struct pf_log *log, const char *name, int dir_fd,
    uint64_t most_bytes, unsigned keep, struct pf_err *err)
{
	*log = (struct pf_log){.name = name, .dir_fd = dir_fd, .fd = -1,
	    .most_bytes = most_bytes, .keep = keep};
	if (dir_fd < 0 || open_file(log) >= 0)
		return 0;
	const int e = errno;
	pf_err_set(err, "cannot write '%s.log': %s", name, strerror(e));
	return -e;
}

/* The first failure is told, on standard error; then silence. */
static void
lost(struct pf_log *log, int e)
{
	char text[256];
	log->dropped++;
	if (log->broken || log->dir_fd < 0)
		return;
	log->broken = true;
	const int n = snprintf(text, sizeof text, "pf-run: cannot write "
	    "'%s.log': %s\n", log->name, strerror(e));
	pf_log_stderr(text, (size_t)n);
}

static void
write_file(struct pf_log *log, const char *line, int len)
{
	char text[PF_LOG_LINE_BYTES + 64];
	struct timespec now;
	struct tm tm;
	char when[32];
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
	const int n = snprintf(text, sizeof text, "%s.%03ld %.*s\n", when,
	    now.tv_nsec / 1000000, len, line);
	if (log->bytes + (uint64_t)n > log->most_bytes && log->bytes > 0)
		rotate(log);
	if (log->fd < 0 && open_file(log) < 0)
		return lost(log, errno);
	const ssize_t done = write(log->fd, text, (size_t)n);
	if (done > 0)
		log->bytes += (uint64_t)done;
	if (done != n)
		return lost(log, done < 0 ? errno : ENOSPC);
	log->broken = false;
}

static void
write_stderr(struct pf_log *log, const char *line, int len)
{
	char text[PF_LOG_LINE_BYTES + 256]; /* two names, a count */
	int n = 0;
	if (log->dropped)
		n = snprintf(text, sizeof text, "%s: (%llu lines dropped)\n",
		    log->name, (unsigned long long)log->dropped);
	n += snprintf(text + n, sizeof text - (size_t)n, "%s: %.*s\n",
	    log->name, len, line);
	if (pf_log_stderr(text, (size_t)n))
		log->dropped = 0;
	else
		log->dropped++;
}

/* Write the line that stands in the buffer, harmless to a terminal. */
static void
write_line(struct pf_log *log)
{
	for (size_t i = 0; i < log->len; i++) {
		const unsigned char c = (unsigned char)log->line[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			log->line[i] = '?';
	}
	if (log->dir_fd >= 0)
		write_file(log, log->line, (int)log->len);
	else
		write_stderr(log, log->line, (int)log->len);
	log->len = 0;
}

void
pf_log_feed(struct pf_log *log, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n') {
			write_line(log);
			continue;
		}
		if (log->len == sizeof log->line)
			write_line(log);
		log->line[log->len++] = bytes[i];
	}
}

void
pf_log_flush(struct pf_log *log)
{
	if (log->len)
		write_line(log);
}

void
pf_log_reopen(struct pf_log *log)
{
	if (log->dir_fd < 0)
		return;
	if (log->fd >= 0)
		close(log->fd);
	if (open_file(log) < 0)
		lost(log, errno);
}

void
pf_log_close(struct pf_log *log)
{
	pf_log_flush(log);
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}
