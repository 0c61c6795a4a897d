/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way of a line: its beat becomes a moment of the session; when that is
 * near, it is said on the lane of its source.
 *
 *     beat of the line + offset --axis--> session time      (follows tempo)
 *     ns of the line + offset ----------> session time      (--replay)
 *
 * Between lines all lanes are looked after, 50 times a second, however long
 * the input pauses.
 */
#include "send.h"
#include "voices.h"

#include "base/message.h"
#include "event/type.h"
#include "live/axis.h"
#include "live/tape.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_MS = 20 };

#define AHEAD_NS PF_MEMBER_AHEAD_NS
#define LEAD_NS 50000000   /* a stream that begins now begins so late */
#define LATE_NS 30000000   /* what is later is not played */

struct sender {
	const struct wish *wish;
	struct pf_names *names;
	struct pf_reader *reader;
	int fd;
	struct pf_member *clock; /* a listener: what time it is */
	struct pf_axis axis;
	struct voices voices;
	bool placed;             /* the offsets are known */
	double offset_beats;
	int64_t offset_ns;
	uint64_t sent, late, transport, engine, foreign;
};

static bool
is_stopped(const struct sender *s)
{
	return *s->wish->stop > 0;
}

/* Learn what the engine said; look after the lanes.  0, or why it is over. */
static int
tend(struct sender *s)
{
	struct pf_member_heard heard;
	int r;
	while ((r = pf_member_next(s->clock, &heard)) == 1)
		if (strcmp(heard.lane, "engine") == 0 &&
		    pf_axis_hear(&s->axis, &heard.event) < 0)
			return -ENOMEM;
	return r ? r : voices_tend(&s->voices);
}

/* Sleep, at most so long, and look after things. */
static int
pause_ns(struct sender *s, int64_t ns)
{
	const int64_t most = LOOK_MS * INT64_C(1000000);
	const int r = pf_member_wait(s->clock, ns < most ? ns : most);
	return r == -EINTR ? 0 : r ? r : tend(s);
}

/* Wait for input.  0: there is some, or we shall stop; -ESHUTDOWN. */
static int
await_input(struct sender *s)
{
	int r = tend(s);
	while (r == 0 && !is_stopped(s) && pf_reader_would_wait(s->reader)) {
		struct pollfd p = {.fd = s->fd, .events = POLLIN};
		if (poll(&p, 1, LOOK_MS) > 0)
			break;
		r = tend(s);
	}
	return r;
}

/* ---- when */

/* The next multiple of `step` of the transport's beats, in session time. */
static int64_t
next_line(struct sender *s, bool bar)
{
	struct pf_clock_state c;
	const int64_t now = pf_member_now(s->clock) + LEAD_NS;
	if (!pf_member_clock(s->clock, &c) || !c.playing || !(c.bpm > 0))
		return now;
	const double step = bar && c.meter_den
	    ? 4.0 * c.meter_num / c.meter_den : 1;
	const double ns = 60e9 / c.bpm;
	const double beat = c.beat + (double)(now - c.beat_time_ns) / ns;
	const double next = ceil(beat / step) * step;
	return c.beat_time_ns + llround((next - c.beat) * ns);
}

/* The stream begins: where does it stand? */
static void
place(struct sender *s, const struct pf_line *line)
{
	struct pf_clock_state c;
	int64_t at = pf_member_now(s->clock) + LEAD_NS;
	double first = 0;
	if (s->placed)
		return;
	s->placed = true;
	switch (s->wish->at) {
	case AT_NUMBER:
		at = pf_tempo_map_ns(&s->axis.map, s->wish->at_beat);
		s->offset_beats = s->wish->at_beat;
		s->offset_ns = at;
		return;
	case AT_BEAT:
	case AT_BAR:
		at = next_line(s, s->wish->at == AT_BAR);
		break;
	case AT_NOW:
		first = s->wish->replay ? 0 : line->beat;
		/* On whole blocks: then it sounds the same again. */
		if (s->wish->replay && pf_member_clock(s->clock, &c))
			at = pf_time_of_frame(pf_tape_first(pf_frame_of_time(
			    at, c.rate_hz), c.rate_hz), c.rate_hz);
		break;
	}
	s->offset_beats = pf_tempo_map_beat(&s->axis.map, at) - first;
	s->offset_ns = at;
}

/* Set the line's time in the session, as things stand. */
static void
set_time(struct sender *s, struct pf_line *line, double beat,
    double at_beats, int64_t own_ns)
{
	if (s->wish->replay) {
		line->event.time = own_ns + s->offset_ns;
		line->event.type |= PF_FREE;
		return;
	}
	line->beat = beat + s->offset_beats;
	line->at_beats = at_beats + s->offset_beats;
	pf_text_retime(line, &s->axis.map);
	if (line->event.time < 0)
		line->event.time = 0;
}

/* Give it its time, and wait until that is near. */
static int
await_time(struct sender *s, struct pf_line *line)
{
	const double beat = line->beat, at_beats = line->at_beats;
	const int64_t own_ns = line->event.time;
	if (own_ns == PF_TIME_NOW) {
		line->beat = pf_tempo_map_beat(&s->axis.map,
		    pf_member_now(s->clock));
		pf_text_retime(line, &s->axis.map);
		line->event.time = PF_TIME_NOW;
		return 0;
	}
	place(s, line);
	for (;;) {
		set_time(s, line, beat, at_beats, own_ns);
		const int64_t ahead = line->event.time -
		    pf_member_now(s->clock);
		s->late += ahead < -LATE_NS;
		if (ahead <= AHEAD_NS || is_stopped(s))
			return 0;
		const int r = pause_ns(s, ahead - AHEAD_NS);
		if (r != 0)
			return r;
	}
}

/* ---- what */

/* The transport is not for everybody: the engine would refuse it. */
static bool
is_transport(const struct pf_line *line)
{
	switch (pf_event_type(&line->event)) {
	case PF_TEMPO:
	case PF_METER:
	case PF_PLAY:
	case PF_STOP:
	case PF_SEEK:
	case PF_RESET:
		return line->source_len != 9 ||
		    memcmp(line->source, "conductor", 9) != 0;
	default:
		return false;
	}
}

/*
 * What an engine said stands on any tape, but here another engine speaks, and
 * the desk is its own.
 */
static bool
is_engine(const struct pf_line *line)
{
	return line->source_len == 6 &&
	    memcmp(line->source, "engine", 6) == 0;
}

/* Word an error with the place of its line. */
static int
at_line(const struct sender *s, const struct pf_line *line, int e,
    struct pf_err *err)
{
	const struct pf_err why = *err;
	pf_err_at(err, pf_reader_name(s->reader), line->number, "%s",
	    why.text);
	return e;
}

/* One line.  0 or a negative errno. */
static int
send_line(struct sender *s, struct pf_line *line, struct pf_err *err)
{
	char name[PF_MORE_BYTES + 1];
	int e = 0;
	if (line->kind != PF_LINE_EVENT) {
		s->foreign += line->kind == PF_LINE_FOREIGN;
		return 0;
	}
	if (pf_event_type(&line->event) == PF_TICK)
		return 0;
	if (is_transport(line) || is_engine(line)) {
		/* It counts as the beginning all the same. */
		if (line->event.time != PF_TIME_NOW)
			place(s, line);
		*(is_engine(line) ? &s->engine : &s->transport) += 1;
		return 0;
	}
	snprintf(name, sizeof name, "%.*s", (int)line->source_len,
	    line->source);
	struct voice *const v = voice_of(&s->voices, name, line->event.source,
	    &e, err);
	if (!v)
		return at_line(s, line, e, err);
	if ((e = await_time(s, line)) != 0 || is_stopped(s))
		return e;
	s->sent++;
	return voice_say(v, &line->event, line->more,
	    pf_member_now(s->clock));
}

/* Stay until what was sent has been played. */
static int
play_out(struct sender *s)
{
	int r = tend(s);
	while (r == 0 && !is_stopped(s)) {
		const int64_t left = voices_end(&s->voices) -
		    pf_member_now(s->clock);
		if (left <= 0)
			break;
		r = pause_ns(s, left);
	}
	return r;
}

static int
run(struct sender *s, struct pf_err *err)
{
	struct pf_line line;
	int r;
	while ((r = await_input(s)) == 0 && !is_stopped(s)) {
		r = pf_reader_next(s->reader, &line, err);
		if (r <= 0)
			break;
		if ((r = send_line(s, &line, err)) != 0)
			break;
	}
	if (r == 0)
		r = play_out(s);
	if (r == -ESHUTDOWN) {
		pf_msg("the session has ended");
		r = 0;
	} else if (r == -ENOMEM) {
		pf_err_set(err, "not enough memory");
	} else if (r == -EIDRM) {
		pf_err_set(err, "a lane it plays in was removed or cut");
	}
	return r;
}

/* ---- opening and closing */

static int
open_session(struct sender *s, struct pf_err *err)
{
	const struct pf_member_config config = {.session = s->wish->session,
	    .role = "send", .wait_s = s->wish->wait_s, .only = "engine",
	    .grace_ns = -1, .sleeper = PF_BELL_SCREENS, .stop = s->wish->stop};
	struct pf_clock_state clock;
	s->voices.config = config;
	s->voices.names = s->names;
	int r = pf_member_open(&s->clock, &config, s->names, err);
	if (r != 0)
		return r;
	/* Names that come later find an engine, or there is none. */
	s->voices.config.wait_s = 0;
	const bool runs = pf_member_clock(s->clock, &clock);
	r = pf_axis_learn(&s->axis, pf_member_directory(s->clock),
	    runs ? &clock : NULL);
	if (r != 0)
		pf_err_set(err, "not enough memory");
	return r;
}

static int
open_stream(struct sender *s, struct pf_err *err)
{
	const struct wish *const w = s->wish;
	const bool is_stdin = strcmp(w->path, "-") == 0;
	s->fd = is_stdin ? STDIN_FILENO : open(w->path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0) {
		const int e = errno;
		pf_err_set(err, "cannot read '%s': %s", w->path, strerror(e));
		return -EIO;
	}
	const int r = pf_reader_new(&s->reader, s->fd, is_stdin ? "stdin"
	    : w->path, w->strict, s->names, err);
	if (r == 0 && !w->replay)
		pf_reader_allow_now(s->reader);
	return r;
}

static void
report(const struct sender *s)
{
	const uint64_t skipped = s->reader ? pf_reader_skipped(s->reader) : 0;
	if (skipped)
		pf_msg("skipped %llu malformed lines",
		    (unsigned long long)skipped);
	if (s->late)
		pf_msg("%llu lines came too late to be played",
		    (unsigned long long)s->late);
	if (!s->wish->verbose)
		return;
	pf_msg("sent %llu events of %zu sources",
	    (unsigned long long)s->sent, s->voices.n);
	if (s->transport)
		pf_msg("%llu lines of the transport were left out: pf-ctl or "
		    "the source 'conductor' may say them",
		    (unsigned long long)s->transport);
	if (s->engine)
		pf_msg("%llu lines of an engine were left out",
		    (unsigned long long)s->engine);
}

int
send_stream(const struct wish *w, struct pf_err *err)
{
	struct sender *const s = &(struct sender){.wish = w, .fd = -1};
	int r = pf_names_new(&s->names);
	if (r != 0) {
		pf_err_set(err, "not enough memory");
		return r;
	}
	if ((r = open_stream(s, err)) == 0 &&
	    (r = open_session(s, err)) == 0)
		r = run(s, err);
	report(s);
	voices_close(&s->voices, r == 0 && !is_stopped(s));
	pf_member_close(s->clock, true);
	pf_axis_free(&s->axis);
	pf_reader_free(s->reader);
	if (s->fd > STDIN_FILENO)
		close(s->fd);
	pf_names_free(s->names);
	return r == -EINTR ? 0 : r;
}
