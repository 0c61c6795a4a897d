/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/share.h"

#include "tap.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64] = "/tmp/pf-share-XXXXXX";

static void
make(const char *name)
{
	char path[128];
	snprintf(path, sizeof path, "%s/kinds/%s", dir, name);
	FILE *const f = fopen(path, "w");
	if (f)
		fclose(f);
}

int
main(void)
{
	char path[PATH_MAX], kinds[128];
	size_t n;
	if (!mkdtemp(dir))
		return 1;
	snprintf(kinds, sizeof kinds, "%s/kinds", dir);
	mkdir(kinds, 0755);
	make("b.yaml");
	make("a.yaml");
	make("note.txt");
	setenv("PF_SHARE", dir, 1);
	ok(pf_share_find(path, sizeof path, "kinds", "a", ".yaml") == 0 &&
	    strncmp(path, dir, strlen(dir)) == 0, "a name is found");
	ok(pf_share_find(path, sizeof path, "kinds", "c", ".yaml") != 0,
	    "an unknown name is not");
	ok(pf_share_find(path, 8, "kinds", "a", ".yaml") != 0,
	    "a path that does not fit is not cut");
	snprintf(path, sizeof path, "%s/b.yaml", kinds);
	char again[PATH_MAX];
	ok(pf_share_find(again, sizeof again, "kinds", path, ".yaml") == 0 &&
	    strcmp(again, path) == 0, "a path is taken as it is");
	char **const list = pf_share_list("kinds", ".yaml", &n);
	ok(list && n == 2 && strcmp(list[0], "a") == 0 &&
	    strcmp(list[1], "b") == 0 && !list[2],
	    "names are listed in order, without what is no such file");
	free(list);
	snprintf(path, sizeof path, "rm -r %s", dir);
	return system(path) == 0 ? tap_done() : 1;
}
