/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Instruments from files: what plays, what is refused, how it sounds. */
#include "base/hash.h"
#include "base/math.h"
#include "base/rng.h"
#include "base/share.h"
#include "engine/drums.h"
#include "engine/engine.h"
#include "engine/instrument_file.h"
#include "engine/mix_file.h"
#include "event/role.h"
#include "engine/sampler.h"
#include "tap.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 48000, MOST = RATE * 4 };

static float left[MOST], right[MOST];

struct play {
	double at_s, pitch, velocity, duration_s;
};

/* Render notes of an instrument, without its effects; cuts by seed. */
static size_t
render(const struct pf_instrument *from, const struct play *notes, size_t n,
    double length_s, uint64_t seed)
{
	struct pf_engine_config config;
	struct pf_instrument in = *from;
	struct pf_engine *engine;
	struct pf_err err;
	pf_engine_config_init(&config);
	in.channel.fxs = in.channel.sends = 0;
	in.channel.gain_db = 0;
	if (pf_engine_new(&engine, &config, &err) != 0 ||
	    pf_engine_add(engine, "x", &in, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	for (size_t i = 0; i < n; i++) {
		const struct pf_event e = {
		    .time = (int64_t)(notes[i].at_s * 1e9),
		    .source = pf_hash("x", 1), .type = PF_NOTE,
		    .pitch = (float)notes[i].pitch,
		    .velocity = (float)notes[i].velocity,
		    .duration = (float)notes[i].duration_s};
		if (pf_engine_push(engine, &e, NULL, 0) != 0)
			abort();
	}
	const size_t frames = (size_t)(length_s * RATE) / 64 * 64;
	for (size_t at = 0; at < frames;) {
		unsigned k = pf_engine_room(engine);
		if (seed)
			k = 1 + pf_rng_below(seed, 0, (int64_t)at, 0, k);
		float *const out[2] = {left + at, right + at};
		pf_engine_run(engine, k, NULL, out);
		at += k;
	}
	pf_engine_free(engine);
	return frames;
}

static void
load(struct pf_instrument *in, const char *name)
{
	struct pf_err err;
	if (pf_instrument_load(in, name, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
}

static void
parse(struct pf_instrument *in, const char *text)
{
	struct pf_err err;
	if (pf_instrument_parse(in, text, strlen(text), "t.yaml", &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
}

static double
size_at(const float *x, size_t n, double hz)
{
	double re = 0, im = 0;
	for (size_t i = 0; i < n; i++) {
		const double w = 0.5 - 0.5 * cos(6.283185307179586 *
		    (double)i / (double)n);
		const double p = 6.283185307179586 * hz * (double)i / RATE;
		re += w * (double)x[i] * cos(p);
		im += w * (double)x[i] * sin(p);
	}
	return re * re + im * im;
}

/* By how many cents a note's first partial is off. */
static double
cents_off(const float *x, size_t n, double hz)
{
	double best = 0, most = -1;
	for (double c = -12; c <= 12; c += 0.5) {
		const double s = size_at(x, n, hz * pow(2, c / 1200));
		if (s > most) {
			most = s;
			best = c;
		}
	}
	return best;
}

static void
test_tuning(void)
{
	struct pf_instrument in;
	double worst = 0;
	parse(&in, "model: pluck\nparams: {decay: 12, treble: 0.4}\n");
	for (int key = 28; key <= 88; key += 5) {
		const struct play note = {0, key, 0.8, 2};
		render(&in, &note, 1, 0.8, 0);
		const double off = cents_off(left + 2400, 24000,
		    pf_midi_to_hz(key));
		worst = fabs(off) > worst ? fabs(off) : worst;
	}
	printf("# strings from E1 to E6 are off by %.1f cents at most\n",
	    worst);
	ok(worst <= 2, "strings from E1 to E6 are in tune within 2 cents");
}

static double
rms(const float *x, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += (double)x[i] * (double)x[i];
	return sqrt(sum / (double)n);
}

/* The frequency around which a sound's differences and size balance. */
static double
brightness(const float *x, size_t n)
{
	double d = 0, s = 0;
	for (size_t i = 1; i < n; i++) {
		const double e = (double)x[i] - (double)x[i - 1];
		d += e * e;
		s += (double)x[i] * (double)x[i];
	}
	return sqrt(d / (s + 1e-20)) * RATE / 6.2832;
}

static void
test_string(void)
{
	struct pf_instrument in;
	parse(&in, "model: pluck\nparams: {decay: 2, treble: 1, body: none}\n");
	const struct play held = {0, 45, 0.8, 4}, cut = {0, 45, 0.8, 0.5};
	render(&in, &held, 1, 2.2, 0);
	const double fall = 20 * log10(rms(left + 4800, 9600) /
	    rms(left + 4800 + RATE, 9600));
	printf("# an A2 of 2 s falls %.1f dB in a second\n", fall);
	ok(fall > 26 && fall < 42, "a string dies in the time asked for");
	render(&in, &cut, 1, 1.5, 0);
	ok(rms(left + RATE, 9600) < 1e-3 * rms(left + 4800, 9600),
	    "a string that is let go falls silent");
	const struct play soft = {0, 45, 0.3, 2}, hard = {0, 45, 1, 2};
	render(&in, &soft, 1, 0.3, 0);
	const double dull = brightness(left, 9600);
	render(&in, &hard, 1, 0.3, 0);
	ok(brightness(left, 9600) > 1.2 * dull,
	    "a string plucked harder is brighter");
}

static void
test_kit(void)
{
	struct pf_instrument in;
	static const int order[] = {41, 50, 38, 42};
	double last = 0;
	int rising = 1;
	load(&in, "kit-acoustic");
	for (size_t i = 0; i < 4; i++) {
		const struct play hit = {0, order[i], 0.8, 0.1};
		render(&in, &hit, 1, 0.3, 0);
		const double b = brightness(left, 9600);
		printf("# %d: %.0f Hz\n", order[i], b);
		rising &= b > last;
		last = b;
	}
	ok(rising, "floor tom, high tom, snare, hat: each is brighter");

	int all = 1;
	for (int key = 35; key <= 81; key++) {
		const struct play hit = {0, key, 0.8, 0.1};
		render(&in, &hit, 1, 0.2, 0);
		all &= rms(left, 9600) > 1e-3;
	}
	ok(all, "all drums of General MIDI sound");

	const struct play open = {0, 46, 0.8, 0.1};
	const struct play both[] = {{0, 46, 0.8, 0.1}, {0.3, 42, 0.8, 0.1}};
	render(&in, &open, 1, 1.5, 0);
	const double rings = rms(left + RATE, 9600);
	render(&in, both, 2, 1.5, 0);
	ok(rms(left + RATE, 9600) < 0.03 * rings,
	    "a closed hat silences the open one");

	const struct play twice[] = {{0, 38, 0.8, 0.1}, {1.5, 38, 0.8, 0.1}};
	render(&in, twice, 2, 3, 0);
	double alike = 0, a = 0, b = 0;
	for (size_t i = 0; i < 9600; i++) {
		const double p = (double)left[i], q = (double)left[i + 72000];
		alike += p * q;
		a += p * p;
		b += q * q;
	}
	alike /= sqrt(a * b);
	printf("# two hits correlate by %.2f, levels %.2f dB apart\n", alike,
	    10 * log10(a / b));
	ok(alike < 0.98 && fabs(10 * log10(a / b)) < 2,
	    "two hits of a snare are not the same, but nearly as loud");
	const struct play soft = {0, 38, 0.25, 0.1}, hard = {0, 38, 1, 0.1};
	render(&in, &soft, 1, 0.3, 0);
	const double dull = brightness(left, 4800);
	render(&in, &hard, 1, 0.3, 0);
	ok(brightness(left, 4800) > 1.15 * dull,
	    "a snare hit harder is brighter, not only louder");
	pf_instrument_fini(&in);
}

/* The same bytes for any cut, for every instrument that is shipped. */
static void
test_shipped(void)
{
	static float whole[2][MOST];
	size_t n = 0;
	char **const names = pf_share_list("instruments", ".yaml", &n);
	int same = 1, sound = 1, sane = 1;
	for (size_t i = 0; names && i < n; i++) {
		struct pf_instrument in;
		struct pf_err err;
		const int r = pf_instrument_load(&in, names[i], &err);
		if (r != 0) { /* its samples are not installed here */
			printf("# %s\n", err.text);
			sane &= strstr(err.text, "/usr/share/") || r == -ENOSYS;
			continue;
		}
		const struct play notes[] = {{0, 38, 0.8, 0.2},
		    {0.011, 45, 0.7, 0.1}, {0.2503, 42, 1, 0.05},
		    {0.3, 57, 0.4, 0.3}};
		const size_t frames = render(&in, notes, 4, 0.6, 0);
		memcpy(whole[0], left, frames * sizeof *left);
		memcpy(whole[1], right, frames * sizeof *right);
		render(&in, notes, 4, 0.6, 77 + i);
		const int match =
		    !memcmp(whole[0], left, frames * sizeof *left) &&
		    !memcmp(whole[1], right, frames * sizeof *right);
		for (size_t k = 0; !match && k < frames; k++)
			if (left[k] != whole[0][k]) {
				printf("# %s differs from frame %zu %a %a\n",
				    names[i], k, (double)left[k], (double)whole[0][k]);
				break;
			}
		same &= match;
		sound &= rms(left, frames) > 1e-3 && rms(left, frames) < 1.5;
		pf_instrument_fini(&in);
	}
	ok(n >= 25, "%zu instruments are shipped", n);
	ok(sane, "all of them can be read, but for samples not installed");
	ok(sound, "all of them sound");
	ok(same, "all of them give the same samples for any cut");
	free(names);
}

static void
test_errors(void)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
	    {"model: subtractive\nparams:\n  cutof: 0.4\n",
		"t.yaml:3: unknown key 'cutof', did you mean 'cutoff'?"},
	    {"model: subtractve\n", "did you mean 'subtractive'"},
	    {"model: pluck\nparams: {decay: 99}\n", "t.yaml:2: "},
	    {"model: pluck\nparams: {body: banjo}\n", "'banjo'"},
	    {"model: pluck\nparams: {decay: long}\n", "'long'"},
	    {"model: pluck\nfx:\n  - revrb\n",
		"t.yaml:3: unknown effect 'revrb', did you mean 'reverb'?"},
	    {"model: pluck\nfx:\n  - eq: {lo: 3}\n", "unknown key 'lo'"},
	    {"title: none\n", "'model' is missing"},
	    {"model: pluck\nvoices: 0\n", "t.yaml:2: "},
	    {"model: pluck\npieces: {}\n", "unknown key 'pieces'"},
	    {"model: drums\npieces: {snare: {body: {hertz: 3}}}\n",
		"unknown key 'hertz'"},
	    {"model: drums\npieces: {gong: {gain: 0}}\n",
		"'gong' is not a drum"},
	    {"model: drums\npieces_from: kit-nowhere\n",
		"unknown kit 'kit-nowhere'"},
	    {"model: sampler\n", "'zones' is missing"},
	    {"model: sampler\nzones: [{file: nowhere.wav}]\n", "nowhere.wav"},
	    {"- 1\n", "an instrument"},
	};
	for (size_t i = 0; i < PF_COUNT(bad); i++) {
		struct pf_instrument in;
		struct pf_err err = {""};
		const int r = pf_instrument_parse(&in, bad[i].text,
		    strlen(bad[i].text), "t.yaml", &err);
		if (!ok(r < 0 && strstr(err.text, bad[i].says),
			"a wrong instrument is told: %s", bad[i].says))
			printf("# got %d: %s\n", r, err.text);
	}
	struct pf_instrument in;
	struct pf_err err;
	ok(pf_instrument_load(&in, "warm-bas", &err) == -ENOENT &&
	    strstr(err.text, "did you mean 'warm-bass'?"),
	    "an unknown instrument is told with the nearest");
}

static void
test_sampler(void)
{
	char path[] = "/tmp/pf-zone-XXXXXX.wav", text[300];
	const int fd = mkstemps(path, 4);
	/* A second of a sine at 440 Hz, 16 bit, 44100 Hz. */
	enum { N = 44100 };
	static unsigned char wav[44 + 2 * N];
	const uint32_t head[11] = {0x46464952, 36 + 2 * N, 0x45564157,
	    0x20746d66, 16, 1 | 1 << 16, 44100, 88200, 2 | 16 << 16,
	    0x61746164, 2 * N};
	memcpy(wav, head, 44);
	for (int i = 0; i < N; i++) {
		const int16_t s = (int16_t)lrint(16000 *
		    sin(6.283185307179586 * 440 * i / 44100));
		memcpy(wav + 44 + 2 * i, &s, 2);
	}
	if (fd < 0 || write(fd, wav, sizeof wav) != (ssize_t)sizeof wav)
		abort();
	close(fd);
	snprintf(text, sizeof text, "model: sampler\nparams: {human: 0}\n"
	    "zones:\n  - {file: %s, root: 69, loop: [0.1, 0.9]}\n", path);
	struct pf_instrument in;
	parse(&in, text);
	const struct play note = {0, 81, 1, 3};
	render(&in, &note, 1, 2, 0);
	unlink(path);
	const double want = size_at(left + 48000, 24000, 880);
	double other = 0;
	for (double hz = 1320; hz < 20000; hz += 440)
		other += size_at(left + 48000, 24000, hz);
	ok(fabs(cents_off(left + 48000, 24000, 880)) < 1,
	    "a sample an octave up sounds an octave up, looped beyond its end");
	ok(10 * log10(other / want) < -60, "and brings little else along");
	pf_instrument_fini(&in);
}

static void
test_mix(void)
{
	struct pf_mix *mix;
	struct pf_err err;
	if (pf_mix_load(&mix, "default", &err) != 0) {
		printf("# %s\n", err.text);
		ok(0, "the default mix can be read");
		return;
	}
	ok(pf_mix_returns(mix) == 2 &&
	    strcmp(pf_mix_return_name(mix, 0), "reverb") == 0,
	    "the default mix has a reverb");
	ok(strcmp(pf_mix_instrument(mix, "Bass-2"), "bass-guitar") == 0,
	    "'Bass-2' plays the bass");
	static const char *const drums[] = {"drums", "Perc 2", "my-kit",
	    "kick", "snare", "909", "beat"};
	for (size_t i = 0; i < PF_COUNT(drums); i++)
		ok(pf_source_is_drums(drums[i]) && strstr(
		    pf_mix_instrument(mix, drums[i]), "kit-"),
		    "'%s' is given a drum kit", drums[i]);
	int all = 1;
	char path[4096];
	for (unsigned i = 0; i < 128; i++) {
		const char *const kit = pf_mix_program(mix, 0, i, true);
		all &= !pf_share_find(path, sizeof path, "instruments",
		    pf_mix_program(mix, 0, i, false), ".yaml");
		all &= !pf_share_find(path, sizeof path, "instruments", kit,
		    ".yaml");
	}
	ok(all, "every program of General MIDI has an instrument");
	pf_mix_free(mix);
}

int
main(void)
{
	setenv("PF_SHARE", "share", 0);
	test_errors();
	test_tuning();
	test_string();
	test_kit();
	test_sampler();
	test_mix();
	test_shipped();
	return tap_done();
}
