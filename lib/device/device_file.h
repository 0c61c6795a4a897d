/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sound files as a device.  device_file.c opens and runs it, file_io.c reads
 * ahead and writes behind.  For these only.
 *
 * Paced, the files belong to a thread of their own: two rings of a second or
 * more stand between it and the audio thread, which does no I/O.  Each ring
 * has one writer, who stores the samples, then `put` (release), and one
 * reader, who takes them, then stores `taken` (release); each loads the
 * other's count with acquire.  Free running there is no such thread: files
 * are read and written where process() is called.
 */
#ifndef PF_DEVICE_DEVICE_FILE_H
#define PF_DEVICE_DEVICE_FILE_H

#include "audiofile/reader.h"
#include "audiofile/writer.h"
#include "device/device_private.h"

#include <stdalign.h>

/* Frames, interleaved as in the file. */
struct pf_file_ring {
	float *sample;     /* [PF_FILE_RING_FRAMES][channels] */
	unsigned channels;
	alignas(64) _Atomic uint64_t put;
	alignas(64) _Atomic uint64_t taken;
};

enum { PF_FILE_RING_FRAMES = 1 << 17 }; /* a power of two */

struct pf_file {
	struct pf_device *d;
	struct pf_audio_reader *reader; /* NULL: no IN */
	struct pf_audio_writer *writer; /* NULL: no OUT */
	unsigned channels;  /* of IN, as it is read */
	float *frames;      /* [period][most channels]: on their way */

	/* Paced only. */
	struct pf_file_ring in, out;
	pthread_t thread;
	bool threaded;
	atomic_bool quit;
	atomic_bool ended;  /* release: IN gives no more; in_error is set */
	atomic_bool broken; /* release: OUT takes no more; out_error is set */
	int in_result, out_result;
	struct pf_err in_error, out_error;
};

/* Start the thread, IN read ahead.  0 or a negative errno. */
PF_MUST_CHECK int pf_file_io_start(struct pf_file *f, struct pf_err *err);

/* Write what is left, if whole, and end the thread. */
void pf_file_io_stop(struct pf_file *f, bool whole);

/* The audio thread: take up to n frames of IN; how many there were. */
PF_RT size_t pf_file_take(struct pf_file *f, float *frames, size_t n);

/* The audio thread: give n frames to OUT; false: no room, none was taken. */
PF_RT bool pf_file_put(struct pf_file *f, const float *frames, size_t n);

#endif
