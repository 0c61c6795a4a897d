/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/lane.h"

#include "base/hash.h"
#include "event/type.h"

#include "tap.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static struct pf_lane_segment *
new_lane(void)
{
	void *const m = mmap(NULL, PF_LANE_BYTES, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (m == MAP_FAILED)
		exit(1);
	pf_lane_init(m, "bass", "bass");
	return m;
}

static struct pf_event
note(uint32_t number)
{
	struct pf_event e = pf_event_make(PF_NOTE, number, pf_hash_str("bass"));
	e.pitch = (float)(number % 128);
	e.velocity = 0.5f;
	e.duration = 1;
	e.id = number;
	return e;
}

/* An event that carries n slots of more. */
static void
say_more(struct pf_lane_segment *lane, uint32_t number, unsigned n)
{
	struct pf_event e = note(number), more[PF_MORE_MOST];
	e.type |= n << PF_MORE_SHIFT;
	for (unsigned i = 0; i < n; i++) {
		memset(&more[i], 'x', sizeof more[i]);
		more[i].time = e.time;
		more[i].source = e.source;
		more[i].type = PF_MORE;
	}
	if (pf_lane_say(lane, &e, more, n) != 0)
		exit(1);
}

static uint64_t
total(const struct pf_lane_cursor *c)
{
	return c->consumed + c->lost + c->refused;
}

static void
test_order(void)
{
	struct pf_lane_segment *const lane = new_lane();
	struct pf_lane_cursor c;
	struct pf_event e, more[PF_MORE_MOST];
	pf_lane_begin_now(&c, lane);
	ok(pf_lane_read(&c, lane, &e, more) == 0, "an empty lane has nothing");
	bool same = true;
	for (uint32_t i = 1; i <= 1000; i++)
		say_more(lane, i, i % 16);
	for (uint32_t i = 1; i <= 1000; i++)
		same &= pf_lane_read(&c, lane, &e, more) == 1 && e.id == i &&
		    pf_event_more(&e) == i % 16;
	ok(same, "events come out whole and in order");
	ok(pf_lane_read(&c, lane, &e, more) == 0 && !c.lost && !c.refused &&
	    total(&c) == lane->header.position, "nothing is lost or invented");
	munmap(lane, PF_LANE_BYTES);
}

static void
test_lapped(void)
{
	struct pf_lane_segment *const lane = new_lane();
	struct pf_lane_cursor c;
	struct pf_event e, more[PF_MORE_MOST], first = {0};
	pf_lane_begin_now(&c, lane);
	const uint32_t n = 100000;
	for (uint32_t i = 1; i <= n; i++)
		say_more(lane, i, 0);
	uint32_t last = 0, got = 0;
	while (pf_lane_read(&c, lane, &e, more) == 1) {
		if (!got++)
			first = e;
		last = e.id;
	}
	ok(first.id == n - PF_LANE_RESUME + 1 && last == n,
	    "a reader that falls behind goes on near the end");
	ok(c.lost == n - PF_LANE_RESUME && total(&c) == n,
	    "and counts its loss to the slot");
	pf_lane_begin_oldest(&c, lane);
	ok(pf_lane_read(&c, lane, &e, more) == 1 &&
	    e.id == n - PF_LANE_RESUME + 1,
	    "a newcomer may begin with the oldest");
	munmap(lane, PF_LANE_BYTES);
}

static void
test_garbage(void)
{
	struct pf_lane_segment *const lane = new_lane();
	struct pf_lane_cursor c;
	struct pf_event e = note(1), more[PF_MORE_MOST];
	pf_lane_begin_now(&c, lane);
	e.pitch = 1e30f;
	(void)!pf_lane_say(lane, &e, NULL, 0);
	e = note(2);
	e.type = 999;
	(void)!pf_lane_say(lane, &e, NULL, 0);
	say_more(lane, 3, 0);
	ok(pf_lane_read(&c, lane, &e, more) == 1 && e.id == 3 &&
	    c.refused == 2, "what is no event is refused and counted");
	e = note(4);
	e.type |= 5u << PF_MORE_SHIFT; /* says five, has none */
	const struct pf_event lie = e;
	ok(pf_lane_say(lane, &e, NULL, 0) == -EMSGSIZE &&
	    lane->header.unsaid == 1, "an owner cannot say what is too long");
	/* Somebody writes the lie past the library. */
	memcpy(&lane->slot[lane->header.position % PF_LANE_SLOTS], &lie,
	    sizeof lie);
	lane->header.position++;
	ok(pf_lane_read(&c, lane, &e, more) == 0 && c.refused == 3,
	    "an event without its end is refused");
	uint64_t x = 1;
	for (int i = 0; i < 200000; i++) {
		uint64_t *const w = (void *)&lane->slot[i % PF_LANE_SLOTS];
		for (int k = 0; k < 4; k++)
			w[k] = x = x * 6364136223846793005u + 1442695040888963407u;
		lane->header.position++;
		if (i % 50 == 0)
			while (pf_lane_read(&c, lane, &e, more) == 1)
				if (pf_event_check(&e))
					ok(0, "garbage came through");
	}
	while (pf_lane_waiting(&c, lane))
		(void)!pf_lane_read(&c, lane, &e, more);
	ok(total(&c) == lane->header.position, "garbage is counted to the slot");
	lane->header.position = 5;
	ok(pf_lane_read(&c, lane, &e, more) == 0 && c.suspect,
	    "a position that jumps back makes the lane suspect");
	munmap(lane, PF_LANE_BYTES);
}

static void
test_many_at_once(void)
{
	struct pf_lane_segment *const lane = new_lane();
	struct pf_lane_cursor one, many;
	struct pf_event e, more[PF_MORE_MOST], slot[40];
	bool good = true;
	uint64_t events = 0;
	uint32_t x = 7;
	pf_lane_begin_now(&one, lane);
	pf_lane_begin_now(&many, lane);
	for (uint32_t i = 1; i <= 20000; i++) {
		x = x * 1664525 + 1013904223;
		if (x >> 28 == 0) {
			e = note(i);
			e.pitch = -1;
			(void)!pf_lane_say(lane, &e, NULL, 0);
		} else {
			say_more(lane, i, x >> 28);
		}
		if (i % 3 == 0)
			continue;
		const unsigned most = 16 + (x >> 8) % 25;
		const unsigned n = pf_lane_read_all(&many, lane, slot, most);
		for (unsigned k = 0; k < n; events++) {
			good &= pf_lane_read(&one, lane, &e, more) == 1 &&
			    memcmp(&e, &slot[k], sizeof e) == 0 &&
			    memcmp(more, &slot[k + 1], pf_event_more(&e) *
				sizeof e) == 0;
			k += 1 + pf_event_more(&slot[k]);
		}
	}
	while (pf_lane_read_all(&many, lane, slot, 40))
		continue;
	while (pf_lane_read(&one, lane, &e, more) == 1)
		continue;
	ok(good && events > 10000, "reading many at once gives the same "
	    "events as reading one by one");
	ok(many.consumed == one.consumed && many.refused == one.refused &&
	    one.refused > 0 && total(&many) == lane->header.position,
	    "and the same counts");
	munmap(lane, PF_LANE_BYTES);
}

/* ---- one writer, three readers, for the sanitizers and the count */

enum { MANY = 400000 };

static void *
read_all(void *arg)
{
	struct pf_lane_segment *const lane = arg;
	struct pf_lane_cursor c = {0};
	struct pf_event e, more[PF_MORE_MOST];
	uint32_t last = 0;
	intptr_t bad = 0;
	while (last != MANY) {
		if (pf_lane_read(&c, lane, &e, more) != 1)
			continue;
		bad += e.id <= last || e.time != e.id ||
		    pf_event_more(&e) != e.id % 4;
		last = e.id;
	}
	bad += c.refused != 0 || total(&c) != lane->header.position;
	return (void *)bad;
}

static void *
read_many(void *arg)
{
	struct pf_lane_segment *const lane = arg;
	struct pf_lane_cursor c = {0};
	struct pf_event slot[100];
	uint32_t last = 0;
	intptr_t bad = 0;
	while (last != MANY) {
		const unsigned n = pf_lane_read_all(&c, lane, slot, 100);
		for (unsigned i = 0; i < n; i += 1 + pf_event_more(&slot[i])) {
			bad += slot[i].id <= last || slot[i].time != slot[i].id
			    || pf_event_more(&slot[i]) != slot[i].id % 4;
			last = slot[i].id;
		}
	}
	bad += c.refused != 0 || total(&c) != lane->header.position;
	return (void *)bad;
}

static void
test_threads(void)
{
	struct pf_lane_segment *const lane = new_lane();
	pthread_t reader[3];
	intptr_t bad = 0;
	for (int i = 0; i < 3; i++)
		if (pthread_create(&reader[i], NULL, i ? read_all
		    : read_many, lane) != 0)
			exit(1);
	for (uint32_t i = 1; i <= MANY; i++)
		say_more(lane, i, i % 4);
	for (int i = 0; i < 3; i++) {
		void *r;
		pthread_join(reader[i], &r);
		bad += (intptr_t)r;
	}
	ok(bad == 0, "readers beside a writer get whole events in order, "
	    "and every slot is consumed or lost");
	munmap(lane, PF_LANE_BYTES);
}

int
main(void)
{
	test_order();
	test_lapped();
	test_garbage();
	test_many_at_once();
	test_threads();
	return tap_done();
}
