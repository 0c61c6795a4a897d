/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "show.h"

#include "base/message.h"
#include "base/outfile.h"
#include "base/share.h"
#include "rig/known.h"
#include "rig/spawn.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
finish(int status)
{
	struct pf_err err;
	if (pf_close_stdout(&err) == 0)
		return status;
	pf_msg("%s", err.text);
	return 1;
}

int
show_list(void)
{
	size_t n;
	int status = 0;
	char **const names = pf_share_list("rigs", ".yaml", &n);
	if (!names)
		pf_die(1, "out of memory");
	if (n == 0) {
		pf_msg("no rigs are installed (PF_SHARE says where)");
		status = 1;
	}
	for (size_t i = 0; i < n; i++) {
		struct pf_rig *rig;
		struct pf_err err;
		if (pf_rig_load(&rig, names[i], NULL, &err) != 0) {
			pf_msg("%s", err.text);
			status = 1;
			continue;
		}
		printf("%-16s %s\n", names[i], rig->title);
		pf_rig_free(rig);
	}
	free(names);
	return finish(status);
}

int
show_check(const struct pf_rig *rig, struct pf_err *err)
{
	char path[PATH_MAX];
	for (size_t i = 0; i < rig->n; i++) {
		const struct pf_rig_program *const p = &rig->program[i];
		if (pf_rig_which(p->argv[0], path, sizeof path) != 0)
			return pf_rig_known_missing(err, rig->path, p->line,
			    p->argv[0]);
	}
	return 0;
}

/* A word as the shell reads it back. */
static void
print_word(const char *word)
{
	if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+.,:/=@%") == strlen(word)) {
		fputs(word, stdout);
		return;
	}
	putchar('\'');
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*word);
	}
	putchar('\'');
}

static void
print_program(const struct pf_rig *rig, const struct pf_rig_program *p)
{
	printf("%s:", p->name);
	for (size_t k = 0; k < p->n_after; k++)
		printf("%s%s", k ? ", " : " (after ",
		    rig->program[p->after[k]].name);
	printf("%s", p->n_after ? ")" : "");
	for (char **e = p->env; e && *e; e++) {
		putchar(' ');
		print_word(*e);
	}
	for (size_t k = 0; k < p->argc; k++) {
		putchar(' ');
		print_word(p->argv[k]);
	}
	putchar('\n');
}

int
show_plan(const struct pf_rig *rig)
{
	for (size_t k = 0; k < rig->n; k++)
		print_program(rig, &rig->program[rig->order[k]]);
	return finish(0);
}
