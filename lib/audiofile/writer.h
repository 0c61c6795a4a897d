/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sound out to a file or a pipe.
 *
 *     name  extensions   bits         pipe
 *     wav   .wav .wave   16 24 32     yes: its sizes say "unknown"
 *     rf64  .rf64        16 24 32     no
 *     flac  .flac        16 24        yes
 *     aiff  .aiff .aif   16 24 32     no
 *     ogg   .ogg .oga    Vorbis       yes
 *     opus  .opus        Opus         yes; 8, 12, 16, 24 or 48 kHz
 *     au    .au .snd     16 24 32     yes
 *     raw   .raw .f32    32           yes
 *
 * 32 bits are floats.  16 and 24 bits are rounded with triangular dither of
 * two steps (S. P. Lipshitz, R. A. Wannamaker, J. Vanderkooy, "Quantization
 * and Dither", JAES 40(5), 1992); an exact zero stays zero, so that silence
 * is silent.  What lies beyond full scale is clipped and counted.  A WAV of
 * more than 4 GiB becomes RF64 (EBU Tech 3306) in place.
 *
 * The same samples and the same config give the same bytes, Ogg included,
 * with the same release of libsndfile.
 *
 * A file appears under its name when it is whole (base/outfile.h).  Main
 * thread only.
 */
#ifndef PF_AUDIOFILE_WRITER_H
#define PF_AUDIOFILE_WRITER_H

#include "base/attr.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct pf_audio_writer;

struct pf_audio_writer_config {
	const char *format; /* a name; NULL: by the extension, au for pipes */
	uint32_t rate_hz;   /* 8000..192000 */
	unsigned channels;  /* 1 or 2 */
	unsigned bits;      /* 16, 24, 32; 0: 24, or 32 where that is all
	                       there is and in pipes */
	uint64_t seed;      /* of the dither and of what Ogg has for a number */
	const char *title;  /* told in the file where it can; NULL: nothing */
	const char *comment;
};

/* The names of the formats, NULL-terminated. */
extern const char *const pf_audio_formats[];

/*
 * The format a path asks for by its extension, or NULL.
 */
const char *pf_audio_format_of(const char *path);

/*
 * Begin a file; "-" is standard output.  Returns 0 and sets *writer; or a
 * negative errno with *err worded: -EINVAL (no such format, or it can not
 * hold this), or as open(2).
 */
PF_MUST_CHECK int pf_audio_writer_open(struct pf_audio_writer **writer,
    const char *path, const struct pf_audio_writer_config *config,
    struct pf_err *err);

/*
 * Append lr[frames * channels], interleaved.  Returns 0 or a negative errno
 * with *err worded ("cannot write 'x.wav': No space left on device").
 */
PF_MUST_CHECK int pf_audio_writer_write(struct pf_audio_writer *writer,
    const float *lr, size_t frames, struct pf_err *err);

/* The most marks of a file. */
#define PF_AUDIO_CUES_MOST 1024

/*
 * Mark a frame with a name (of up to 63 bytes, more is cut), for formats that
 * keep marks (wav and rf64 in files); elsewhere and beyond
 * PF_AUDIO_CUES_MOST it is passed over.
 */
void pf_audio_writer_cue(struct pf_audio_writer *writer, int64_t frame,
    const char *name);

/* How many samples were clipped so far. */
uint64_t pf_audio_writer_clipped(const struct pf_audio_writer *writer);

/*
 * Finish the file, give it its name and free the writer.  Returns 0 or a
 * negative errno with *err worded; the file is gone then.
 */
PF_MUST_CHECK int pf_audio_writer_commit(struct pf_audio_writer *writer,
    struct pf_err *err);

/*
 * The same after a write that failed: the file gets its name and holds what
 * was written before, whole frames of it; FLAC, AIFF and Ogg as far as their
 * readers bear with an end that is cut off.  For recordings: what was played
 * can not be played again.  Frees the writer; 0 or a negative errno with *err
 * worded, as above.
 */
PF_MUST_CHECK int pf_audio_writer_salvage(struct pf_audio_writer *writer,
    struct pf_err *err);

/* Throw the file away and free the writer; NULL is fine. */
void pf_audio_writer_abort(struct pf_audio_writer *writer);

#endif
