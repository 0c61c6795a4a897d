/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A writer from within, and the kinds of file it knows.  For this room only.
 */
#ifndef PF_AUDIOFILE_CODEC_H
#define PF_AUDIOFILE_CODEC_H

#include "audiofile/sink.h"
#include "audiofile/writer.h"
#include "base/outfile.h"

enum { PF_AUDIO_CHUNK = 2048 }; /* frames given to a codec at once */

struct pf_audio_cue {
	int64_t frame;
	char name[64];
};

struct pf_audio_writer {
	struct pf_audio_writer_config config; /* bits and format settled */
	const struct pf_audio_codec *codec;
	void *state; /* the codec's */
	struct pf_outfile file;
	bool to_stdout;
	char *name;  /* for messages: "'x.wav'", "standard output" */
	char *title, *comment;
	int64_t frames;
	uint64_t clipped;
	struct pf_audio_cue *cue;
	size_t cues;
	int32_t whole[PF_AUDIO_CHUNK * 2];
	struct pf_audio_sink sink;
};

/*
 * How one format is written.  begin() returns 0 or a negative errno with
 * *err worded; put() and end() leave errors in the sink.  end() is called
 * once whenever begin() gave 0; `whole` says that the file is to be kept.
 */
struct pf_audio_codec {
	const char *name;
	const char *extensions[3];
	unsigned bits[4];  /* it holds, 0 ends; the first is the default */
	bool pipe;         /* can be written without seeking */
	int (*begin)(struct pf_audio_writer *w, struct pf_err *err);
	/* lr[frames * channels]; whole: the same as integers, but for 32. */
	void (*put)(struct pf_audio_writer *w, const float *lr,
	    const int32_t *whole, size_t frames);
	void (*end)(struct pf_audio_writer *w, bool whole);
};

/* RIFF, RF64, AU and raw samples, by hand. */
int pf_audio_pcm_begin(struct pf_audio_writer *w, struct pf_err *err);
void pf_audio_pcm_put(struct pf_audio_writer *w, const float *lr,
    const int32_t *whole, size_t frames);
void pf_audio_pcm_end(struct pf_audio_writer *w, bool whole);

/* End a file that could not be written on: whole frames, the right sizes. */
void pf_audio_pcm_salvage(struct pf_audio_writer *w);

/* FLAC, AIFF and Ogg, by libsndfile. */
int pf_audio_snd_begin(struct pf_audio_writer *w, struct pf_err *err);
void pf_audio_snd_put(struct pf_audio_writer *w, const float *lr,
    const int32_t *whole, size_t frames);
void pf_audio_snd_end(struct pf_audio_writer *w, bool whole);

/* Samples to whole numbers, dithered: lr[frames * channels] to w->whole. */
void pf_audio_quantize(struct pf_audio_writer *w, const float *lr,
    size_t frames);

#endif
