/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/held.h"

#include "event/type.h"
#include "tap.h"

#include <string.h>

static struct pf_held held;

static bool
add(enum pf_type type, int64_t time, uint32_t id, const char *more)
{
	struct pf_event e = pf_event_make(type, time, 1);
	e.id = id;
	return pf_held_add(&held, &e, more);
}

/* The time and type of the next before a time; -1 without one. */
static int64_t
take(int64_t until, enum pf_type *type)
{
	const struct pf_held_event *const h = pf_held_take(&held, until);
	if (h && type)
		*type = pf_event_type(&h->event);
	return h ? h->event.time : -1;
}

static void
test_order(void)
{
	enum pf_type type = PF_NONE;
	add(PF_NOTE, 30, 1, NULL);
	add(PF_NOTE, 10, 2, "k=v");
	add(PF_OFF, 30, 3, NULL);
	const struct pf_held_event *const h = pf_held_take(&held, 11);
	ok(h && h->event.time == 10 && strcmp(h->more, "k=v") == 0,
	    "the first comes first, with its pairs");
	ok(take(30, NULL) == -1, "what is not due waits");
	ok(take(31, &type) == 30 && type == PF_OFF && take(31, &type) == 30 &&
	    type == PF_NOTE, "at one time ends come before starts");
	ok(take(INT64_MAX, NULL) == -1, "then it is empty");
}

static void
test_full(void)
{
	int kept = 0;
	for (int i = 0; i < 10; i++)
		kept += add(PF_NOTE, 100 - i, (uint32_t)i + 1, NULL);
	ok(kept == 8, "it keeps no more than its room");
	pf_held_cancel(&held, 3, 0);
	ok(add(PF_NOTE, 1, 1, NULL) && !add(PF_NOTE, 1, 1, NULL),
	    "what is cancelled makes room");
	int n = 0, sorted = 1;
	for (int64_t at, last = 0; (at = take(1000, NULL)) >= 0; n++) {
		sorted &= at >= last && at != 98;
		last = at;
	}
	ok(n == 8 && sorted, "the rest comes out in order");
	static char much[PF_MORE_BYTES + 2];
	memset(much, 'x', sizeof much - 1);
	ok(!add(PF_NOTE, 1, 1, much), "pairs that are too long are refused");
}

static void
test_stretch(void)
{
	struct pf_event e = pf_event_make(PF_NOTE, 2000, 1);
	e.duration = 1;
	pf_held_add(&held, &e, NULL);
	e.time = 1000;
	pf_held_add(&held, &e, NULL);
	e.time = 3000;
	e.type |= PF_FREE;
	pf_held_add(&held, &e, NULL);
	pf_held_stretch(&held, 1000, 0.5);
	const struct pf_held_event *h = pf_held_take(&held, 5000);
	ok(h && h->event.time == 1000 && h->event.duration == 1,
	    "what stands at the change stays");
	h = pf_held_take(&held, 5000);
	ok(h && h->event.time == 1500 && h->event.duration == 0.5f,
	    "what comes later moves, with its length");
	h = pf_held_take(&held, 5000);
	ok(h && h->event.time == 3000 && h->event.duration == 1,
	    "what is free does not");
}

int
main(void)
{
	if (pf_held_init(&held, 8) != 0)
		return 1;
	test_order();
	test_full();
	test_stretch();
	pf_held_fini(&held);
	return tap_done();
}
