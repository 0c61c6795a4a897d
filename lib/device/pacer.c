/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/pacer.h"

#include "base/mono.h"

#include <errno.h>
#include <time.h>

void
pf_pacer_start(struct pf_pacer *pacer, int64_t due_ns)
{
	pacer->due_ns = due_ns ? due_ns : pf_mono_ns();
	pacer->rest = 0;
}

static void
advance(struct pf_pacer *pacer, uint32_t rate, uint64_t frames)
{
	const uint64_t whole = frames * 1000000000u + (uint64_t)pacer->rest;
	pacer->due_ns += (int64_t)(whole / rate);
	pacer->rest = (int64_t)(whole % rate);
}

int64_t
pf_pacer_wait(struct pf_pacer *pacer, struct pf_device *d, uint32_t frames)
{
	const uint32_t rate = d->wanted.rate_hz;
	const struct timespec until = {
		.tv_sec = pacer->due_ns / 1000000000,
		.tv_nsec = pacer->due_ns % 1000000000,
	};
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until,
	    NULL) == EINTR)
		;
	const int64_t late_ns = pf_mono_ns() - pacer->due_ns;
	const int64_t period_ns = pf_device_ns(d, frames);
	if (late_ns > period_ns * (d->wanted.periods - 1)) {
		const uint64_t missed = (uint64_t)(late_ns / period_ns);
		d->period.xruns++;
		d->period.lost_frames += missed * frames;
		advance(pacer, rate, missed * frames);
	}
	const int64_t due_ns = pacer->due_ns;
	advance(pacer, rate, frames);
	return due_ns;
}
