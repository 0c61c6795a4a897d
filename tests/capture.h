/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a function prints and how it exits, for tests of functions that end
 * the program: it runs in a child.
 */
#ifndef PF_TESTS_CAPTURE_H
#define PF_TESTS_CAPTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct capture {
	int status;      /* of exit(); -1 if it died otherwise */
	char text[4096]; /* what was printed */
};

/*
 * Run f(ctx) in a child, which exits 99 if f returns; keep what it prints to
 * the stream fd (1 or 2), the other goes to waste.
 */
static inline struct capture
capture(int fd, void (*f)(void *ctx), void *ctx)
{
	struct capture c = {.status = -1};
	FILE *const file = tmpfile();
	int status;
	fflush(NULL);
	const pid_t pid = file ? fork() : -1;
	if (pid == 0) {
		if (!freopen("/dev/null", "w", fd == 1 ? stderr : stdout) ||
		    dup2(fileno(file), fd) < 0)
			_exit(98);
		f(ctx);
		fflush(NULL);
		_exit(99);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid) {
		c.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		rewind(file);
		c.text[fread(c.text, 1, sizeof c.text - 1, file)] = '\0';
	}
	if (file)
		fclose(file);
	return c;
}

#endif
