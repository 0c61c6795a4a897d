/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/device_private.h"

#include <string.h>

void
pf_device_own_buffers(struct pf_device *d)
{
	for (unsigned c = 0; c < d->wanted.ins; c++)
		d->in[c] = d->in_buf[c];
	for (unsigned c = 0; c < d->wanted.outs; c++)
		d->out[c] = d->out_buf[c];
}

bool
pf_device_leave(const struct pf_device *d)
{
	return d->over ||
	    atomic_load_explicit(&d->stop, memory_order_relaxed) ||
	    atomic_load_explicit(&d->reopen, memory_order_relaxed);
}

void
pf_device_set_latency(struct pf_device *d, uint32_t in, uint32_t out)
{
	/* relaxed: one word, a number for people and clocks. */
	atomic_store_explicit(&d->latency, (uint64_t)in << 32 | out,
	    memory_order_relaxed);
}

bool
pf_device_run(struct pf_device *d, uint32_t frames, int64_t mono_ns)
{
	const uint64_t latency = atomic_load_explicit(&d->latency,
	    memory_order_relaxed);
	struct pf_device_period *p = &d->period;
	p->frames = frames;
	p->mono_ns = mono_ns;
	p->in_latency = (uint32_t)(latency >> 32);
	p->out_latency = (uint32_t)latency;
	for (unsigned c = 0; c < d->wanted.outs; c++)
		memset(d->out[c], 0, frames * sizeof(float));
	if (d->process(d->ctx, d->in, d->out, p) != 0)
		d->over = true;
	d->due_ns = mono_ns + pf_device_ns(d, frames);
	return !pf_device_leave(d);
}

void
pf_device_gap(struct pf_device *d, int64_t mono_ns)
{
	const int64_t late_ns = mono_ns - d->due_ns;
	if (d->due_ns == 0 || late_ns <= 0)
		return;
	const double frames = (double)late_ns * 1e-9 * d->wanted.rate_hz;
	d->period.lost_frames += (uint64_t)(frames + 0.5);
	d->due_ns = mono_ns;
}
