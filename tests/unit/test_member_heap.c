/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/member_heap.h"

#include "base/hash.h"
#include "event/type.h"
#include "tap.h"

#include <string.h>

enum { MOST = 8 };

static struct member_heap heap;

/* Put an event of a source in as it would be read; NULL if there is no room. */
static struct member_waiting *
put(enum pf_type type, int64_t time, const char *source, uint32_t id)
{
	static uint64_t place;
	struct member_waiting *const w = member_heap_room(&heap);
	if (!w)
		return NULL;
	*w = (struct member_waiting){.event = pf_event_make(type, time,
	    pf_hash_str(source)), .name = source, .place = place++};
	w->event.id = id;
	member_heap_enter(&heap);
	return w;
}

/* The next is of this time and source. */
static bool
next(int64_t time, const char *source)
{
	const struct member_waiting *const w = member_heap_take(&heap);
	return w && w->event.time == time &&
	    w->event.source == pf_hash_str(source);
}

static void
test_order(void)
{
	put(PF_NOTE, 20, "drums", 1);
	put(PF_NOTE, 10, "melody", 2);
	put(PF_NOTE, 10, "bass", 3);
	put(PF_OFF, 10, "ears", 4);
	put(PF_NOTE, 10, "bass", 5);
	ok(next(10, "ears"), "at one time what ends comes first");
	const struct member_waiting *const w = member_heap_first(&heap);
	ok(w && w->event.id == 3 && next(10, "bass") && next(10, "bass") &&
	    next(10, "melody") && next(20, "drums"),
	    "then by the name of the source, and as it was said");
	ok(!member_heap_first(&heap) && !member_heap_take(&heap),
	    "then there is none");
}

static void
test_full(void)
{
	for (int i = 0; i < MOST; i++)
		put(PF_NOTE, 100 - i, "bass", 1);
	ok(member_heap_full(&heap) && !put(PF_NOTE, 1, "bass", 1),
	    "it is bounded");
	bool sorted = true;
	for (int i = 0; i < MOST; i++)
		sorted &= next(100 - MOST + 1 + i, "bass");
	ok(sorted && !member_heap_full(&heap), "and has room again");
}

static void
count(void *ctx, struct member_waiting *w)
{
	*(int64_t *)ctx += w->event.time;
}

static void
test_cancel(void)
{
	int64_t gone = 0;
	put(PF_NOTE, 10, "bass", 1);
	put(PF_NOTE, 20, "bass", 2);
	put(PF_NOTE, 30, "drums", 2);
	put(PF_OFF, 30, "bass", 2);
	put(PF_NOTE, 40, "bass", 2)->event.type |= PF_HEARD;
	member_heap_cancel(&heap, pf_hash_str("bass"), 2, 0, count, &gone);
	ok(gone == 20, "a source withdraws a note of its own, not its end");
	member_heap_cancel(&heap, pf_hash_str("bass"), 0, 11, count, &gone);
	ok(gone == 20, "and none that stands before");
	member_heap_cancel(&heap, pf_hash_str("bass"), 0, 0, count, &gone);
	ok(gone == 30, "or all");
	ok(next(30, "bass") && next(30, "drums") && next(40, "bass"),
	    "others' notes and what was heard stay");
}

static void
test_stretch(void)
{
	struct member_waiting *w = put(PF_NOTE, 2000, "bass", 1);
	w->event.duration = 1;
	put(PF_NOTE, 1900, "free", 1)->event.type |= PF_FREE;
	put(PF_NOTE, 1800, "late", 1)->read_ns = 1500;
	put(PF_BEAT, 1700, "ears", 1);
	member_heap_stretch(&heap, 1000, 0.5);
	const struct member_waiting *const first = member_heap_take(&heap);
	ok(first == w && w->event.time == 1500 && w->event.duration == 0.5f,
	    "what is to be played moves with the tempo, and comes sooner");
	ok(next(1700, "ears") && next(1800, "late") && next(1900, "free"),
	    "what reports, knew the tempo already or is FREE does not");
}

static void
test_forget(void)
{
	static char lane; /* stands for one */
	struct member_lane *const l = (struct member_lane *)(void *)&lane;
	put(PF_NOTE, 10, "bass", 1)->lane = l;
	member_heap_forget(&heap, l);
	const struct member_waiting *const w = member_heap_take(&heap);
	ok(w && !w->lane, "what a lane said outlives it");
}

int
main(void)
{
	ok(member_heap_init(&heap, MOST) == 0, "it begins");
	test_order();
	test_full();
	test_cancel();
	test_stretch();
	test_forget();
	member_heap_fini(&heap);
	return tap_done();
}
