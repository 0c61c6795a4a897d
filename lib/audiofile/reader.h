/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sound in from a file or a pipe, at the rate and the channel count wanted.
 *
 *     struct pf_audio_reader *take;
 *     if (pf_audio_reader_open(&take, path, 48000, 1, &err) != 0) ...
 *     while ((n = pf_audio_reader_read(take, buf, 4096, &err)) > 0)
 *             use(buf, n);
 *
 * Whatever libsndfile reads (WAV, RF64, W64, AIFF, AU, CAF, FLAC, Ogg Vorbis
 * and Opus, MP3 ...), any rate, any number of channels.  From a pipe WAV,
 * AIFF and AU are read as they come; what can not be read without seeking
 * (FLAC, Ogg, MP3, CAF) is first stored in a nameless temporary file.  Raw
 * samples are never guessed.
 *
 * Samples come as floats, nominally -1..1, channels interleaved.  What is not
 * a number or infinite in a file becomes silence and is counted.  Another
 * rate is made with libsoxr at its high quality (20 bits), its delay taken
 * out.  Memory does not grow with the file, but in pf_audio_load().
 * One thread at a time.
 */
#ifndef PF_AUDIOFILE_READER_H
#define PF_AUDIOFILE_READER_H

#include "base/attr.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define PF_AUDIO_CHANNELS_MOST 64 /* of a file */

/* A rate to ask for: the file's own if it is 32..50 kHz, else 44100 Hz or
 * 48000 Hz, whichever is a plain ratio of it. */
#define PF_AUDIO_RATE_NEAR 1u

struct pf_audio_reader;

struct pf_audio_info {
	uint32_t rate_hz;      /* of what is read */
	unsigned channels;     /* of what is read */
	int64_t frames;        /* of what is read; -1: unknown (a pipe) */
	uint32_t file_rate_hz; /* as in the file */
	unsigned file_channels;
	const char *name;      /* for messages: the path, or "stdin" */
	const char *format;    /* for people: "WAV, 24 bit" */
};

/*
 * Open a file.
 *
 * path      "-" is standard input
 * rate_hz   8000..192000; 0: the file's own; or PF_AUDIO_RATE_NEAR
 * channels  1: the mean of all; 2: left and right (one channel goes to both;
 *           of more than two the even ones, counted from 0, make the left
 *           and the odd ones the right, 5.1 by ITU-R BS.775); 0: the file's
 *
 * Returns 0 and sets *reader, to be freed with pf_audio_reader_free(); or a
 * negative errno with *err worded: -ENOENT and others of open(2), -EISDIR,
 * -ENODATA (empty, or no sound in it), -EINVAL (not audio, or of a kind or
 * rate we can not read), -ENOMEM.
 */
PF_MUST_CHECK int pf_audio_reader_open(struct pf_audio_reader **reader,
    const char *path, uint32_t rate_hz, unsigned channels,
    struct pf_err *err);

/* Close and free; NULL is fine. */
void pf_audio_reader_free(struct pf_audio_reader *reader);

const struct pf_audio_info *pf_audio_reader_info(
    const struct pf_audio_reader *reader);

/*
 * Read the next frames into out[frames * channels], waiting for them if need
 * be.  Returns how many, fewer than asked only at the end; 0 behind the end;
 * or a negative errno with *err worded: -EIO when the file is broken or cut
 * short ("'x.wav' is cut short: 1.5 s of 4 s are there"), after everything
 * that is there has been given; -ENODATA when no sound was in it.
 */
PF_MUST_CHECK int64_t pf_audio_reader_read(struct pf_audio_reader *reader,
    float *out, size_t frames, struct pf_err *err);

/* How many samples so far were not a number or infinite. */
uint64_t pf_audio_reader_bad(const struct pf_audio_reader *reader);

/*
 * Would reading a frame wait for a pipe now?  Time to flush what is ours.
 * Always 0 for files.
 */
int pf_audio_reader_would_wait(const struct pf_audio_reader *reader);

/* A whole file in memory. */
struct pf_audio {
	float *sample;    /* sample[frames * channels], interleaved */
	int64_t frames;
	unsigned channels;
	uint32_t rate_hz;
	uint64_t bad;     /* samples that were not a number or infinite */
};

/*
 * Read a file whole, as above.
 *
 * most_s  the longest that is taken, in seconds; longer is -EFBIG
 *
 * Returns 0 and fills *audio, to be emptied with pf_audio_fini(); or a
 * negative errno as above with *err worded.
 */
PF_MUST_CHECK int pf_audio_load(struct pf_audio *audio, const char *path,
    uint32_t rate_hz, unsigned channels, double most_s, struct pf_err *err);
void pf_audio_fini(struct pf_audio *audio);

#endif
