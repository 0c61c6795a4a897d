/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/log.h"

#include "tap.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test_log.XXXXXX";
static char path[128];

static const char *
in_dir(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

/* The text of a file; "" if there is none. */
static const char *
text_of(const char *name)
{
	static char text[8192];
	FILE *const f = fopen(in_dir(name), "r");
	const size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
	text[n] = '\0';
	if (f)
		fclose(f);
	return text;
}

static bool
is_there(const char *name)
{
	return access(in_dir(name), F_OK) == 0;
}

static size_t
lines_of(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void
test_lines(struct pf_log *log)
{
	pf_log_feed(log, "one\ntwo has ", 12);
	pf_log_feed(log, "two parts\n\033[2Jthree", 19);
	ok(lines_of(text_of("bass.log")) == 2 &&
	    strstr(text_of("bass.log"), " two has two parts\n"),
	    "lines are whole, whatever pieces they come in");
	pf_log_flush(log);
	ok(strstr(text_of("bass.log"), " ?[2Jthree\n"),
	    "who dies in a line has said it; no escape reaches a terminal");
	char much[3 * PF_LOG_LINE_BYTES];
	memset(much, 'x', sizeof much);
	pf_log_feed(log, much, sizeof much);
	pf_log_flush(log);
	ok(lines_of(text_of("bass.log")) + lines_of(text_of("bass.log.1")) ==
	    6, "a line without an end is cut");
}

static void
test_bound(struct pf_log *log)
{
	for (int i = 0; i < 300; i++)
		pf_log_feed(log, "a line of some forty characters, no less\n",
		    41);
	struct stat now, old;
	ok(stat(in_dir("bass.log"), &now) == 0 && now.st_size <= 4096 &&
	    stat(in_dir("bass.log.1"), &old) == 0 && old.st_size <= 4096 &&
	    is_there("bass.log.2") && !is_there("bass.log.3"),
	    "files are bounded, old ones are put aside, the oldest goes");
}

static void
test_reopen(struct pf_log *log)
{
	char aside[128];
	snprintf(aside, sizeof aside, "%s", in_dir("aside"));
	rename(in_dir("bass.log"), aside);
	pf_log_reopen(log);
	pf_log_feed(log, "anew\n", 5);
	ok(lines_of(text_of("bass.log")) == 1,
	    "somebody else may put it aside");
}

int
main(void)
{
	struct pf_err err;
	struct pf_log log;
	if (!mkdtemp(dir))
		return 1;
	const int dir_fd = pf_log_directory(in_dir("logs"), &err);
	ok(dir_fd >= 0 && is_there("logs"), "its directory is made");
	close(dir_fd);
	ok(pf_log_directory("/dev/null/logs", &err) < 0 &&
	    strstr(err.text, "/dev/null/logs"), "if it can be");
	const int fd = open(dir, O_RDONLY | O_DIRECTORY);
	ok(pf_log_open(&log, "bass", fd, 4096, 2, &err) == 0, "a log begins");
	test_lines(&log);
	test_bound(&log);
	test_reopen(&log);
	pf_log_close(&log);
	static const char *const made[] = {"bass.log", "bass.log.1",
	    "bass.log.2", "aside"};
	for (size_t i = 0; i < PF_COUNT(made); i++)
		unlink(in_dir(made[i]));
	rmdir(in_dir("logs"));
	close(fd);
	rmdir(dir);
	return tap_done();
}
