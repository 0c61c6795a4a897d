/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audiofile/reader.h"

#include "audiofile/source.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <soxr.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 2048 }; /* frames read from the file at once */

struct pf_audio_reader {
	struct pf_audio_source source;
	struct pf_audio_info info;
	char *name, format[64];
	float *raw;         /* raw[CHUNK * file_channels] */
	float *mixed;       /* mixed[CHUNK * channels], waiting */
	size_t first, held; /* of them, in frames */
	soxr_t soxr;        /* NULL: the rate is the file's */
	double ratio;
	int64_t taken;      /* frames read from the file */
	int64_t given;      /* frames read by the caller */
	bool ended;         /* the file has no more */
	int error;          /* what to say behind the last frame */
	struct pf_err err;
	uint64_t bad;
};

static int
allocate(struct pf_audio_reader *r)
{
	r->raw = calloc((size_t)CHUNK * r->info.file_channels,
	    sizeof *r->raw);
	r->mixed = calloc((size_t)CHUNK * r->info.channels,
	    sizeof *r->mixed);
	if (!r->raw || !r->mixed)
		return -ENOMEM;
	r->ratio = (double)r->info.rate_hz / r->info.file_rate_hz;
	if (r->info.rate_hz == r->info.file_rate_hz)
		return 0;
	const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
	const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
	r->soxr = soxr_create(r->info.file_rate_hz, r->info.rate_hz,
	    r->info.channels, NULL, NULL, &quality, &runtime);
	return r->soxr ? 0 : -ENOMEM;
}

/* "WAV, Signed 24 bit PCM". */
static void
describe(struct pf_audio_reader *r)
{
	SF_FORMAT_INFO major = {.format = r->source.info.format &
	    SF_FORMAT_TYPEMASK};
	SF_FORMAT_INFO minor = {.format = r->source.info.format &
	    SF_FORMAT_SUBMASK};
	sf_command(NULL, SFC_GET_FORMAT_INFO, &major, sizeof major);
	sf_command(NULL, SFC_GET_FORMAT_INFO, &minor, sizeof minor);
	snprintf(r->format, sizeof r->format, "%s, %s",
	    major.name ? major.name : "sound",
	    minor.name ? minor.name : "of some kind");
	r->info.format = r->format;
}

static uint32_t
choose_rate(uint32_t wanted_hz, uint32_t file_hz)
{
	if (wanted_hz > PF_AUDIO_RATE_NEAR)
		return wanted_hz;
	if (wanted_hz == 0 || (file_hz >= 32000 && file_hz <= 50000))
		return file_hz;
	return file_hz % 11025 == 0 ? 44100 : 48000;
}

int
pf_audio_reader_open(struct pf_audio_reader **reader, const char *path,
    uint32_t rate_hz, unsigned channels, struct pf_err *err)
{
	if ((rate_hz > PF_AUDIO_RATE_NEAR && (rate_hz < 8000 || rate_hz > 192000)) || channels > 2)
		return pf_err_set(err, "cannot read '%s' at %u Hz with %u "
		    "channels", path, rate_hz, channels);
	struct pf_audio_reader *const r = calloc(1, sizeof *r);
	int e = -ENOMEM;
	if (!r)
		goto no_memory;
	r->source.fd = -1;
	r->name = strdup(strcmp(path, "-") == 0 ? "stdin" : path);
	if (!r->name)
		goto no_memory;
	e = pf_audio_source_open(&r->source, path, r->name, err);
	if (e != 0)
		goto fail;
	const SF_INFO *const file = &r->source.info;
	if (file->samplerate < 1000 || file->samplerate > 768000 ||
	    file->channels < 1 || file->channels > PF_AUDIO_CHANNELS_MOST) {
		e = pf_err_set(err, "cannot read '%s': %d channels at %d Hz, "
		    "but up to %d at 1000..768000 Hz can be read", r->name,
		    file->channels, file->samplerate, PF_AUDIO_CHANNELS_MOST);
		goto fail;
	}
	r->info = (struct pf_audio_info){.name = r->name,
	    .rate_hz = choose_rate(rate_hz, (uint32_t)file->samplerate),
	    .channels = channels ? channels : (unsigned)file->channels,
	    .file_rate_hz = (uint32_t)file->samplerate,
	    .file_channels = (unsigned)file->channels, .frames = -1};
	e = allocate(r);
	if (e != 0)
		goto no_memory;
	if (r->source.frames >= 0)
		r->info.frames = llround((double)r->source.frames * r->ratio);
	describe(r);
	*reader = r;
	return 0;
no_memory:
	pf_err_set(err, "cannot read '%s': %s", path, strerror(ENOMEM));
fail:
	pf_audio_reader_free(r);
	return e;
}

void
pf_audio_reader_free(struct pf_audio_reader *r)
{
	if (!r)
		return;
	soxr_delete(r->soxr);
	pf_audio_source_close(&r->source);
	free(r->raw);
	free(r->mixed);
	free(r->name);
	free(r);
}

const struct pf_audio_info *
pf_audio_reader_info(const struct pf_audio_reader *r)
{
	return &r->info;
}

/* raw[n] of many channels to left and right. */
static void
to_stereo(const float *raw, size_t n, unsigned channels, float *out)
{
	/* L R C LFE Ls Rs: ITU-R BS.775 at -3 dB, over 1 + 2 * 0.7071. */
	static const float front = 0.414214f, side = 0.292893f;
	for (size_t i = 0; i < n; i++, raw += channels) {
		float l = 0, r = 0;
		if (channels == 6) {
			l = front * raw[0] + side * (raw[2] + raw[4]);
			r = front * raw[1] + side * (raw[2] + raw[5]);
		} else {
			for (unsigned c = 0; c < channels; c += 2)
				l += raw[c];
			for (unsigned c = 1; c < channels; c += 2)
				r += raw[c];
			l /= (float)((channels + 1) / 2);
			r /= (float)(channels / 2);
		}
		out[2 * i] = l;
		out[2 * i + 1] = r;
	}
}

/* raw[n] to mixed[n]. */
static void
mix_down(struct pf_audio_reader *r, size_t n)
{
	const unsigned from = r->info.file_channels, to = r->info.channels;
	const float *const raw = r->raw;
	if (from == to) {
		memcpy(r->mixed, raw, n * to * sizeof *raw);
	} else if (to == 1) {
		const float scale = 1 / (float)from;
		for (size_t i = 0; i < n; i++) {
			float sum = 0;
			for (unsigned c = 0; c < from; c++)
				sum += raw[i * from + c];
			r->mixed[i] = sum * scale;
		}
	} else if (from == 1) {
		for (size_t i = 0; i < n; i++)
			r->mixed[2 * i] = r->mixed[2 * i + 1] = raw[i];
	} else {
		to_stereo(raw, n, from, r->mixed);
	}
}

/* The file has ended: was that all? */
static void
end(struct pf_audio_reader *r)
{
	const double rate = r->info.file_rate_hz;
	/* A FLAC that came through a pipe knows no length, and libsndfile
	 * calls its end a loss of sync. */
	const bool endless = r->source.frames < 0 &&
	    (r->source.info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC;
	r->ended = true;
	if (sf_error(r->source.snd) != SF_ERR_NO_ERROR && !endless) {
		pf_err_set(&r->err, "'%s' is broken or cut short behind %.3g s",
		    r->name, (double)r->taken / rate);
		r->error = -EIO;
	} else if (r->source.promised > r->taken) {
		pf_err_set(&r->err, "'%s' is cut short: %.3g s of %.3g s are "
		    "there", r->name, (double)r->taken / rate,
		    (double)r->source.promised / rate);
		r->error = -EIO;
	} else if (r->taken == 0) {
		pf_err_set(&r->err, "'%s' has no sound in it, or is broken",
		    r->name);
		r->error = -ENODATA;
	}
}

/* Fill mixed, which is empty. */
static void
refill(struct pf_audio_reader *r)
{
	sf_count_t n = sf_readf_float(r->source.snd, r->raw, CHUNK);
	if (n < 0)
		n = 0;
	r->first = 0;
	r->held = (size_t)n;
	r->taken += n;
	for (size_t i = 0; i < r->held * r->info.file_channels; i++) {
		if (!isfinite(r->raw[i])) {
			r->raw[i] = 0;
			r->bad++;
		}
	}
	mix_down(r, r->held);
	if (n < CHUNK)
		end(r);
}

/* Take what is held as it is. */
static size_t
copy(struct pf_audio_reader *r, float *out, size_t frames)
{
	const unsigned channels = r->info.channels;
	const size_t n = frames < r->held ? frames : r->held;
	memcpy(out, r->mixed + r->first * channels,
	    n * channels * sizeof *out);
	r->first += n;
	r->held -= n;
	return n;
}

/* Take what is held at another rate; may give 0 although more follows. */
static size_t
resample(struct pf_audio_reader *r, float *out, size_t frames)
{
	const unsigned channels = r->info.channels;
	size_t used = 0, made = 0;
	const float *const in = r->ended && !r->held ? NULL
	    : r->mixed + r->first * channels;
	if (soxr_process(r->soxr, in, r->held, &used, out, frames, &made))
		return 0; /* no argument of ours makes it fail */
	r->first += used;
	r->held -= used;
	return made;
}

/*
 * A resampler's last frames: it may end a frame early or late.  The length is
 * that of the file, rounded.
 */
static size_t
resample_end(struct pf_audio_reader *r, float *out, size_t frames)
{
	const int64_t all = llround((double)r->taken * r->ratio);
	if (all <= r->given)
		return 0;
	if ((int64_t)frames > all - r->given)
		frames = (size_t)(all - r->given);
	size_t n;
	bool last; /* the resampler was told that this is the end */
	do {
		last = !r->held;
		n = resample(r, out, frames);
	} while (!n && !last);
	if (n)
		return n;
	memset(out, 0, frames * r->info.channels * sizeof *out);
	return frames;
}

int64_t
pf_audio_reader_read(struct pf_audio_reader *r, float *out, size_t frames,
    struct pf_err *err)
{
	size_t done = 0;
	while (done < frames) {
		float *const to = out + done * r->info.channels;
		const size_t want = frames - done;
		if (!r->held && !r->ended)
			refill(r);
		const size_t n = !r->soxr ? copy(r, to, want)
		    : r->ended ? resample_end(r, to, want)
		    : resample(r, to, want);
		done += n;
		r->given += (int64_t)n;
		if (!n && r->ended)
			break;
	}
	if (done == 0 && frames && r->error) {
		if (err)
			*err = r->err;
		return r->error;
	}
	return (int64_t)done;
}

uint64_t
pf_audio_reader_bad(const struct pf_audio_reader *r)
{
	return r->bad;
}

int
pf_audio_reader_would_wait(const struct pf_audio_reader *r)
{
	struct pollfd in = {.fd = r->source.fd, .events = POLLIN};
	return r->source.pipe && !r->held && !r->ended &&
	    poll(&in, 1, 0) == 0;
}
