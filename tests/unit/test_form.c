/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plans of songs, for every style that is shipped. */
#include "generate/form.h"

#include "base/attr.h"
#include "base/share.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static void
test_style(const char *name)
{
	static struct pf_song_section section[PF_SONG_SECTIONS];
	static const int lengths[] = {8, 16, 32, 57, 96, 200};
	struct pf_style *style;
	struct pf_err err = {.text = ""};
	if (pf_style_load(&style, name, &err) != 0) {
		ok(0, "%s", err.text);
		return;
	}
	int exact = 1, joined = 1;
	for (size_t i = 0; i < PF_COUNT(lengths); i++) {
		const int n = pf_form_plan(style, NULL, lengths[i], 7, section,
		    &err);
		int bars = 0;
		for (int k = 0; k < n; k++) {
			joined &= section[k].bar == bars &&
			    section[k].bars > 0;
			bars += section[k].bars;
		}
		exact &= bars == lengths[i];
		if (bars != lengths[i])
			printf("# %s: %d bars of %d\n", name, bars,
			    lengths[i]);
	}
	ok(exact, "%s: a song has as many bars as were asked for", name);
	ok(joined, "%s: a section begins where the last one ends", name);
	ok(pf_form_plan(style, NULL, 0, 7, section, &err) > 1,
	    "%s: it has a form of its own", name);
	pf_style_free(style);
}

int
main(void)
{
	size_t n;
	char **const styles = pf_share_list("styles", ".yaml", &n);
	ok(n >= 10, "there are styles");
	for (size_t i = 0; i < n; i++)
		test_style(styles[i]);
	free(styles);
	return tap_done();
}
