/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A loudness to hit: the mix is rendered without a master and stored in a
 * nameless file, measured, and then sent through a master with the gain that
 * is missing.  A limiter takes some of it away again, so the gain is found by
 * trying: a pass through the master alone costs little.
 */
#include "studio.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 4096, TRIALS = 6 };

static const double near_lu = 0.05; /* good enough */
static const double most_db = 40;

/* The mix, stored. */
struct store {
	FILE *file;
	struct pf_loudness_meter *meter;
	int64_t frames;
};

static int
cannot_store(struct pf_err *err)
{
	const int e = errno ? errno : EIO;
	pf_err_set(err, "cannot store the mix in a temporary file: %s",
	    strerror(e));
	return -e;
}

static int
open_store(struct store *store, const struct wish *w, struct pf_err *err)
{
	const char *const dir = getenv("TMPDIR");
	*store = (struct store){0};
	const int r = pf_loudness_meter_new(&store->meter, w->file.rate_hz, 2, 0);
	if (r != 0)
		return pf_err_set(err, r == -ENOTSUP ? "--lufs: built without "
		    "libebur128" : "not enough memory"), r;
	const int fd = open(dir && *dir ? dir : "/tmp",
	    O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		store->file = fdopen(fd, "w+");
	else
		store->file = tmpfile();
	return store->file ? 0 : cannot_store(err);
}

static void
close_store(struct store *store)
{
	if (store->file)
		fclose(store->file);
	pf_loudness_meter_free(store->meter);
}

static int
put_stored(void *ctx, const float *lr, size_t n, struct pf_err *err)
{
	struct store *const store = ctx;
	pf_loudness_meter_add(store->meter, lr, n);
	store->frames += (int64_t)n;
	return fwrite(lr, 2 * sizeof *lr, n, store->file) == n ? 0
	    : cannot_store(err);
}

/* Put an engine with nothing but a master between the store and `put`. */
static int
master(struct store *store, const struct studio *s, double gain_db,
    put_fn *put, void *ctx, struct pf_err *err)
{
	struct pf_engine *engine;
	struct pf_engine_config config;
	struct pf_channel channel, fader = {0};
	pf_engine_config_init(&config);
	fader.gain_db = (float)pf_rack_master(s->rack, &channel, gain_db);
	config.rate_hz = s->wish->file.rate_hz;
	config.master = &channel;
	int r = pf_engine_new(&engine, &config, err);
	if (r != 0)
		return r;
	r = pf_engine_add_input(engine, "mix", 0, &fader, err);
	rewind(store->file);
	const int64_t trim = pf_engine_latency(engine);
	for (int64_t at = 0; r == 0 && at < store->frames + trim;
	     at += PF_BLOCK) {
		float both[2 * PF_BLOCK] = {0}, l[PF_BLOCK], rr[PF_BLOCK];
		const float *const in[2] = {l, rr};
		float *const out[2] = {l, rr};
		/* Short at the end: silence follows. */
		const size_t got = fread(both, 2 * sizeof *both, PF_BLOCK,
		    store->file);
		if (got < PF_BLOCK && ferror(store->file)) {
			r = cannot_store(err);
			break;
		}
		for (unsigned i = 0; i < PF_BLOCK; i++) {
			l[i] = both[2 * i];
			rr[i] = both[2 * i + 1];
		}
		pf_engine_run(engine, PF_BLOCK, in, out);
		size_t n = 0;
		for (unsigned i = 0; i < PF_BLOCK; i++) {
			const int64_t heard = at + i - trim;
			if (heard < 0 || heard >= store->frames)
				continue;
			both[2 * n] = l[i];
			both[2 * n++ + 1] = rr[i];
		}
		if (n)
			r = put(ctx, both, n, err);
	}
	pf_engine_free(engine);
	return r;
}

static int
put_measured(void *ctx, const float *lr, size_t n, struct pf_err *err)
{
	(void)err;
	pf_loudness_meter_add(ctx, lr, n);
	return 0;
}

/*
 * The gain that gives the loudness wanted behind the limiter.  Where more
 * gain brings next to nothing, the limiter has eaten the music: stop there.
 */
static int
find_gain(struct store *store, const struct studio *s, double *gain_db,
    struct pf_err *err)
{
	const struct wish *const w = s->wish;
	double lufs = pf_loudness_meter_lufs(store->meter);
	*gain_db = w->lufs - lufs;
	for (int trial = 0; trial < TRIALS; trial++) {
		struct pf_loudness_meter *meter;
		*gain_db = fmin(fmax(*gain_db, -90), most_db);
		int r = pf_loudness_meter_new(&meter, w->file.rate_hz, 2, 0);
		if (r != 0)
			return pf_err_set(err, "not enough memory"), r;
		r = master(store, s, *gain_db, put_measured, meter, err);
		lufs = pf_loudness_meter_lufs(meter);
		pf_loudness_meter_free(meter);
		const double missing = w->lufs - lufs;
		if (r != 0 || fabs(missing) <= near_lu)
			return r;
		*gain_db += missing;
	}
	if (w->lufs - lufs > 0.5 && w->verbose >= 0)
		fprintf(stderr, "pf-render: %.1f LUFS is all that the limiter "
		    "allows\n", lufs);
	return 0;
}

int
loud_render(struct studio *s, struct pf_err *err)
{
	struct store store;
	int r = open_store(&store, s->wish, err);
	if (r == 0)
		r = studio_render(s, put_stored, &store, err);
	if (r == 0 && fflush(store.file) != 0)
		r = cannot_store(err);
	if (r == 0 && pf_loudness_meter_lufs(store.meter) > PF_LUFS_NONE)
		r = find_gain(&store, s, &s->result.gain_db, err);
	if (r == 0)
		r = master(&store, s, s->result.gain_db, output_put,
		    &s->output, err);
	close_store(&store);
	return r;
}
