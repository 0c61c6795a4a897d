/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lanes under death: a writer that dies at every single store; writers and
 * readers, each a process, killed at random while the ring goes round and
 * round; and a third process that counts: sent = consumed + lost + refused.
 *
 * lane [LAPS] : how often the ring goes round in the last part (1000000, some
 * six minutes).  tests/unit/test_lane_killed.c is a small one.
 */
#include <stdatomic.h>
#include <stdint.h>

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
static inline void
store_for_real(_Atomic uint64_t *p, uint64_t v, memory_order order)
{
	atomic_store_explicit(p, v, order);
}
#pragma push_macro("atomic_store_explicit")
#undef atomic_store_explicit
#define atomic_store_explicit(p, v, order)                                    \
	(count_store(), store_for_real(p, v, order))
#define pf_lane_say counted_say
#define pf_lane_say_all counted_say_all
#define pf_lane_begin_now counted_begin_now
#define pf_lane_begin_oldest counted_begin_oldest
#define pf_lane_waiting counted_waiting
#define pf_lane_read counted_read
#define pf_lane_read_all counted_read_all
#include "session/lane_rt.c"
#undef pf_lane_say
#undef pf_lane_say_all
#undef pf_lane_begin_now
#undef pf_lane_begin_oldest
#undef pf_lane_waiting
#undef pf_lane_read
#undef pf_lane_read_all
#pragma pop_macro("atomic_store_explicit")

#include "base/hash.h"

#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef LAPS
#define LAPS 1000000
#define ROUNDS 100 /* of the last part; each ends with a count */
#endif

/* Not the counted ones: lane.h was read under the other names. */
extern int pf_lane_say(struct pf_lane_segment *, const struct pf_event *,
    const struct pf_event *, unsigned);
extern int pf_lane_say_all(struct pf_lane_segment *, const struct pf_event *,
    unsigned);
extern void pf_lane_begin_now(struct pf_lane_cursor *,
    const struct pf_lane_segment *);
extern uint64_t pf_lane_waiting(struct pf_lane_cursor *,
    const struct pf_lane_segment *);
extern int pf_lane_read(struct pf_lane_cursor *,
    const struct pf_lane_segment *, struct pf_event *,
    struct pf_event[PF_MORE_MOST]);
extern unsigned pf_lane_read_all(struct pf_lane_cursor *,
    const struct pf_lane_segment *, struct pf_event *, unsigned);

static void *
shared(size_t bytes)
{
	void *const m = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (m == MAP_FAILED)
		exit(1);
	return m;
}

static uint64_t
total(const struct pf_lane_cursor *c)
{
	return c->consumed + c->lost + c->refused;
}

/* The child dies with us. */
static pid_t
in_child(void (*work)(void *), void *arg)
{
	const pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		work(arg);
		_exit(0);
	}
	return pid;
}

/* ---- what is said: event number i, all of it derived from i */

static unsigned
more_of(uint64_t i)
{
	return i < 64 ? (unsigned)(i % 4) : i % 64 == 0 ? PF_MORE_MOST
	    : i % 64 == 33 ? 3 : 0;
}

/* Some of it is garbage, which readers refuse. */
static bool
is_garbage(uint64_t i)
{
	return i % 1024 == 77;
}

static void
make_event(uint64_t i, struct pf_event *e)
{
	static const float pitch[4] = {36, 60, 61.5f, 127};
	*e = (struct pf_event){.time = (int64_t)i, .source = 0x7ee1,
	    .type = PF_NOTE | more_of(i) << PF_MORE_SHIFT,
	    .pitch = is_garbage(i) ? 1e30f : pitch[i % 4], .velocity = 0.5f,
	    .duration = 1, .id = (uint32_t)i};
}

static void
make_more(uint64_t i, struct pf_event *more)
{
	for (unsigned k = 0; k < more_of(i); k++) {
		memset(&more[k], (int)((i + k) % 251), sizeof more[k]);
		more[k].time = (int64_t)i;
		more[k].source = 0x7ee1;
		more[k].type = PF_MORE;
	}
}

static bool
same(const struct pf_event *e, const struct pf_event *more)
{
	const uint64_t i = (uint64_t)e->time;
	struct pf_event want, want_more[PF_MORE_MOST];
	make_event(i, &want);
	make_more(i, want_more);
	return !is_garbage(i) && memcmp(e, &want, sizeof want) == 0 &&
	    memcmp(more, want_more, more_of(i) * sizeof *more) == 0;
}

/* ---- dead at every store */

static void
say_three(void *arg)
{
	struct pf_event e, more[PF_MORE_MOST];
	for (uint64_t i = 1; i <= 3; i++) {
		make_event(i, &e);
		make_more(i, more);
		(void)!counted_say(arg, &e, more, more_of(i));
	}
}

static void
say_four_at_once(void *arg)
{
	struct pf_event e[4];
	for (uint64_t i = 0; i < 4; i++)
		make_event(65 + i, &e[i]);
	(void)!counted_say_all(arg, e, 4);
}

/* What a writer left, read by one reader: whole events, in order. */
static bool
is_whole(struct pf_lane_segment *lane, struct pf_lane_cursor *c, uint64_t *n)
{
	struct pf_event e, more[PF_MORE_MOST];
	uint64_t last = 0;
	for (*n = 0; pf_lane_read(c, lane, &e, more) == 1; ++*n) {
		if ((uint64_t)e.time <= last || !same(&e, more))
			return false;
		last = (uint64_t)e.time;
	}
	return !c->lost && !c->refused && total(c) == lane->header.position;
}

static void
test_every_store(void (*say)(void *), uint64_t events, bool at_once,
    const char *what)
{
	bool good = true;
	uint64_t done = 0;
	long k = 0;
	for (; done < events && k < 1000; k++) {
		struct pf_lane_segment *const lane = shared(PF_LANE_BYTES);
		struct pf_lane_cursor c;
		uint64_t after;
		pf_lane_begin_now(&c, lane);
		stores_left = k;
		waitpid(in_child(say, lane), NULL, 0);
		stores_left = -1;
		good &= is_whole(lane, &c, &done);
		good &= !at_once || done == 0 || done == events;
		/* The next owner goes on where nothing is half said. */
		say(lane);
		good &= is_whole(lane, &c, &after) && after == events;
		munmap(lane, PF_LANE_BYTES);
	}
	ok(good && k > 15, "a writer may die at each of the %ld stores of %s",
	    k - 1, what);
}

/* ---- killed at random, lapped without end */

/* What a reader tells of itself: a latch, for it may be killed meanwhile. */
struct told {
	_Atomic uint64_t counter;
	struct {
		uint64_t begin, next, total, lost, refused;
	} copy[2];
};

enum { READERS = 3 };

struct game {
	struct pf_lane_segment lane;
	_Atomic uint64_t next;   /* event to say next, kept by the writers */
	_Atomic uint64_t target; /* position at which writers stop */
	_Atomic uint64_t bad;
	atomic_bool over;
	struct told told[READERS];
};

struct seat {
	struct game *game;
	int number;
};

static void
pause_ns(long ns)
{
	nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

static void
write_on(void *arg)
{
	struct game *const g = arg;
	struct pf_event e[PF_MORE_MOST + 1], more[PF_MORE_MOST];
	uint64_t i = atomic_load(&g->next);
	while (atomic_load_explicit(&g->lane.header.position,
	    memory_order_relaxed) < atomic_load(&g->target)) {
		unsigned n = 0;
		do
			make_event(i + n, &e[n]);
		while (++n < PF_COUNT(e) && !more_of(i) && !more_of(i + n));
		/* A number is used up even if its event dies with us. */
		atomic_store_explicit(&g->next, i + n, memory_order_relaxed);
		if (more_of(i)) {
			make_more(i, more);
			(void)!pf_lane_say(&g->lane, e, more, more_of(i));
			i++;
		} else {
			(void)!pf_lane_say_all(&g->lane, e, n);
			i += n;
		}
	}
}

static void
tell(struct told *t, const struct pf_lane_cursor *c, uint64_t begin)
{
	const uint64_t n = atomic_load(&t->counter) + 1;
	t->copy[n % 2].begin = begin;
	t->copy[n % 2].next = c->next;
	t->copy[n % 2].total = total(c);
	t->copy[n % 2].lost = c->lost;
	t->copy[n % 2].refused = c->refused;
	atomic_store(&t->counter, n);
}

/* Read once, one event or many; returns slots. */
static unsigned
read_some(struct game *g, struct pf_lane_cursor *c, bool many, uint64_t *last)
{
	struct pf_event slot[64];
	unsigned n, i = 0;
	if (many)
		n = pf_lane_read_all(c, &g->lane, slot, PF_COUNT(slot));
	else
		n = pf_lane_read(c, &g->lane, slot, slot + 1) == 1
		    ? 1 + pf_event_more(slot) : 0;
	while (i < n) {
		if ((uint64_t)slot[i].time <= *last || !same(&slot[i],
		    &slot[i + 1]))
			atomic_fetch_add(&g->bad, 1);
		*last = (uint64_t)slot[i].time;
		i += 1 + pf_event_more(&slot[i]);
	}
	return n;
}

static void
read_on(void *arg)
{
	const struct seat *const seat = arg;
	struct game *const g = seat->game;
	struct told *const told = &g->told[seat->number];
	struct pf_lane_cursor c;
	uint64_t last = 0;
	pf_lane_begin_now(&c, &g->lane);
	const uint64_t begin = c.next;
	for (uint32_t k = 0;; k++) {
		const bool over = atomic_load(&g->over);
		if (!read_some(g, &c, seat->number, &last) && over &&
		    !pf_lane_waiting(&c, &g->lane))
			break;
		if (k % 512 == 511) {
			tell(told, &c, begin);
			/* A nap of some laps. */
			if (!over)
				pause_ns(500000);
		}
	}
	if (c.suspect)
		atomic_fetch_add(&g->bad, 1);
	tell(told, &c, begin);
}

static uint32_t
chance(uint32_t *x)
{
	return (*x = *x * 1664525 + 1013904223) >> 8;
}

/*
 * One round: the writer is killed again and again and goes on, one reader of
 * three is, until the ring has gone round often enough; then all is counted.
 * Returns whether it adds up.
 */
static bool
round_adds_up(struct game *g, uint64_t slots, uint32_t *x, uint64_t *killed)
{
	pid_t reader[READERS];
	struct seat seat[READERS];
	bool good = true;
	const uint64_t begin = g->lane.header.position;
	atomic_store(&g->target, begin + slots);
	atomic_store(&g->over, false);
	for (int i = 0; i < READERS; i++) {
		seat[i] = (struct seat){g, i};
		reader[i] = in_child(read_on, &seat[i]);
	}
	while (g->lane.header.position < g->target) {
		const pid_t writer = in_child(write_on, g);
		pause_ns(100000 + chance(x) % 30000000);
		kill(writer, SIGKILL);
		waitpid(writer, NULL, 0);
		if (chance(x) % 4 == 0) {
			kill(reader[2], SIGKILL);
			waitpid(reader[2], NULL, 0);
			reader[2] = in_child(read_on, &seat[2]);
		}
		++*killed;
	}
	atomic_store(&g->over, true);
	for (int i = 0; i < READERS; i++) {
		waitpid(reader[i], NULL, 0);
		const struct told *const t = &g->told[i];
		const uint64_t n = atomic_load(&t->counter) % 2;
		good &= t->copy[n].next == g->lane.header.position &&
		    t->copy[n].total == t->copy[n].next - t->copy[n].begin;
	}
	return good;
}

static void
test_laps(uint64_t laps)
{
	struct game *const g = shared(sizeof *g);
	uint64_t killed = 0, lost = 0, refused = 0, rounds = 0;
	uint32_t x = 1;
	bool good = true;
	atomic_store(&g->next, 1);
	while (good && g->lane.header.position < laps * PF_LANE_SLOTS) {
		good = round_adds_up(g, laps * PF_LANE_SLOTS / ROUNDS + 1, &x,
		    &killed);
		rounds++;
		for (int i = 0; i < READERS; i++) {
			const uint64_t n = g->told[i].counter % 2;
			lost += g->told[i].copy[n].lost;
			refused += g->told[i].copy[n].refused;
		}
	}
	ok(good && lost && refused, "%llu writers killed at random, the ring "
	    "%llu times round: sent = consumed + lost + refused for every "
	    "reader", (unsigned long long)killed, (unsigned long long)laps);
	ok(atomic_load(&g->bad) == 0,
	    "and each of them had whole events only, in order");
	printf("# %llu slots said, %llu rounds; the readers lost %llu and "
	    "refused %llu\n", (unsigned long long)g->lane.header.position,
	    (unsigned long long)rounds, (unsigned long long)lost,
	    (unsigned long long)refused);
	munmap(g, sizeof *g);
}

int
main(int argc, char **argv)
{
	test_every_store(say_three, 3, false, "three events with more");
	test_every_store(say_four_at_once, 4, true, "four at once");
	test_laps(argc > 1 ? strtoull(argv[1], NULL, 10) : LAPS);
	return tap_done();
}
