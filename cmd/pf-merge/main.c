/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pf-merge: streams together into one, sorted, on one axis. */
#include "base/message.h"
#include "base/option.h"
#include "base/outfile.h"
#include "stream/merge.h"

#include <unistd.h>

enum { OPT_LENIENT = 256 };

static const struct pf_option options[] = {
	{'a', "axis", "N", "print on the beats of the Nth stream, from 1"},
	{'o', "output", "FILE", "write to FILE instead of standard output"},
	{OPT_LENIENT, "lenient", NULL, "skip and count malformed lines"},
	{0},
};

static const struct pf_program program = {
	.name = "pf-merge",
	.summary = "merge event streams into one, in the order of time",
	.operands = "[FILE...]",
	.options = options,
};

static const char *const from_stdin[] = {"-"};

/* Merge into a descriptor. */
static int
merge(int fd, const char *what, const char *const *path, size_t n, int axis,
    enum pf_strict strict, struct pf_err *err)
{
	struct pf_names *names = NULL;
	struct pf_writer *writer = NULL;
	uint64_t skipped = 0;
	if (pf_names_new(&names) != 0 ||
	    pf_writer_new(&writer, fd, what, names) != 0)
		pf_die(1, "not enough memory");
	const int r = pf_merge(path, n, axis, strict, names, writer, &skipped,
	    err);
	if (skipped > 0)
		pf_msg("skipped %llu malformed lines",
		    (unsigned long long)skipped);
	pf_writer_free(writer);
	pf_names_free(names);
	return r;
}

int
main(int argc, char **argv)
{
	const char *arg, *axis = NULL, *output = NULL;
	enum pf_strict strict = PF_STRICT;
	struct pf_err err;
	int c, at;
	while ((c = pf_option_next(&program, argc, argv, &arg, &at)) != -1) {
		switch (c) {
		case 'a':
			axis = arg;
			break;
		case 'o':
			output = arg;
			break;
		case OPT_LENIENT:
			strict = PF_LENIENT;
			break;
		}
	}
	const size_t given = (size_t)(argc - at);
	const char *const *const path = given
	    ? (const char *const *)argv + at : from_stdin;
	const size_t n = given ? given : 1;
	const int chosen = axis ? (int)pf_option_int(&program, "axis", axis, 1,
	    (int64_t)n) - 1 : PF_AXIS_FIRST;
	if (!output) {
		if (merge(STDOUT_FILENO, "standard output", path, n, chosen,
		    strict, &err) != 0)
			pf_die(1, "%s", err.text);
		return 0;
	}
	struct pf_outfile out;
	if (pf_outfile_open(&out, output, &err) != 0)
		pf_die(1, "%s", err.text);
	if (merge(out.fd, output, path, n, chosen, strict, &err) != 0) {
		pf_outfile_abort(&out);
		pf_die(1, "%s", err.text);
	}
	if (pf_outfile_commit(&out, &err) != 0)
		pf_die(1, "%s", err.text);
	return 0;
}
