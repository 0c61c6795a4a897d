/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ALSA, on a card that is a clock (tests/pfclock): the real library, real
 * periods, real xruns, and a plug to pull.
 */
#include "device/device.h"

#include "audiofile/reader.h"
#include "device_rig.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>

static char dir[] = "/tmp/pf-alsa-XXXXXX";
static char gone[64], raw[64], played[64];

static struct pf_device_config
config_of(const char *spec)
{
	struct pf_device_config c = PF_DEVICE_CONFIG;
	c.spec = spec;
	c.periods = 8; /* the machine may be busy */
	return c;
}

static void
test_cards(void)
{
	static const struct {
		const char *name, *text;
		unsigned wanted, ins;
		uint32_t rate_hz;
	} cards[] = {
		{"alsa:clk", "2 out (float), 2 in (float)", 2, 2, 48000},
		{"alsa:clk_mmap", "(float, mmap), 2 in (float, mmap)", 2, 2,
		48000},
		{"alsa:clk_mono", "1 out (S16), 1 in (S16)", 2, 1, 48000},
		{"alsa:clk_24", "6 out (S24_3), 6 in (S24_3)", 6, 6, 48000},
		{"alsa:clk_32", "4 out (S32, mmap), 4 in (S32, mmap)", 3, 3,
		48000},
		{"alsa:clk_44", "2 out (float)", 0, 0, 44100},
	};
	for (size_t i = 0; i < PF_COUNT(cards); i++) {
		struct pf_device_config c = config_of(cards[i].name);
		struct pf_device_info info;
		struct pf_err err = {{0}};
		struct rig r = {.last = 150};
		c.ins = cards[i].wanted;
		struct pf_device *d = rig_start(&r, c, &err);
		if (!ok(d, "%s opens %s", cards[i].name, err.text))
			continue;
		pf_device_info(d, &info);
		ok(rig_end(d, &err) == 1 && info.rate_hz == cards[i].rate_hz &&
		    info.ins == cards[i].ins && info.paced &&
		    info.period_frames == 128 && info.periods == 8 &&
		    info.in_latency == 128 && info.out_latency == 7 * 128 &&
		    strstr(info.text, cards[i].text),
		    "its terms are as it can: %s", info.text);
		ok(r.wrong == 0 && r.too_long == 0 && r.after == 150 &&
		    r.ramps <= (r.ins > 0) + (int)r.now.xruns,
		    "what it hears is there, sample for sample, channel for "
		    "channel (%d wrong, %d ramps)", r.wrong, r.ramps);
		ok(fabs(rig_books(&r)) < 4 * 128,
		    "played and lost are the time that passed (%.1f frames)",
		    rig_books(&r));
	}
}

static void
test_periods(void)
{
	static const uint32_t periods[] = {32, 48, 100, 441, 1024, 2048};
	static const uint32_t rates[] = {
		48000, 44100, 48000, 88200, 96000, 192000
	};
	for (size_t i = 0; i < PF_COUNT(periods); i++) {
		struct pf_device_config c = config_of("alsa:clk");
		struct pf_err err = {{0}};
		struct rig r = {.last = 10};
		c.period_frames = periods[i];
		c.rate_hz = rates[i];
		c.periods = 16;
		ok(rig_run(&r, c, &err) == 1 && r.rate_hz == rates[i] &&
		    r.most == periods[i] && r.wrong == 0 && r.too_long == 0,
		    "it plays %u frames at %u Hz", periods[i], rates[i]);
	}
}

static void
test_xrun(const char *spec)
{
	struct pf_device_config c = config_of(spec);
	struct pf_err err = {{0}};
	struct rig r = {.last = 80, .oversleep_at = 20,
	    .oversleep_ns = 80000000};
	c.periods = 3;
	ok(rig_run(&r, c, &err) == 1 && r.now.xruns >= 1,
	    "%s: who sleeps 80 ms in a period has an xrun and plays on", spec);
	ok(r.now.lost_frames > 2000 && fabs(rig_books(&r)) < 4 * 128,
	    "the frames it cost are counted: %llu, the books are right to "
	    "%.1f", (unsigned long long)r.now.lost_frames, rig_books(&r));
	ok(r.wrong == 0 && r.ramps >= 2, "what is heard goes on whole");
}

/* Sound in from a raw file, out to a WAV, through the plug "file". */
static void
test_through_files(void)
{
	enum { FRAMES = 128 * 100 };
	struct pf_device_config c = config_of("alsa:clk_file");
	struct pf_err err = {{0}};
	struct pf_audio audio = {0};
	struct rig r = {.last = 100, .heard_most = FRAMES};
	int16_t (*in)[2] = calloc(FRAMES, sizeof *in);
	r.heard = calloc(FRAMES, sizeof(float));
	for (int i = 0; in && i < FRAMES; i++) {
		in[i][0] = (int16_t)(i * 7919);
		in[i][1] = (int16_t)-i;
	}
	FILE *file = fopen(raw, "wb");
	if (!in || !r.heard || !file ||
	    fwrite(in, sizeof *in, FRAMES, file) != FRAMES)
		exit(1);
	fclose(file);
	c.periods = 32;
	ok(rig_run(&r, c, &err) == 1, "a card of files plays %s", err.text);
	int same = 0;
	for (int i = 0; i < FRAMES; i++)
		same += lrintf(r.heard[i] * 32768) == in[i][0];
	ok(same == FRAMES || r.now.xruns > 0,
	    "what is in the file is heard to the sample (%d of %d)", same,
	    FRAMES);
	ok(pf_audio_load(&audio, played, 0, 0, 60, &err) == 0 &&
	    audio.channels == 2 && audio.frames >= FRAMES,
	    "what was played is in the other file, to its end");
	int64_t begin = 0;
	while (begin < audio.frames && audio.sample[begin * 2 + 1] == 0)
		begin++; /* a queue of silence is first */
	int ramp = 0;
	for (int64_t i = begin; i < audio.frames && i - begin < FRAMES; i++)
		ramp += fabsf(audio.sample[i * 2] -
		    (float)(i - begin) / 32768) < 1e-4f;
	ok(ramp == FRAMES || r.now.xruns > 0, "sample for sample (%d)", ramp);
	pf_audio_fini(&audio);
	free(in);
	free(r.heard);
}

static void
test_lost(void)
{
	struct pf_device_config c = config_of("alsa:clk");
	struct pf_device_info info;
	struct pf_err err = {{0}};
	struct rig r = {.last = 0};
	struct pf_device *d = rig_start(&r, c, &err);
	rig_await_periods(&r, 20);
	close(open(gone, O_CREAT | O_WRONLY, 0600));
	ok(rig_await(&r.was_lost), "a card pulled out is lost");
	const int then = r.periods;
	ok(rig_await_periods(&r, then + 50) && pf_device_wait(d, 0, &err) == 0,
	    "the clock plays on");
	pf_device_info(d, &info);
	ok(info.lost, "info says that it is away");
	unlink(gone);
	ok(rig_await(&r.back) && rig_await_periods(&r, r.periods + 20),
	    "put in again, it plays again");
	pf_device_info(d, &info);
	ok(!info.lost && pf_device_stop(d, &err) == 0, "info says that too");
	pf_device_close(d);
	ok(strstr(r.said, "lost 'alsa:clk' (No such device): the clock goes "
	    "on") && strstr(r.said, "'alsa:clk' is back"),
	    "people are told of both");
	ok(fabs(rig_books(&r)) < 8 * 128,
	    "no time was lost uncounted (%.1f frames)", rig_books(&r));

	struct rig away = {.last = 0};
	d = rig_start(&away, c, &err);
	close(open(gone, O_CREAT | O_WRONLY, 0600));
	rig_await(&away.was_lost);
	ok(pf_device_stop(d, &err) == 0, "stopped while lost, it stops");
	pf_device_close(d);
	ok(pf_device_open(&d, &c, &err) == -ENODEV && strstr(err.text,
	    "cannot open 'alsa:clk': No such device"),
	    "a card that is away does not open: %s", err.text);
	unlink(gone);
}

static void
test_reopen(void)
{
	struct pf_device_config c = config_of("alsa:clk");
	struct pf_err err = {{0}};
	struct rig r = {.last = 0};
	struct pf_device *d = rig_start(&r, c, &err);
	rig_await_periods(&r, 5);
	pf_device_reopen(d);
	ok(rig_await(&r.back) && strstr(r.said, "opening 'alsa:clk' again") &&
	    pf_device_stop(d, &err) == 0,
	    "a card is opened anew when asked, and plays on");
	pf_device_close(d);
}

static void
test_unpaced(void)
{
	struct pf_device_config c = config_of("alsa:null");
	struct pf_err err = {{0}};
	struct rig r = {.last = 200};
	ok(rig_run(&r, c, &err) == 1 && strstr(r.said,
	    "takes sound faster than time goes: the clock paces it"),
	    "a device that nobody paces is noticed, and said");
	ok(r.now.mono_ns - r.first.mono_ns > 300000000 && r.sum == 0,
	    "then the clock does; what it does not hear is silence");
}

static void
refused(const char *spec, uint32_t rate_hz, int error, const char *words,
    const char *what)
{
	struct pf_device_config c = config_of(spec);
	struct pf_device *d = NULL;
	struct pf_err err = {{0}};
	c.rate_hz = rate_hz;
	const int r = pf_device_open(&d, &c, &err);
	ok(r == error && !d && strstr(err.text, words), "%s: %s", what,
	    err.text);
}

static void
test_refusals(void)
{
	refused("alsa:clck", 0, -ENOENT, "cannot open 'alsa:clck': no such "
	    "device, did you mean 'alsa:clk'?", "a name nearly right");
	refused("alsa:hw:Piano", 0, -ENODEV, "no such device, there is alsa:",
	    "a card that is not there");
	refused("alsa:clk_busy", 0, -EBUSY, "device busy, another program has "
	    "it", "a card that is taken");
	refused("alsa:clk_44", 96000, -EINVAL, "'alsa:clk_44' does not do "
	    "96000 Hz, it does 44100", "a rate it does not do");
	refused("alsa:clk_phone", 0, -EINVAL, "it does only 8000",
	    "a card below our rates");
	setenv("PFCLOCK", "/nowhere/pfclock.so", 1);
	refused("alsa:clk_mmap", 0, -ENXIO, "/nowhere/pfclock.so",
	    "a device that lacks its driver");
}

static void
find_card(void *ctx, const char *spec, const char *text)
{
	*(bool *)ctx |= !strcmp(spec, "alsa:clk") && strstr(text,
	    "A card made of a clock");
}

int
main(void)
{
	bool found = false;
	if (rig_card() != 0) {
		tap_skip("the tests' card is not built (make check does)");
		return tap_done();
	}
	if (!mkdtemp(dir))
		return 1;
	snprintf(gone, sizeof gone, "%s/gone", dir);
	snprintf(raw, sizeof raw, "%s/in.raw", dir);
	snprintf(played, sizeof played, "%s/out.wav", dir);
	setenv("PFCLOCK_GONE", gone, 1);
	setenv("PFCLOCK_IN", raw, 1);
	setenv("PFCLOCK_OUT", played, 1);
	test_cards();
	test_periods();
	test_xrun("alsa:clk");
	test_xrun("alsa:clk_mmap");
	test_through_files();
	test_lost();
	test_reopen();
	test_unpaced();
	pf_device_list(find_card, &found);
	ok(found, "the list has the card in it, with its description");
	test_refusals();
	unlink(raw);
	unlink(played);
	rmdir(dir);
	return tap_done();
}
