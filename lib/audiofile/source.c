/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audiofile/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Programs that write to a pipe put 0 or about this into the size field. */
static const int64_t size_unknown = 0x7fff0000;
static const sf_count_t frames_unknown = (sf_count_t)1 << 56;

enum { MAGIC = 12 };

static int
cannot(struct pf_err *err, const char *name, int e)
{
	pf_err_set(err, "cannot read '%s': %s", name, strerror(e));
	return -e;
}

/*
 * Look at the first bytes of a pipe without taking them: tee(2) copies what
 * is there into another pipe.  Fewer than MAGIC bytes only at the end.
 */
static ssize_t
peek_pipe(int fd, char magic[MAGIC])
{
	for (;;) {
		int p[2];
		if (pipe2(p, O_CLOEXEC) != 0)
			return -errno;
		ssize_t n = tee(fd, p[1], MAGIC, 0);
		const int e = errno;
		if (n > 0)
			n = read(p[0], magic, MAGIC);
		close(p[0]);
		close(p[1]);
		if (n < 0 && e != EINTR)
			return -e;
		struct pollfd writer = {.fd = fd};
		if (n == MAGIC || n == 0 ||
		    (poll(&writer, 1, 0) == 1 && writer.revents & POLLHUP))
			return n;
		/* A writer that thinks between two bytes: the kernel offers
		 * no way to sleep until there are more of them. */
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
}

/* The first bytes, left where they are.  Returns how many, or -errno. */
static ssize_t
peek(int fd, mode_t mode, char magic[MAGIC])
{
	ssize_t n;
	if (S_ISFIFO(mode))
		return peek_pipe(fd, magic);
	if (S_ISSOCK(mode))
		n = recv(fd, magic, MAGIC, MSG_PEEK | MSG_WAITALL);
	else
		n = pread(fd, magic, MAGIC, lseek(fd, 0, SEEK_CUR));
	return n < 0 ? -errno : n;
}

/* Can libsndfile read it without seeking? */
static bool
streams(const char magic[MAGIC])
{
	return (memcmp(magic, "RIFF", 4) == 0 &&
	    memcmp(magic + 8, "WAVE", 4) == 0) ||
	    (memcmp(magic, "FORM", 4) == 0 &&
	    memcmp(magic + 8, "AIF", 3) == 0) ||
	    memcmp(magic, ".snd", 4) == 0;
}

/* A nameless file for what is to be spooled. */
static int
nameless(void)
{
	const char *dir = getenv("TMPDIR");
	if (!dir || !*dir)
		dir = "/tmp";
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	char path[4096];
	if (snprintf(path, sizeof path, "%s/pf-XXXXXX", dir) >=
	    (int)sizeof path)
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

/* Store all of a pipe.  Returns a descriptor at its start, or -errno. */
static int
spool(int from)
{
	char buf[65536];
	const int to = nameless();
	if (to < 0)
		return to;
	for (;;) {
		const ssize_t n = read(from, buf, sizeof buf);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0 && lseek(to, 0, SEEK_SET) == 0)
			return to;
		for (ssize_t done = 0; done < n;) {
			const ssize_t w = write(to, buf + done,
			    (size_t)(n - done));
			if (w < 0 && errno == EINTR)
				continue;
			if (w <= 0)
				goto fail;
			done += w;
		}
		if (n <= 0)
			goto fail;
	}
fail:
	{
		const int e = errno;
		close(to);
		return -e;
	}
}

static uint32_t
be32(const unsigned char *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	    (uint32_t)b[2] << 8 | b[3];
}

static uint32_t
le32(const unsigned char *b)
{
	return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 |
	    (uint32_t)b[1] << 8 | b[0];
}

/*
 * How many bytes of sound a header promises, and how many of them are in the
 * file: libsndfile silently takes what is there.  Returns false if the header
 * promises nothing that could be compared.
 */
static bool
promise(int fd, int64_t file_bytes, const char magic[MAGIC],
    int64_t *promised, int64_t *there)
{
	unsigned char b[24];
	if (memcmp(magic, ".snd", 4) == 0) {
		const int64_t offset = be32((const unsigned char *)magic + 4);
		*promised = be32((const unsigned char *)magic + 8);
		*there = file_bytes - offset;
		return *promised && *promised < size_unknown;
	}
	const bool riff = memcmp(magic, "RIFF", 4) == 0 ||
	    memcmp(magic, "RF64", 4) == 0;
	if (!riff && memcmp(magic, "FORM", 4) != 0)
		return false;
	int64_t at = 12, long_size = 0;
	for (int chunks = 0; chunks < 4096; chunks++) {
		if (pread(fd, b, sizeof b, at) < 8)
			return false;
		int64_t size = riff ? le32(b + 4) : be32(b + 4);
		if (memcmp(b, "ds64", 4) == 0)
			long_size = le32(b + 16) | (int64_t)(le32(b + 20) & 0x7fffffff) << 32;
		if (memcmp(b, riff ? "data" : "SSND", 4) == 0) {
			if (size == 0xffffffff && long_size)
				size = long_size;
			else if (size >= size_unknown)
				return false;
			*promised = size;
			*there = file_bytes - at - 8;
			return size > 0;
		}
		at += 8 + size + (size & 1);
	}
	return false;
}

static int
open_sound(struct pf_audio_source *s, const char *name, struct pf_err *err)
{
	struct stat st;
	char magic[MAGIC] = {0};
	if (fstat(s->fd, &st) != 0)
		return cannot(err, name, errno);
	if (S_ISDIR(st.st_mode))
		return cannot(err, name, EISDIR);
	const ssize_t n = peek(s->fd, st.st_mode, magic);
	if (n < 0)
		return cannot(err, name, (int)-n);
	if (n == 0) {
		pf_err_set(err, "'%s' is empty", name);
		return -ENODATA;
	}
	s->pipe = S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode);
	if (!s->pipe && !S_ISREG(st.st_mode))
		return pf_err_set(err, "cannot read '%s': it is neither a "
		    "file nor a pipe", name);
	if (s->pipe && !streams(magic)) {
		const int fd = spool(s->fd);
		if (fd < 0)
			return cannot(err, name, -fd);
		if (s->ours)
			close(s->fd);
		s->fd = fd;
		s->ours = true;
		s->pipe = false;
		if (fstat(fd, &st) != 0)
			return cannot(err, name, errno);
	}
	s->snd = sf_open_fd(s->fd, SFM_READ, &s->info, SF_FALSE);
	if (!s->snd && sf_error(NULL) == SF_ERR_UNRECOGNISED_FORMAT)
		return pf_err_set(err, "cannot read '%s': it is no sound file",
		    name);
	if (!s->snd)
		return pf_err_set(err, "cannot read '%s': a sound file, but "
		    "broken or of a kind unknown here", name);
	s->frames = s->info.frames >= frames_unknown ? -1 : s->info.frames;
	int64_t promised, there;
	if (s->pipe) {
		/* The header's word; a size that means "unknown" is none. */
		const int64_t bytes = s->frames * s->info.channels;
		if (s->frames <= 0 || bytes * 4 >= size_unknown)
			s->frames = -1;
		s->promised = s->frames;
	} else if (promise(s->fd, st.st_size, magic, &promised, &there) &&
	    there < promised && there >= 0) {
		s->promised = there == 0 ? s->info.samplerate
		    : (int64_t)((double)s->frames * (double)promised /
		    (double)there);
	}
	return 0;
}

int
pf_audio_source_open(struct pf_audio_source *source, const char *path,
    const char *name, struct pf_err *err)
{
	*source = (struct pf_audio_source){.fd = STDIN_FILENO, .frames = -1,
	    .promised = -1};
	if (strcmp(path, "-") != 0) {
		source->fd = open(path, O_RDONLY | O_CLOEXEC);
		source->ours = true;
		if (source->fd < 0)
			return cannot(err, name, errno);
	}
	const int r = open_sound(source, name, err);
	if (r != 0)
		pf_audio_source_close(source);
	return r;
}

void
pf_audio_source_close(struct pf_audio_source *source)
{
	if (source->snd)
		sf_close(source->snd);
	if (source->ours && source->fd >= 0)
		close(source->fd);
	source->snd = NULL;
	source->fd = -1;
}
