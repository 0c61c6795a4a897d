/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/tap.h"

void
pf_tap_init(struct pf_tap *tap, unsigned channels, uint32_t rate_hz,
    int64_t begin)
{
	struct pf_tap_header *const h = &tap->header;
	h->magic = PF_TAP_MAGIC;
	h->version = PF_TAP_VERSION;
	h->frames = PF_TAP_FRAMES;
	h->rate_hz = rate_hz;
	h->channels = channels;
	h->begin = begin;
	atomic_store_explicit(&h->position, begin, memory_order_release);
}
