/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pf: the front door.  `pf render ...` runs pf-render; `pf` alone lists the
 * programs.  share/programs.txt names them with a line each.
 */
#include "base/err.h"
#include "base/message.h"
#include "base/nearest.h"
#include "base/option.h"
#include "base/outfile.h"
#include "base/share.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 64 };

struct programs {
	char *text;
	const char *name[MOST]; /* "pf-render" */
	const char *line[MOST];
	size_t n;
};

/* Read the list; an installation without one has no programs to name. */
static void
read_programs(struct programs *p)
{
	char path[PATH_MAX];
	size_t room = 0;
	*p = (struct programs){0};
	if (pf_share_find(path, sizeof path, ".", "programs", ".txt") != 0)
		return;
	FILE *const f = fopen(path, "re");
	if (!f)
		return;
	const ssize_t len = getdelim(&p->text, &room, '\0', f);
	fclose(f);
	char *rest = NULL;
	for (char *row = len > 0 ? strtok_r(p->text, "\n", &rest) : NULL;
	     row && p->n < MOST; row = strtok_r(NULL, "\n", &rest)) {
		char *const tab = strchr(row, '\t');
		if (!tab)
			continue;
		*tab = '\0';
		p->name[p->n] = row;
		p->line[p->n++] = tab + 1;
	}
}

static void
list(const struct programs *p)
{
	printf("Performia: play music together with a band of programs.\n\n");
	for (size_t i = 0; i < p->n; i++)
		printf("  pf %-10s %s\n", p->name[i] + strlen("pf-"),
		    p->line[i]);
	printf("\n'pf PROGRAM --help' tells its options; "
	    "man performia(7) begins the story.\n");
}

/* Run pf-NAME: the one beside this program, else the one on PATH. */
static _Noreturn void
run(const struct programs *p, char **argv)
{
	char own[PATH_MAX], name[NAME_MAX], path[PATH_MAX + NAME_MAX];
	snprintf(name, sizeof name, "pf-%s", argv[0]);
	const ssize_t n = strchr(name, '/') ? -1
	    : readlink("/proc/self/exe", own, sizeof own - 1);
	if (n > 0) {
		own[n] = '\0';
		*strrchr(own, '/') = '\0';
		snprintf(path, sizeof path, "%s/%s", own, name);
		argv[0] = name;
		execv(path, argv);
		execvp(name, argv);
	}
	if (errno != ENOENT && n > 0)
		pf_die(1, "cannot run '%s': %s", name, strerror(errno));
	const char *const near = pf_nearest(name, p->name, p->n);
	if (near)
		pf_die(2, "there is no program '%s', did you mean '%s'?",
		    name, near);
	pf_die(2, "there is no program '%s'; 'pf' lists them", name);
}

int
main(int argc, char **argv)
{
	static const struct pf_option options[] = {{0}};
	static const struct pf_program program = {.name = "pf",
	    .summary = "run a program of Performia, or list them",
	    .operands = "[PROGRAM [ARGUMENT...]]", .options = options};
	const char *arg;
	int first = 1;
	struct programs programs;
	/* What stands behind the program's name is the program's. */
	if (argc < 2 || argv[1][0] == '-')
		while (pf_option_next(&program, argc, argv, &arg, &first) != -1)
			continue;
	read_programs(&programs);
	if (first < argc)
		run(&programs, argv + first);
	list(&programs);
	free(programs.text);
	struct pf_err err;
	if (pf_close_stdout(&err) != 0)
		pf_die(1, "%s", err.text);
	return 0;
}
