/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/tap_file.h"

#include "session/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int
fail(struct pf_err *err, int e, const char *what, const char *name)
{
	pf_err_set(err, "cannot %s tap '%s': %s", what, name, strerror(e));
	return -e;
}

static void
drop(struct pf_tap_file *f)
{
	if (f->guard >= 0)
		pf_fault_release(f->guard);
	if (f->tap)
		munmap(f->tap, f->bytes);
	if (f->fd >= 0)
		close(f->fd);
	f->tap = NULL;
	f->fd = f->guard = -1;
}

/* Begin with an empty file; words a name that will not do. */
static int
name_it(struct pf_tap_file *f, const char *name, char path[],
    struct pf_err *err)
{
	*f = (struct pf_tap_file){.fd = -1, .guard = -1};
	if (!pf_session_name_ok(name, PF_LANE_NAME_MOST))
		return pf_err_set(err, "'%s' is no name of a tap", name);
	snprintf(f->name, sizeof f->name, "%s", name);
	snprintf(path, PF_LANE_NAME_MOST + 8, "tap.%s", name);
	return 0;
}

static int
map(struct pf_tap_file *f, int prot, int flags, struct pf_err *err)
{
	void *const m = mmap(NULL, f->bytes, prot, MAP_SHARED | flags, f->fd,
	    0);
	if (m == MAP_FAILED)
		return fail(err, errno, "map", f->name);
	f->tap = m;
	/* Somebody may cut the file while it is mapped, even our own. */
	f->guard = pf_fault_guard(m, f->bytes);
	return f->guard < 0 ? fail(err, -f->guard, "guard", f->name) : 0;
}

/* ---- its owner */

/* Give it its name, in place of what an engine before us has left. */
static int
christen(struct pf_tap_file *f, const struct pf_directory *dir,
    const char *path)
{
	char self[32];
	snprintf(self, sizeof self, "/proc/self/fd/%d", f->fd);
	for (int tries = 0; tries < 4; tries++) {
		if (linkat(AT_FDCWD, self, dir->fd, path,
		    AT_SYMLINK_FOLLOW) == 0)
			return 0;
		if (errno != EEXIST)
			return -errno;
		unlinkat(dir->fd, path, 0);
	}
	return -EEXIST;
}

int
pf_tap_file_make(struct pf_tap_file *f, const struct pf_directory *dir,
    const char *name, unsigned channels, uint32_t rate_hz, int64_t begin,
    struct pf_err *err)
{
	char path[PF_LANE_NAME_MOST + 8];
	int r = name_it(f, name, path, err);
	if (r != 0)
		return r;
	if (channels < 1 || channels > PF_TAP_CHANNELS_MOST)
		return pf_err_set(err, "tap '%s': %u channels are out of "
		    "1..%d", name, channels, PF_TAP_CHANNELS_MOST);
	f->own = true;
	f->channels = channels;
	f->rate_hz = rate_hz;
	f->bytes = pf_tap_bytes(channels);
	f->fd = openat(dir->fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (f->fd < 0)
		return fail(err, errno, "make", name);
	/* ftruncate() would succeed on a full file system, and the first
	 * store die of SIGBUS. */
	const int e = posix_fallocate(f->fd, 0, (off_t)f->bytes);
	r = e ? fail(err, e, "make", name)
	    : map(f, PROT_READ | PROT_WRITE, MAP_POPULATE, err);
	if (r == 0) {
		pf_tap_init(f->tap, channels, rate_hz, begin);
		r = christen(f, dir, path);
		if (r != 0)
			fail(err, -r, "make", name);
	}
	if (r != 0)
		drop(f);
	return r;
}

/* ---- readers */

/* A regular file of ours with one name at most; sets its size. */
static int
check_file(struct pf_tap_file *f, struct pf_err *err)
{
	struct stat st;
	if (fstat(f->fd, &st) != 0)
		return fail(err, errno, "examine", f->name);
	if (!S_ISREG(st.st_mode) || st.st_nlink > 1) {
		pf_err_set(err, "tap '%s' is no plain file", f->name);
		return -EPERM;
	}
	if (st.st_uid != geteuid() || st.st_mode & 077) {
		pf_err_set(err, "tap '%s' belongs to user %u, mode %03o",
		    f->name, (unsigned)st.st_uid,
		    (unsigned)(st.st_mode & 0777));
		return -EPERM;
	}
	if (st.st_size < (off_t)pf_tap_bytes(1) ||
	    st.st_size > (off_t)pf_tap_bytes(PF_TAP_CHANNELS_MOST)) {
		pf_err_set(err, "tap '%s' has %lld bytes, that is no tap",
		    f->name, (long long)st.st_size);
		return -EPROTO;
	}
	f->bytes = (size_t)st.st_size;
	return 0;
}

/* Copies what the header says, then believes the copy alone. */
static int
check_header(struct pf_tap_file *f, struct pf_err *err)
{
	const struct pf_tap_header *const h = &f->tap->header;
	f->channels = h->channels;
	f->rate_hz = h->rate_hz;
	if (h->magic != PF_TAP_MAGIC) {
		pf_err_set(err, "'tap.%s' is no tap", f->name);
		return -EPROTO;
	}
	if (h->version != PF_TAP_VERSION || h->frames != PF_TAP_FRAMES) {
		pf_err_set(err, "tap '%s' is of version %u, expected %u",
		    f->name, h->version, PF_TAP_VERSION);
		return -EPROTO;
	}
	if (f->channels < 1 || f->channels > PF_TAP_CHANNELS_MOST ||
	    f->bytes != pf_tap_bytes(f->channels) || f->rate_hz < 8000 ||
	    f->rate_hz > 192000) {
		pf_err_set(err, "tap '%s': %u channels at %u Hz in %zu bytes "
		    "can not be", f->name, f->channels, f->rate_hz, f->bytes);
		return -EPROTO;
	}
	return 0;
}

int
pf_tap_file_read(struct pf_tap_file *f, const struct pf_directory *dir,
    const char *name, struct pf_err *err)
{
	char path[PF_LANE_NAME_MOST + 8];
	int r = name_it(f, name, path, err);
	if (r != 0)
		return r;
	f->fd = openat(dir->fd, path,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0)
		return fail(err, errno == ELOOP ? EPERM : errno, "open", name);
	r = check_file(f, err);
	if (r == 0)
		r = map(f, PROT_READ, 0, err);
	if (r == 0)
		r = check_header(f, err);
	if (r != 0)
		drop(f);
	return r;
}

void
pf_tap_file_close(struct pf_tap_file *f, const struct pf_directory *dir)
{
	char path[PF_LANE_NAME_MOST + 8];
	struct stat st;
	if (f->own && f->fd >= 0 && fstat(f->fd, &st) == 0 &&
	    st.st_nlink > 0) {
		snprintf(path, sizeof path, "tap.%s", f->name);
		unlinkat(dir->fd, path, 0);
	}
	drop(f);
}

bool
pf_tap_file_broken(const struct pf_tap_file *f)
{
	struct stat st;
	return pf_fault_seen(f->guard) || fstat(f->fd, &st) != 0 ||
	    st.st_nlink == 0 || st.st_size != (off_t)f->bytes;
}
