/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audiofile/reader.h"
#include "audiofile/writer.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RATE = 44100, FRAMES = 30000 };

/* libsndfile forgets an Ogg's headers when they turn out to be broken. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:vorbis_info_init\nleak:vorbis_synthesis_headerin";
}

static char dir[] = "/tmp/pf-test-XXXXXX";

static const char *
in_dir(const char *name)
{
	static char path[8][128];
	static int turn;
	turn = (turn + 1) % 8;
	snprintf(path[turn], sizeof *path, "%s/%s", dir, name);
	return path[turn];
}

static float
sine(int64_t frame, double rate, double hz)
{
	return (float)(0.5 * sin(2 * M_PI * hz * (double)frame / rate));
}

/* Write a stereo test file: 440 Hz left, 1000 Hz right. */
static int
write_file(const char *path, const char *format, unsigned bits)
{
	static float lr[2 * FRAMES];
	struct pf_audio_writer *w;
	const struct pf_audio_writer_config config = {.format = format,
	    .rate_hz = strcmp(format, "opus") ? RATE : 48000, .channels = 2,
	    .bits = bits, .seed = 3, .title = "a test", .comment = "seed 3"};
	for (int64_t i = 0; i < FRAMES; i++) {
		lr[2 * i] = sine(i, config.rate_hz, 440);
		lr[2 * i + 1] = sine(i, config.rate_hz, 1000);
	}
	int r = pf_audio_writer_open(&w, path, &config, NULL);
	if (r != 0)
		return r;
	pf_audio_writer_cue(w, 100, "verse");
	r = pf_audio_writer_write(w, lr, FRAMES, NULL);
	const int e = pf_audio_writer_commit(w, NULL);
	return r ? r : e;
}

static void
store(const char *path, const void *bytes, size_t len)
{
	FILE *const f = fopen(path, "w");
	if (!f || fwrite(bytes, 1, len, f) != len || fclose(f) != 0)
		exit(1);
}

static size_t
slurp(const char *path, unsigned char *bytes, size_t room)
{
	FILE *const f = fopen(path, "r");
	const size_t n = f ? fread(bytes, 1, room, f) : 0;
	if (f)
		fclose(f);
	return n;
}

static void
test_formats(void)
{
	static unsigned char a[1 << 19], b[1 << 19];
	static const struct {
		const char *name;
		unsigned bits;
		double error; /* the largest difference of a sample */
	} row[] = {
		{"wav", 16, 0x1p-14}, {"wav", 24, 0x1p-22}, {"wav", 32, 0},
		{"rf64", 24, 0x1p-22}, {"flac", 16, 0x1p-14},
		{"flac", 24, 0x1p-22}, {"aiff", 24, 0x1p-22},
		{"aiff", 32, 0}, {"au", 16, 0x1p-14}, {"au", 32, 0},
		{"ogg", 0, 0.1}, {"opus", 0, 0.1},
	};
	for (size_t i = 0; i < PF_COUNT(row); i++) {
		const char *const path = in_dir("x");
		struct pf_audio audio = {0};
		double worst = 0;
		if (write_file(path, row[i].name, row[i].bits) != 0 ||
		    pf_audio_load(&audio, path, 0, 0, 60, NULL) != 0) {
			ok(0, "%s, %u bits, can be written and read",
			    row[i].name, row[i].bits);
			continue;
		}
		for (int64_t f = 0; f < audio.frames; f++)
			worst = fmax(worst, fabs(audio.sample[2 * f] -
			    sine(f, audio.rate_hz, 440)));
		ok(audio.frames == FRAMES && audio.channels == 2 &&
		    worst <= row[i].error, "%s, %u bits, keeps what was "
		    "written to within %g (%g)", row[i].name, row[i].bits,
		    row[i].error, worst);
		pf_audio_fini(&audio);
		const size_t n = slurp(path, a, sizeof a);
		const int r = write_file(path, row[i].name, row[i].bits);
		ok(r == 0 && n && n == slurp(path, b, sizeof b) &&
		    memcmp(a, b, n) == 0, "%s, %u bits, is the same bytes "
		    "again", row[i].name, row[i].bits);
	}
}

static void
test_resampling(void)
{
	struct pf_audio audio = {0};
	const char *const path = in_dir("x.wav");
	static const uint32_t rate[] = {8000, 22050, 48000, 96000};
	ok(write_file(path, "wav", 32) == 0, "a file to resample");
	for (size_t i = 0; i < PF_COUNT(rate); i++) {
		if (pf_audio_load(&audio, path, rate[i], 0, 60, NULL) != 0) {
			ok(0, "can be read at %u Hz", rate[i]);
			continue;
		}
		const int64_t edge = rate[i] / 100;
		double noise = 0;
		for (int64_t f = edge; f < audio.frames - edge; f++)
			noise = fmax(noise, fabs(audio.sample[2 * f] -
			    sine(f, rate[i], 440)));
		ok(audio.frames == llround(1.0 * FRAMES * rate[i] / RATE),
		    "at %u Hz it is as long as before", rate[i]);
		ok(noise < 1e-3, "at %u Hz it is the same sound at the same "
		    "time (%g)", rate[i], noise);
		pf_audio_fini(&audio);
	}
}

/* A WAV of float samples by hand. */
static void
store_floats(const char *path, const float *sample, unsigned n,
    unsigned channels, unsigned claimed)
{
	unsigned char b[44 + 4096] = "RIFF----WAVEfmt \20\0\0\0\3\0";
	const uint32_t rate = 48000, frame = 4 * channels,
	    bytes = rate * frame, size = 36 + 4 * claimed, data = 4 * claimed;
	memcpy(b + 4, &size, 4);
	b[22] = (unsigned char)channels;
	memcpy(b + 24, &rate, 4);
	memcpy(b + 28, &bytes, 4);
	b[32] = (unsigned char)frame;
	b[34] = 32;
	memcpy(b + 36, "data", 4);
	memcpy(b + 40, &data, 4);
	memcpy(b + 44, sample, n * sizeof *sample);
	store(path, b, 44 + n * sizeof *sample);
}

static void
test_channels(void)
{
	struct pf_audio a = {0};
	const char *const path = in_dir("x.wav");
	static const float six[12] = {1, 0, 0, 1, 0, 0,
	    0, 0.5f, 1, 0, 0, 1}, three[6] = {0.3f, 0.6f, 0.9f, 1, 1, 1};
	store_floats(path, six, 12, 6, 12);
	ok(pf_audio_load(&a, path, 0, 2, 1, NULL) == 0 && a.frames == 2 &&
	    fabs(a.sample[0] - 0.4142) < 1e-3 && a.sample[1] == 0 &&
	    fabs(a.sample[2] - 0.2929) < 1e-3 &&
	    fabs(a.sample[3] - 0.7929) < 1e-3,
	    "5.1 folds to stereo without its low-frequency channel");
	pf_audio_fini(&a);
	ok(pf_audio_load(&a, path, 0, 1, 1, NULL) == 0 && a.frames == 2 &&
	    fabs(a.sample[0] - 1 / 3.0) < 1e-6, "mono is the mean of all");
	pf_audio_fini(&a);
	store_floats(path, three, 6, 3, 6);
	ok(pf_audio_load(&a, path, 0, 2, 1, NULL) == 0 && a.frames == 2 &&
	    fabs(a.sample[0] - 0.6) < 1e-6 && fabs(a.sample[1] - 0.6) < 1e-6,
	    "three channels: the even ones to the left");
	pf_audio_fini(&a);
	store_floats(path, three, 2, 1, 2);
	ok(pf_audio_load(&a, path, 0, 2, 1, NULL) == 0 && a.frames == 2 &&
	    a.sample[2] == 0.6f && a.sample[3] == 0.6f,
	    "one channel goes to both sides");
	pf_audio_fini(&a);
}

static void
test_bad_input(void)
{
	struct pf_audio a = {0};
	struct pf_err err;
	const char *const path = in_dir("x.wav");
	static const float odd[4] = {NAN, 0.5f, INFINITY, -INFINITY};

	store_floats(path, odd, 4, 1, 4);
	ok(pf_audio_load(&a, path, 0, 0, 1, &err) == 0 && a.frames == 4 &&
	    a.bad == 3 && a.sample[0] == 0 && a.sample[1] == 0.5f &&
	    a.sample[2] == 0, "what is no number becomes silence, counted");
	pf_audio_fini(&a);

	store_floats(path, odd, 4, 1, 400);
	struct pf_audio_reader *r;
	float out[100];
	ok(pf_audio_reader_open(&r, path, 0, 0, &err) == 0, "cut short");
	ok(pf_audio_reader_read(r, out, 100, &err) == 4,
	    "a file that is cut short gives what is there");
	ok(pf_audio_reader_read(r, out, 100, &err) == -EIO &&
	    strstr(err.text, "cut short"), "and says so: %s", err.text);
	pf_audio_reader_free(r);

	store_floats(path, odd, 0, 1, 0);
	ok(pf_audio_load(&a, path, 0, 0, 1, &err) == -ENODATA,
	    "a file without sound is an error: %s", err.text);
	store(path, "", 0);
	ok(pf_audio_load(&a, path, 0, 0, 1, &err) == -ENODATA,
	    "an empty file is an error: %s", err.text);
	store(path, "this is no sound at all, is it", 30);
	ok(pf_audio_load(&a, path, 0, 0, 1, &err) == -EINVAL &&
	    strstr(err.text, "no sound file"), "text is: %s", err.text);
	ok(pf_audio_load(&a, in_dir("none"), 0, 0, 1, &err) == -ENOENT,
	    "a missing file is: %s", err.text);
	ok(pf_audio_load(&a, dir, 0, 0, 1, &err) == -EISDIR,
	    "a directory is: %s", err.text);
	store_floats(path, odd, 4, 1, 4);
	ok(pf_audio_load(&a, path, 0, 0, 1e-5, &err) == -EFBIG,
	    "what is longer than wanted is: %s", err.text);
}

/* A header that is broken anywhere must not break us. */
static void
test_hostile(void)
{
	static unsigned char bytes[1 << 19];
	static const char *const formats[] = {"wav", "rf64", "aiff", "au",
	    "flac", "ogg"};
	const char *const path = in_dir("x");
	int given = 0;
	for (size_t f = 0; f < PF_COUNT(formats); f++) {
		if (write_file(path, formats[f], 0) != 0)
			continue;
		const size_t n = slurp(path, bytes, sizeof bytes);
		for (size_t i = 0; i < 64 && i < n; i++) {
			struct pf_audio a = {0};
			const unsigned char was = bytes[i];
			bytes[i] ^= (unsigned char)(0x81 + 2 * i);
			store(path, bytes, n < 4000 ? n : 4000);
			bytes[i] = was;
			given += pf_audio_load(&a, path, 48000, 2, 60,
			    NULL) == 0;
			pf_audio_fini(&a);
		}
	}
	ok(given >= 0, "broken headers are survived (%d were read)", given);
}

static void
test_clipping(void)
{
	static const float loud[4] = {1.5f, -1.5f, 0, NAN};
	struct pf_audio_writer *w;
	struct pf_audio a = {0};
	const char *const path = in_dir("x.wav");
	const struct pf_audio_writer_config config = {.rate_hz = 48000,
	    .channels = 1, .bits = 16};
	int r = pf_audio_writer_open(&w, path, &config, NULL);
	if (!ok(r == 0, "a file to clip"))
		return;
	r = pf_audio_writer_write(w, loud, 4, NULL);
	ok(r == 0 && pf_audio_writer_clipped(w) == 2, "clipping is counted");
	ok(pf_audio_writer_commit(w, NULL) == 0 &&
	    pf_audio_load(&a, path, 0, 0, 1, NULL) == 0 &&
	    a.sample[0] > 0.99f && a.sample[1] == -1 && a.sample[2] == 0 &&
	    a.sample[3] == 0,
	    "samples beyond full scale are clipped; zero stays zero");
	pf_audio_fini(&a);
}

static void
test_output_errors(void)
{
	static float lr[200000];
	struct pf_err err;
	struct pf_audio_writer *w;
	static const char *const formats[] = {"wav", "flac", "ogg", "au"};
	struct pf_audio_writer_config config = {.rate_hz = 48000,
	    .channels = 1};
	for (size_t i = 0; i < 200000; i++)
		lr[i] = (float)(i * 7919 % 2000) / 2000;
	for (size_t i = 0; i < PF_COUNT(formats); i++) {
		config.format = formats[i];
		if (pf_audio_writer_open(&w, "/dev/full", &config, &err)) {
			ok(strstr(err.text, "No space left"), "%s at once: %s",
			    formats[i], err.text);
			continue;
		}
		int r = pf_audio_writer_write(w, lr, 200000, &err);
		if (r == 0)
			r = pf_audio_writer_commit(w, &err);
		else
			pf_audio_writer_abort(w);
		ok(r == -ENOSPC && strstr(err.text, "No space left"),
		    "a full disk is told of, %s: %s", formats[i], err.text);
	}
	config.format = NULL;
	ok(pf_audio_writer_open(&w, in_dir("x.xyz"), &config, &err) ==
	    -EINVAL, "a name that tells no format: %s", err.text);
	config.format = "falc";
	ok(pf_audio_writer_open(&w, in_dir("x.xyz"), &config, &err) ==
	    -EINVAL && strstr(err.text, "'flac'"), "%s", err.text);
	config.format = "flac";
	config.bits = 32;
	ok(pf_audio_writer_open(&w, in_dir("x.xyz"), &config, &err) ==
	    -EINVAL, "%s", err.text);
	ok(access(in_dir("x.xyz"), F_OK) != 0, "nothing of that is left");
}

int
main(void)
{
	if (!mkdtemp(dir))
		return 1;
	test_formats();
	test_resampling();
	test_channels();
	test_bad_input();
	test_hostile();
	test_clipping();
	test_output_errors();
	unlink(in_dir("x"));
	unlink(in_dir("x.wav"));
	ok(rmdir(dir) == 0, "no temporary file is left");
	return tap_done();
}
