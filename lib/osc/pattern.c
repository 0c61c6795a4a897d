/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/pattern.h"

#include <stddef.h>
#include <string.h>

enum { STEPS = 4096 };

bool
pf_osc_is_pattern(const char *path)
{
	return strpbrk(path, "?*[{") != NULL;
}

/* Is c in the set at p, which stands behind '['?  *end: behind the ']'. */
static bool
in_set(const char *p, char c, const char **end)
{
	const bool not = *p == '!';
	bool in = false;
	p += not;
	for (; *p && *p != ']'; p++) {
		if (p[1] == '-' && p[2] && p[2] != ']') {
			in |= p[0] <= c && c <= p[2];
			p += 2;
		} else {
			in |= *p == c;
		}
	}
	*end = *p ? p + 1 : NULL;
	return *p && in != not;
}

static bool match(const char *p, const char *s, int *steps);

/* One of the alternatives behind '{', then the rest. */
static bool
match_any(const char *p, const char *s, int *steps)
{
	const char *const close = strchr(p, '}');
	if (!close)
		return false;
	for (;;) {
		const size_t n = strcspn(p, ",}");
		if (strncmp(p, s, n) == 0 && match(close + 1, s + n, steps))
			return true;
		if (p + n == close)
			return false;
		p += n + 1;
	}
}

static bool
match(const char *p, const char *s, int *steps)
{
	while (--*steps > 0) {
		if (*p == '*') {
			while (*p == '*')
				p++;
			for (;; s++) {
				if (match(p, s, steps))
					return true;
				if (!*s || *s == '/' || *steps <= 0)
					return false;
			}
		}
		if (*p == '{')
			return match_any(p + 1, s, steps);
		if (!*p || !*s)
			return *p == *s;
		if (*p == '[') {
			const char *end;
			if (*s == '/' || !in_set(p + 1, *s, &end))
				return false;
			p = end;
		} else if (*p == '?' ? *s == '/' : *p != *s) {
			return false;
		} else {
			p++;
		}
		s++;
	}
	return false;
}

bool
pf_osc_match(const char *pattern, const char *path)
{
	int steps = STEPS;
	return match(pattern, path, &steps);
}
