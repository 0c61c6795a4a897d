/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that libsndfile writes for us, through our own sink: so a full disk
 * is told by name and Ogg gets a serial number that is not random.
 */
#include "audiofile/codec.h"
#include "audiofile/ogg.h"

#include <errno.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

struct snd {
	SNDFILE *file;
	bool is_ogg;
	struct pf_ogg ogg;
	struct pf_audio_sink *sink;
};

static sf_count_t
sink_length(void *user)
{
	const struct snd *const snd = user;
	return snd->sink->end;
}

static sf_count_t
sink_tell(void *user)
{
	const struct snd *const snd = user;
	return snd->sink->at;
}

static sf_count_t
sink_seek(sf_count_t offset, int whence, void *user)
{
	struct snd *const snd = user;
	if (whence == SEEK_CUR)
		offset += snd->sink->at;
	else if (whence == SEEK_END)
		offset += snd->sink->end;
	return pf_audio_sink_seek(snd->sink, offset);
}

static sf_count_t
sink_read(void *to, sf_count_t count, void *user)
{
	(void)to, (void)count, (void)user;
	return 0;
}

static sf_count_t
sink_write(const void *bytes, sf_count_t count, void *user)
{
	struct snd *const snd = user;
	if (snd->is_ogg)
		pf_ogg_write(&snd->ogg, snd->sink, bytes, (size_t)count);
	else
		pf_audio_sink_write(snd->sink, bytes, (size_t)count);
	return snd->sink->error ? 0 : count;
}

static int
format(const struct pf_audio_writer *w)
{
	const char *const name = w->codec->name;
	const unsigned bits = w->config.bits;
	if (strcmp(name, "ogg") == 0)
		return SF_FORMAT_OGG | SF_FORMAT_VORBIS;
	if (strcmp(name, "opus") == 0)
		return SF_FORMAT_OGG | SF_FORMAT_OPUS;
	return (strcmp(name, "flac") == 0 ? SF_FORMAT_FLAC : SF_FORMAT_AIFF) |
	    (bits == 16 ? SF_FORMAT_PCM_16 : bits == 24 ? SF_FORMAT_PCM_24
	    : SF_FORMAT_FLOAT);
}

int
pf_audio_snd_begin(struct pf_audio_writer *w, struct pf_err *err)
{
	static SF_VIRTUAL_IO io = {sink_length, sink_seek, sink_read,
	    sink_write, sink_tell};
	SF_INFO info = {.samplerate = (int)w->config.rate_hz,
	    .channels = (int)w->config.channels, .format = format(w)};
	if (!sf_format_check(&info) || (strcmp(w->codec->name, "opus") == 0 &&
	    48000 % w->config.rate_hz != 0))
		return pf_err_set(err, "cannot write %s: %s does not hold "
		    "sound at %u Hz", w->name, w->codec->name,
		    w->config.rate_hz);
	struct snd *const snd = calloc(1, sizeof *snd);
	if (!snd) {
		pf_err_set(err, "cannot write %s: %s", w->name,
		    strerror(ENOMEM));
		return -ENOMEM;
	}
	snd->sink = &w->sink;
	snd->is_ogg = (info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_OGG;
	snd->ogg.serial = (uint32_t)w->config.seed;
	snd->file = sf_open_virtual(&io, SFM_WRITE, &info, snd);
	if (!snd->file) {
		free(snd);
		pf_err_set(err, "cannot write %s: %s", w->name,
		    sf_strerror(NULL));
		return -EIO;
	}
	w->state = snd;
	sf_command(snd->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
	if (snd->is_ogg) {
		double quality = 0.8; /* 0..1: about 256 kbit/s in Vorbis */
		sf_command(snd->file, SFC_SET_VBR_ENCODING_QUALITY, &quality,
		    sizeof quality);
	}
	if (w->title)
		sf_set_string(snd->file, SF_STR_TITLE, w->title);
	sf_set_string(snd->file, SF_STR_SOFTWARE, "Performia " PF_VERSION);
	if (w->comment)
		sf_set_string(snd->file, SF_STR_COMMENT, w->comment);
	return 0;
}

void
pf_audio_snd_put(struct pf_audio_writer *w, const float *lr,
    const int32_t *whole, size_t frames)
{
	const struct snd *const snd = w->state;
	int shifted[PF_AUDIO_CHUNK * 2];
	const int64_t most = UINT32_MAX - (1 << 20);
	if (strcmp(w->codec->name, "aiff") == 0 && w->sink.end > most)
		w->sink.error = EOVERFLOW;
	if (w->config.bits == 32) {
		if (sf_writef_float(snd->file, lr, (sf_count_t)frames) !=
		    (sf_count_t)frames && !w->sink.error)
			w->sink.error = EIO;
		return;
	}
	for (size_t i = 0; i < frames * w->config.channels; i++)
		shifted[i] = whole[i] * (1 << (32 - w->config.bits));
	if (sf_writef_int(snd->file, shifted, (sf_count_t)frames) !=
	    (sf_count_t)frames && !w->sink.error)
		w->sink.error = EIO;
}

void
pf_audio_snd_end(struct pf_audio_writer *w, bool whole)
{
	struct snd *const snd = w->state;
	(void)whole; /* an Ogg needs its last page even to be freed */
	if (sf_close(snd->file) != 0 && !w->sink.error && whole)
		w->sink.error = EIO;
	free(snd);
}
