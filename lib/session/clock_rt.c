/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/clock.h"

#include <string.h>

enum { TRIES = 8 };

void
pf_clock_set(struct pf_clock *clock, const struct pf_clock_state *state)
{
	uint64_t word[PF_CLOCK_WORDS];
	const uint64_t n = atomic_load_explicit(&clock->counter,
	    memory_order_relaxed) + 1;
	memcpy(word, state, sizeof word);
	/* Release: a reader that sees one of these words sees the counter
	 * that put the other copy in force, and finds its own outdated. */
	for (int i = 0; i < PF_CLOCK_WORDS; i++)
		atomic_store_explicit(&clock->copy[n % 2][i], word[i],
		    memory_order_release);
	/* Release: pairs with the first load in pf_clock_get(). */
	atomic_store_explicit(&clock->counter, n, memory_order_release);
}

bool
pf_clock_get(const struct pf_clock *clock, struct pf_clock_state *state)
{
	uint64_t word[PF_CLOCK_WORDS];
	for (int tries = 0; tries < TRIES; tries++) {
		const uint64_t n = atomic_load_explicit(&clock->counter,
		    memory_order_acquire);
		if (n == 0)
			return false;
		for (int i = 0; i < PF_CLOCK_WORDS; i++)
			word[i] = atomic_load_explicit(
			    &clock->copy[n % 2][i], memory_order_acquire);
		if (atomic_load_explicit(&clock->counter,
		    memory_order_acquire) != n)
			continue;
		memcpy(state, word, sizeof *state);
		return true;
	}
	return false;
}

int64_t
pf_clock_time(const struct pf_clock_state *s, int64_t mono_ns)
{
	return s->time_ns + (int64_t)((double)(mono_ns - s->mono_ns) *
	    s->speed);
}

int64_t
pf_clock_mono(const struct pf_clock_state *s, int64_t time_ns)
{
	const double speed = s->speed > 0.5 && s->speed < 2 ? s->speed : 1;
	return s->mono_ns + (int64_t)((double)(time_ns - s->time_ns) / speed);
}

/* Periods by which a moment is far off: once it is the machine that stalled,
 * twice in a row time that was lost. */
#define FAR 3

void
pf_dll_init(struct pf_dll *dll, uint32_t period_frames, uint32_t rate_hz,
    double bandwidth_hz)
{
	const double period_s = (double)period_frames / rate_hz;
	const double omega = 6.28318530717958648 * bandwidth_hz * period_s;
	*dll = (struct pf_dll){.nominal_ns = period_s * 1e9,
	    .period_ns = period_s * 1e9,
	    .b = 1.41421356237309505 * omega, .c = omega * omega};
}

double
pf_dll_period(struct pf_dll *dll, int64_t mono_ns)
{
	const double now = (double)mono_ns;
	const double e = now - dll->t1;
	const double far = FAR * dll->nominal_ns;
	dll->far = e > far || e < -far ? dll->far + 1 : 0;
	if (!dll->locked || dll->far == 2) {
		dll->locked = true;
		dll->far = 0;
		dll->n = 1;
		dll->period_ns = dll->nominal_ns;
		dll->t0 = now;
		dll->t1 = now + dll->period_ns;
		return now;
	}
	/* At first their mean: the very first may have been late. */
	dll->n += dll->b * dll->n < 1;
	const double b = dll->b * dll->n < 1 ? 1.0 / dll->n : dll->b;
	dll->t0 = dll->t1;
	dll->t1 += b * e + dll->period_ns;
	dll->period_ns += dll->c * e;
	return dll->t0;
}

double
pf_dll_speed(const struct pf_dll *dll)
{
	return dll->period_ns > 0 ? dll->nominal_ns / dll->period_ns : 1;
}
