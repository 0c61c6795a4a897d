/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line of a program, from one table.
 *
 * The table gives getopt_long its options and --help its text, so the two
 * never drift.  -h/--help and -V/--version need no row: they print to
 * standard output and exit 0.  Wrong usage prints one line and exits 2.
 * For main() only: these functions may exit.
 */
#ifndef PF_BASE_OPTION_H
#define PF_BASE_OPTION_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct pf_option {
	int key;          /* its letter; or > 255 for a long option alone */
	const char *name; /* the long name, without dashes */
	const char *arg;  /* its argument in capitals; NULL takes none; "[=S]":
	                   * may have one, as --wait or --wait=2 */
	const char *help; /* one line */
};

struct pf_program {
	const char *name;     /* "pf-gen" */
	const char *summary;  /* one line: what it does */
	const char *operands; /* "[FILE...]", or "" */
	const struct pf_option *options; /* ends with a row of zeros */
	const char *built;    /* optional parts in or out, for --version; or NULL */
};

/*
 * Parse the next option.  Returns its key and sets *arg (NULL for one that
 * was left out), or -1 when only operands are left: they are argv[*first .. argc-1].
 */
int pf_option_next(const struct pf_program *program, int argc, char **argv,
    const char **arg, int *first);

/* Print "pf-x: message" and the usage line to stderr; exit 2. */
_Noreturn void pf_option_fail(const struct pf_program *program,
    const char *fmt, ...) PF_PRINTF(2, 3);

/*
 * Numbers from the command line.  One that is no number or not in lo..hi
 * exits 2 with "pf-x: --rate: '12' is out of 8000..192000".
 */
int64_t pf_option_int(const struct pf_program *program, const char *name,
    const char *arg, int64_t lo, int64_t hi);
double pf_option_num(const struct pf_program *program, const char *name,
    const char *arg, double lo, double hi);

/*
 * One word of words[n]; returns its place, or exits 2 and names the nearest:
 * "pf-agent: role 'drumms' is unknown, did you mean 'drums'?"
 */
size_t pf_option_word(const struct pf_program *program, const char *what,
    const char *arg, const char *const *words, size_t n);

#endif
