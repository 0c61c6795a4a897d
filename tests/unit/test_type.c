/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of types, its checks, and the page that tells it to people.
 * "test_type --page" prints what performia-events(5) has to say.
 */
#include "event/type.h"

#include "tap.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* How a field stands in the page. */
static int
print_field(char *to, size_t size, const struct pf_field *f)
{
	char range[64] = "";
	if ((f->kind == PF_KIND_NUMBER || f->kind == PF_KIND_REAL) &&
	    !strstr(f->what, "..") && f->hi < 1e9)
		snprintf(range, sizeof range, ", %g..%g", f->lo, f->hi);
	return snprintf(to, size, ".It Cm %s\n%s%s%s\n", f->key, f->what,
	    range, f->need ? "; needed" : "");
}

/* The part of the page that the table makes. */
static char *
page_of_table(void)
{
	static char page[32768];
	size_t n = 0;
	for (int t = 1; t < PF_TYPES; t++) {
		const struct pf_type_info *const info = &pf_type_info[t];
		if (!info->in_text)
			continue;
		n += (size_t)snprintf(page + n, sizeof page - n,
		    ".It Cm %s\n%c%s.\n", info->name,
		    toupper((unsigned char)info->what[0]), info->what + 1);
		if (info->n > 0)
			n += (size_t)snprintf(page + n, sizeof page - n,
			    ".Bl -tag -width confidence -compact\n");
		for (unsigned i = 0; i < info->n; i++)
			n += (size_t)print_field(page + n, sizeof page - n,
			    &info->field[i]);
		if (info->n > 0)
			n += (size_t)snprintf(page + n, sizeof page - n,
			    ".El\n");
	}
	return page;
}

static char *
read_page(void)
{
	static char page[65536];
	FILE *const f = fopen("man/performia-events.5", "r");
	if (!f)
		return page;
	page[fread(page, 1, sizeof page - 1, f)] = '\0';
	fclose(f);
	return page;
}

static void
test_table(void)
{
	int names = 1, fields = 1, keys = 1;
	for (int t = 1; t < PF_TYPES; t++) {
		const struct pf_type_info *const info = &pf_type_info[t];
		names &= info->name &&
		    pf_type_number(info->name, strlen(info->name)) ==
		    (enum pf_type)t && info->rank <= 4;
		for (unsigned i = 0; i < info->n; i++) {
			fields &= info->field[i].key && info->field[i].what &&
			    info->field[i].kind < PF_KINDS &&
			    info->field[i].offset >= 16 &&
			    info->field[i].offset < 32;
			for (unsigned j = 0; j < i; j++)
				keys &= strcmp(info->field[i].key,
				    info->field[j].key) != 0;
		}
	}
	ok(names, "every type is found by its name");
	ok(fields, "every field lies in the event and says what it is");
	ok(keys, "no type has a key twice");
	ok(pf_type_number("notes", 5) == PF_NONE &&
	    pf_type_number("not", 3) == PF_NONE, "other words are no types");
}

static void
test_ranks(void)
{
	struct pf_event e = {.type = PF_OFF};
	const unsigned off = pf_event_rank(&e);
	e.type = PF_TEMPO;
	const unsigned tempo = pf_event_rank(&e);
	e.type = PF_SET;
	const unsigned set = pf_event_rank(&e);
	e.type = PF_BEAT | PF_HEARD;
	const unsigned beat = pf_event_rank(&e);
	e.type = PF_NOTE;
	ok(off < tempo && tempo < set && set < beat &&
	    beat < pf_event_rank(&e),
	    "what ends comes before the state, sets, the heard, and notes");
}

static void
test_order(void)
{
	const struct pf_event off = pf_event_make(PF_OFF, 5, 1);
	const struct pf_event note = pf_event_make(PF_NOTE, 5, 1);
	const struct pf_event early = pf_event_make(PF_NOTE, 4, 1);
	ok(pf_event_order(&off, &note) < 0 && pf_event_order(&note, &off) > 0,
	    "at one time an end comes before a start");
	ok(pf_event_order(&early, &off) < 0 && pf_event_order(&off, &early) > 0,
	    "time comes before rank");
	ok(pf_event_order(&note, &note) == 0, "equals have no order");
}

static void
test_make(void)
{
	struct pf_event e = pf_event_make(PF_CHORD, 5, 7);
	ok(e.time == 5 && e.source == 7 && pf_is_none(e.a) &&
	    pf_is_none(e.b) && pf_is_none(e.duration) &&
	    e.u8[0] == PF_NO_INDEX && e.u8[3] == PF_NO_INDEX,
	    "a fresh chord knows nothing");
	e = pf_event_make(PF_BEAT, 0, 0);
	ok(e.q == 0 && pf_is_none(e.a), "a fresh beat has index 0: unknown");
	ok(pf_event_check(&e) == NULL, "and may be used");
}

static void
test_check(void)
{
	struct pf_event e = pf_event_make(PF_NOTE, 0, 1);
	e.pitch = 60;
	e.duration = 1;
	ok(pf_event_check(&e) == NULL, "a note is good without velocity");
	e.velocity = 1.5f;
	ok(strcmp(pf_event_check(&e), "velocity") == 0, "not with too much");
	e.velocity = nanf("2");
	ok(pf_event_check(&e) != NULL, "a NaN that is not the one is refused");
	e.velocity = INFINITY;
	ok(pf_event_check(&e) != NULL, "so is infinity");
	e.velocity = 0.5f;
	e.pitch = pf_none();
	ok(strcmp(pf_event_check(&e), "pitch") == 0, "a note needs a pitch");
	e.pitch = 60;
	e.type |= 1u << 22;
	ok(strcmp(pf_event_check(&e), "type") == 0, "reserved bits are zero");
	e.type = 999;
	ok(strcmp(pf_event_check(&e), "type") == 0, "types are known");
	e = pf_event_make(PF_NOTE, -1, 1);
	ok(strcmp(pf_event_check(&e), "time") == 0, "time begins at 0");
	e = pf_event_make(PF_TEMPO, 0, 1);
	ok(strcmp(pf_event_check(&e), "bpm") == 0, "a tempo needs a number");
	e.value = 1e9;
	ok(strcmp(pf_event_check(&e), "bpm") == 0, "of 10..1000");
	e = pf_event_make(PF_METER, 0, 1);
	e.p = 4;
	e.q = 3;
	ok(strcmp(pf_event_check(&e), "meter") == 0, "4/3 is no meter");
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--page") == 0) {
		fputs(page_of_table(), stdout);
		return 0;
	}
	test_table();
	test_ranks();
	test_order();
	test_make();
	test_check();
	ok(strstr(read_page(), page_of_table()) != NULL,
	    "performia-events(5) tells the table as it is");
	return tap_done();
}
