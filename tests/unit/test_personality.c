/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/personality.h"

#include "tap.h"

#include <string.h>

static int
parse(struct pf_personality *p, const char *text, const char *role,
    struct pf_err *err)
{
	*err = (struct pf_err){""};
	return pf_personality_parse(p, text, strlen(text), "x.yaml", role,
	    err);
}

int
main(void)
{
	struct pf_personality p;
	struct pf_err err;

	pf_personality_init(&p);
	ok(p.trait[PF_DENSITY] == 0.5 && p.trait[PF_COLOUR] == 0.5,
	    "a plain personality leaves the style as it is");

	ok(parse(&p, "title: t\ndensity: 0.8\nbass:\n  density: 0.2\n", NULL,
	    &err) == 0 && p.trait[PF_DENSITY] == 0.8,
	    "traits are read");
	ok(parse(&p, "density: 0.8\nbass:\n  density: 0.2\n", "bass", &err) ==
	    0 && p.trait[PF_DENSITY] == 0.2, "a role's own traits win");
	ok(parse(&p, "density: 0.8\nbass:\n  swing: 0.2\n", "drums", &err) ==
	    0 && p.trait[PF_SWING] == 0.5,
	    "another role's traits do not apply");

	p.trait[PF_DENSITY] = 0.123;
	ok(parse(&p, "title: t\ndensty: 0.8\n", NULL, &err) != 0 &&
	    strcmp(err.text, "x.yaml:2: unknown key 'densty', "
	    "did you mean 'density'?") == 0,
	    "a wrong key is named with its line and the nearest (%s)",
	    err.text);
	ok(p.trait[PF_DENSITY] == 0.123, "and the personality stays");
	ok(parse(&p, "density: 1.5\n", NULL, &err) != 0 &&
	    strncmp(err.text, "x.yaml:1: ", 10) == 0,
	    "a trait beyond 1 is refused (%s)", err.text);
	ok(parse(&p, "drums:\n  density: loud\n", "bass", &err) != 0,
	    "a wrong value is refused in any role's part");
	ok(parse(&p, "drums: 3\n", NULL, &err) != 0,
	    "a role that is no map is refused");
	ok(parse(&p, "", NULL, &err) == 0, "an empty file is a plain one");

	ok(pf_personality_set(&p, "patience=0.75", &err) == 0 &&
	    p.trait[PF_PATIENCE] == 0.75, "a trait can be set by hand");
	ok(pf_personality_set(&p, "patince=0.75", &err) != 0 &&
	    strstr(err.text, "did you mean 'patience'"),
	    "a wrong trait is named with the nearest");
	ok(pf_personality_set(&p, "patience=2", &err) != 0 &&
	    pf_personality_set(&p, "patience=", &err) != 0 &&
	    pf_personality_set(&p, "patience", &err) != 0 &&
	    pf_personality_set(&p, "patience=nan", &err) != 0,
	    "what is no number of 0..1 is refused");
	ok(p.trait[PF_PATIENCE] == 0.75, "and changes nothing");
	return tap_done();
}
