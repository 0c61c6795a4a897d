/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/nearest.h"

#include <ctype.h>
#include <string.h>

enum { LONGEST = 63 };

static int
min3(int a, int b, int c)
{
	const int m = a < b ? a : b;
	return m < c ? m : c;
}

/* Optimal string alignment distance, in three rows. */
static int
edits(const char *a, const char *b)
{
	const int na = (int)strnlen(a, LONGEST), nb = (int)strnlen(b, LONGEST);
	int rows[3][LONGEST + 1];
	int *before = rows[0], *last = rows[1], *now = rows[2];
	for (int j = 0; j <= nb; j++)
		last[j] = j;
	for (int i = 1; i <= na; i++) {
		now[0] = i;
		for (int j = 1; j <= nb; j++) {
			const int x = tolower((unsigned char)a[i - 1]);
			const int y = tolower((unsigned char)b[j - 1]);
			now[j] = min3(last[j] + 1, now[j - 1] + 1,
			    last[j - 1] + (x != y));
			if (i > 1 && j > 1 &&
			    x == tolower((unsigned char)b[j - 2]) &&
			    y == tolower((unsigned char)a[i - 2]) &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		int *const free_row = before;
		before = last;
		last = now;
		now = free_row;
	}
	return last[nb];
}

const char *
pf_nearest(const char *word, const char *const *words, size_t n)
{
	const char *best = NULL;
	int least = 0;
	for (size_t i = 0; i < n; i++) {
		if (!words[i])
			continue;
		const int d = edits(word, words[i]);
		if (!best || d < least) {
			best = words[i];
			least = d;
		}
	}
	if (!best)
		return NULL;
	const size_t a = strlen(word), b = strlen(best);
	const int allowed = (int)((a > b ? a : b) / 3);
	return least <= (allowed > 1 ? allowed : 1) ? best : NULL;
}

int
pf_nearest_fail(struct pf_err *err, const char *what, const char *word,
    const char *const *words, size_t n)
{
	const char *const near = pf_nearest(word, words, n);
	if (near)
		return pf_err_set(err, "%s '%s' is unknown, did you mean "
		    "'%s'?", what, word, near);
	return pf_err_set(err, "%s '%s' is unknown", what, word);
}
