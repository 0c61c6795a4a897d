/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pf-render from within: what the user wants, and the steps from a stream to
 * files.
 *
 *     stream --> drive --> engine --+--> master --> file
 *     takes  --------------^        +--> stems
 *
 * With --lufs the engine has no master: the mix is stored, measured, and
 * sent through a master of its own (loud.c).
 */
#ifndef PF_RENDER_STUDIO_H
#define PF_RENDER_STUDIO_H

#include "audiofile/loudness.h"
#include "audiofile/writer.h"
#include "base/err.h"
#include "engine/engine.h"
#include "event/names.h"
#include "render/drive.h"
#include "render/rack.h"
#include "render/take.h"
#include "stream/feed.h"

#include <stdbool.h>
#include <stdint.h>

#define TAKES_MOST 16
#define WORDS_MOST 128 /* sources in --only and --mute; --instrument */

struct wish {
	const char *stream;  /* "-": standard input */
	const char *output;  /* "-": standard output */
	const char *stems;   /* a directory; NULL: none */
	const char *desk;    /* a mix: returns, master, who plays what */
	struct pf_audio_writer_config file; /* rate, bits, format, seed ... */
	unsigned threads;
	double start_s, length_s; /* length < 0: as long as it sounds */
	double tail_s;            /* at most */
	bool loud, balance, master, lenient;
	double lufs;
	double balance_db;        /* band against take */
	const char *take[TAKES_MOST];
	const char *take_name[TAKES_MOST]; /* its strip's; NULL: "take" */
	char *name[TAKES_MOST]; /* where those names stand */
	size_t names;
	double take_db[TAKES_MOST];
	unsigned takes;
	char *only[WORDS_MOST], *mute[WORDS_MOST];
	size_t onlys, mutes;
	char *instrument[WORDS_MOST]; /* "SOURCE=NAME" */
	size_t instruments;
	int verbose; /* -1 quiet, 0, 1 */
};

/* What came out, for the report. */
struct result {
	int64_t frames;
	unsigned voices; /* at most at once */
	double lufs, range, peak_db; /* with verbose */
	double gain_db; /* of --lufs */
	uint64_t clipped;
};

/* The file that is being made, and what is known of it. */
struct output {
	struct pf_audio_writer *writer;
	struct pf_loudness_meter *meter; /* NULL: nobody wants to know */
};

/* The sources that were met, for those that --only and --mute name. */
struct cast {
	char *met[WORDS_MOST];
	size_t n;
};

struct stems;

struct studio {
	const struct wish *wish;
	struct pf_names *names;
	struct pf_feed *feed;
	struct pf_rack *rack;
	struct pf_engine *engine;
	struct pf_drive *drive;
	struct pf_take *take[TAKES_MOST];
	double take_gain_db[TAKES_MOST];
	struct stems *stems; /* NULL: none */
	struct output output;
	struct cast cast;
	struct result result;
	int64_t first, last; /* frames of the session that are wanted */
};

/*
 * Set up everything but the output from the wish.  s is all zeros but for
 * its output.  0 or a negative errno, *err worded.
 */
int studio_open(struct studio *s, const struct wish *wish,
    struct pf_err *err);
void studio_close(struct studio *s);

/*
 * Render all of it to the output and the stems.  put() gets the master's
 * sound, lr[2 * n], trimmed to what is wanted.
 */
typedef int put_fn(void *ctx, const float *lr, size_t n, struct pf_err *err);
int studio_render(struct studio *s, put_fn *put, void *ctx,
    struct pf_err *err);

/* The output file: open, one more piece of sound, done or thrown away. */
int output_open(struct output *o, const struct wish *wish,
    struct pf_err *err);
int output_put(void *output, const float *lr, size_t n, struct pf_err *err);
int output_close(struct output *o, struct result *result,
    struct pf_err *err);
void output_abort(struct output *o);

/* May a source play? */
bool cast_plays(struct cast *cast, const struct wish *w, const char *source);
/* Behind the end: say which names of --only and --mute nobody had. */
void cast_report(const struct cast *cast, const struct wish *w);
void cast_free(struct cast *cast);

/* Stems: the strips and returns of an engine, a file each. */
int stems_open(struct stems **stems, const struct wish *wish,
    const struct pf_engine *engine, struct pf_err *err);
/*
 * n frames of what the last run gave, from its frame `from` on; times fade[n]
 * (NULL: none).
 */
int stems_put(struct stems *stems, unsigned from, unsigned n,
    const float *fade, struct pf_err *err);
int stems_close(struct stems *stems, struct pf_err *err);
void stems_abort(struct stems *stems);

/* Render to the loudness wanted.  0 or a negative errno. */
int loud_render(struct studio *s, struct pf_err *err);

/* The progress line and the report. */
void progress(const struct studio *s, int64_t frame);
void progress_end(void);
void report(const struct studio *s, double seconds);

#endif
