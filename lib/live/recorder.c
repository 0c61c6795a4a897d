/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/recorder.h"

#include "audiofile/writer.h"
#include "base/message.h"
#include "live/takes.h"
#include "live/tape.h"
#include "session/tap.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { STREAMS = 160, CHUNK = 2048, PAUSE_NS = 10000000 };

/* Free running, the stage waits when a ring is so full. */
#define FULL (PF_TAP_SAFE / 2)

/* Frames of the tape that are still open: events of this long ago may come. */
#define TAPE_BEHIND_NS INT64_C(500000000)

struct stream {
	enum pf_record_what what;
	char name[256];
	unsigned channels;
	struct pf_tap *tap;       /* memory of our own */
	struct pf_tap_cursor cursor;
	bool begun;               /* the stage has it */
	int64_t next;             /* the frame that is written next */
	_Atomic uint64_t lost;    /* the thread's; the main thread tells it */
	char path[4096];
	struct pf_audio_writer *writer; /* NULL: not open yet, or failed */
	atomic_bool open;         /* the writer may be used by the thread */
	atomic_bool failed;       /* seq_cst: err was worded before */
	struct pf_err err;
};

struct pf_recorder {
	struct pf_recorder_config config;
	bool alone;               /* one file, the master */
	char path[3800];
	pthread_mutex_t lock;     /* of the list */
	struct stream *stream[STREAMS];
	atomic_uint streams;      /* release: what stands before is whole */
	struct pf_tape *tape;
	struct pf_err tape_err;
	atomic_bool tape_failed;  /* the same */
	pthread_t thread;
	bool runs;
	atomic_bool quit;
	atomic_llong behind;      /* frames that wait in the fullest ring */
	uint64_t lost_told;
	bool told[STREAMS + 1];
};

static int
no_memory(struct pf_err *err)
{
	pf_err_set(err, "not enough memory");
	return -ENOMEM;
}

/* mkdir, where one that is there is as good. */
static int
make_directory(const char *path, struct pf_err *err)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return 0;
	const int e = errno;
	pf_err_set(err, "cannot make '%s': %s", path, strerror(e));
	return -e;
}

static int
open_tape(struct pf_recorder *r, struct pf_err *err)
{
	char path[4096];
	const struct pf_tape_config config = {.path = path,
	    .rate_hz = r->config.rate_hz,
	    .first_frame = r->config.first_frame};
	snprintf(path, sizeof path, "%s/stems", r->path);
	int status = make_directory(r->path, err);
	if (status == 0)
		status = make_directory(path, err);
	snprintf(path, sizeof path, "%s/tape.txt", r->path);
	return status ? status : pf_tape_open(&r->tape, &config, err);
}

int
pf_recorder_new(struct pf_recorder **recorder,
    const struct pf_recorder_config *config, struct pf_err *err)
{
	struct pf_recorder *const r = calloc(1, sizeof *r);
	if (!r)
		return no_memory(err);
	r->config = *config;
	pthread_mutex_init(&r->lock, NULL);
	r->alone = pf_audio_format_of(config->path) != NULL;
	int status = pf_takes_place(r->path, sizeof r->path, config->path,
	    r->alone, err);
	if (status == 0 && !r->alone)
		status = open_tape(r, err);
	if (status != 0)
		pf_recorder_free(r);
	else
		*recorder = r;
	return status;
}

static void
stop(struct pf_recorder *r)
{
	if (!r->runs)
		return;
	atomic_store(&r->quit, true);
	pthread_join(r->thread, NULL);
	r->runs = false;
}

void
pf_recorder_free(struct pf_recorder *r)
{
	if (!r)
		return;
	stop(r);
	for (unsigned i = 0; i < atomic_load(&r->streams); i++) {
		pf_audio_writer_abort(r->stream[i]->writer);
		free(r->stream[i]->tap);
		free(r->stream[i]);
	}
	pf_tape_abort(r->tape);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* ---- what is recorded */

static void
name_file(const struct pf_recorder *r, struct stream *s)
{
	if (r->alone)
		snprintf(s->path, sizeof s->path, "%s", r->path);
	else
		snprintf(s->path, sizeof s->path, "%s/%s%s.wav", r->path,
		    s->what == PF_RECORD_STEM ? "stems/" : "", s->name);
}

struct pf_tap *
pf_recorder_ring(struct pf_recorder *r, enum pf_record_what what,
    const char *name, unsigned channels)
{
	struct stream *const s = calloc(1, sizeof *s);
	const unsigned n = atomic_load(&r->streams);
	const size_t bytes = (pf_tap_bytes(channels) + 63) / 64 * 64;
	if (s && n < STREAMS && (!r->alone || what == PF_RECORD_MASTER))
		s->tap = aligned_alloc(64, bytes);
	if (!s || !s->tap) {
		free(s);
		return NULL;
	}
	memset(s->tap, 0, bytes); /* also: touch every page */
	pf_tap_init(s->tap, channels, r->config.rate_hz, -1);
	s->what = what;
	s->channels = channels;
	snprintf(s->name, sizeof s->name, "%s", name);
	name_file(r, s);
	s->next = r->config.first_frame;
	if (what == PF_RECORD_MASTER)
		s->next += r->config.latency;
	r->stream[n] = s;
	/* Release: pairs with the loads in write_all() and tend(). */
	atomic_store_explicit(&r->streams, n + 1, memory_order_release);
	return s->tap;
}

/* ---- the thread that writes */

static void
put(struct stream *s, const float *lr, unsigned n)
{
	if (s->failed)
		return;
	s->failed = pf_audio_writer_write(s->writer, lr, n, &s->err) != 0;
	s->next += n;
}

/* Silence up to a frame: before a strip came, or where some was lost. */
static void
put_silence(struct stream *s, int64_t to)
{
	static const float zero[2 * CHUNK];
	while (s->next < to && !s->failed)
		put(s, zero, to - s->next < CHUNK
		    ? (unsigned)(to - s->next) : CHUNK);
}

/* Bring one channel of what waits to lr; returns how many frames. */
static unsigned
take(struct stream *s, float *lr, int64_t *frame)
{
	float x[CHUNK];
	unsigned n = CHUNK;
	for (unsigned c = 0; c < s->channels; c++) {
		const bool last = c + 1 == s->channels;
		int64_t at;
		const unsigned got = pf_tap_read(&s->cursor, s->tap, c, x, n,
		    last, &at);
		if (got == 0 || (c > 0 && (got != n || at != *frame)))
			return 0;
		n = got;
		*frame = at;
		for (unsigned i = 0; i < n; i++)
			lr[i * s->channels + c] = x[i];
	}
	return n;
}

static void
write_stream(struct stream *s)
{
	float lr[2 * CHUNK];
	int64_t frame = 0;
	if (!s->begun) {
		const int64_t p = atomic_load_explicit(
		    &s->tap->header.position, memory_order_acquire);
		if (p < 0)
			return; /* the stage has not begun with it */
		s->begun = true;
		s->cursor = (struct pf_tap_cursor){
		    .next = s->tap->header.begin,
		    .seen = s->tap->header.begin};
	}
	for (unsigned n; (n = take(s, lr, &frame)) > 0;) {
		const int64_t skip = s->next - frame;
		if (skip >= (int64_t)n)
			continue;
		put_silence(s, frame);
		const unsigned from = skip > 0 ? (unsigned)skip : 0;
		put(s, lr + from * s->channels, n - from);
	}
	s->lost = s->cursor.lost;
}

static void
write_all(struct pf_recorder *r)
{
	const unsigned n = atomic_load_explicit(&r->streams,
	    memory_order_acquire);
	int64_t behind = 0, now_frame = r->config.first_frame;
	for (unsigned i = 0; i < n; i++) {
		struct stream *const s = r->stream[i];
		const int64_t p = atomic_load_explicit(
		    &s->tap->header.position, memory_order_acquire);
		if (atomic_load_explicit(&s->open, memory_order_acquire))
			write_stream(s);
		const int64_t waits = s->begun ? p - s->cursor.next
		    : p < 0 ? 0 : p - s->tap->header.begin;
		if (waits > behind && !s->failed)
			behind = waits;
		if (p > now_frame)
			now_frame = p;
	}
	atomic_store(&r->behind, behind);
	if (!r->tape || r->tape_failed)
		return;
	while (pf_tape_follow(r->tape, r->config.tape))
		;
	if (r->config.spell)
		r->config.spell(r->config.ctx);
	while (pf_tape_follow(r->tape, r->config.tape))
		;
	r->tape_failed = pf_tape_until(r->tape, pf_time_of_frame(now_frame,
	    r->config.rate_hz) - TAPE_BEHIND_NS, &r->tape_err) != 0;
}

static void *
live(void *arg)
{
	struct pf_recorder *const r = arg;
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	while (!atomic_load(&r->quit)) {
		write_all(r);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

int
pf_recorder_start(struct pf_recorder *r)
{
	sigset_t all, old;
	pf_recorder_tend(r);
	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	const int status = pthread_create(&r->thread, NULL, live, r);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	r->runs = status == 0;
	if (r->runs) /* for who looks at threads */
		pthread_setname_np(r->thread, "pf-recorder");
	return -status;
}

/* ---- the main thread */

static void
say_once(struct pf_recorder *r, unsigned i, const char *text)
{
	if (!r->told[i])
		pf_msg("recording: %s; the music goes on", text);
	r->told[i] = true;
}

void
pf_recorder_tend(struct pf_recorder *r)
{
	const unsigned n = atomic_load_explicit(&r->streams,
	    memory_order_acquire);
	uint64_t lost = 0;
	for (unsigned i = 0; i < n; i++) {
		struct stream *const s = r->stream[i];
		const struct pf_audio_writer_config config = {
		    .rate_hz = r->config.rate_hz, .channels = s->channels,
		    .bits = r->alone ? 0 : 32, .seed = 1, .title = s->name};
		lost += s->failed ? 0 : s->lost;
		if (s->failed)
			say_once(r, i, s->err.text);
		if (s->failed || atomic_load(&s->open))
			continue;
		s->failed = pf_audio_writer_open(&s->writer, s->path, &config,
		    &s->err) != 0;
		/* Release: from now on the writer is the thread's. */
		atomic_store_explicit(&s->open, !s->failed,
		    memory_order_release);
	}
	if (r->tape_failed)
		say_once(r, STREAMS, r->tape_err.text);
	if (lost > r->lost_told)
		pf_msg("recording: the disk is too slow, %llu frames are "
		    "missing", (unsigned long long)(lost - r->lost_told));
	r->lost_told = lost;
}

void
pf_recorder_wait(struct pf_recorder *r)
{
	const struct timespec pause = {.tv_nsec = 500000};
	for (int tries = 0; tries < 4000; tries++) {
		int64_t most = 0;
		const unsigned n = atomic_load_explicit(&r->streams,
		    memory_order_acquire);
		for (unsigned i = 0; i < n; i++) {
			const struct stream *const s = r->stream[i];
			const int64_t p = atomic_load(&s->tap->header.position);
			if (!s->failed && p - s->next > most && p >= 0)
				most = p - s->next;
		}
		if (most < FULL)
			return;
		nanosleep(&pause, NULL);
	}
}

/* What failed keeps what was written, under its name. */
static int
finish_stream(struct stream *s, struct pf_err *err)
{
	struct pf_err why;
	if (!s->writer) {
		if (s->failed)
			*err = s->err;
		return s->failed ? -EIO : 0;
	}
	const int r = pf_audio_writer_salvage(s->writer, &why);
	s->writer = NULL;
	if (r != 0 || s->failed)
		*err = s->failed ? s->err : why;
	return s->failed ? -EIO : r;
}

int
pf_recorder_finish(struct pf_recorder *r, struct pf_err *err)
{
	int status = 0;
	stop(r);
	pf_recorder_tend(r);
	write_all(r);
	pf_recorder_tend(r);
	for (unsigned i = 0; i < atomic_load(&r->streams); i++) {
		const int e = finish_stream(r->stream[i], err);
		status = status ? status : e;
	}
	if (r->tape) {
		struct pf_err why;
		const int e = pf_tape_close(r->tape, &why);
		r->tape = NULL;
		if (e != 0 && status == 0)
			*err = why;
		status = status ? status : e;
	}
	return status;
}
