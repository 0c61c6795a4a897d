/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the programs of a rig say, line by line: to standard error with the
 * name before each line, or each to a file of its own that never grows beyond
 * its size, for then it is put aside as NAME.log.1, .2 ...
 *
 * A terminal or pipe that takes nothing does not hold us up: lines that
 * do not fit are dropped and counted.  Setup only; one thread.
 */
#ifndef PF_RIG_LOG_H
#define PF_RIG_LOG_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PF_LOG_LINE_BYTES = 1024 };

struct pf_log {
	const char *name;
	int dir_fd;          /* where files go; -1: to standard error */
	int fd;
	uint64_t bytes, most_bytes;
	unsigned keep;
	uint64_t dropped;    /* lines nobody could take */
	bool broken;         /* we said that it can not be written */
	size_t len;          /* of a line that is not whole yet */
	char line[PF_LOG_LINE_BYTES];
};

/*
 * Make or open the directory of log files.  Returns its descriptor or a
 * negative errno with *err worded.
 */
PF_MUST_CHECK int pf_log_directory(const char *path, struct pf_err *err);

/*
 * Begin a log.  name is borrowed; dir_fd -1 means standard error, else the
 * file NAME.log there is appended to, of at most most_bytes, and `keep` older
 * ones stay.  Returns 0 or a negative errno with *err worded.
 */
PF_MUST_CHECK int pf_log_open(struct pf_log *log, const char *name,
    int dir_fd, uint64_t most_bytes, unsigned keep, struct pf_err *err);

/* Take what the program wrote; a line that ends in it is written on. */
void pf_log_feed(struct pf_log *log, const char *bytes, size_t len);

/* End a line that was not ended: whoever wrote it is gone. */
void pf_log_flush(struct pf_log *log);

/* Open the file anew, for somebody may have put it aside. */
void pf_log_reopen(struct pf_log *log);

void pf_log_close(struct pf_log *log);

/* Write a line to standard error if that takes it now; false if not. */
bool pf_log_stderr(const char *line, size_t len);

#endif
