/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/role.h"

#include "base/attr.h"

#include <stddef.h>
#include <string.h>

static bool
has_word(const char *name, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasestr(name, words[i]))
			return true;
	return false;
}

bool
pf_source_is_drums(const char *name)
{
	static const char *const drums[] = {
		"drum", "perc", "kit", "kick", "snare", "beat",
	};
	/* Machines whose kick became a bass: "808-bass" is no drummer. */
	static const char *const machines[] = {"808", "909"};
	return name && (has_word(name, drums, PF_COUNT(drums)) ||
	    (has_word(name, machines, PF_COUNT(machines)) &&
	    !strcasestr(name, "bass")));
}
