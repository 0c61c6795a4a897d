/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text in memory as a descriptor to read, and one to write and look into. */
#ifndef PF_TESTS_PIPE_H
#define PF_TESTS_PIPE_H

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A descriptor that reads bytes[n] from their beginning. */
static inline int
fd_of_bytes(const void *bytes, size_t n)
{
	const int fd = memfd_create("test", 0);
	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n ||
	    lseek(fd, 0, SEEK_SET) != 0)
		abort();
	return fd;
}

static inline int
fd_of_text(const char *text)
{
	return fd_of_bytes(text, strlen(text));
}

/* All that was written to a descriptor; free() it. */
static inline char *
text_of_fd(int fd)
{
	const off_t n = lseek(fd, 0, SEEK_END);
	char *const text = n < 0 ? NULL : malloc((size_t)n + 1);
	if (!text || pread(fd, text, (size_t)n, 0) != n)
		abort();
	text[n] = '\0';
	return text;
}

#endif
