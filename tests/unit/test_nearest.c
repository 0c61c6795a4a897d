/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/nearest.h"

#include "base/attr.h"
#include "tap.h"

#include <errno.h>
#include <string.h>

static const char *const words[] = {"house", "techno", NULL, "bossa", "jazz"};

static const char *
near(const char *word)
{
	const char *const s = pf_nearest(word, words, PF_COUNT(words));
	return s ? s : "";
}

int
main(void)
{
	ok(strcmp(near("housse"), "house") == 0 &&
	    strcmp(near("hose"), "house") == 0 &&
	    strcmp(near("hause"), "house") == 0,
	    "one letter more, less or another is near");
	ok(strcmp(near("huose"), "house") == 0,
	    "swapped neighbours are near");
	ok(strcmp(near("TECHNO"), "techno") == 0, "case is no difference");
	ok(strcmp(near("xyzzy"), "") == 0, "what shares nothing is not near");
	ok(!pf_nearest("x", words, 0), "nothing is near of none");
	struct pf_err err;
	ok(pf_nearest_fail(&err, "style", "jaz", words, PF_COUNT(words)) ==
	    -EINVAL && strcmp(err.text, "style 'jaz' is unknown, did you mean "
	    "'jazz'?") == 0, "a sentence names the nearest");
	pf_nearest_fail(&err, "style", "xyzzy", words, PF_COUNT(words));
	ok(strcmp(err.text, "style 'xyzzy' is unknown") == 0,
	    "or asks nothing");
	return tap_done();
}
