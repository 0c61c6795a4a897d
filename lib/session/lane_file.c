/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/lane_file.h"

#include "base/mono.h"
#include "session/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 16 };

static int
fail(struct pf_err *err, int e, const char *what, const char *name)
{
	pf_err_set(err, "cannot %s lane '%s': %s", what, name, strerror(e));
	return -e;
}

/* openat() failed. */
static int
not_open(struct pf_err *err, const char *name)
{
	if (errno != ELOOP && errno != EISDIR)
		return fail(err, errno, "open", name);
	pf_err_set(err, "lane '%s' is no plain file", name);
	return -EPERM;
}

/* Take the lock of an open lane.  Returns 0 or -EAGAIN: it is held. */
static int
lock(int fd)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
	return fcntl(fd, F_OFD_SETLK, &l) == 0 ? 0 : -EAGAIN;
}

static bool
locked(int fd)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
	return fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

/* A regular file of ours, of the right size, with one name at most? */
static int
check_file(int fd, const char *name, struct pf_err *err)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return fail(err, errno, "examine", name);
	if (!S_ISREG(st.st_mode) || st.st_nlink > 1) {
		pf_err_set(err, "lane '%s' is no plain file", name);
		return -EPERM;
	}
	if (st.st_uid != geteuid() || st.st_mode & 077) {
		pf_err_set(err, "lane '%s' belongs to user %u, mode %03o",
		    name, (unsigned)st.st_uid,
		    (unsigned)(st.st_mode & 0777));
		return -EPERM;
	}
	if (st.st_size != PF_LANE_FILE_BYTES) {
		pf_err_set(err, "lane '%s' has %lld bytes, expected %u", name,
		    (long long)st.st_size, PF_LANE_FILE_BYTES);
		return -EPROTO;
	}
	return 0;
}

static int
check_header(const struct pf_lane_segment *lane, const char *name,
    struct pf_err *err)
{
	const struct pf_lane_header *const h = &lane->header;
	if (h->magic != PF_LANE_MAGIC) {
		pf_err_set(err, "'lane.%s' is no lane", name);
		return -EPROTO;
	}
	if (h->version != PF_LANE_VERSION || h->slots != PF_LANE_SLOTS ||
	    h->slot_bytes != sizeof(struct pf_lane_slot) ||
	    h->tail_bytes != PF_LANE_TAIL_BYTES) {
		pf_err_set(err, "lane '%s' is of version %u, expected %u",
		    name, h->version, PF_LANE_VERSION);
		return -EPROTO;
	}
	return 0;
}

/* Somebody may cut the file while it is mapped, even our own. */
static int
map(struct pf_lane_file *f, int prot, struct pf_err *err)
{
	void *const m = mmap(NULL, PF_LANE_FILE_BYTES, prot, MAP_SHARED,
	    f->fd, 0);
	if (m == MAP_FAILED)
		return fail(err, errno, "map", f->name);
	f->lane = m;
	f->guard = pf_fault_guard(m, PF_LANE_FILE_BYTES);
	return f->guard < 0 ? fail(err, -f->guard, "guard", f->name) : 0;
}

/* The owner's words about itself, at birth and after a take-over. */
static void
sign(struct pf_lane_segment *lane, const char *role)
{
	const uint64_t now = (uint64_t)pf_mono_ns();
	snprintf(lane->owner.role, sizeof lane->owner.role, "%s", role);
	atomic_store(&lane->owner.pid, (uint32_t)getpid());
	atomic_store(&lane->owner.born_ns, now);
	atomic_store(&lane->owner.heartbeat_ns, now);
	atomic_store(&lane->owner.state, PF_LANE_STARTING);
}

/* Make a lane without a name, whole and locked. */
static int
conceive(struct pf_lane_file *f, const struct pf_directory *dir,
    const char *role, struct pf_err *err)
{
	f->fd = openat(dir->fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (f->fd < 0)
		return fail(err, errno, "make", f->name);
	/* ftruncate() would succeed on a full file system, and the first
	 * store die of SIGBUS. */
	const int e = posix_fallocate(f->fd, 0, PF_LANE_FILE_BYTES);
	if (e)
		return fail(err, e, "make", f->name);
	const int r = map(f, PROT_READ | PROT_WRITE, err);
	if (r)
		return r;
	pf_lane_init(f->lane, f->name, role);
	sign(f->lane, role);
	return lock(f->fd) == 0 ? 0 : fail(err, EAGAIN, "lock", f->name);
}

/* Give the newborn its name.  -EEXIST: somebody was faster. */
static int
christen(struct pf_lane_file *f, const struct pf_directory *dir,
    const char *path)
{
	char self[32];
	snprintf(self, sizeof self, "/proc/self/fd/%d", f->fd);
	return linkat(AT_FDCWD, self, dir->fd, path, AT_SYMLINK_FOLLOW) == 0
	    ? 0 : -errno;
}

static void
drop(struct pf_lane_file *f)
{
	if (f->guard >= 0)
		pf_fault_release(f->guard);
	if (f->lane)
		munmap(f->lane, PF_LANE_FILE_BYTES);
	if (f->fd >= 0)
		close(f->fd);
	f->lane = NULL;
	f->fd = f->guard = -1;
}

static int
taken(const struct pf_lane_file *f, struct pf_err *err)
{
	const unsigned pid = f->lane
	    ? atomic_load(&f->lane->owner.pid) : 0;
	pf_err_set(err, "somebody plays as '%s' already (pid %u)", f->name,
	    pid);
	return -EBUSY;
}

/*
 * Take over the lane that is there.  Returns 0; -EBUSY; -ENOENT: it went
 * away, or it was of no use and was removed: try again.
 */
static int
inherit(struct pf_lane_file *f, const struct pf_directory *dir,
    const char *path, const char *role, struct pf_err *err)
{
	f->fd = openat(dir->fd, path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (f->fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (f->fd < 0)
		return not_open(err, f->name);
	int r = check_file(f->fd, f->name, err);
	if (r == -EPERM)
		return r;
	const bool held = lock(f->fd) != 0;
	if (r == 0)
		r = map(f, PROT_READ | PROT_WRITE, err);
	if (held)
		return taken(f, err);
	if (r == 0)
		r = check_header(f->lane, f->name, err);
	struct stat st;
	if (fstat(f->fd, &st) != 0 || st.st_nlink == 0)
		return -ENOENT;
	if (r) {
		/* Of another version, and nobody holds it: make room. */
		unlinkat(dir->fd, path, 0);
		return -ENOENT;
	}
	atomic_fetch_add(&f->lane->owner.takeovers, 1);
	sign(f->lane, role);
	f->taken_over = true;
	return 0;
}

int
pf_lane_file_own(struct pf_lane_file *f, const struct pf_directory *dir,
    const char *name, const char *role, struct pf_err *err)
{
	char path[PF_LANE_NAME_MOST + 8];
	*f = (struct pf_lane_file){.fd = -1, .guard = -1, .own = true};
	if (!pf_session_name_ok(name, PF_LANE_NAME_MOST)) {
		pf_err_set(err, "'%s' is no name to play as", name);
		return -EINVAL;
	}
	snprintf(f->name, sizeof f->name, "%s", name);
	snprintf(path, sizeof path, "lane.%s", name);
	int r = -ENOENT;
	for (int i = 0; i < TRIES; i++) {
		r = inherit(f, dir, path, role, err);
		if (r != -ENOENT)
			break;
		drop(f);
		r = conceive(f, dir, role, err);
		if (r)
			break;
		r = christen(f, dir, path);
		if (r != -EEXIST)
			break;
		drop(f);
	}
	if (r == 0)
		return 0;
	if (r == -ENOENT || r == -EEXIST)
		fail(err, EAGAIN, "make", f->name);
	drop(f);
	return r;
}

int
pf_lane_file_read(struct pf_lane_file *f, const struct pf_directory *dir,
    const char *name, struct pf_err *err)
{
	char path[PF_LANE_NAME_MOST + 8];
	*f = (struct pf_lane_file){.fd = -1, .guard = -1};
	if (!pf_session_name_ok(name, PF_LANE_NAME_MOST)) {
		pf_err_set(err, "'%s' is no name to play as", name);
		return -EINVAL;
	}
	snprintf(f->name, sizeof f->name, "%s", name);
	snprintf(path, sizeof path, "lane.%s", name);
	f->fd = openat(dir->fd, path,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0)
		return not_open(err, name);
	int r = check_file(f->fd, name, err);
	if (r == 0)
		r = map(f, PROT_READ, err);
	if (r == 0)
		r = check_header(f->lane, name, err);
	if (r)
		drop(f);
	return r;
}

void
pf_lane_file_close(struct pf_lane_file *f)
{
	if (f->own && f->lane)
		atomic_store(&f->lane->owner.state, PF_LANE_GONE);
	drop(f);
}

bool
pf_lane_file_alive(const struct pf_lane_file *f)
{
	return f->own || locked(f->fd);
}

bool
pf_lane_file_cut(const struct pf_lane_file *f)
{
	struct stat st;
	return pf_fault_seen(f->guard) || fstat(f->fd, &st) != 0 ||
	    st.st_size != PF_LANE_FILE_BYTES;
}

bool
pf_lane_file_broken(const struct pf_lane_file *f)
{
	struct stat st;
	return pf_lane_file_cut(f) || fstat(f->fd, &st) != 0 ||
	    st.st_nlink == 0;
}
