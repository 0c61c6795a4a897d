/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a stream and takes to sound, block by block.
 */
#include "studio.h"

#include "base/message.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tail is over when so long nothing was louder than this. */
static const float quiet_peak = 1e-4f; /* -80 dBFS */
static const double quiet_s = 0.5;

static const double cut_fade_s = 0.05;  /* where --length ends the music */
static const double tail_fade_s = 1.0;  /* where --tail does */
static const double quiet_fade_s = 0.01;

static bool
plays(void *ctx, const char *source)
{
	struct studio *const s = ctx;
	return cast_plays(&s->cast, s->wish, source);
}

static void
say(void *ctx, const char *text)
{
	const struct studio *const s = ctx;
	if (s->wish->verbose >= 0)
		pf_msg("%s", text);
}

static void
section(void *ctx, int64_t frame, const char *name)
{
	const struct studio *const s = ctx;
	if (s->output.writer)
		pf_audio_writer_cue(s->output.writer, frame - s->first, name);
}

static int
open_engine(struct studio *s, struct pf_err *err)
{
	const struct wish *const w = s->wish;
	struct pf_engine_config config;
	struct pf_channel master;
	pf_engine_config_init(&config);
	pf_rack_master(s->rack, &master, 0);
	config.rate_hz = w->file.rate_hz;
	config.threads = w->threads;
	/* A file may say a lot at one time, and loses nothing by waiting. */
	config.take = config.pending = 2048;
	if (w->master && !w->loud)
		config.master = &master;
	const int r = pf_engine_new(&s->engine, &config, err);
	return r ? r : pf_rack_returns(s->rack, s->engine, err);
}

/* A take's gain: as loud as takes are, then what the user wants. */
static int
level(struct studio *s, unsigned i, struct pf_err *err)
{
	const struct wish *const w = s->wish;
	const char *const name = strcmp(w->take[i], "-") == 0 ? "stdin"
	    : w->take[i];
	double lufs = PF_LUFS_NONE;
	uint64_t bad = 0;
	char text[400];
	double gain_db = w->take_db[i];
	/* An input of a tape was heard as it is. */
	if (w->balance && !w->take_name[i]) {
		const int r = pf_take_measure(w->take[i], &lufs, &bad, err);
		if (r == -ESPIPE || r == -ENOTSUP) {
			snprintf(text, sizeof text, "%s: not levelled, %s",
			    name, r == -ESPIPE
			    ? "a pipe can not be measured beforehand"
			    : "built without libebur128");
			say(s, text);
		} else if (r != 0) {
			return r;
		}
		if (lufs > PF_LUFS_NONE)
			gain_db += PF_TAKE_LUFS - lufs - w->balance_db;
	}
	if (bad) {
		snprintf(text, sizeof text, "%s: %llu samples are no numbers "
		    "and stay silent", name, (unsigned long long)bad);
		say(s, text);
	}
	s->take_gain_db[i] = fmin(fmax(gain_db, -90), 24);
	return 0;
}

static int
open_takes(struct studio *s, struct pf_err *err)
{
	for (unsigned i = 0; i < s->wish->takes; i++) {
		struct pf_channel channel = {0};
		char name[PF_NAME_MOST] = "take";
		if (s->wish->take_name[i])
			snprintf(name, sizeof name, "%s",
			    s->wish->take_name[i]);
		else if (i > 0)
			snprintf(name, sizeof name, "take-%u", i + 1);
		int r = level(s, i, err);
		if (r == 0)
			r = pf_take_open(&s->take[i], s->wish->take[i],
			    s->wish->file.rate_hz, err);
		if (r != 0)
			return r;
		channel.gain_db = (float)s->take_gain_db[i];
		r = pf_engine_add_input(s->engine, name, i, &channel, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
assign(struct studio *s, struct pf_err *err)
{
	for (size_t i = 0; i < s->wish->instruments; i++) {
		char *const source = s->wish->instrument[i];
		char *const equals = strchr(source, '=');
		*equals = '\0';
		const int r = pf_rack_assign(s->rack, source, equals + 1,
		    err);
		*equals = '=';
		if (r != 0)
			return r;
	}
	return 0;
}

int
studio_open(struct studio *s, const struct wish *wish, struct pf_err *err)
{
	const double rate = wish->file.rate_hz;
	s->wish = wish;
	s->first = llround(wish->start_s * rate);
	s->last = INT64_MAX;
	if (wish->length_s >= 0)
		s->last = s->first + llround(wish->length_s * rate);
	int r = pf_names_new(&s->names);
	if (r != 0)
		return pf_err_set(err, "not enough memory"), r;
	if ((r = pf_rack_new(&s->rack, wish->desk, err)) != 0 ||
	    (r = assign(s, err)) != 0 ||
	    (r = open_engine(s, err)) != 0 ||
	    (r = open_takes(s, err)) != 0 ||
	    (r = pf_feed_open(&s->feed, wish->stream, wish->lenient
	    ? PF_LENIENT : PF_STRICT, s->names, err)) != 0)
		return r;
	const struct pf_drive_config config = {.engine = s->engine,
	    .rate_hz = wish->file.rate_hz, .rack = s->rack, .feed = s->feed,
	    .names = s->names, .lenient = wish->lenient, .plays = plays,
	    .section = section, .say = say, .ctx = s};
	if ((r = pf_drive_new(&s->drive, &config)) != 0)
		return pf_err_set(err, "not enough memory"), r;
	if (wish->stems)
		r = stems_open(&s->stems, wish, s->engine, err);
	return r;
}

void
studio_close(struct studio *s)
{
	stems_abort(s->stems);
	output_abort(&s->output);
	pf_drive_free(s->drive);
	pf_feed_free(s->feed);
	for (unsigned i = 0; i < TAKES_MOST; i++)
		pf_take_free(s->take[i]);
	pf_engine_free(s->engine);
	pf_rack_free(s->rack);
	pf_names_free(s->names);
	cast_free(&s->cast);
}

/* Where a render is. */
struct run {
	struct studio *s;
	put_fn *put;
	void *ctx;
	int64_t last;   /* frame where it ends, as far as it is known */
	int64_t fade;   /* frames of the fade before it */
	int64_t quiet;  /* frames for which it has been quiet */
	bool over;      /* stream and takes are */
	int64_t trim;   /* frames the master is late */
	float in[2 * TAKES_MOST][PF_BLOCK];
};

/*
 * gain[n] from a frame on: 1, and down to 0 towards the end.  Returns false
 * if all are 1.
 */
static bool
fade(const struct run *run, int64_t frame, unsigned n, float *gain)
{
	if (run->last - frame - n >= run->fade)
		return false;
	/* What was live is cut where it was: the same samples to the end. */
	if (run->last == run->s->last && pf_drive_is_tape(run->s->drive))
		return false;
	for (unsigned i = 0; i < n; i++) {
		const int64_t left = run->last - frame - i;
		gain[i] = left >= run->fade ? 1 : left <= 0 ? 0
		    : (float)((double)left / (double)run->fade);
	}
	return true;
}

/* End at a frame unless it ends before. */
static void
end_at(struct run *run, int64_t frame, double fade_s)
{
	if (frame >= run->last)
		return;
	run->last = frame;
	run->fade = llround(fade_s * run->s->wish->file.rate_hz);
}

/* Has it ended, and if so, where shall the sound? */
static void
find_end(struct run *run, int64_t frame, unsigned n, bool more)
{
	const struct wish *const w = run->s->wish;
	const double rate = w->file.rate_hz;
	const float peak = pf_engine_peak(run->s->engine);
	if (w->length_s >= 0 || more)
		return;
	if (!run->over)
		end_at(run, frame + n + llround(w->tail_s * rate),
		    fmin(tail_fade_s, w->tail_s / 2));
	run->over = true;
	if (peak > quiet_peak || pf_engine_voices(run->s->engine))
		run->quiet = 0;
	else if ((run->quiet += n) >= llround(quiet_s * rate) &&
	    run->last - frame > run->fade)
		end_at(run, frame + n + llround(quiet_fade_s * rate),
		    quiet_fade_s);
}

/* Takes into run->in.  1 while one plays, 0, or a negative errno. */
static int
read_takes(struct run *run, unsigned n, struct pf_err *err)
{
	int more = 0;
	for (unsigned i = 0; i < run->s->wish->takes; i++) {
		const int r = pf_take_read(run->s->take[i], run->in[2 * i],
		    run->in[2 * i + 1], n, err);
		if (r < 0)
			return r;
		more |= r;
	}
	return more;
}

/* The part of n frames from `at` on that lies in first..last. */
static unsigned
within(int64_t at, unsigned n, int64_t first, int64_t last, unsigned *from)
{
	const int64_t lo = at < first ? first : at;
	const int64_t hi = at + n > last ? last : at + n;
	*from = (unsigned)(lo - at);
	return hi > lo ? (unsigned)(hi - lo) : 0;
}

/* One block: n frames.  0 or a negative errno. */
static int
render_block(struct run *run, unsigned n, struct pf_err *err)
{
	struct studio *const s = run->s;
	const int64_t frame = pf_engine_frame(s->engine);
	float l[PF_BLOCK], r[PF_BLOCK], lr[2 * PF_BLOCK], gain[PF_BLOCK];
	const float *in[2 * TAKES_MOST] = {0};
	float *const out[2] = {l, r};
	unsigned from;

	const int driven = pf_drive_until(s->drive, frame + n, err);
	if (driven < 0)
		return driven;
	const int playing = read_takes(run, n, err);
	if (playing < 0)
		return playing;
	for (unsigned i = 0; i < 2 * s->wish->takes; i++)
		in[i] = run->in[i];
	pf_engine_run(s->engine, n, in, out);
	const unsigned voices = pf_engine_voices(s->engine);
	if (voices > s->result.voices)
		s->result.voices = voices;
	find_end(run, frame, n, driven || playing);

	unsigned m = within(frame, n, s->first, run->last, &from);
	bool fades = fade(run, frame + from, m, gain);
	if (s->stems && m && stems_put(s->stems, from, m,
	    fades ? gain : NULL, err) != 0)
		return -EIO;
	const int64_t heard = frame - run->trim;
	m = within(heard, n, s->first, run->last, &from);
	fades = fade(run, heard + from, m, gain);
	for (unsigned i = 0; i < m; i++) {
		const float g = fades ? gain[i] : 1;
		lr[2 * i] = l[from + i] * g;
		lr[2 * i + 1] = r[from + i] * g;
	}
	s->result.frames += m;
	return m ? run->put(run->ctx, lr, m, err) : 0;
}

int
studio_render(struct studio *s, put_fn *put, void *ctx, struct pf_err *err)
{
	struct run *const run = calloc(1, sizeof *run);
	int r = 0;
	if (!run)
		return pf_err_set(err, "not enough memory"), -ENOMEM;
	*run = (struct run){.s = s, .put = put, .ctx = ctx,
	    .last = INT64_MAX, .trim = pf_engine_latency(s->engine)};
	if (s->last != INT64_MAX)
		end_at(run, s->last, fmin(cut_fade_s,
		    s->wish->length_s / 2));
	while (r == 0 && pf_engine_frame(s->engine) - run->trim < run->last) {
		r = render_block(run, pf_engine_room(s->engine), err);
		progress(s, pf_engine_frame(s->engine));
	}
	progress_end();
	free(run);
	if (r == 0)
		cast_report(&s->cast, s->wish);
	if (r == 0 && pf_drive_counts(s->drive).strips == 0 &&
	    !s->wish->takes && s->wish->length_s < 0) {
		pf_err_set(err, "there is nothing to play in '%s'",
		    pf_feed_name(s->feed));
		r = -ENODATA;
	}
	return r;
}
