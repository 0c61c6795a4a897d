/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Musical time under a transport: where the song stands, and whether the axis
 * rules.
 */
#include "agent/musical_time.h"

#include <math.h>

bool
musical_time_axis_rules(const struct musical_time *time)
{
	return !time->stopped && time->follow == 0;
}

double
musical_time_place(const struct musical_time *time, int64_t ns)
{
	return time->stopped ? time->place
	    : time->place + musical_time_quarter(time, ns)
	    - time->place_quarter;
}

/*
 * The axis rules from here on, and the song stands at `place`: the bar it is
 * in began where that says, on a beat that counts on from those before.
 */
static int
align(struct musical_time *time, int64_t ns, double place)
{
	const double q = musical_time_quarter(time, ns);
	const struct time_meter common = { .felt = 1, .per_bar = 4 };
	const struct time_meter m = time->meters > 0
	    ? time->meter[time->meters - 1] : common;
	const double bar = m.per_bar * m.felt;
	const double bars = floor(place / bar + 1e-9);
	const double in = fmax(0, place - bars * bar);
	const double beat = m.beat + (q - m.quarter) / m.felt;
	const double first = ceil(beat - in / m.felt - 1e-6);
	time->place = place;
	time->place_quarter = q;
	time->from = PF_TIME_AXIS;
	time->marks = 0;
	time->renumbered = true;
	return musical_time_anchor(time, q - in, first, (int64_t)bars);
}

/* The axis does not rule any more. */
static void
leave_axis(struct musical_time *time)
{
	if (time->from != PF_TIME_AXIS)
		return;
	time->from = PF_TIME_UNKNOWN;
	time->marks = 0;
	time->period_ns = MUSICAL_TIME_UNKNOWN_NS;
	time->renumbered = true;
}

int
musical_time_play(struct musical_time *time, int64_t ns)
{
	const bool plays = time->has_transport && !time->stopped;
	const double place = musical_time_place(time, ns);
	time->has_transport = true;
	if (plays)
		return 0;
	time->stopped = false;
	time->place = place;
	time->place_quarter = musical_time_quarter(time, ns);
	return musical_time_axis_rules(time) ? align(time, ns, place) : 0;
}

void
musical_time_stop(struct musical_time *time, int64_t ns)
{
	time->place = musical_time_place(time, ns);
	time->has_transport = time->stopped = true;
	leave_axis(time);
}

int
musical_time_seek(struct musical_time *time, int64_t ns, double quarter)
{
	time->place = quarter;
	time->place_quarter = musical_time_quarter(time, ns);
	return time->from == PF_TIME_AXIS ? align(time, ns, quarter) : 0;
}

int
musical_time_follow(struct musical_time *time, int64_t ns, uint32_t source)
{
	const double place = musical_time_place(time, ns);
	if (source == time->follow)
		return 0;
	time->follow = source;
	if (source != 0)
		leave_axis(time);
	else if (musical_time_axis_rules(time) && time->has_transport)
		return align(time, ns, place);
	return 0;
}
