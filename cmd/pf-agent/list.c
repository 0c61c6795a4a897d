/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "list.h"

#include "agent/mind.h"
#include "agent/personality.h"
#include "base/message.h"
#include "base/outfile.h"
#include "base/share.h"
#include "music/style.h"

#include <stdio.h>
#include <stdlib.h>

/* One line.  Returns 0, or 1 if the file is wrong. */
static int
list_style(const char *name)
{
	struct pf_style *style;
	struct pf_err err;
	if (pf_style_load(&style, name, &err) != 0)
		return pf_msg("%s", err.text), 1;
	printf("style        %-14s %s\n", name, style->title);
	pf_style_free(style);
	return 0;
}

static int
list_personality(const char *name)
{
	struct pf_personality who;
	struct pf_err err;
	if (pf_personality_load(&who, name, NULL, &err) != 0)
		return pf_msg("%s", err.text), 1;
	printf("personality  %-14s %s\n", name, who.title);
	return 0;
}

static int
list_files(const char *kind, int (*list)(const char *name))
{
	size_t n;
	char **const names = pf_share_list(kind, ".yaml", &n);
	int status = 0;
	if (!names)
		pf_die(1, "out of memory");
	if (n == 0) {
		pf_msg("no %s are installed (PF_SHARE says where)", kind);
		status = 1;
	}
	for (size_t i = 0; i < n; i++)
		status |= list(names[i]);
	free(names);
	return status;
}

int
list_choices(void)
{
	struct pf_err err;
	for (size_t i = 0; pf_mind_roles[i]; i++)
		printf("role         %s\n", pf_mind_roles[i]);
	int status = list_files("styles", list_style);
	status |= list_files("personalities", list_personality);
	for (int i = 0; i < PF_TRAITS; i++)
		printf("trait        %s\n", pf_trait_name[i]);
	if (pf_close_stdout(&err) != 0)
		pf_die(1, "%s", err.text);
	return status;
}
