/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/device_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PIECE = 4096 }; /* frames read or written at once */

/* Read a piece of IN if there is room.  True if something was done. */
static bool
read_ahead(struct pf_file *f)
{
	struct pf_file_ring *r = &f->in;
	const uint64_t put = atomic_load_explicit(&r->put,
	    memory_order_relaxed);
	const uint64_t taken = atomic_load_explicit(&r->taken,
	    memory_order_acquire);
	if (!f->reader || atomic_load(&f->ended) ||
	    put + PIECE - taken > PF_FILE_RING_FRAMES ||
	    pf_audio_reader_would_wait(f->reader))
		return false;
	/* Counts are multiples of PIECE but at the end: no piece is cut. */
	const int64_t n = pf_audio_reader_read(f->reader, r->sample +
	    put % PF_FILE_RING_FRAMES * r->channels, PIECE, &f->in_error);
	if (n > 0)
		atomic_store_explicit(&r->put, put + (uint64_t)n,
		    memory_order_release);
	if (n < PIECE) {
		f->in_result = n < 0 ? (int)n : 0;
		if (n > 0) { /* fewer: the end, or what breaks it */
			float rest[PF_AUDIO_CHANNELS_MOST];
			const int64_t more = pf_audio_reader_read(f->reader,
			    rest, 1, &f->in_error);
			f->in_result = more < 0 ? (int)more : 0;
		}
		atomic_store_explicit(&f->ended, true, memory_order_release);
	}
	return true;
}

/* Write what waits for OUT.  True if something was done. */
static bool
write_behind(struct pf_file *f)
{
	struct pf_file_ring *r = &f->out;
	const uint64_t taken = atomic_load_explicit(&r->taken,
	    memory_order_relaxed);
	uint64_t n = atomic_load_explicit(&r->put, memory_order_acquire) -
	    taken;
	const size_t begin = taken % PF_FILE_RING_FRAMES;
	if (!f->writer || n == 0 || atomic_load(&f->broken))
		return false;
	if (n > PF_FILE_RING_FRAMES - begin)
		n = PF_FILE_RING_FRAMES - begin;
	if (n > PIECE)
		n = PIECE;
	f->out_result = pf_audio_writer_write(f->writer, r->sample +
	    begin * r->channels, (size_t)n, &f->out_error);
	if (f->out_result)
		atomic_store_explicit(&f->broken, true, memory_order_release);
	atomic_store_explicit(&r->taken, taken + n, memory_order_release);
	return true;
}

static void *
io_thread(void *arg)
{
	struct pf_file *f = arg;
	const struct timespec pause = {0, 10000000};
	while (!atomic_load(&f->quit)) {
		const bool read = read_ahead(f), wrote = write_behind(f);
		if (!read && !wrote)
			clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	return NULL;
}

static int
make_ring(struct pf_file_ring *r, unsigned channels)
{
	r->channels = channels;
	r->sample = calloc((size_t)PF_FILE_RING_FRAMES * channels,
	    sizeof(float));
	if (!r->sample)
		return -ENOMEM;
	pf_device_prefault(r->sample, (size_t)PF_FILE_RING_FRAMES * channels *
	    sizeof(float));
	return 0;
}

int
pf_file_io_start(struct pf_file *f, struct pf_err *err)
{
	sigset_t was;
	if ((f->reader && make_ring(&f->in, f->channels) != 0) ||
	    (f->writer && make_ring(&f->out, f->d->wanted.outs) != 0)) {
		pf_err_set(err, "cannot open '%s': out of memory", f->d->spec);
		return -ENOMEM;
	}
	for (int i = 0; i < 8 && read_ahead(f); i++)
		;
	pf_device_block_signals(&was);
	const int r = pthread_create(&f->thread, NULL, io_thread, f);
	pf_device_restore_signals(&was);
	if (r) {
		pf_err_set(err, "cannot start a thread: %s", strerror(r));
		return -r;
	}
	f->threaded = true;
	pthread_setname_np(f->thread, "pf-file"); /* for who looks at threads */
	return 0;
}

void
pf_file_io_stop(struct pf_file *f, bool whole)
{
	if (f->threaded) {
		atomic_store(&f->quit, true);
		pthread_join(f->thread, NULL);
		f->threaded = false;
		while (whole && write_behind(f))
			;
	}
	free(f->in.sample);
	free(f->out.sample);
	f->in.sample = f->out.sample = NULL;
}
