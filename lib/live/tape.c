/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/tape.h"

#include "base/hash.h"
#include "base/outfile.h"
#include "event/more.h"
#include "event/type.h"
#include "live/tape_state.h"
#include "session/tail.h"
#include "stream/writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	HELD_MOST = 65536, /* events that wait for pf_tape_until() */
	SLOTS = 256,       /* read at once */
	READS = 16         /* at once in one pf_tape_follow() */
};

/* An event that waits, on the session's time. */
struct held {
	struct pf_event event;
	char more[PF_MORE_BYTES + 1];
};

struct pf_tape {
	struct pf_outfile out;
	bool to_file;
	struct pf_names *names;
	bool own_names;
	struct pf_writer *writer;
	struct pf_tape_state *state;
	int64_t first_ns;
	int64_t passed_ns;  /* what is earlier has been written */
	bool begun;         /* the state stands in the file */
	bool failed;
	/* lane.tape */
	bool reading;
	struct pf_lane_cursor cursor;
	uint32_t names_from;
	uint64_t lost_told;
	/* What waits, in the order of time. */
	struct held *held;
	size_t n, room;
	struct pf_tape_counts counts;
};

static uint64_t
common(uint64_t a, uint64_t b)
{
	while (b) {
		const uint64_t c = a % b;
		a = b;
		b = c;
	}
	return a;
}

/* Tapes begin at multiples of this. */
static int64_t
grid(uint32_t rate_hz)
{
	/* So many frames are a whole number of ns; and blocks of 64. */
	const uint64_t whole = rate_hz / common(rate_hz, 1000000000);
	return (int64_t)(whole * 64 / common(whole, 64));
}

int64_t
pf_tape_first(int64_t frame, uint32_t rate_hz)
{
	const int64_t g = grid(rate_hz);
	return frame <= 0 ? 0 : (frame + g - 1) / g * g;
}

static int
no_memory(struct pf_err *err)
{
	pf_err_set(err, "not enough memory");
	return -ENOMEM;
}

/* Spell a name for the hashes to come. */
static void
spell(struct pf_tape *t, const char *name)
{
	uint32_t hash;
	/* A name that can not be kept is printed as its hash. */
	(void)!pf_names_add(t->names, name, strlen(name), &hash);
}

int
pf_tape_open(struct pf_tape **out, const struct pf_tape_config *config,
    struct pf_err *err)
{
	if (pf_tape_first(config->first_frame, config->rate_hz) !=
	    config->first_frame)
		return pf_err_set(err, "no tape may begin at frame %lld",
		    (long long)config->first_frame);
	struct pf_tape *const t = calloc(1, sizeof *t);
	char what[300];
	if (!t)
		return no_memory(err);
	t->first_ns = t->passed_ns = pf_time_of_frame(config->first_frame,
	    config->rate_hz);
	t->to_file = strcmp(config->path, "-") != 0;
	t->out.fd = STDOUT_FILENO;
	if (t->to_file) {
		const int r = pf_outfile_open(&t->out, config->path, err);
		if (r != 0) {
			free(t);
			return r;
		}
	}
	snprintf(what, sizeof what, t->to_file ? "'%s'" : "standard output",
	    config->path);
	t->names = config->names;
	t->own_names = !t->names;
	if ((t->own_names && pf_names_new(&t->names) != 0) ||
	    pf_tape_state_new(&t->state) != 0 ||
	    pf_writer_new(&t->writer, t->out.fd, what, t->names) != 0) {
		pf_tape_abort(t);
		return no_memory(err);
	}
	spell(t, "engine");
	*out = t;
	return 0;
}

static void
free_tape(struct pf_tape *t)
{
	pf_writer_free(t->writer);
	pf_tape_state_free(t->state);
	if (t->own_names)
		pf_names_free(t->names);
	free(t->held);
	free(t);
}

void
pf_tape_abort(struct pf_tape *t)
{
	if (!t)
		return;
	if (t->to_file)
		pf_outfile_abort(&t->out);
	free_tape(t);
}

/* ---- hearing */

/* Room for one more; false if there is none. */
static bool
make_room(struct pf_tape *t)
{
	if (t->n < t->room)
		return true;
	const size_t room = t->room ? 2 * t->room : 256;
	struct held *const held = room > HELD_MOST ? NULL
	    : realloc(t->held, room * sizeof *held);
	if (!held)
		return false;
	t->held = held;
	t->room = room;
	return true;
}

/* Does it belong on a tape? */
static bool
is_played(const struct pf_event *e)
{
	const enum pf_type type = pf_event_type(e);
	return type != PF_TICK && type != PF_METRIC && type != PF_CANCEL &&
	    type != PF_DECISION && type < PF_TYPES && pf_type_info[type].in_text;
}

void
pf_tape_hear(struct pf_tape *t, const struct pf_event *e, const char *more)
{
	if (!is_played(e) || t->failed)
		return;
	if (e->time < t->first_ns) {
		pf_tape_state_hear(t->state, e, more);
		return;
	}
	if (!make_room(t)) {
		t->counts.refused++;
		return;
	}
	struct pf_event event = *e;
	if (event.time < t->passed_ns) {
		event.time = t->passed_ns;
		t->counts.moved++;
	}
	size_t i = t->n++;
	for (; i > 0 && t->held[i - 1].event.time > event.time; i--)
		t->held[i] = t->held[i - 1];
	t->held[i].event = event;
	snprintf(t->held[i].more, sizeof t->held[i].more, "%s",
	    more ? more : "");
}

/* What was read at once: slot[n], each event with its more behind it. */
static void
hear_slots(struct pf_tape *t, const struct pf_event *slot, unsigned n)
{
	for (unsigned i = 0; i < n; i += 1 + pf_event_more(&slot[i])) {
		char text[PF_MORE_BYTES + 1];
		struct pf_event e = slot[i];
		pf_more_join(&slot[i + 1], pf_event_more(&e), text);
		/* On a tape there is one epoch, and nobody waits for more. */
		e.type &= 0xffff | PF_HEARD | PF_FREE;
		pf_tape_hear(t, &e, text);
	}
}

bool
pf_tape_follow(struct pf_tape *t, const struct pf_lane_segment *lane)
{
	struct pf_event slot[SLOTS];
	if (!t->reading)
		pf_lane_begin_oldest(&t->cursor, lane);
	t->reading = true;
	for (int i = 0; i < READS; i++) {
		const unsigned n = pf_lane_read_all(&t->cursor, lane, slot,
		    SLOTS);
		/* A name is spelled before it is used, if not here then on
		 * its lane: so, after reading, and before it is written. */
		pf_tail_hear_names(pf_lane_tail((void *)lane), &t->names_from,
		    t->names);
		if (n == 0)
			return false;
		hear_slots(t, slot, n);
	}
	return true;
}

/* ---- writing */

static void
write_event(struct pf_tape *t, const struct pf_event *e, const char *more)
{
	struct pf_event at = *e;
	at.time -= t->first_ns;
	pf_writer_event(t->writer, &at, more);
	t->counts.events++;
}

static void
write_state(void *ctx, const struct pf_event *e, const char *more)
{
	struct pf_tape *const t = ctx;
	struct pf_event at = *e;
	at.time = t->first_ns;
	write_event(t, &at, more);
}

static void
begin(struct pf_tape *t)
{
	struct pf_event reset = pf_event_make(PF_RESET, t->first_ns,
	    pf_hash_str("engine"));
	reset.duration = 0;
	pf_writer_header(t->writer);
	pf_tape_state_each(t->state, PF_TAPE_AXIS, write_state, t);
	write_event(t, &reset, NULL);
	pf_tape_state_each(t->state, PF_TAPE_DESK, write_state, t);
	t->begun = true;
}

static void
tell_lost(struct pf_tape *t)
{
	char text[80];
	if (t->cursor.lost == t->lost_told)
		return;
	snprintf(text, sizeof text, "%llu slots of the tape were lost here",
	    (unsigned long long)(t->cursor.lost - t->lost_told));
	pf_writer_comment(t->writer, text);
	t->lost_told = t->cursor.lost;
}

int
pf_tape_until(struct pf_tape *t, int64_t time_ns, struct pf_err *err)
{
	size_t n = 0;
	if (t->failed || time_ns <= t->first_ns)
		return 0;
	if (!t->begun)
		begin(t);
	tell_lost(t);
	while (n < t->n && t->held[n].event.time < time_ns) {
		write_event(t, &t->held[n].event, t->held[n].more);
		n++;
	}
	if (n) {
		memmove(t->held, t->held + n, (t->n - n) * sizeof *t->held);
		t->n -= n;
	}
	if (time_ns > t->passed_ns)
		t->passed_ns = time_ns;
	const int r = pf_writer_flush(t->writer, err);
	t->failed = r != 0;
	return r;
}

/* After a full disk: cut off what is no whole line. */
static void
keep_whole_lines(int fd)
{
	char text[4096];
	const off_t end = lseek(fd, 0, SEEK_END);
	const off_t from = end > (off_t)sizeof text
	    ? end - (off_t)sizeof text : 0;
	const ssize_t n = end > 0 ? pread(fd, text, sizeof text, from) : 0;
	const char *const nl = n > 0 ? memrchr(text, '\n', (size_t)n) : NULL;
	/* If that fails there is an error to tell already. */
	(void)!ftruncate(fd, nl ? from + (nl + 1 - text) : from);
}

int
pf_tape_close(struct pf_tape *t, struct pf_err *err)
{
	struct pf_err late;
	const bool failed = t->failed;
	/* A tape on which nothing came is one all the same. */
	int r = pf_tape_until(t, INT64_MAX, err);
	if (t->failed && t->to_file)
		keep_whole_lines(t->out.fd);
	if (t->to_file) {
		const int e = pf_outfile_commit(&t->out, r ? &late : err);
		r = r ? r : e;
	}
	if (failed && r == 0)
		r = -ENOSPC, pf_err_set(err, "the tape is not complete");
	free_tape(t);
	return r;
}

struct pf_tape_counts
pf_tape_counts(const struct pf_tape *t)
{
	struct pf_tape_counts counts = t->counts;
	counts.lost = t->cursor.lost;
	counts.refused += t->cursor.refused;
	return counts;
}
