/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --record: the tape, from lane.tape, on which the engine says what it
 * played as it was played.
 */
#include "state.h"
#include "tap.h"

#include "base/message.h"
#include "event/names.h"
#include "live/member.h"
#include "live/tape.h"
#include "session/fault.h"
#include "session/lane_file.h"

#include <errno.h>
#include <math.h>

/* What took effect in a block is said at its end; one more, to be sure. */
#define BEHIND_NS 20000000

struct recorder {
	const struct wish *wish;
	struct pf_names *names;
	struct pf_member *member; /* for the clock, names, and to sleep */
	struct pf_lane_file lane;
	struct pf_tape *tape;
	int64_t until_ns;
};

static int
open_lane(struct recorder *r, struct pf_err *err)
{
	const int e = pf_lane_file_read(&r->lane,
	    pf_member_directory(r->member), "tape", err);
	if (e == 0 && r->wish->from_start && r->lane.lane->header.position >
	    PF_LANE_RESUME) {
		pf_err_set(err, "the beginning of the session is no longer on "
		    "lane 'tape', record from now");
		return -ENODATA;
	}
	return e;
}

static int
open_tape(struct recorder *r, struct pf_err *err)
{
	struct pf_clock_state clock;
	struct pf_tape_config config = {.path = r->wish->record,
	    .names = r->names};
	if (!pf_member_clock(r->member, &clock)) {
		pf_err_set(err, "no engine runs");
		return -ENOENT;
	}
	config.rate_hz = clock.rate_hz;
	const int64_t now = pf_member_now(r->member);
	if (!r->wish->from_start)
		config.first_frame = pf_tape_first(pf_frame_of_time(now,
		    clock.rate_hz), clock.rate_hz);
	r->until_ns = r->wish->for_s < 0 ? INT64_MAX
	    : now + llround(r->wish->for_s * 1e9);
	const int e = pf_tape_open(&r->tape, &config, err);
	if (e != 0 || r->lane.lane->header.position <= PF_LANE_RESUME)
		return e;
	/* What was said before the lane's oldest event, and is gone. */
	struct pf_err why;
	if (state_ask(pf_member_directory(r->member), &clock, r->names,
	    r->tape, &why) != 0)
		pf_msg("%s", why.text);
	return 0;
}

/*
 * Read what has come, then what is spelled on everybody's lanes: who says a
 * name has spelled it before.
 */
static int
follow(struct recorder *r)
{
	struct pf_member_heard heard;
	int e;
	while (pf_tape_follow(r->tape, r->lane.lane))
		continue;
	while ((e = pf_member_next(r->member, &heard)) == 1)
		continue;
	return e;
}

static int
run(struct recorder *r, struct pf_err *err)
{
	struct pf_clock_state clock = {.rate_hz = 48000};
	for (;;) {
		const int64_t now = pf_member_now(r->member);
		/* What was played is on the lane before the clock tells of
		 * it, so: the clock first, then the lane. */
		(void)pf_member_clock(r->member, &clock);
		int e = follow(r);
		const int written = pf_tape_until(r->tape, pf_time_of_frame(
		    clock.frame, clock.rate_hz) - BEHIND_NS, err);
		if (written != 0 || now >= r->until_ns)
			return written;
		if (e == 0)
			e = pf_member_wait(r->member, r->until_ns - now);
		if (e == -EINTR || e == -ESHUTDOWN)
			return 0;
		if (pf_lane_file_broken(&r->lane)) {
			pf_msg("lane 'tape' is gone: the tape ends here");
			return 0;
		}
	}
}

int
tap_record(const struct wish *w, struct pf_err *err)
{
	struct recorder r = {.wish = w, .lane = {.fd = -1, .guard = -1}};
	const struct pf_member_config config = {.session = w->session,
	    .wait_s = w->wait_s, .from = PF_MEMBER_NOW,
	    .sleeper = PF_BELL_SCREENS, .stop = w->stop};
	struct pf_err late;
	int e = pf_names_new(&r.names);
	if (e != 0) {
		pf_err_set(err, "not enough memory");
		return e;
	}
	e = pf_member_open(&r.member, &config, r.names, err);
	if (e == 0)
		e = open_lane(&r, err);
	if (e == 0)
		e = open_tape(&r, err);
	if (e == 0)
		e = run(&r, err);
	if (r.tape) {
		/* What was missed while we went down, and who came. */
		(void)!pf_member_wait(r.member, 0);
		(void)follow(&r);
		const struct pf_tape_counts c = pf_tape_counts(r.tape);
		const int closed = pf_tape_close(r.tape, e ? &late : err);
		e = e ? e : closed;
		if (w->verbose || c.lost || c.refused)
			pf_msg("%llu events on the tape, %llu slots lost, %llu "
			    "refused", (unsigned long long)c.events,
			    (unsigned long long)c.lost,
			    (unsigned long long)c.refused);
	}
	pf_lane_file_close(&r.lane);
	pf_member_close(r.member, true);
	pf_names_free(r.names);
	return e;
}
