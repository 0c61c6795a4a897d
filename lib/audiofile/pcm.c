/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Uncompressed files by hand: libsndfile refuses WAV to a pipe, and its RF64
 * with float samples carries the time of day in a PEAK chunk.
 *
 *     RIFF size WAVE                 (RF64 -1 WAVE, when it is too long)
 *       JUNK 28 bytes                (ds64: the long sizes)
 *       fmt  16
 *       fact frames                  (float only)
 *       LIST INFO: INAM ISFT ICMT
 *       data size, samples
 *       cue, LIST adtl: labl         (when there are marks)
 */
#include "audiofile/codec.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DS64 = 28, NO_SIZE = -1 };

/* A header as it grows. */
struct bytes {
	size_t n;
	unsigned char b[2048];
};

static void
put(struct bytes *h, const void *b, size_t n)
{
	if (n > sizeof h->b - h->n)
		n = sizeof h->b - h->n;
	memcpy(h->b + h->n, b, n);
	h->n += n;
}

static void
put_le(struct bytes *h, uint64_t x, int n)
{
	for (int i = 0; i < n; i++, x >>= 8)
		put(h, &(unsigned char){(unsigned char)x}, 1);
}

static void
put_be32(struct bytes *h, uint32_t x)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		put(h, &(unsigned char){(unsigned char)(x >> shift)}, 1);
}

/* A text as a chunk, with its NUL, padded to whole pairs. */
static void
put_text(struct bytes *h, const char *id, const char *text)
{
	if (!text || !*text)
		return;
	size_t len = strlen(text) + 1;
	if (len > 512)
		len = 512;
	put(h, id, 4);
	put_le(h, len, 4);
	put(h, text, len - 1);
	put(h, "\0", 1 + (len & 1));
}

static void
put_info(struct bytes *h, const struct pf_audio_writer *w)
{
	struct bytes info = {0};
	put_text(&info, "INAM", w->title);
	put_text(&info, "ISFT", "Performia " PF_VERSION);
	put_text(&info, "ICMT", w->comment);
	put(h, "LIST", 4);
	put_le(h, info.n + 4, 4);
	put(h, "INFO", 4);
	put(h, info.b, info.n);
}

static unsigned
frame_bytes(const struct pf_audio_writer *w)
{
	return w->config.channels * w->config.bits / 8;
}

/*
 * The header of a RIFF or RF64.  data_bytes or riff_bytes NO_SIZE: unknown.
 */
static void
wav_header(struct bytes *h, const struct pf_audio_writer *w,
    int64_t data_bytes, int64_t riff_bytes)
{
	const bool pipe = !w->sink.seekable;
	const bool is_float = w->config.bits == 32;
	const bool big = !pipe && data_bytes != NO_SIZE &&
	    (riff_bytes > UINT32_MAX || !strcmp(w->codec->name, "rf64"));
	const unsigned frame = frame_bytes(w);
	put(h, big ? "RF64" : "RIFF", 4);
	put_le(h, big ? UINT32_MAX : (uint64_t)riff_bytes, 4);
	put(h, "WAVE", 4);
	if (!pipe) {
		put(h, big ? "ds64" : "JUNK", 4);
		put_le(h, DS64, 4);
		put_le(h, big ? (uint64_t)riff_bytes : 0, 8);
		put_le(h, big ? (uint64_t)data_bytes : 0, 8);
		put_le(h, big ? (uint64_t)w->frames : 0, 8);
		put_le(h, 0, 4);
	}
	put(h, "fmt ", 4);
	put_le(h, is_float ? 18 : 16, 4);
	put_le(h, is_float ? 3 : 1, 2);
	put_le(h, w->config.channels, 2);
	put_le(h, w->config.rate_hz, 4);
	put_le(h, (uint64_t)w->config.rate_hz * frame, 4);
	put_le(h, frame, 2);
	put_le(h, w->config.bits, 2);
	if (is_float) {
		put_le(h, 0, 2);
		put(h, "fact", 4);
		put_le(h, 4, 4);
		put_le(h, big || pipe ? UINT32_MAX : (uint64_t)w->frames, 4);
	}
	put_info(h, w);
	put(h, "data", 4);
	put_le(h, big ? UINT32_MAX : (uint64_t)data_bytes, 4);
}

static void
au_header(struct bytes *h, const struct pf_audio_writer *w,
    int64_t data_bytes)
{
	char note[256] = {0};
	size_t len = 0;
	if (w->title && (len = strlen(w->title)) > sizeof note - 8)
		len = sizeof note - 8;
	if (len)
		memcpy(note, w->title, len);
	len = (len + 8) / 8 * 8; /* with its NUL, a multiple of 8 */
	put(h, ".snd", 4);
	put_be32(h, (uint32_t)(24 + len));
	put_be32(h, data_bytes >= UINT32_MAX ? UINT32_MAX
	    : (uint32_t)data_bytes);
	put_be32(h, w->config.bits == 16 ? 3 : w->config.bits == 24 ? 4 : 6);
	put_be32(h, w->config.rate_hz);
	put_be32(h, w->config.channels);
	put(h, note, len);
}

static bool
is(const struct pf_audio_writer *w, const char *name)
{
	return strcmp(w->codec->name, name) == 0;
}

int
pf_audio_pcm_begin(struct pf_audio_writer *w, struct pf_err *err)
{
	(void)err;
	struct bytes h = {0};
	if (is(w, "au"))
		au_header(&h, w, NO_SIZE);
	else if (!is(w, "raw"))
		wav_header(&h, w, NO_SIZE, NO_SIZE);
	pf_audio_sink_write(&w->sink, h.b, h.n);
	return 0;
}

/* x[n] as `size` bytes each, the low ones first. */
static void
pack(unsigned char *to, const uint32_t *x, size_t n, unsigned size)
{
	for (size_t i = 0; i < n; i++, to += size)
		for (unsigned b = 0; b < size; b++)
			to[b] = (unsigned char)(x[i] >> 8 * b);
}

/* The high ones first. */
static void
pack_be(unsigned char *to, const uint32_t *x, size_t n, unsigned size)
{
	for (size_t i = 0; i < n; i++, to += size)
		for (unsigned b = 0; b < size; b++)
			to[size - 1 - b] = (unsigned char)(x[i] >> 8 * b);
}

void
pf_audio_pcm_put(struct pf_audio_writer *w, const float *lr,
    const int32_t *whole, size_t frames)
{
	unsigned char packed[PF_AUDIO_CHUNK * 2 * 4];
	uint32_t x[PF_AUDIO_CHUNK * 2];
	const unsigned size = w->config.bits / 8;
	const size_t n = frames * w->config.channels;
	if (size == 4)
		memcpy(x, lr, n * sizeof *x);
	else
		memcpy(x, whole, n * sizeof *x);
	if (is(w, "au"))
		pack_be(packed, x, n, size);
	else if (size == 3) /* most files; a known size unrolls */
		pack(packed, x, n, 3);
	else
		pack(packed, x, n, size);
	pf_audio_sink_write(&w->sink, packed, n * size);
}

/* The marks: where they are, then what they are called. */
static void
wav_cues(struct pf_audio_writer *w)
{
	size_t names = 4;
	struct bytes h = {0};
	if (!w->cues)
		return;
	put(&h, "cue ", 4);
	put_le(&h, 4 + 24 * w->cues, 4);
	put_le(&h, w->cues, 4);
	pf_audio_sink_write(&w->sink, h.b, h.n);
	for (size_t i = 0; i < w->cues; i++) {
		const uint64_t frame = (uint64_t)w->cue[i].frame;
		h.n = 0;
		put_le(&h, i + 1, 4);
		put_le(&h, frame, 4);
		put(&h, "data", 4);
		put_le(&h, 0, 8);
		put_le(&h, frame, 4);
		pf_audio_sink_write(&w->sink, h.b, h.n);
		names += 8 + 4 + (strlen(w->cue[i].name) + 2) / 2 * 2;
	}
	h.n = 0;
	put(&h, "LIST", 4);
	put_le(&h, names, 4);
	put(&h, "adtl", 4);
	pf_audio_sink_write(&w->sink, h.b, h.n);
	for (size_t i = 0; i < w->cues; i++) {
		const size_t len = strlen(w->cue[i].name) + 1;
		h.n = 0;
		put(&h, "labl", 4);
		put_le(&h, 4 + len, 4);
		put_le(&h, i + 1, 4);
		put(&h, w->cue[i].name, len);
		put(&h, "\0", len & 1);
		pf_audio_sink_write(&w->sink, h.b, h.n);
	}
}

void
pf_audio_pcm_end(struct pf_audio_writer *w, bool whole)
{
	if (!whole || !w->sink.seekable || is(w, "raw"))
		return;
	struct bytes h = {0};
	const int64_t data_bytes = w->frames * frame_bytes(w);
	if (!is(w, "au")) {
		if (data_bytes & 1)
			pf_audio_sink_write(&w->sink, "\0", 1);
		if (w->frames <= UINT32_MAX)
			wav_cues(w);
		wav_header(&h, w, data_bytes, w->sink.end - 8);
	} else {
		au_header(&h, w, data_bytes);
	}
	if (pf_audio_sink_seek(&w->sink, 0) == 0)
		pf_audio_sink_write(&w->sink, h.b, h.n);
}

void
pf_audio_pcm_salvage(struct pf_audio_writer *w)
{
	struct bytes h = {0};
	if (is(w, "au"))
		au_header(&h, w, NO_SIZE);
	else if (!is(w, "raw"))
		wav_header(&h, w, NO_SIZE, NO_SIZE);
	const int64_t begin = (int64_t)h.n;
	const int64_t len = lseek(w->file.fd, 0, SEEK_END);
	if (len < begin)
		return;
	/* An even number of bytes, so that nothing need be written behind. */
	w->frames = (len - begin) / frame_bytes(w) / 2 * 2;
	const int64_t end = begin + w->frames * frame_bytes(w);
	if (ftruncate(w->file.fd, end) != 0)
		return;
	w->cues = 0;
	w->sink.error = 0;
	w->sink.used = 0;
	w->sink.at = w->sink.end = end;
	pf_audio_pcm_end(w, true);
	pf_audio_sink_flush(&w->sink);
}
