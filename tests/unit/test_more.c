/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/more.h"

#include "event/type.h"
#include "tap.h"

#include <string.h>

int
main(void)
{
	struct pf_event more[PF_MORE_MOST];
	struct pf_event e = pf_event_make(PF_NOTE, 5, 9);
	char text[PF_MORE_BYTES + 1], long_text[PF_MORE_BYTES + 50];
	const char pairs[] = "cutoff=0.4\tname=warm-bass\tx=1";
	unsigned n = pf_more_split(&e, pairs, sizeof pairs - 1, more);
	ok(n == 2 && pf_event_more(&e) == 2 && more[1].time == 5 &&
	    more[1].source == 9 && pf_event_type(&more[1]) == PF_MORE,
	    "a text takes as many slots as it needs");
	ok(pf_more_join(more, n, text) == sizeof pairs - 1 &&
	    strcmp(text, pairs) == 0, "and comes back as it was");
	n = pf_more_split(&e, NULL, 0, more);
	ok(n == 0 && pf_event_more(&e) == 0 &&
	    pf_more_join(more, 0, text) == 0 && !*text, "nothing is nothing");
	memset(long_text, 'a', sizeof long_text);
	n = pf_more_split(&e, long_text, sizeof long_text, more);
	ok(n == PF_MORE_MOST && pf_more_join(more, n, text) == PF_MORE_BYTES,
	    "what is too long is cut off");
	n = pf_more_split(&e, "a=\033[2J\n", 8, more);
	ok(pf_more_join(more, n, text) == 7 && strcmp(text, "a=?[2J?") == 0,
	    "control characters are disarmed");
	return tap_done();
}
