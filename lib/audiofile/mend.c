/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audiofile/mend.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { HEADER_MOST = 4096 };

static uint32_t
get32(const unsigned char *at)
{
	uint32_t x;
	memcpy(&x, at, sizeof x);
	return le32toh(x);
}

static int
put32(int fd, off_t at, uint64_t x)
{
	const uint32_t le = htole32((uint32_t)x);
	return pwrite(fd, &le, sizeof le, at) == sizeof le ? 0 : -EIO;
}

int
pf_audio_wav_mend(int fd)
{
	unsigned char h[HEADER_MOST];
	const off_t len = lseek(fd, 0, SEEK_END);
	const ssize_t got = pread(fd, h, sizeof h, 0);
	size_t at = 12, fact = 0;
	uint32_t frame = 0;
	if (got < 12 || memcmp(h, "RIFF", 4) != 0 ||
	    memcmp(h + 8, "WAVE", 4) != 0 || len > UINT32_MAX)
		return 0;
	for (; at + 8 <= (size_t)got && memcmp(h + at, "data", 4) != 0;
	     at += 8 + (size_t)get32(h + at + 4) + (h[at + 4] & 1)) {
		if (memcmp(h + at, "fmt ", 4) == 0 && at + 24 <= (size_t)got)
			frame = h[at + 20] | (uint32_t)h[at + 21] << 8;
		if (memcmp(h + at, "fact", 4) == 0)
			fact = at + 8;
	}
	if (at + 8 > (size_t)got || get32(h + at + 4) != UINT32_MAX || !frame)
		return 0;
	/* An even number of bytes, so that nothing need be written behind. */
	const off_t begin = (off_t)at + 8;
	const off_t frames = (len - begin) / frame / 2 * 2;
	const off_t end = begin + frames * frame;
	if (ftruncate(fd, end) != 0)
		return -errno;
	int r = put32(fd, begin - 4, (uint64_t)(end - begin));
	if (r == 0)
		r = put32(fd, 4, (uint64_t)end - 8);
	return r == 0 && fact ? put32(fd, (off_t)fact, (uint64_t)frames) : r;
}
