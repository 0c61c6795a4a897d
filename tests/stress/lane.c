/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lanes under death: a writer that dies at every single store, writers and
 * readers killed at random, readers lapped again and again, and a third
 * process that counts.
 *
 * lane [LAPS] : how often the ring goes round in the last part (1000000).
 */
#include <stdatomic.h>

/* The writer's stores, countable: the n-th from now is the last it makes. */
static long stores_left = -1;
static void
count_store(void)
{
	extern _Noreturn void _exit(int);
	if (stores_left == 0)
		_exit(0);
	if (stores_left > 0)
		stores_left--;
}
#undef atomic_store_explicit
#define atomic_store_explicit(p, v, order)                                    \
	(count_store(), __atomic_store_n(p, v,                                \
	    (order) == memory_order_relaxed ? __ATOMIC_RELAXED                \
	    : (order) == memory_order_release ? __ATOMIC_RELEASE              \
	    : __ATOMIC_SEQ_CST))
#define pf_lane_say counted_say
#define pf_lane_say_all counted_say_all
#define pf_lane_begin_now counted_begin_now
#define pf_lane_begin_oldest counted_begin_oldest
#define pf_lane_waiting counted_waiting
#define pf_lane_read counted_read
#include "session/lane_rt.c"
#undef pf_lane_say
#undef pf_lane_say_all
#undef pf_lane_begin_now
#undef pf_lane_begin_oldest
#undef pf_lane_waiting
#undef pf_lane_read
#undef atomic_store_explicit
#define atomic_store_explicit(p, v, order) __atomic_store_n(p, v, order)

#include "base/hash.h"

#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Not the counted ones: lane.h was read under the other names. */
extern int pf_lane_say(struct pf_lane_segment *, const struct pf_event *,
    const struct pf_event *, unsigned);
extern void pf_lane_begin_now(struct pf_lane_cursor *,
    const struct pf_lane_segment *);
extern int pf_lane_read(struct pf_lane_cursor *,
    const struct pf_lane_segment *, struct pf_event *,
    struct pf_event[PF_MORE_MOST]);

static void *
shared(size_t bytes)
{
	void *const m = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (m == MAP_FAILED)
		exit(1);
	return m;
}

/* Event number i, with i % 4 slots of more, all derived from i. */
static unsigned
make(uint32_t i, struct pf_event *e, struct pf_event *more)
{
	const unsigned n = i % 4;
	*e = pf_event_make(PF_NOTE, i, pf_hash_str("w"));
	e->pitch = (float)(i % 128);
	e->velocity = 0.5f;
	e->duration = 1;
	e->id = i;
	e->type |= n << PF_MORE_SHIFT;
	for (unsigned k = 0; k < n; k++) {
		memset(&more[k], (int)(i % 251), sizeof more[k]);
		more[k].time = e->time;
		more[k].source = e->source;
		more[k].type = PF_MORE;
	}
	return n;
}

static bool
same(const struct pf_event *e, const struct pf_event *more)
{
	struct pf_event want, want_more[PF_MORE_MOST];
	const unsigned n = make(e->id, &want, want_more);
	return memcmp(e, &want, sizeof want) == 0 &&
	    memcmp(more, want_more, n * sizeof *more) == 0;
}

static uint64_t
total(const struct pf_lane_cursor *c)
{
	return c->consumed + c->lost + c->refused;
}

static pid_t
in_child(void (*work)(void *), void *arg)
{
	const pid_t pid = fork();
	if (pid == 0) {
		work(arg);
		_exit(0);
	}
	return pid;
}

/* ---- dead at every store */

static void
say_three(void *arg)
{
	struct pf_event e, more[PF_MORE_MOST];
	for (uint32_t i = 1; i <= 3; i++) {
		const unsigned n = make(i, &e, more);
		(void)!counted_say(arg, &e, more, n);
	}
}

static void
test_every_store(void)
{
	bool good = true;
	long k = 0;
	for (;; k++) {
		struct pf_lane_segment *const lane = shared(PF_LANE_BYTES);
		struct pf_lane_cursor c;
		struct pf_event e, more[PF_MORE_MOST];
		uint32_t last = 0;
		pf_lane_begin_now(&c, lane);
		stores_left = k;
		waitpid(in_child(say_three, lane), NULL, 0);
		stores_left = -1;
		while (pf_lane_read(&c, lane, &e, more) == 1) {
			good &= e.id == last + 1 && same(&e, more);
			last = e.id;
		}
		/* The next owner goes on where nothing is half said. */
		const uint32_t done = last;
		for (uint32_t i = last + 1; i <= 6; i++) {
			const unsigned n = make(i, &e, more);
			good &= pf_lane_say(lane, &e, more, n) == 0;
		}
		while (pf_lane_read(&c, lane, &e, more) == 1) {
			good &= e.id == last + 1 && same(&e, more);
			last = e.id;
		}
		good &= last == 6 && !c.lost && !c.refused &&
		    total(&c) == lane->header.position;
		munmap(lane, PF_LANE_BYTES);
		if (done == 3)
			break;
	}
	ok(good && k > 20, "a writer may die at each of its %ld stores", k);
}

/* ---- killed at random, while readers come and go */

struct game {
	struct pf_lane_segment lane;
	_Atomic uint32_t next; /* id to say next, kept by the writers */
	atomic_int bad;
	atomic_bool over;
	_Atomic uint64_t delivered, lost;
};

static void
write_on(void *arg)
{
	struct game *const g = arg;
	struct pf_event e, more[PF_MORE_MOST];
	for (;;) {
		/* An id is used up even if its event dies with us. */
		const uint32_t i = atomic_fetch_add(&g->next, 1);
		const unsigned n = make(i, &e, more);
		(void)!pf_lane_say(&g->lane, &e, more, n);
	}
}

static void
read_on(void *arg)
{
	struct game *const g = arg;
	struct pf_lane_cursor c;
	struct pf_event e, more[PF_MORE_MOST];
	uint32_t last = 0;
	pf_lane_begin_now(&c, &g->lane);
	const uint64_t begin = c.next;
	for (;;) {
		const bool over = atomic_load(&g->over);
		if (pf_lane_read(&c, &g->lane, &e, more) == 1) {
			if (e.id <= last || !same(&e, more))
				atomic_fetch_add(&g->bad, 1);
			last = e.id;
		} else if (over) {
			break;
		}
	}
	if (c.refused || c.suspect ||
	    total(&c) != g->lane.header.position - begin)
		atomic_fetch_add(&g->bad, 1);
	atomic_fetch_add(&g->delivered, c.consumed);
	atomic_fetch_add(&g->lost, c.lost);
}

static void
pause_ns(long ns)
{
	nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

static void
test_killed(void)
{
	struct game *const g = shared(sizeof *g);
	uint32_t x = 1;
	atomic_store(&g->next, 1);
	pid_t steady = in_child(read_on, g);
	for (int round = 0; round < 2000; round++) {
		const pid_t writer = in_child(write_on, g);
		const pid_t reader = round % 8 ? 0 : in_child(read_on, g);
		x = x * 1664525 + 1013904223;
		pause_ns(20000 + (x >> 12) % 400000);
		kill(writer, SIGKILL);
		waitpid(writer, NULL, 0);
		if (reader) {
			kill(reader, SIGKILL);
			waitpid(reader, NULL, 0);
		}
	}
	atomic_store(&g->over, true);
	waitpid(steady, NULL, 0);
	ok(atomic_load(&g->bad) == 0, "2000 writers killed at random: the "
	    "reader had whole events only, and every slot is counted");
	printf("# %llu slots said, %llu read, %llu lost\n",
	    (unsigned long long)g->lane.header.position,
	    (unsigned long long)g->delivered, (unsigned long long)g->lost);
	munmap(g, sizeof *g);
}

/* ---- lapped */

static void
read_slowly(void *arg)
{
	struct game *const g = arg;
	struct pf_lane_cursor c;
	struct pf_event e, more[PF_MORE_MOST];
	uint32_t n = 0;
	pf_lane_begin_now(&c, &g->lane);
	const uint64_t begin = c.next;
	while (!atomic_load(&g->over)) {
		if (pf_lane_read(&c, &g->lane, &e, more) == 1 &&
		    !same(&e, more))
			atomic_fetch_add(&g->bad, 1);
		if (++n % 64 == 0)
			pause_ns(100000);
	}
	while (pf_lane_read(&c, &g->lane, &e, more) == 1)
		continue;
	if (c.refused || c.suspect ||
	    total(&c) != g->lane.header.position - begin)
		atomic_fetch_add(&g->bad, 1);
	atomic_fetch_add(&g->lost, c.lost);
}

static void
test_lapped(uint64_t laps)
{
	struct game *const g = shared(sizeof *g);
	struct pf_event e, more[PF_MORE_MOST];
	const pid_t slow = in_child(read_slowly, g);
	for (uint32_t i = 1; g->lane.header.position <
	     laps * PF_LANE_SLOTS; i = i == UINT32_MAX ? 1 : i + 1) {
		const unsigned n = make(i, &e, more);
		(void)!pf_lane_say(&g->lane, &e, more, n);
	}
	atomic_store(&g->over, true);
	waitpid(slow, NULL, 0);
	ok(atomic_load(&g->bad) == 0 && atomic_load(&g->lost) > 0,
	    "a slow reader lapped %llu times gets whole events and counts "
	    "every slot", (unsigned long long)laps);
	munmap(g, sizeof *g);
}

int
main(int argc, char **argv)
{
	test_every_store();
	test_killed();
	test_lapped(argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000);
	return tap_done();
}
