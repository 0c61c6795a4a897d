/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/tail.h"

#include "base/hash.h"

#include "tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct pf_tail *tail;
static struct pf_names *names;

static void
test_names(void)
{
	uint32_t from = 0;
	char name[16];
	ok(pf_tail_say_name(tail, "bass", 4) == 0 &&
	    pf_tail_say_name(tail, "cutoff", 6) == 0, "names are said");
	const uint32_t before = tail->names.used;
	ok(pf_tail_say_name(tail, "bass", 4) == 0 &&
	    tail->names.used == before, "each once");
	ok(pf_tail_hear_names(tail, &from, names) == 2 &&
	    strcmp(pf_names_get(names, pf_hash_str("cutoff")), "cutoff") == 0,
	    "and heard");
	ok(pf_tail_hear_names(tail, &from, names) == 0 &&
	    pf_tail_say_name(tail, "drums", 5) == 0 &&
	    pf_tail_hear_names(tail, &from, names) == 1,
	    "later ones are heard later");
	ok(pf_tail_say_name(tail, "", 0) == -EINVAL, "nothing is no name");
	int r = 0;
	for (int i = 0; i < 10000 && r == 0; i++) {
		const int n = snprintf(name, sizeof name, "name%d", i);
		r = pf_tail_say_name(tail, name, (size_t)n);
	}
	ok(r == -ENOSPC && tail->names.full == 1, "a full table says so");
	/* Garbage from another process. */
	uint32_t x = 1;
	for (size_t i = 0; i < PF_TAIL_NAME_BYTES; i++)
		tail->names.text[i] = (unsigned char)((x = x * 1664525 +
		    1013904223) >> 24);
	tail->names.used = 0xffffffff;
	from = 0;
	pf_tail_hear_names(tail, &from, names);
	ok(from <= PF_TAIL_NAME_BYTES, "garbage is not followed too far");
}

static void
test_cursors(void)
{
	struct pf_lane_cursor c = {.next = 10, .consumed = 7, .lost = 2,
	    .refused = 1};
	pf_tail_tell_cursor(tail, 5, &c);
	c.next = 11;
	pf_tail_tell_cursor(tail, 6, &c);
	c.next = 12;
	pf_tail_tell_cursor(tail, 5, &c);
	ok(tail->cursor[0].lane == 5 && tail->cursor[0].next == 12 &&
	    tail->cursor[1].lane == 6 && tail->cursor[1].next == 11 &&
	    tail->cursor[2].lane == 0, "each lane has its cursor");
	for (uint32_t i = 100; i < 1000; i++)
		pf_tail_tell_cursor(tail, i, &c);
	ok(tail->cursor[PF_TAIL_CURSORS - 1].lane != 0,
	    "too many lanes do no harm");
}

static void
test_histogram(void)
{
	struct pf_histogram *const h = pf_tail_histogram(tail, 77);
	ok(h && pf_tail_histogram(tail, 77) == h &&
	    pf_tail_histogram(tail, 78) != h, "a histogram has a name");
	ok(pf_histogram_count(h) == 0 && pf_histogram_quantile(h, 0.5) == 0,
	    "an empty one has nothing to tell");
	for (int i = 1; i <= 10000; i++)
		pf_histogram_add(h, i * 100);
	ok(pf_histogram_count(h) == 10000, "every value counts");
	const double p50 = pf_histogram_quantile(h, 0.5);
	const double p99 = pf_histogram_quantile(h, 0.99);
	ok(p50 >= 500000 && p50 <= 500000 * 1.2, "the median is %.0f", p50);
	ok(p99 >= 990000 && p99 <= 1000000, "p99 is %.0f", p99);
	ok(pf_histogram_quantile(h, 1) == 1000000, "the largest is exact");
	ok(pf_histogram_mean(h) == 500050, "so is the mean");
	bool good = true;
	for (int i = 0; i < PF_HISTOGRAM_BUCKETS; i++)
		good &= i == 0 ||
		    pf_histogram_edge(i) > pf_histogram_edge(i - 1);
	ok(good, "edges grow");
	struct pf_histogram *const odd = pf_tail_histogram(tail, 79);
	pf_histogram_add(odd, -5);
	pf_histogram_add(odd, 0);
	pf_histogram_add(odd, INT64_MAX);
	ok(pf_histogram_count(odd) == 3, "odd values fall into the range");
	for (uint32_t i = 100; i < 200; i++)
		pf_tail_histogram(tail, i);
	ok(!pf_tail_histogram(tail, 500), "a full table says so");
}

int
main(void)
{
	tail = calloc(1, sizeof *tail);
	if (!tail || pf_names_new(&names) != 0)
		return 1;
	test_names();
	test_cursors();
	test_histogram();
	pf_names_free(names);
	free(tail);
	return tap_done();
}
