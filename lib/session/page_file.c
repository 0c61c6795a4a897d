/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/page_file.h"

#include "session/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 16, BYTES = 4096 };
_Static_assert(PF_CLOCK_BYTES == BYTES && PF_BELL_BYTES == BYTES, "a page");

static int
fail(struct pf_err *err, int e, const char *what, const char *name)
{
	pf_err_set(err, "cannot %s the session's %s: %s", what, name,
	    strerror(e));
	return -e;
}

static int
map(struct pf_page_file *f, int prot, const char *name, struct pf_err *err)
{
	void *const m = mmap(NULL, BYTES, prot, MAP_SHARED, f->fd, 0);
	if (m == MAP_FAILED)
		return fail(err, errno, "map", name);
	f->at = m;
	f->guard = pf_fault_guard(m, BYTES);
	return f->guard < 0 ? fail(err, -f->guard, "guard", name) : 0;
}

/* Returns 0; -EPERM: not ours; -EPROTO: ours, but no such page. */
static int
check_file(int fd, const char *name, struct pf_err *err)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return fail(err, errno, "examine", name);
	if (!S_ISREG(st.st_mode) || st.st_nlink > 1 ||
	    st.st_uid != geteuid() || st.st_mode & 077) {
		pf_err_set(err, "the session's %s is no plain file of ours",
		    name);
		return -EPERM;
	}
	if (st.st_size != BYTES) {
		pf_err_set(err, "the session's %s has %lld bytes, expected "
		    "%d", name, (long long)st.st_size, BYTES);
		return -EPROTO;
	}
	return 0;
}

static bool
is_clock(const void *page)
{
	const struct pf_clock *const c = page;
	return c->magic == PF_CLOCK_MAGIC && c->version == PF_CLOCK_VERSION &&
	    c->bytes == PF_CLOCK_BYTES;
}

static bool
is_bell(const void *page)
{
	return ((const struct pf_bell *)page)->magic == PF_BELL_MAGIC;
}

/* What differs between the two. */
struct kind {
	const char *name;
	bool (*is)(const void *page);
	void (*init)(void *page);
};

static void
init_clock(void *page)
{
	pf_clock_init(page);
}

static void
init_bell(void *page)
{
	pf_bell_init(page);
}

static const struct kind clock_kind = {"clock", is_clock, init_clock};
static const struct kind bell_kind = {"bell", is_bell, init_bell};

static int
open_there(struct pf_page_file *f, const struct pf_directory *dir,
    const struct kind *kind, bool writes, struct pf_err *err)
{
	f->fd = openat(dir->fd, kind->name, (writes ? O_RDWR : O_RDONLY) |
	    O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0)
		return fail(err, errno == ELOOP ? EPERM : errno, "open",
		    kind->name);
	int r = check_file(f->fd, kind->name, err);
	if (r == 0)
		r = map(f, writes ? PROT_READ | PROT_WRITE : PROT_READ,
		    kind->name, err);
	if (r == 0 && !kind->is(f->at)) {
		pf_err_set(err, "the session's %s is of another version",
		    kind->name);
		r = -EPROTO;
	}
	return r;
}

static int
make(struct pf_page_file *f, const struct pf_directory *dir,
    const struct kind *kind, struct pf_err *err)
{
	char self[32];
	f->fd = openat(dir->fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (f->fd < 0)
		return fail(err, errno, "make", kind->name);
	const int e = posix_fallocate(f->fd, 0, BYTES);
	if (e)
		return fail(err, e, "make", kind->name);
	const int r = map(f, PROT_READ | PROT_WRITE, kind->name, err);
	if (r)
		return r;
	kind->init(f->at);
	snprintf(self, sizeof self, "/proc/self/fd/%d", f->fd);
	if (linkat(AT_FDCWD, self, dir->fd, kind->name,
	    AT_SYMLINK_FOLLOW) == 0)
		return 0;
	return errno == EEXIST ? -EEXIST
	    : fail(err, errno, "make", kind->name);
}

void
pf_page_file_close(struct pf_page_file *f)
{
	if (f->guard >= 0)
		pf_fault_release(f->guard);
	if (f->at)
		munmap(f->at, BYTES);
	if (f->fd >= 0)
		close(f->fd);
	*f = (struct pf_page_file){.fd = -1, .guard = -1};
}

/* Open the page that is there, or make it; a useless one makes room. */
static int
open_or_make(struct pf_page_file *f, const struct pf_directory *dir,
    const struct kind *kind, bool replace, bool *old, struct pf_err *err)
{
	int r = -ENOENT;
	*f = (struct pf_page_file){.fd = -1, .guard = -1};
	for (int i = 0; i < TRIES; i++) {
		*old = true;
		r = open_there(f, dir, kind, true, err);
		if (r == 0)
			return 0;
		pf_page_file_close(f);
		if (r == -EPROTO && replace)
			unlinkat(dir->fd, kind->name, 0);
		else if (r != -ENOENT)
			return r;
		*old = false;
		r = make(f, dir, kind, err);
		if (r == 0)
			return 0;
		pf_page_file_close(f);
		if (r != -EEXIST)
			return r;
	}
	return fail(err, EAGAIN, "make", kind->name);
}

int
pf_clock_file_own(struct pf_page_file *f, const struct pf_directory *dir,
    bool *old, struct pf_err *err)
{
	return open_or_make(f, dir, &clock_kind, true, old, err);
}

int
pf_clock_file_read(struct pf_page_file *f, const struct pf_directory *dir,
    struct pf_err *err)
{
	*f = (struct pf_page_file){.fd = -1, .guard = -1};
	const int r = open_there(f, dir, &clock_kind, false, err);
	if (r != 0)
		pf_page_file_close(f);
	return r;
}

int
pf_bell_file_open(struct pf_page_file *f, const struct pf_directory *dir,
    struct pf_err *err)
{
	bool old;
	return open_or_make(f, dir, &bell_kind, true, &old, err);
}

bool
pf_page_file_broken(const struct pf_page_file *f)
{
	struct stat st;
	return pf_fault_seen(f->guard) || fstat(f->fd, &st) != 0 ||
	    st.st_nlink == 0 || st.st_size != BYTES;
}
