/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/clock.h"

void
pf_clock_init(struct pf_clock *clock)
{
	clock->version = PF_CLOCK_VERSION;
	clock->bytes = PF_CLOCK_BYTES;
	clock->magic = PF_CLOCK_MAGIC;
}
