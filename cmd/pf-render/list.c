/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "list.h"

#include "base/message.h"
#include "base/outfile.h"
#include "base/share.h"
#include "config/yaml.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * One line.  Only the title is read: a sampler is listed without its samples.
 * Returns 0, or 1 if the file is wrong.
 */
static int
list_instrument(const char *name)
{
	char path[PATH_MAX];
	struct pf_yaml *yaml;
	struct pf_err err;
	const char *title = "";
	if (pf_share_find(path, sizeof path, "instruments", name, ".yaml") != 0)
		return 0; /* gone since it was listed */
	if (pf_yaml_load(&yaml, path, &err) != 0)
		return pf_msg("%s", err.text), 1;
	const struct pf_yaml_node *const root = pf_yaml_root(yaml);
	int r = pf_yaml_kind(root, PF_YAML_MAP, "an instrument", &err);
	if (r == 0)
		r = pf_yaml_str(pf_yaml_find(root, "title"), &title, &err);
	if (r == 0)
		printf("%-16s %s\n", name, title);
	else
		pf_msg("%s", err.text);
	pf_yaml_free(yaml);
	return r != 0;
}

int
list_instruments(void)
{
	struct pf_err err;
	size_t n;
	char **const names = pf_share_list("instruments", ".yaml", &n);
	int status = 0;
	if (!names)
		pf_die(1, "out of memory");
	if (n == 0)
		pf_die(1, "no instruments are installed (PF_SHARE says where)");
	for (size_t i = 0; i < n; i++)
		status |= list_instrument(names[i]);
	free(names);
	if (pf_close_stdout(&err) != 0)
		pf_die(1, "%s", err.text);
	return status;
}
