/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live.h"

#include "profile.h"

#include "analysis/halve.h"
#include "analysis/phrase_ear.h"
#include "base/message.h"
#include "base/mono.h"
#include "event/names.h"
#include "event/type.h"
#include "live/member.h"
#include "live/program.h"
#include "session/tap_file.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MEASURE_NS 50000000 /* level, pitch, timbre: at most 20 a second */
#define LOOK_NS 100000000   /* when nothing comes, is the tap still there? */
/* What is missing is heard as silence; if it is more, ears begin anew. */
#define BRIDGE_S 5

struct stage {
	const struct live *live;
	struct pf_member *member;
	struct pf_names *names;
	struct pf_ears *ears;
	struct pf_tap_file tap;
	struct pf_tap_cursor cursor;
	struct pf_halve halve;
	unsigned fold;        /* tap frames a frame of the ears': 1 or 2 */
	int64_t base_frame;   /* of the session, at the ears' first */
	int64_t next_frame;   /* of the session, to be heard next */
	int64_t said_ns[PF_TYPES]; /* measures: when last */
	int64_t came_mono;    /* when something was last heard */
	float hop[2 * PF_EARS_HOP_MOST];
	unsigned have;        /* frames in it */
	uint64_t bridged, heard;
	int broken;           /* the ears' first error */
};

/* ---- the ears' mouth */

/* Minus the way from the band's mouth to our ear: in the player's time. */
static int64_t
round_trip_us(struct stage *s)
{
	struct pf_clock_state c = {0};
	(void)pf_member_clock(s->member, &c);
	return ((int64_t)c.in_latency + c.out_latency) * 1000000 /
	    s->tap.rate_hz;
}

static bool
too_often(struct stage *s, const struct pf_event *e)
{
	const enum pf_type type = pf_event_type(e);
	if (type != PF_LEVEL && type != PF_PITCH && type != PF_TIMBRE)
		return false;
	if (e->time - s->said_ns[type] < MEASURE_NS)
		return true;
	s->said_ns[type] = e->time;
	return false;
}

static int
say(void *ctx, const struct pf_event *said, const char *more)
{
	struct stage *const s = ctx;
	struct pf_event e = *said;
	e.time += pf_time_of_frame(s->base_frame, s->tap.rate_hz);
	if (e.type & PF_HEARD)
		e.at_us -= (int32_t)round_trip_us(s);
	return too_often(s, &e) ? 0 : pf_member_say(s->member, &e, more);
}

/* ---- hearing */

/* What sounds ends, as far as the ears know. */
static void
rest(struct stage *s)
{
	if (s->ears && pf_ears_end(s->ears) < 0 && s->broken == 0)
		s->broken = -EIO;
	pf_ears_free(s->ears);
	s->ears = NULL;
}

/* Ears that begin at a frame of the session. */
static int
begin(struct stage *s, int64_t frame)
{
	const struct pf_sink sink = {say, s};
	rest(s);
	s->fold = s->tap.rate_hz > PF_EARS_RATE_MOST ? 2 : 1;
	s->base_frame = s->next_frame = frame;
	s->have = 0;
	memset(s->said_ns, 0, sizeof s->said_ns);
	pf_halve_init(&s->halve);
	const struct pf_ears_config config = {
		.rate_hz = s->tap.rate_hz / s->fold,
		.hop = s->live->hop,
		.what = s->live->what,
		/* The half-band filter's. */
		.late_ns = s->fold == 2 ? (int64_t)15 * 1000000000 /
		    s->tap.rate_hz : 0,
	};
	return pf_ears_new(&s->ears, &config, &sink);
}

/* Hear n frames, or silence; what does not fill a hop waits. */
static void
hear(struct stage *s, const float *x, unsigned n)
{
	const unsigned whole = s->live->hop * s->fold;
	for (unsigned i = 0; i < n;) {
		const unsigned room = whole - s->have;
		const unsigned k = n - i < room ? n - i : room;
		if (x)
			memcpy(s->hop + s->have, x + i, k * sizeof *x);
		else
			memset(s->hop + s->have, 0, k * sizeof *s->hop);
		s->have += k;
		i += k;
		if (s->have < whole)
			return;
		if (s->fold == 2)
			pf_halve_run(&s->halve, s->hop, s->hop, whole);
		const int r = pf_ears_run(s->ears, s->hop);
		if (r < 0 && s->broken == 0)
			s->broken = r;
		s->have = 0;
	}
}

/* Frames that nobody can hear any more, up to `frame`. */
static int
bridge(struct stage *s, int64_t frame)
{
	int64_t gap = frame - s->next_frame;
	if (gap < 0 || gap > (int64_t)BRIDGE_S * s->tap.rate_hz)
		return begin(s, frame);
	s->bridged += (uint64_t)gap;
	for (; gap > 0; gap -= 4096)
		hear(s, NULL, gap < 4096 ? (unsigned)gap : 4096);
	s->next_frame = frame;
	return 0;
}

/* Hear all that has come.  0 or what is wrong. */
static int
listen_on(struct stage *s)
{
	float x[PF_EARS_HOP_LEAST * 8];
	int64_t frame;
	unsigned n;
	while ((n = pf_tap_read_mono(&s->cursor, s->tap.tap, s->tap.channels,
	    x, PF_COUNT(x), &frame)) > 0) {
		if (frame != s->next_frame) {
			const int r = bridge(s, frame);
			if (r != 0)
				return r;
		}
		hear(s, x, n);
		s->next_frame = frame + n;
		s->heard += n;
		s->came_mono = pf_mono_ns();
		if (s->broken != 0)
			return s->broken;
	}
	return 0;
}

static bool
came(void *ctx)
{
	struct stage *const s = ctx;
	return s->tap.tap && pf_tap_waiting(&s->cursor, s->tap.tap) > 0;
}

/* ---- the tap */

/* Take up the tap, or another engine's in its place.  0 or -errno. */
static int
plug_in(struct stage *s, struct pf_err *err)
{
	struct pf_tap_file fresh;
	const int r = pf_tap_file_read(&fresh,
	    pf_member_directory(s->member), s->live->tap, err);
	if (r != 0)
		return r;
	const bool same_rate = s->tap.tap && s->tap.rate_hz == fresh.rate_hz;
	if (s->tap.tap)
		pf_tap_file_close(&s->tap, pf_member_directory(s->member));
	s->tap = fresh;
	pf_tap_begin_now(&s->cursor, fresh.tap);
	s->came_mono = pf_mono_ns();
	return same_rate && s->ears ? 0 : begin(s, s->cursor.next);
}

/* The first time: wait for it, if we may. */
static int
wait_for_tap(struct stage *s, struct pf_err *err)
{
	const double wait_s = s->live->wait_s;
	const int64_t until = wait_s < 0 ? INT64_MAX :
	    pf_mono_ns() + (int64_t)(wait_s * 1e9);
	int r;
	while ((r = plug_in(s, err)) == -ENOENT) {
		pf_err_set(err, "the engine has no tap '%s'", s->live->tap);
		if (pf_mono_ns() > until)
			return -ENOENT;
		r = pf_member_wait(s->member, LOOK_NS);
		if (r != 0)
			return r;
	}
	return r;
}

/* ---- the whole */

static int
know_words(struct pf_names *names)
{
	uint32_t hash;
	int r = 0;
	for (int i = 1; r == 0 && i < PF_PHRASES; i++)
		r = pf_names_add(names, pf_phrase_name[i],
		    strlen(pf_phrase_name[i]), &hash);
	return r;
}

/* Nothing has come for a while: is it still there? */
static int
look_again(struct stage *s, struct pf_err *err)
{
	if (pf_mono_ns() - s->came_mono < LOOK_NS)
		return 0;
	s->came_mono = pf_mono_ns();
	if (!pf_tap_file_broken(&s->tap) && !s->cursor.suspect)
		return 0;
	const int r = plug_in(s, err);
	return r == -ENOENT ? 0 : r; /* its engine will be back */
}

static int
be_there(struct stage *s, struct pf_err *err)
{
	struct pf_member_heard ignored;
	int r;
	pf_member_state(s->member, PF_LANE_PLAYING);
	if (s->live->ready_fd >= 0 && write(s->live->ready_fd, "\n", 1) != 1)
		pf_msg("cannot tell that it is ready: %s", strerror(errno));
	for (;;) {
		r = listen_on(s);
		if (r == 0)
			r = look_again(s, err);
		if (r != 0) {
			if (!*err->text)
				pf_err_set(err, "cannot listen: %s",
				    strerror(-r));
			return r;
		}
		while (pf_member_next(s->member, &ignored) == 1)
			;
		r = pf_member_wait(s->member, LOOK_NS);
		if (r == -ESHUTDOWN)
			pf_err_set(err, "the session has ended");
		if (r == -EIDRM)
			pf_err_set(err, "lane '%s' was removed or cut",
			    s->live->name);
		if (r != 0)
			return r;
	}
}

static void
report(const struct stage *s)
{
	struct pf_ears_summary summary;
	if (!s->ears)
		return;
	pf_ears_summary(s->ears, &summary);
	profile_brief(&summary, "");
	pf_msg("%s: heard %llu frames, %llu were lost and heard as silence; "
	    "said %llu", s->live->name, (unsigned long long)s->heard,
	    (unsigned long long)s->bridged,
	    (unsigned long long)pf_member_counts(s->member).said);
}

int
live_listen(const struct live *live)
{
	static struct stage s;
	struct pf_err err = {""};
	const struct pf_member_config config = {
		.session = live->session, .name = live->name, .role = "ears",
		.wait_s = live->wait_s, .standby = live->standby,
		.only = "engine", .sleeper = PF_BELL_EARS,
		.came = came, .came_ctx = &s, .stop = pf_live_signals(),
	};
	s = (struct stage){.live = live};
	signal(SIGPIPE, SIG_IGN); /* the music outlives who reads our words */
	if (pf_names_new(&s.names) != 0 || know_words(s.names) != 0)
		pf_die(1, "%s", strerror(ENOMEM));
	int r = pf_member_open(&s.member, &config, s.names, &err);
	if (r == 0)
		r = wait_for_tap(&s, &err);
	if (r == 0)
		r = be_there(&s, &err);
	if (live->verbose)
		report(&s);
	rest(&s);
	if (r != 0 && r != -EINTR)
		pf_msg("%s", err.text);
	if (s.tap.tap)
		pf_tap_file_close(&s.tap, pf_member_directory(s.member));
	pf_member_close(s.member, true);
	pf_names_free(s.names);
	return pf_live_status(r);
}
