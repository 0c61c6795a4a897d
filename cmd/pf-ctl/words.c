/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "words.h"

#include "base/attr.h"
#include "base/nearest.h"
#include "base/number.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const char *const words_transport[] = {
	"play", "stop", "seek", "tempo", "meter", "key", "chord", "section",
	"scene", "follow", "reset", NULL,
};
const char *const words_branch[] = {"strip", "bus", "master", "agent", NULL};

static const char *const words_other[] = {
	"get", "set", "list", "subscribe", "stats", "status", "members",
	"ping", "quit",
};

static bool
is_one(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

static int
unknown(const char *word, struct pf_err *err)
{
	const char *all[32];
	size_t n = 0;
	for (size_t i = 0; words_transport[i]; i++)
		all[n++] = words_transport[i];
	for (size_t i = 0; words_branch[i]; i++)
		all[n++] = words_branch[i];
	for (size_t i = 0; i < PF_COUNT(words_other); i++)
		all[n++] = words_other[i];
	if (pf_nearest(word, all, n))
		return pf_nearest_fail(err, "command", word, all, n);
	return pf_err_set(err, "command '%s' is unknown: it is one of "
	    WORDS_EXAMPLES, word);
}

/* The words of a branch before its parameters: "strip bass", "master". */
static size_t
named(const char *branch)
{
	return strcmp(branch, "master") == 0 ? 1 : 2;
}

static int
append(char *path, size_t *at, const char *word, bool dots)
{
	const size_t n = strlen(word);
	if (*at + n + 1 > PF_OSC_PATH_MOST)
		return -ENAMETOOLONG;
	path[(*at)++] = '/';
	for (size_t i = 0; i < n; i++)
		path[(*at)++] = dots && word[i] == '.' ? '/' : word[i];
	path[*at] = '\0';
	return 0;
}

int
words_path(char *path, const char *const *word, size_t n, struct pf_err *err)
{
	size_t at = 0;
	int status = 0;
	if (word[0][0] == '/') {
		if (strlen(word[0]) > PF_OSC_PATH_MOST)
			status = -ENAMETOOLONG;
		else
			at = (size_t)snprintf(path, PF_OSC_PATH_MOST + 1,
			    "%s", word[0]);
	} else if (is_one(word[0], words_transport)) {
		at = (size_t)snprintf(path, PF_OSC_PATH_MOST + 1,
		    "/transport/%s", word[0]);
	} else if (strcmp(word[0], "quit") == 0 ||
	    strcmp(word[0], "members") == 0) {
		at = (size_t)snprintf(path, PF_OSC_PATH_MOST + 1,
		    "/session/%s", word[0]);
	} else if (is_one(word[0], words_branch) ||
	    strcmp(word[0], "transport") == 0 ||
	    strcmp(word[0], "session") == 0) {
		status = append(path, &at, word[0], false);
	} else {
		return unknown(word[0], err);
	}
	/* A strip's name may have dots in it, a parameter's has none. */
	const size_t names = named(word[0]);
	for (size_t i = 1; status == 0 && i < n; i++)
		status = append(path, &at, word[i], i >= names);
	if (status != 0)
		return pf_err_set(err, "that address is too long");
	return 0;
}

static void
add_value(struct pf_osc_message *m, const char *word)
{
	double x;
	if (pf_number_parse(word, strlen(word), &x) == 0)
		pf_osc_add_d(m, x);
	else
		pf_osc_add_s(m, word);
}

/* "D dorian" is one value, though two words. */
static int
add_key(struct pf_osc_message *m, char *text, const char *const *word,
    size_t n, struct pf_err *err)
{
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		const int len = snprintf(text + at, 200 - at, "%s%s",
		    i ? " " : "", word[i]);
		if (len < 0 || at + (size_t)len >= 200)
			return pf_err_set(err, "that key is too long");
		at += (size_t)len;
	}
	if (n > 0)
		pf_osc_add_s(m, text);
	return 0;
}

int
words_message(struct pf_osc_message *m, char *text, const char *const *word,
    size_t n, const double *ramp, struct pf_err *err)
{
	char *const path = text, *const more = text + PF_OSC_PATH_MOST + 1;
	/* How many words are the address. */
	size_t address = 1;
	if (strcmp(word[0], "set") == 0) {
		if (n < 2)
			return pf_err_set(err, "set wants an address");
		word++;
		n--;
	}
	if (is_one(word[0], words_branch) && n > named(word[0]) + 1)
		address = n - 1; /* the last is the value */
	else if (word[0][0] != '/' && !is_one(word[0], words_transport))
		address = n;
	const int status = words_path(path, word, address, err);
	if (status != 0)
		return status;
	pf_osc_begin(m, path);
	if (strcmp(word[0], "key") == 0) {
		if (add_key(m, more, word + 1, n - 1, err) != 0)
			return -EINVAL;
	} else {
		for (size_t i = address; i < n; i++)
			add_value(m, word[i]);
	}
	if (ramp)
		pf_osc_add_d(m, *ramp);
	return 0;
}
