/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/device_file.h"

#include "base/mono.h"
#include "device/pacer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Open IN at the rate that is wanted, its own, or 48000 Hz. */
static int
open_in(struct pf_file *f, const char *path, uint32_t *rate,
    struct pf_err *err)
{
	const struct pf_device_config *w = &f->d->wanted;
	const unsigned channels = w->ins == 1 ? 1 : 0;
	int r = pf_audio_reader_open(&f->reader, path, *rate, channels, err);
	if (r < 0)
		return r;
	const struct pf_audio_info *info = pf_audio_reader_info(f->reader);
	if (*rate == 0 && (info->rate_hz < PF_DEVICE_RATE_LEAST ||
	    info->rate_hz > PF_DEVICE_RATE_MOST)) {
		if (strcmp(path, "-") == 0)
			return pf_err_set(err, "standard input is at %u Hz, "
			    "say at which rate to play", info->rate_hz);
		pf_audio_reader_free(f->reader);
		f->reader = NULL;
		*rate = 48000;
		return open_in(f, path, rate, err);
	}
	*rate = info->rate_hz;
	f->channels = info->channels;
	return 0;
}

static int
open_out(struct pf_file *f, const char *path, uint32_t rate,
    struct pf_err *err)
{
	const struct pf_audio_writer_config config = {
		.rate_hz = rate,
		.channels = f->d->wanted.outs,
		.bits = f->d->wanted.bits,
	};
	if (config.channels > 2)
		return pf_err_set(err, "'%s' takes 1 or 2 channels, not %u",
		    path, config.channels);
	return pf_audio_writer_open(&f->writer, path, &config, err);
}

static int
file_close(void *handle, bool whole, struct pf_err *err)
{
	struct pf_file *f = handle;
	int r = 0;
	pf_file_io_stop(f, whole);
	if (f->writer && whole && f->out_result) {
		if (err)
			*err = f->out_error;
		r = f->out_result;
	}
	if (f->writer && whole && r == 0)
		r = pf_audio_writer_commit(f->writer, err);
	else
		pf_audio_writer_abort(f->writer);
	pf_audio_reader_free(f->reader);
	free(f->frames);
	free(f);
	return r;
}

/* IN and OUT of "IN,OUT": the last comma is between them. */
static int
open_both(struct pf_file *f, uint32_t *rate, struct pf_err *err)
{
	char *in = strdup(f->d->name);
	int r = 0;
	if (!in) {
		pf_err_set(err, "cannot open '%s': out of memory", f->d->spec);
		return -ENOMEM;
	}
	char *comma = strrchr(in, ',');
	const char *out = comma ? comma + 1 : "";
	if (comma)
		*comma = '\0';
	if (!in[0] && !out[0])
		r = pf_err_set(err, "'%s' names no file, as file:IN.wav, "
		    "file:IN.wav,OUT.wav or file:,OUT.wav", f->d->spec);
	if (r == 0 && in[0])
		r = open_in(f, in, rate, err);
	if (*rate == 0)
		*rate = 48000;
	if (r == 0 && out[0])
		r = open_out(f, out, *rate, err);
	free(in);
	return r;
}

static void
fill_terms(const struct pf_file *f, struct pf_device_terms *terms,
    uint32_t rate)
{
	const struct pf_device_config *w = &f->d->wanted;
	*terms = (struct pf_device_terms){
		.rate_hz = rate,
		.period_frames = w->period_frames ? w->period_frames : 128,
		.periods = w->periods ? w->periods : 2,
		.ins = f->channels < w->ins ? f->channels : w->ins,
		.paced = !w->free_running,
	};
	snprintf(terms->text, sizeof terms->text, "%.90s, %s", f->d->spec,
	    w->free_running ? "free running" : "paced by the clock");
}

static int
file_open(struct pf_device *d, struct pf_device_terms *terms, void **handle,
    struct pf_err *err)
{
	uint32_t rate = d->wanted.rate_hz;
	struct pf_file *f = aligned_alloc(alignof(struct pf_file),
	    sizeof *f);
	int r;
	if (!f) {
		pf_err_set(err, "cannot open '%s': out of memory", d->spec);
		return -ENOMEM;
	}
	memset(f, 0, sizeof *f);
	f->d = d;
	if ((r = open_both(f, &rate, err)) < 0)
		goto fail;
	fill_terms(f, terms, rate);
	const unsigned most = f->channels > d->wanted.outs ? f->channels :
	    d->wanted.outs;
	const size_t bytes = terms->period_frames * most * sizeof(float);
	f->frames = calloc(1, bytes);
	if (!f->frames) {
		pf_err_set(err, "cannot open '%s': out of memory", d->spec);
		r = -ENOMEM;
		goto fail;
	}
	pf_device_prefault(f->frames, bytes);
	if (!d->wanted.free_running && (r = pf_file_io_start(f, err)) < 0)
		goto fail;
	*handle = f;
	return 0;
fail:
	file_close(f, false, NULL);
	return r;
}

/* Read IN into f->frames.  How many of n; *last: no more will come. */
static size_t
take_in(struct pf_file *f, size_t n, bool *last)
{
	if (!f->reader)
		return 0;
	if (f->threaded) {
		/* acquire, before looking: what was put before the end. */
		*last = atomic_load_explicit(&f->ended, memory_order_acquire);
		const size_t got = pf_file_take(f, f->frames, n);
		*last = *last && got < n;
		return got;
	}
	if (atomic_load(&f->ended)) {
		*last = true;
		return 0;
	}
	const int64_t got = pf_audio_reader_read(f->reader, f->frames, n,
	    &f->in_error);
	*last = got < (int64_t)n;
	f->in_result = got < 0 ? (int)got : 0;
	atomic_store(&f->ended, got <= 0);
	return got > 0 ? (size_t)got : 0;
}

/* Fill in[] for a period.  How many frames it will have; 0: IN is over. */
static size_t
read_period(struct pf_file *f)
{
	struct pf_device *d = f->d;
	const size_t n = d->wanted.period_frames;
	bool last = false;
	const size_t got = take_in(f, n, &last);
	for (unsigned c = 0; c < d->wanted.ins; c++) {
		for (size_t i = 0; i < got; i++)
			d->in_buf[c][i] = f->frames[i * f->channels + c];
		memset(d->in_buf[c] + got, 0, (n - got) * sizeof(float));
	}
	if (last && !d->wanted.go_on)
		return got;
	if (f->reader && got < n && !last) /* the disk was slower than we */
		d->period.xruns++;
	return n;
}

/* Give out[] to OUT.  0 or a negative errno: it takes no more. */
static int
write_period(struct pf_file *f, size_t n)
{
	struct pf_device *d = f->d;
	const unsigned outs = d->wanted.outs;
	if (!f->writer)
		return 0;
	for (unsigned c = 0; c < outs; c++)
		for (size_t i = 0; i < n; i++)
			f->frames[i * outs + c] = d->out_buf[c][i];
	if (!f->threaded) {
		f->out_result = pf_audio_writer_write(f->writer, f->frames, n,
		    &f->out_error);
		return f->out_result;
	}
	/* acquire: pairs with the release of what went wrong. */
	if (atomic_load_explicit(&f->broken, memory_order_acquire))
		return f->out_result;
	if (!pf_file_put(f, f->frames, n)) {
		d->period.xruns++; /* the disk was slower than we */
		d->period.lost_frames += n;
	}
	return 0;
}

static int
file_run(struct pf_device *d, void *handle)
{
	struct pf_file *f = handle;
	struct pf_pacer pacer;
	size_t n;
	bool more = true;
	pf_pacer_start(&pacer, 0);
	pf_device_own_buffers(d);
	while (more && (n = read_period(f)) > 0) {
		const int64_t due_ns = f->threaded ?
		    pf_pacer_wait(&pacer, d, (uint32_t)n) : pf_mono_ns();
		more = pf_device_run(d, (uint32_t)n, due_ns);
		if (write_period(f, n) < 0) {
			d->failure = f->out_error;
			return 1;
		}
		pf_device_after(d);
	}
	if (more && f->in_result < 0) {
		d->failure = f->in_error;
		return 1;
	}
	d->over = true;
	return 0;
}

static unsigned
file_list(void (*say)(void *ctx, const char *spec, const char *text),
    void *ctx)
{
	say(ctx, "file:IN.wav,OUT.wav", "sound files, one or both");
	return 1;
}

const struct pf_device_driver pf_device_file = {
	"file", false, file_open, file_run, file_close, file_list
};
