/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/event.h"

/* Round to nearest, halves up; the product needs 80 bits. */
static int64_t
scale(int64_t x, int64_t mul, int64_t div)
{
	const __int128 y = 2 * (__int128)x * mul + div;
	__int128 q = y / (2 * div);
	if (y % (2 * div) < 0)
		q--;
	return (int64_t)q;
}

int64_t
pf_frame_of_time(int64_t time_ns, uint32_t rate_hz)
{
	return scale(time_ns, rate_hz, 1000000000);
}

int64_t
pf_time_of_frame(int64_t frame, uint32_t rate_hz)
{
	return scale(frame, 1000000000, rate_hz);
}
