/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/clock.h"

#include "tap.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum { MANY = 300000 };

static struct pf_clock shared;
static atomic_bool over;

/* Every field of a state derives from one number, so a mix shows. */
static struct pf_clock_state
state_of(int64_t n)
{
	return (struct pf_clock_state){.mono_ns = n, .time_ns = 2 * n,
	    .frame = 3 * n, .bpm = (double)n, .engine_pid = (uint32_t)n};
}

static bool
whole(const struct pf_clock_state *s)
{
	const int64_t n = s->mono_ns;
	return s->time_ns == 2 * n && s->frame == 3 * n &&
	    s->bpm == (double)n && s->engine_pid == (uint32_t)n;
}

static void *
read_on(void *arg)
{
	intptr_t bad = 0, got = 0;
	int64_t last = 0;
	(void)arg;
	while (!atomic_load(&over)) {
		struct pf_clock_state s;
		if (!pf_clock_get(&shared, &s))
			continue;
		bad += !whole(&s) || s.mono_ns < last;
		last = s.mono_ns;
		got++;
	}
	return (void *)(bad ? -1 : got);
}

static void
test_latch(void)
{
	struct pf_clock_state s = state_of(7);
	pthread_t reader[2];
	pf_clock_init(&shared);
	ok(!pf_clock_get(&shared, &s) && whole(&s) && s.mono_ns == 7,
	    "a clock that was never set says nothing");
	for (int i = 0; i < 2; i++)
		if (pthread_create(&reader[i], NULL, read_on, NULL) != 0)
			exit(1);
	for (int64_t n = 1; n <= MANY; n++) {
		const struct pf_clock_state x = state_of(n);
		pf_clock_set(&shared, &x);
	}
	atomic_store(&over, true);
	bool good = true;
	for (int i = 0; i < 2; i++) {
		void *r;
		pthread_join(reader[i], &r);
		good &= (intptr_t)r >= 0;
	}
	ok(good, "readers see whole states, none older than the last");
	/* A writer dies half-way through the next copy. */
	const uint64_t next = shared.counter + 1;
	for (int i = 0; i < PF_CLOCK_WORDS / 2; i++)
		shared.copy[next % 2][i] = 0xdeadbeef;
	ok(pf_clock_get(&shared, &s) && whole(&s) && s.mono_ns == MANY,
	    "a writer killed half-way leaves the last state in force");
}

static void
test_mapping(void)
{
	const struct pf_clock_state s = {.mono_ns = 1000000000,
	    .time_ns = 5000000000, .speed = 1.00005};
	ok(pf_clock_time(&s, 2000000000) == 6000050000,
	    "a card that runs 50 ppm fast is followed");
	ok(llabs(pf_clock_mono(&s, pf_clock_time(&s, 9876543210)) -
	    9876543210) <= 1, "both ways");
}

/* A device with jittered wake-ups; returns the largest error once locked. */
static double
follow(double speed, double jitter_ns)
{
	struct pf_dll dll;
	uint32_t x = 1;
	double worst = 0;
	pf_dll_init(&dll, 128, 48000, 0.5);
	for (int i = 0; i < 20000; i++) {
		const double truth = 1e9 + i * 128e9 / 48000 / speed;
		x = x * 1664525 + 1013904223;
		const double late = jitter_ns * (x >> 8) / 16777216.0;
		const double t = pf_dll_period(&dll, (int64_t)(truth + late));
		/* The mean delay cannot be known; what is left is jitter. */
		const double error = fabs(t - truth - jitter_ns / 2);
		if (i > 10000 && error > worst)
			worst = error;
	}
	return worst;
}

/* Where the loop says that period i begins, beside the truth. */
static double
error_at(struct pf_dll *dll, int i, double late_ns)
{
	const double truth = 1e9 + i * 128e9 / 48000;
	return pf_dll_period(dll, (int64_t)(truth + late_ns)) - truth;
}

static void
test_late_begin(void)
{
	struct pf_dll dll;
	double error = 0;
	pf_dll_init(&dll, 128, 48000, 0.5);
	error_at(&dll, 0, 5e6);
	for (int i = 1; i < 40; i++)
		error = error_at(&dll, i, 0);
	ok(fabs(error) < 3e5, "a first moment 5 ms late is made good in a "
	    "tenth of a second (%.0f ns)", error);
}

static void
test_one_stall(void)
{
	struct pf_dll dll;
	double error = 0;
	pf_dll_init(&dll, 128, 48000, 0.5);
	for (int i = 0; i < 1000; i++)
		error_at(&dll, i, 0);
	error_at(&dll, 1000, 2e7);
	error = error_at(&dll, 1001, 0);
	ok(fabs(error) < 3e5, "one stall of the machine hardly moves it "
	    "(%.0f ns)", error);
}

int
main(void)
{
	test_latch();
	test_mapping();
	ok(follow(1, 0) < 1, "steady periods are followed to the ns");
	const double worst = follow(1.0001, 1e6);
	ok(worst < 1e5, "1 ms of jitter becomes less than 0.1 ms (%.0f ns)",
	    worst);
	struct pf_dll dll;
	pf_dll_init(&dll, 64, 48000, 0.5);
	for (int i = 0; i < 20000; i++)
		pf_dll_period(&dll, 1000 + (int64_t)(i * 64e9 / 48000 / 1.0001));
	ok(fabs(pf_dll_speed(&dll) - 1.0001) < 1e-6, "the speed is measured");
	pf_dll_period(&dll, 60000000000);
	pf_dll_period(&dll, 60000000000 + 1333333);
	ok(fabs(pf_dll_speed(&dll) - 1) < 1e-9, "lost time begins anew");
	test_late_begin();
	test_one_stall();
	return tap_done();
}
