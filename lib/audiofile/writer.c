/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audiofile/writer.h"

#include "audiofile/codec.h"
#include "base/nearest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define PCM pf_audio_pcm_begin, pf_audio_pcm_put, pf_audio_pcm_end
#define SND pf_audio_snd_begin, pf_audio_snd_put, pf_audio_snd_end
static const struct pf_audio_codec codecs[] = {
	{"wav", {"wav", "wave"}, {24, 16, 32}, true, PCM},
	{"rf64", {"rf64"}, {24, 16, 32}, false, PCM},
	{"flac", {"flac"}, {24, 16}, true, SND},
	{"aiff", {"aiff", "aif"}, {24, 16, 32}, false, SND},
	{"ogg", {"ogg", "oga"}, {32}, true, SND},
	{"opus", {"opus"}, {32}, true, SND},
	{"au", {"au", "snd"}, {24, 16, 32}, true, PCM},
	{"raw", {"raw", "f32"}, {32}, true, PCM},
};

const char *const pf_audio_formats[] = {"wav", "rf64", "flac", "aiff", "ogg",
    "opus", "au", "raw", NULL};

const char *
pf_audio_format_of(const char *path)
{
	const char *const slash = strrchr(path, '/');
	const char *const dot = strrchr(slash ? slash : path, '.');
	for (size_t i = 0; dot && i < PF_COUNT(codecs); i++)
		for (size_t e = 0; e < 2 && codecs[i].extensions[e]; e++)
			if (!strcasecmp(dot + 1, codecs[i].extensions[e]))
				return codecs[i].name;
	return NULL;
}

/* Settle the format.  0 or -EINVAL with *err worded. */
static int
choose(struct pf_audio_writer *w, const char *path, struct pf_err *err)
{
	const char *name = w->config.format;
	if (!name)
		name = pf_audio_format_of(path);
	if (!name && !w->sink.seekable)
		name = "au";
	if (!name)
		return pf_err_set(err, "cannot write %s: what format? .wav, "
		    ".flac, .aiff, .ogg, .opus or .au would tell", w->name);
	for (size_t i = 0; i < PF_COUNT(codecs); i++)
		if (strcmp(name, codecs[i].name) == 0)
			w->codec = &codecs[i];
	if (!w->codec)
		return pf_nearest_fail(err, "format", name, pf_audio_formats,
		    PF_COUNT(codecs));
	w->config.format = w->codec->name;
	if (!w->sink.seekable && !w->codec->pipe)
		return pf_err_set(err, "cannot write %s: %s does not go into "
		    "a pipe", w->name, name);
	return 0;
}

static int
choose_bits(struct pf_audio_writer *w, struct pf_err *err)
{
	const unsigned *const bits = w->codec->bits;
	if (w->config.bits == 0) {
		w->config.bits = bits[0];
		if (!w->sink.seekable && bits[1] && bits[2])
			w->config.bits = 32;
		return 0;
	}
	for (size_t i = 0; bits[i]; i++)
		if (bits[i] == w->config.bits)
			return 0;
	return pf_err_set(err, "cannot write %s: %s does not hold %u bits",
	    w->name, w->codec->name, w->config.bits);
}

static char *
copy(const char *s)
{
	return s ? strdup(s) : NULL;
}

static void
release(struct pf_audio_writer *w)
{
	free(w->name);
	free(w->title);
	free(w->comment);
	free(w->cue);
	free(w);
}

/* Open the descriptor: standard output, or a file that is not there yet. */
static int
open_sink(struct pf_audio_writer *w, const char *path, struct pf_err *err)
{
	struct stat st;
	w->file.fd = -1;
	w->to_stdout = strcmp(path, "-") == 0;
	if (w->to_stdout) {
		w->sink.fd = STDOUT_FILENO;
		/* A redirected file may be appended to: never seek in it. */
		w->sink.seekable = false;
		return 0;
	}
	const int r = pf_outfile_open(&w->file, path, err);
	if (r != 0)
		return r;
	w->sink.fd = w->file.fd;
	w->sink.seekable = fstat(w->sink.fd, &st) == 0 &&
	    S_ISREG(st.st_mode);
	return 0;
}

int
pf_audio_writer_open(struct pf_audio_writer **writer, const char *path,
    const struct pf_audio_writer_config *config, struct pf_err *err)
{
	if (config->rate_hz < 8000 || config->rate_hz > 192000 ||
	    config->channels < 1 || config->channels > 2)
		return pf_err_set(err, "cannot write '%s' at %u Hz with %u "
		    "channels", path, config->rate_hz, config->channels);
	struct pf_audio_writer *const w = calloc(1, sizeof *w);
	if (!w) {
		pf_err_set(err, "cannot write '%s': %s", path,
		    strerror(ENOMEM));
		return -ENOMEM;
	}
	int r = -ENOMEM;
	w->config = *config;
	w->file.fd = -1;
	w->title = copy(config->title);
	w->comment = copy(config->comment);
	if (strcmp(path, "-") == 0)
		w->name = strdup("standard output");
	else if (asprintf(&w->name, "'%s'", path) < 0)
		w->name = NULL;
	if (!w->name)
		pf_err_set(err, "cannot write '%s': %s", path,
		    strerror(ENOMEM));
	else if ((r = open_sink(w, path, err)) == 0 &&
	    (r = choose(w, path, err)) == 0 &&
	    (r = choose_bits(w, err)) == 0)
		r = w->codec->begin(w, err);
	if (r != 0) {
		pf_outfile_abort(&w->file);
		release(w);
		return r;
	}
	*writer = w;
	return 0;
}

/* What the sink has to complain about. */
static int
complaint(const struct pf_audio_writer *w, struct pf_err *err)
{
	const int e = w->sink.error;
	if (e == EOVERFLOW)
		pf_err_set(err, "cannot write %s: too long for %s; wav and "
		    "flac hold more", w->name, w->codec->name);
	else if (e)
		pf_err_set(err, "cannot write %s: %s", w->name, strerror(e));
	return -e;
}

int
pf_audio_writer_write(struct pf_audio_writer *w, const float *lr,
    size_t frames, struct pf_err *err)
{
	const unsigned channels = w->config.channels;
	while (frames && !w->sink.error) {
		const size_t n = frames < PF_AUDIO_CHUNK ? frames
		    : PF_AUDIO_CHUNK;
		if (w->config.bits != 32)
			pf_audio_quantize(w, lr, n);
		w->codec->put(w, lr, w->whole, n);
		w->frames += (int64_t)n;
		lr += n * channels;
		frames -= n;
	}
	return complaint(w, err);
}

void
pf_audio_writer_cue(struct pf_audio_writer *w, int64_t frame,
    const char *name)
{
	if (!w->cue)
		w->cue = calloc(PF_AUDIO_CUES_MOST, sizeof *w->cue);
	if (!w->cue || w->cues == PF_AUDIO_CUES_MOST || frame < 0)
		return;
	struct pf_audio_cue *const cue = &w->cue[w->cues++];
	cue->frame = frame;
	snprintf(cue->name, sizeof cue->name, "%s", name);
}

uint64_t
pf_audio_writer_clipped(const struct pf_audio_writer *w)
{
	return w->clipped;
}

int
pf_audio_writer_commit(struct pf_audio_writer *w, struct pf_err *err)
{
	w->codec->end(w, !w->sink.error);
	pf_audio_sink_flush(&w->sink);
	int r = complaint(w, err);
	if (r != 0)
		pf_outfile_abort(&w->file);
	else if (!w->to_stdout)
		r = pf_outfile_commit(&w->file, err);
	release(w);
	return r;
}

int
pf_audio_writer_salvage(struct pf_audio_writer *w, struct pf_err *err)
{
	int r = 0;
	if (!w->sink.error || w->to_stdout)
		return pf_audio_writer_commit(w, err);
	if (w->codec->end == pf_audio_pcm_end)
		pf_audio_pcm_salvage(w);
	else
		w->codec->end(w, false);
	r = pf_outfile_commit(&w->file, err);
	release(w);
	return r;
}

void
pf_audio_writer_abort(struct pf_audio_writer *w)
{
	if (!w)
		return;
	/* What a pipe got is gone; a file is not worth finishing. */
	w->sink.error = w->sink.error ? w->sink.error : ECANCELED;
	w->codec->end(w, false);
	pf_outfile_abort(&w->file);
	release(w);
}
