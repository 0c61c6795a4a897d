/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What all devices promise, on those that need no machine: null and files.
 */
#include "device/device.h"

#include "audiofile/reader.h"
#include "audiofile/writer.h"
#include "device_rig.h"
#include "tap.h"

static char dir[] = "/tmp/pf-device-XXXXXX";

static const char *
in_dir(const char *name)
{
	static char path[4][128];
	static int n;
	n = (n + 1) % 4;
	snprintf(path[n], sizeof path[n], "%s/%s", dir, name);
	return path[n];
}

static void
refused(struct pf_device_config config, const char *words, const char *what)
{
	struct pf_device *d = NULL;
	struct pf_err err = {{0}};
	const int r = pf_device_open(&d, &config, &err);
	ok(r < 0 && !d && strstr(err.text, words), "%s is refused: %s", what,
	    err.text);
}

static void
test_refusals(void)
{
	struct pf_device_config c = PF_DEVICE_CONFIG;
	c.spec = "alsq:hw:0";
	refused(c, "did you mean 'alsa'?", "a kind that is nearly one");
	c.spec = "gramophone";
	refused(c, "it is one of alsa:NAME, jack", "a kind that is none");
	c.spec = "null:left";
	refused(c, "no devices to name", "a name for null");
	c.spec = "null";
	c.rate_hz = 22050;
	refused(c, "rate: '22050' is out of 44100..192000", "a low rate");
	c.rate_hz = 0;
	c.period_frames = 16;
	refused(c, "period: '16' is out of 32..2048", "a period too short");
	c.period_frames = 0;
	c.periods = 1;
	refused(c, "periods: '1' is out of 2..64", "a buffer of one period");
	c.periods = 0;
	c.outs = 0;
	refused(c, "outputs: '0' is out of 1..64", "a device without outputs");
	c.outs = 2;
	c.spec = "file:";
	refused(c, "names no file", "a file device without files");
	c.spec = "file:/nowhere.wav";
	refused(c, "cannot read '/nowhere.wav'", "a file that is not there");
	c.spec = "file:,/nowhere/x.wav";
	refused(c, "cannot write '/nowhere/x.wav'", "a place that is not");
	c.outs = 6;
	c.spec = "file:,x.wav";
	refused(c, "takes 1 or 2 channels, not 6", "a file of six channels");
}

static void
test_null(void)
{
	static const uint32_t rates[] = {44100, 48000, 88200, 96000, 192000};
	static const uint32_t periods[] = {32, 48, 128, 441, 2048};
	struct pf_err err;
	for (int i = 0; i < 5; i++) {
		struct pf_device_config c = PF_DEVICE_CONFIG;
		struct rig r = {.last = 12};
		c.rate_hz = rates[i];
		c.period_frames = periods[i];
		c.periods = 64;
		ok(rig_run(&r, c, &err) == 1 && r.periods == 12 &&
		    r.total == 12 * periods[i] && r.after == 12 &&
		    r.sum == 0 && fabs(rig_books(&r)) < 1.1,
		    "null plays %u frames at %u Hz, exactly on time (%g)",
		    periods[i], rates[i], rig_books(&r));
	}
	struct pf_device_config c = PF_DEVICE_CONFIG;
	struct rig r = {.last = 40, .oversleep_at = 10,
	    .oversleep_ns = 60000000};
	rig_run(&r, c, &err);
	ok(r.now.xruns >= 1 && r.now.lost_frames >= 1000 &&
	    fabs(rig_books(&r)) < 1.1,
	    "who is late on null has an xrun, and the frames are counted "
	    "(%llu)", (unsigned long long)r.now.lost_frames);
	struct rig fast = {.last = 100000};
	c.free_running = true;
	ok(rig_run(&fast, c, &err) == 1 && fast.total == 12800000 &&
	    fast.now.xruns == 0, "free running, null waits for nobody");
}

static void
test_stop(void)
{
	struct pf_device_config c = PF_DEVICE_CONFIG;
	struct pf_err err;
	struct rig r = {.last = 0};
	struct pf_device *d = rig_start(&r, c, &err);
	rig_await_periods(&r, 3);
	ok(pf_device_wait(d, 0, &err) == 0, "it has not ended by itself");
	ok(pf_device_stop(d, &err) == 0, "it can be stopped");
	const int n = r.periods;
	rig_pause(20000000);
	ok(n == r.periods && pf_device_stop(d, &err) == 0,
	    "then nobody is called any more, and stopping again is fine");
	ok(pf_device_start(d, rig_process, &r, &err) < 0,
	    "a device starts once");
	pf_device_close(d);
	ok(pf_device_open(&d, &c, &err) == 0, "a device opens");
	pf_device_close(d);
	pf_device_close(NULL);
	ok(1, "and closes unplayed, even one that is not there");
}

/* A WAV of a ramp in 32 bits. */
static void
write_ramp(const char *path, size_t frames, uint32_t rate_hz)
{
	const struct pf_audio_writer_config config = {
		.rate_hz = rate_hz, .channels = 2, .bits = 32
	};
	struct pf_audio_writer *w;
	if (pf_audio_writer_open(&w, path, &config, NULL) < 0)
		exit(1);
	for (size_t i = 0; i < frames; i++) {
		const float lr[2] = {(float)(i % 16384) / 32768,
		    (float)(i % 16384 + 1) / 32768};
		if (pf_audio_writer_write(w, lr, 1, NULL) < 0)
			exit(1);
	}
	if (pf_audio_writer_commit(w, NULL) < 0)
		exit(1);
}

/* How many frames a file has that are our ramp; -1: something else. */
static int64_t
ramp_length(const char *path)
{
	struct pf_audio audio;
	if (pf_audio_load(&audio, path, 0, 0, 60, NULL) < 0)
		return -1;
	int64_t frames = audio.frames;
	for (int64_t i = 0; i < audio.frames; i++)
		if (fabsf(audio.sample[i * 2] - (float)(i % 16384) / 32768) >
		    1e-6f)
			frames = -1;
	pf_audio_fini(&audio);
	return frames;
}

static void
test_files(bool paced)
{
	struct pf_device_config c = PF_DEVICE_CONFIG;
	struct pf_err err = {{0}};
	struct rig r = {.last = 0};
	char spec[300];
	const char *how = paced ? "paced" : "free running";
	snprintf(spec, sizeof spec, "file:%s,%s", in_dir("in.wav"),
	    in_dir("out.wav"));
	c.spec = spec;
	c.free_running = !paced;
	c.bits = 32;
	ok(rig_run(&r, c, &err) == 1 && r.total == 20001 && r.wrong == 0 &&
	    r.ramps == 1, "%s, a file is heard to its last frame and the "
	    "device ends there (%d wrong)", how, r.wrong);
	ok(ramp_length(in_dir("out.wav")) == 20001,
	    "%s, what was played is in the other file, as long", how);
	unlink(in_dir("out.wav"));

	snprintf(spec, sizeof spec, "file:%s", in_dir("in.wav"));
	struct rig on = {.last = 200};
	c.go_on = true;
	ok(rig_run(&on, c, &err) == 1 && on.periods == 200 &&
	    on.total == 25600, "%s, silence follows a file if told so", how);

	snprintf(spec, sizeof spec, "file:,%s", in_dir("out.wav"));
	struct rig out = {.last = 50};
	ok(rig_run(&out, c, &err) == 1 && out.ins == 0 &&
	    ramp_length(in_dir("out.wav")) == 6400,
	    "%s, without a file to hear one can still be written", how);
	unlink(in_dir("out.wav"));

	snprintf(spec, sizeof spec, "file:%s", in_dir("cut.wav"));
	struct rig cut = {.last = 0};
	c.go_on = false;
	ok(rig_run(&cut, c, &err) < 0 && strstr(err.text, "is cut short") &&
	    cut.total >= 9000, "%s, a file cut short fails behind what is "
	    "there: %s", how, err.text);

	snprintf(spec, sizeof spec, "file:,/dev/full");
	struct rig full = {.last = 30000};
	c.bits = 0;
	c.spec = "file:,/dev/full";
	ok(rig_run(&full, c, &err) < 0 && strstr(err.text, "No space"),
	    "%s, a full disk ends the device: %s", how, err.text);
}

static void
test_file_terms(void)
{
	struct pf_device_config c = PF_DEVICE_CONFIG;
	struct pf_err err = {{0}};
	char spec[300];
	struct rig r = {.last = 0};
	snprintf(spec, sizeof spec, "file:%s,%s", in_dir("in.wav"),
	    in_dir("gone.wav"));
	c.spec = spec;
	c.rate_hz = 96000;
	c.free_running = true;
	const int ended = rig_run(&r, c, &err);
	ok(ended == 1 && r.rate_hz == 96000 && r.total > 43500 &&
	    r.total < 43600,
	    "a file of another rate is converted (%llu frames)",
	    (unsigned long long)r.total);
	unlink(in_dir("gone.wav"));
	struct pf_device *d = rig_start(&r, c, &err);
	pf_device_close(d);
	ok(access(in_dir("gone.wav"), F_OK) != 0,
	    "closed without a stop, nothing half-written stays");
	write_ramp(in_dir("low.wav"), 2000, 22050);
	snprintf(spec, sizeof spec, "file:%s", in_dir("low.wav"));
	c.rate_hz = 0;
	struct rig low = {.last = 0};
	ok(rig_run(&low, c, &err) == 1 && low.rate_hz == 48000,
	    "a file of 22050 Hz is played at 48000 Hz");
	unlink(in_dir("low.wav"));
}

static unsigned listed;

static void
count_listed(void *ctx, const char *spec, const char *text)
{
	unsigned *found = ctx;
	*found |= (strcmp(spec, "null") == 0) | (strcmp(spec,
	    "file:IN.wav,OUT.wav") == 0) << 1;
	listed += text[0] != '\0';
}

int
main(void)
{
	unsigned found = 0;
	if (!mkdtemp(dir))
		return 1;
	setenv("JACK_DEFAULT_SERVER", "pftest-none", 1);
	setenv("JACK_NO_START_SERVER", "1", 1);
	test_refusals();
	test_null();
	test_stop();
	write_ramp(in_dir("in.wav"), 20001, 44100);
	write_ramp(in_dir("cut.wav"), 20000, 44100);
	if (truncate(in_dir("cut.wav"), 80000) != 0)
		return 1;
	test_files(true);
	test_files(false);
	test_file_terms();
	const unsigned n = pf_device_list(count_listed, &found);
	ok(found == 3 && n >= 2 && listed >= 2,
	    "the list has null and files in it");
	unlink(in_dir("in.wav"));
	unlink(in_dir("cut.wav"));
	rmdir(dir);
	return tap_done();
}
