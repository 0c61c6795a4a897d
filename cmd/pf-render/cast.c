/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who plays: --only and --mute, and a word to the person who asked for
 * somebody that never came.
 */
#include "studio.h"

#include "base/message.h"
#include "base/nearest.h"

#include <stdlib.h>
#include <string.h>

static bool
is_among(const char *name, char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i], name) == 0)
			return true;
	return false;
}

/* Remember who came; beyond the room for it nobody is missed. */
static void
meet(struct cast *cast, const char *source)
{
	if (cast->n == WORDS_MOST || is_among(source, cast->met, cast->n))
		return;
	if ((cast->met[cast->n] = strdup(source)))
		cast->n++;
}

bool
cast_plays(struct cast *cast, const struct wish *w, const char *source)
{
	if (w->onlys || w->mutes)
		meet(cast, source);
	return (!w->onlys || is_among(source, w->only, w->onlys)) &&
	    !is_among(source, w->mute, w->mutes);
}

static void
miss(const struct cast *cast, const char *option, char *const *words,
    size_t n)
{
	struct pf_err err;
	for (size_t i = 0; i < n; i++)
		if (!is_among(words[i], cast->met, cast->n)) {
			pf_nearest_fail(&err, "source", words[i],
			    (const char *const *)cast->met, cast->n);
			pf_msg("--%s: %s", option, err.text);
		}
}

void
cast_report(const struct cast *cast, const struct wish *w)
{
	if (w->verbose < 0 || cast->n == WORDS_MOST)
		return;
	miss(cast, "only", w->only, w->onlys);
	miss(cast, "mute", w->mute, w->mutes);
}

void
cast_free(struct cast *cast)
{
	while (cast->n)
		free(cast->met[--cast->n]);
}
