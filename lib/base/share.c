/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/share.h"

#include "base/nearest.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PLACES = 6 };

/* The directory of the running program, or "". */
static void
own_directory(char dir[PATH_MAX])
{
	const ssize_t n = readlink("/proc/self/exe", dir, PATH_MAX - 1);
	dir[n > 0 ? n : 0] = '\0';
	char *const slash = strrchr(dir, '/');
	if (slash)
		*slash = '\0';
}

/* Write the i-th place to look; false if there is none. */
static int
place(int i, char dir[PATH_MAX])
{
	char own[PATH_MAX];
	const char *env;
	int n = -1;
	switch (i) {
	case 0:
		env = getenv("PF_SHARE");
		if (env && *env)
			n = snprintf(dir, PATH_MAX, "%s", env);
		break;
	case 1:
		env = getenv("XDG_DATA_HOME");
		if (env && *env)
			n = snprintf(dir, PATH_MAX, "%s/performia", env);
		else if ((env = getenv("HOME")) && *env)
			n = snprintf(dir, PATH_MAX,
			    "%s/.local/share/performia", env);
		break;
	case 2:
	case 3:
	case 4:
		own_directory(own);
		/* Installed; build/pf-x; build/SANITIZER/pf-x. */
		n = snprintf(dir, PATH_MAX, "%s/%s", own, i == 2 ?
		    "../share/performia" : i == 3 ? "../share" :
		    "../../share");
		break;
	case 5:
		n = snprintf(dir, PATH_MAX, "%s", PF_SHAREDIR);
		break;
	}
	return n > 0 && n < PATH_MAX;
}

/* A path of its own, not the name of something shared? */
static bool
is_path(const char *name, const char *ext)
{
	const size_t n = strlen(name), e = strlen(ext);
	return strchr(name, '/') || (n > e && strcmp(name + n - e, ext) == 0);
}

int
pf_share_find(char *path, size_t size, const char *kind, const char *name,
    const char *ext)
{
	if (is_path(name, ext)) {
		const int n = snprintf(path, size, "%s", name);
		return n >= 0 && (size_t)n < size && access(path, R_OK) == 0
		    ? 0 : -ENOENT;
	}
	for (int i = 0; i < PLACES; i++) {
		char dir[PATH_MAX];
		if (!place(i, dir))
			continue;
		const int n = snprintf(path, size, "%s/%s/%s%s", dir, kind,
		    name, ext);
		if (n >= 0 && (size_t)n < size && access(path, R_OK) == 0)
			return 0;
	}
	return -ENOENT;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
	char **v;
	size_t n, room;
};

static int
add_name(struct names *names, const char *name, size_t len)
{
	for (size_t i = 0; i < names->n; i++)
		if (strlen(names->v[i]) == len &&
		    memcmp(names->v[i], name, len) == 0)
			return 0;
	if (names->n == names->room) {
		const size_t room = names->room ? 2 * names->room : 32;
		char **const v = realloc(names->v, room * sizeof *v);
		if (!v)
			return -ENOMEM;
		names->v = v;
		names->room = room;
	}
	names->v[names->n] = strndup(name, len);
	if (!names->v[names->n])
		return -ENOMEM;
	names->n++;
	return 0;
}

/* Copy array and strings into one block. */
static char **
pack(const struct names *names)
{
	size_t bytes = (names->n + 1) * sizeof(char *);
	for (size_t i = 0; i < names->n; i++)
		bytes += strlen(names->v[i]) + 1;
	char **const out = malloc(bytes);
	if (!out)
		return NULL;
	char *text = (char *)(out + names->n + 1);
	for (size_t i = 0; i < names->n; i++) {
		const size_t len = strlen(names->v[i]) + 1;
		out[i] = memcpy(text, names->v[i], len);
		text += len;
	}
	out[names->n] = NULL;
	return out;
}

char **
pf_share_list(const char *kind, const char *ext, size_t *n)
{
	struct names names = {0};
	const size_t el = strlen(ext);
	int bad = 0;
	for (int i = 0; i < PLACES; i++) {
		char dir[PATH_MAX], path[PATH_MAX + 64];
		if (!place(i, dir))
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, kind);
		DIR *const d = opendir(path);
		if (!d)
			continue;
		for (struct dirent *e; (e = readdir(d));) {
			const size_t len = strlen(e->d_name);
			if (len > el && e->d_name[0] != '.' &&
			    strcmp(e->d_name + len - el, ext) == 0)
				bad |= add_name(&names, e->d_name, len - el);
		}
		closedir(d);
	}
	if (names.n)
		qsort(names.v, names.n, sizeof *names.v, by_name);
	char **const out = bad ? NULL : pack(&names);
	*n = out ? names.n : 0;
	for (size_t i = 0; i < names.n; i++)
		free(names.v[i]);
	free(names.v);
	return out;
}

int
pf_share_fail(struct pf_err *err, const char *what, const char *kind,
    const char *name, const char *ext)
{
	size_t n;
	char **const all = is_path(name, ext) ? NULL
	    : pf_share_list(kind, ext, &n);
	if (is_path(name, ext))
		pf_err_set(err, "cannot open %s '%s'", what, name);
	else if (access(name, F_OK) == 0)
		pf_err_set(err, "%s '%s' is unknown; the file is meant by "
		    "'./%s'", what, name, name);
	else if (!all || n == 0)
		pf_err_set(err, "%s '%s' is unknown (no %s are installed; "
		    "PF_SHARE says where)", what, name, kind);
	else
		pf_nearest_fail(err, what, name, (const char *const *)all, n);
	free(all);
	return -ENOENT;
}
