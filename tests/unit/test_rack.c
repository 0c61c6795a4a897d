/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/rack.h"

#include "tap.h"

#include <errno.h>
#include <string.h>

static struct pf_rack *rack;

static int
plays(const char *source, const char *patch, int program, const char *want)
{
	const char *const got = pf_rack_choose(rack, source, patch, 0,
	    program);
	if (strcmp(got, want) == 0)
		return 1;
	printf("# %s plays %s, not %s\n", source, got, want);
	return 0;
}

int
main(void)
{
	struct pf_err err = {.text = ""};
	const struct pf_instrument *a = NULL, *b = NULL;
	ok(pf_rack_new(&rack, "defalt", &err) == -ENOENT && strcmp(err.text,
	    "mix 'defalt' is unknown, did you mean 'default'?") == 0,
	    "a desk that is misspelt names the nearest");
	if (pf_rack_new(&rack, "default", &err) != 0)
		return 1;
	ok(plays("xyzzy", NULL, -1, "e-piano"), "a stranger plays something");
	ok(plays("Bass-2", NULL, -1, "bass-guitar"),
	    "a name tells an instrument");
	ok(plays("vibes", NULL, -1, "vibes"),
	    "a source of an instrument's name plays it");
	ok(plays("bass", NULL, 48, "strings") &&
	    plays("drums", NULL, 25, "kit-808") &&
	    plays("my kick", NULL, 0, "kit-acoustic"),
	    "a program goes before the name, and is a kit for drums");
	ok(plays("bass", "reese", 48, "reese"), "a patch goes before that");
	ok(pf_rack_assign(rack, "bass", "wram-bass", &err) == -ENOENT &&
	    strcmp(err.text, "instrument 'wram-bass' is unknown, did you mean "
	    "'warm-bass'?") == 0, "nobody plays what is not there");
	ok(pf_rack_assign(rack, "bass", "warm-bass", &err) == 0 &&
	    plays("bass", "reese", 48, "warm-bass"),
	    "the user goes before all");
	ok(pf_rack_get(rack, "warm-bass", &a, &err) == 0 &&
	    pf_rack_get(rack, "warm-bass", &b, &err) == 0 && a == b,
	    "an instrument is read once");
	pf_rack_free(rack);
	return tap_done();
}
