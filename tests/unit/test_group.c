/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/group.h"

#include "event/type.h"
#include "tap.h"

#include <string.h>

static struct pf_names *names;
static struct pf_tempo_map map;
static struct pf_group group;

static int
add(const char *text, long number)
{
	char more[PF_MORE_BYTES + 1];
	struct pf_line line = {.number = number};
	struct pf_err err;
	const int r = pf_text_parse(&line, text, strlen(text), names, &map,
	    more, &err);
	return r ? r : pf_group_add(&group, &line);
}

int
main(void)
{
	if (pf_names_new(&names) != 0 || pf_tempo_map_init(&map) != 0)
		return 1;
	static const char *const said[] = {
		"4\tdrums\tnote\t36\t1\t1\n", "4\tbass\tnote\t40\t1\t1\tx=1\n",
		"# here\n", "4\tzoe\toff\t40\n", "4\tbass\tnote\t41\t1\t1\n",
		"4\tscore\ttempo\t-\t-\t-\tbpm=120\n",
	};
	static const int want[] = {2, 3, 5, 1, 4, 0};
	int added = 1, same = 1;
	for (int i = 0; i < 6; i++)
		added &= add(said[i], i + 1) == 0;
	ok(added, "lines are kept");
	if (pf_tempo_map_add(&map, 4, 120) != 0)
		return 1;
	pf_group_sort(&group, &map);
	for (int i = 0; i < 6; i++) {
		const struct pf_line *const line = &group.line[i];
		same &= line->number == want[i] + 1 &&
		    strlen(said[want[i]]) == line->raw_len &&
		    memcmp(line->raw, said[want[i]], line->raw_len) == 0;
	}
	ok(same, "comments, then by rank, source name and place; byte for "
	    "byte");
	ok(strcmp(group.line[3].more, "x=1") == 0, "pairs stay with theirs");
	ok(group.line[5].event.duration == 0.5f,
	    "a tempo of the group holds for lines before it");
	pf_group_clear(&group);
	ok(group.n == 0 && add("5\tbass\tnote\t41\t1\t1\n", 1) == 0,
	    "it is used again");
	pf_group_fini(&group);
	pf_tempo_map_fini(&map);
	pf_names_free(names);
	return tap_done();
}
