/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Names to unlink when a signal ends the program.  The handler reads a slot
 * only after its name was stored (release, acquire), and names are freed
 * only after their slot was cleared on the same thread.
 */
enum { SLOTS = 256 };
static _Atomic(char *) growing[SLOTS];

static void
remove_growing(void)
{
	for (int i = 0; i < SLOTS; i++) {
		const char *const temp = atomic_load_explicit(&growing[i],
		    memory_order_acquire);
		if (temp)
			unlink(temp);
	}
}

static void
remove_and_die(int sig)
{
	remove_growing();
	/* Only now may the next one kill: timeout(1) sends two, and with
	 * SA_RESETHAND the second would end another thread, and us, at once. */
	struct sigaction sa = {.sa_handler = SIG_DFL};
	sigaction(sig, &sa, NULL);
	raise(sig);
}

/* Catch exit() and the signals that nobody else handles or ignores. */
static void
catch_endings(void)
{
	static int done;
	static const int sigs[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	if (done++)
		return;
	atexit(remove_growing);
	for (size_t i = 0; i < PF_COUNT(sigs); i++) {
		struct sigaction old;
		sigaction(sigs[i], NULL, &old);
		if (old.sa_handler != SIG_DFL)
			continue;
		struct sigaction sa = {.sa_handler = remove_and_die};
		sigemptyset(&sa.sa_mask);
		sigaction(sigs[i], &sa, NULL);
	}
	/* A limit on file sizes is an error with words, like a full disk. */
	struct sigaction old;
	sigaction(SIGXFSZ, NULL, &old);
	if (old.sa_handler == SIG_DFL)
		signal(SIGXFSZ, SIG_IGN);
}

static int
cannot(struct pf_err *err, const char *path, int e)
{
	pf_err_set(err, "cannot write '%s': %s", path, strerror(e));
	return -e;
}

/*
 * Where a path leads: rename() would put the file in the place of a symbolic
 * link, and what it pointed to would stay as it was.  Returns what to free,
 * or NULL with errno.
 */
static char *
behind_links(const char *path)
{
	enum { LINKS = 40 };
	char to[PATH_MAX];
	char *at = strdup(path);
	for (int i = 0; at && i < LINKS; i++) {
		const ssize_t n = readlink(at, to, sizeof to);
		if (n < 0)
			return at;
		char *next = NULL;
		const char *const slash = strrchr(at, '/');
		const int dir = *to != '/' && slash ? (int)(slash + 1 - at) : 0;
		if (asprintf(&next, "%.*s%.*s", dir, at, (int)n, to) < 0)
			next = NULL;
		free(at);
		at = next;
	}
	if (at)
		errno = ELOOP;
	free(at);
	return NULL;
}

/* "DIR/FILE.PID.part", with as much of FILE as a name has room for. */
static char *
growing_name(const char *path)
{
	char end[32];
	char *temp;
	const char *const slash = strrchr(path, '/');
	const size_t dir = slash ? (size_t)(slash + 1 - path) : 0;
	size_t n = strlen(path + dir);
	const int m = snprintf(end, sizeof end, ".%ld.part", (long)getpid());
	if (n <= NAME_MAX && n + (size_t)m > NAME_MAX)
		n = NAME_MAX - (size_t)m;
	return asprintf(&temp, "%.*s%s", (int)(dir + n), path, end) < 0 ? NULL
	    : temp;
}

int
pf_outfile_open(struct pf_outfile *o, const char *path, struct pf_err *err)
{
	*o = (struct pf_outfile){.fd = -1, .slot = -1};
	struct stat st;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return cannot(err, path, EISDIR);
	const bool device = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
	o->path = device ? strdup(path) : behind_links(path);
	if (!o->path)
		return cannot(err, path, errno);
	if (device) {
		o->fd = open(path, O_WRONLY | O_CLOEXEC);
		if (o->fd >= 0)
			return 0;
		const int e = errno;
		pf_outfile_abort(o);
		return cannot(err, path, e);
	}
	catch_endings();
	for (int i = 0; i < SLOTS && o->slot < 0; i++)
		if (!atomic_load_explicit(&growing[i], memory_order_relaxed))
			o->slot = i;
	o->temp = o->slot < 0 ? NULL : growing_name(o->path);
	if (!o->temp) {
		o->slot = -1;
		pf_outfile_abort(o);
		return cannot(err, path, ENOMEM);
	}
	/* Known before it is there: a signal in between leaves nothing. */
	atomic_store_explicit(&growing[o->slot], o->temp,
	    memory_order_release);
	o->fd = open(o->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (o->fd < 0) {
		const int e = errno;
		atomic_store_explicit(&growing[o->slot], NULL,
		    memory_order_release);
		o->slot = -1;
		free(o->temp);
		o->temp = NULL;
		pf_outfile_abort(o);
		return cannot(err, path, e);
	}
	return 0;
}

static void
forget(struct pf_outfile *o)
{
	if (o->slot >= 0)
		atomic_store_explicit(&growing[o->slot], NULL,
		    memory_order_release);
	free(o->temp);
	free(o->path);
	*o = (struct pf_outfile){.fd = -1, .slot = -1};
}

int
pf_outfile_commit(struct pf_outfile *o, struct pf_err *err)
{
	const int fd = o->fd;
	o->fd = -1;
	if (close(fd) != 0 ||
	    (o->temp && rename(o->temp, o->path) != 0)) {
		const int r = cannot(err, o->path, errno);
		pf_outfile_abort(o);
		return r;
	}
	forget(o);
	return 0;
}

void
pf_outfile_abort(struct pf_outfile *o)
{
	if (o->fd >= 0)
		close(o->fd);
	if (o->temp)
		unlink(o->temp);
	forget(o);
}

int
pf_close_stdout(struct pf_err *err)
{
	/* Not fclose(): who words the error flushes stdout once more. */
	if (fflush(stdout) == 0 && !ferror(stdout) &&
	    close(STDOUT_FILENO) == 0)
		return 0;
	pf_err_set(err, "cannot write to standard output: %s",
	    strerror(errno ? errno : EIO));
	return -1;
}
