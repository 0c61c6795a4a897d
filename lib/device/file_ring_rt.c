/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/device_file.h"

#include <string.h>

/* Frames from or to a ring at a count, in up to two pieces. */
static void
copy(struct pf_file_ring *r, uint64_t at, float *frames, const float *from,
    size_t n)
{
	const size_t begin = at % PF_FILE_RING_FRAMES;
	const size_t first = n < PF_FILE_RING_FRAMES - begin ? n :
	    PF_FILE_RING_FRAMES - begin;
	const size_t frame = r->channels * sizeof(float);
	float *ring = r->sample + begin * r->channels;
	if (from) {
		memcpy(ring, from, first * frame);
		memcpy(r->sample, from + first * r->channels,
		    (n - first) * frame);
	} else {
		memcpy(frames, ring, first * frame);
		memcpy(frames + first * r->channels, r->sample,
		    (n - first) * frame);
	}
}

size_t
pf_file_take(struct pf_file *f, float *frames, size_t n)
{
	struct pf_file_ring *r = &f->in;
	const uint64_t at = atomic_load_explicit(&r->taken,
	    memory_order_relaxed);
	const uint64_t there = atomic_load_explicit(&r->put,
	    memory_order_acquire) - at;
	n = n < there ? n : (size_t)there;
	copy(r, at, frames, NULL, n);
	atomic_store_explicit(&r->taken, at + n, memory_order_release);
	return n;
}

bool
pf_file_put(struct pf_file *f, const float *frames, size_t n)
{
	struct pf_file_ring *r = &f->out;
	const uint64_t at = atomic_load_explicit(&r->put,
	    memory_order_relaxed);
	const uint64_t taken = atomic_load_explicit(&r->taken,
	    memory_order_acquire);
	if (at + n - taken > PF_FILE_RING_FRAMES)
		return false;
	copy(r, at, NULL, frames, n);
	atomic_store_explicit(&r->put, at + n, memory_order_release);
	return true;
}
