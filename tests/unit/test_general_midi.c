/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/general_midi.h"

#include "base/attr.h"
#include "tap.h"

#include <string.h>

static void
test_programs(void)
{
	static const struct {
		const char *name;
		int program;
	} want[] = {
		{"bass", 33}, {"Bass 2", 33}, {"synth-bass", 38},
		{"piano", 0}, {"e-piano", 4}, {"nylon-guitar", 24},
		{"electric-guitar", 27}, {"square-lead", 80},
		{"soft-pad", 89}, {"strings", 48}, {"harmony", 4},
		{"my Marimba", 12},
	};
	for (size_t i = 0; i < PF_COUNT(want); i++) {
		const int got = pf_gm_program(want[i].name);
		ok(got == want[i].program, "'%s' is program %d, not %d",
		    want[i].name, want[i].program, got);
	}
	ok(pf_gm_program("xyzzy") == -1 && pf_gm_program("") == -1,
	    "a name that tells nothing has no program");
}

/* A program's family names a program of that family, where it can. */
static void
test_families(void)
{
	static const int program[] = {0, 16, 25, 33, 48, 61, 80, 89};
	for (size_t i = 0; i < PF_COUNT(program); i++) {
		const char *const family = pf_gm_family(program[i]);
		ok(pf_gm_program(family) / 8 == program[i] / 8,
		    "'%s' leads back to its family", family);
	}
	ok(strcmp(pf_gm_family(127), "sounds") == 0,
	    "the last program has a family");
}

int
main(void)
{
	test_programs();
	test_families();
	return tap_done();
}
