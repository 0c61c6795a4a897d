/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a driver and a listener rely on. */
#include "base/math.h"
#include "engine/live.h"
#include "engine_rig.h"
#include "tap.h"

#include <errno.h>
#include <math.h>

#define RATE_HZ 48000
#define FRAMES RATE_HZ

static float left[FRAMES], right[FRAMES];

/* A sine that begins and ends at once: what the tests of time listen to. */
static struct pf_instrument
plain(unsigned voices)
{
	struct pf_instrument ins;
	pf_instrument_init(&ins, &pf_model_subtractive);
	ins.voices = voices;
	rig_set(&ins, "shape", 3);
	rig_set(&ins, "cutoff", 1);
	rig_set(&ins, "resonance", 0);
	rig_set(&ins, "attack", 0.001f);
	rig_set(&ins, "sustain", 1);
	rig_set(&ins, "release", 0.001f);
	rig_set(&ins, "drift", 0);
	rig_set(&ins, "velocity", 1);
	rig_set(&ins, "brightness", 0);
	return ins;
}

static size_t
first_sound(void)
{
	size_t i = 0;
	while (i < FRAMES && left[i] == 0)
		i++;
	return i;
}

static size_t
last_sound(void)
{
	size_t i = FRAMES;
	while (i > 0 && left[i - 1] == 0)
		i--;
	return i;
}

static float
loudest(size_t from, size_t to)
{
	float most = 0;
	for (size_t i = from; i < to; i++)
		most = fabsf(left[i]) > most ? fabsf(left[i]) : most;
	return most;
}

/* Amplitude of a frequency in left[from, to), Hann window. */
static double
amplitude(double hz, size_t from, size_t to)
{
	double re = 0, im = 0, norm = 0;
	for (size_t i = from; i < to; i++) {
		const double w = 0.5 - 0.5 * cos(2 * M_PI *
		    (double)(i - from) / (double)(to - from));
		const double angle = 2 * M_PI * hz * (double)i / RATE_HZ;
		re += w * (double)left[i] * cos(angle);
		im += w * (double)left[i] * sin(angle);
		norm += w;
	}
	return 2 * sqrt(re * re + im * im) / norm;
}

static void
render_one(const struct pf_instrument *ins, struct pf_event e,
    const char *more)
{
	struct pf_engine *engine = rig_engine(1, 0);
	rig_strip(engine, "a", ins);
	rig_push(engine, e, more);
	rig_render(engine, FRAMES, left, right, 0);
	pf_engine_free(engine);
}

static void
test_time(void)
{
	const struct pf_instrument ins = plain(4);
	for (int at = 1000; at < 1130; at += 43) {
		render_one(&ins, rig_note("a", (double)at / RATE_HZ, 69, 1,
		    0.25f), NULL);
		const size_t first = first_sound(), last = last_sound();
		/* A sine begins with a zero. */
		ok(first >= (size_t)at && first <= (size_t)at + 2,
		    "a note at frame %d begins there (%zu)", at, first);
		const size_t end = (size_t)at + RATE_HZ / 4;
		ok(last >= end && last <= end + RATE_HZ / 200,
		    "and ends at %zu (silent from %zu)", end, last);
	}
	struct pf_instrument quick = plain(4);
	rig_set(&quick, "shape", 0);
	render_one(&quick, rig_note("a", 0.5, 69, 1, 0), NULL);
	ok(last_sound() > RATE_HZ / 2, "a note of no length lasts a frame");
}

static void
test_pitch_and_level(void)
{
	static const float pitches[] = {33, 60, 69.5f, 88};
	const struct pf_instrument ins = plain(4);
	for (unsigned i = 0; i < PF_COUNT(pitches); i++) {
		render_one(&ins, rig_note("a", 0, pitches[i], 1, 2), NULL);
		const double hz = pf_midi_to_hz((double)pitches[i]);
		const double here = amplitude(hz, 4800, FRAMES);
		ok(fabs(here - 0.25) < 0.005, "note %.1f sounds at %.2f Hz "
		    "with a quarter of full scale (%.3f)",
		    (double)pitches[i], hz, here);
		/* A tenth of a semitone beside, the window sees less. */
		ok(amplitude(hz * 1.006, 4800, FRAMES) < here &&
		    amplitude(hz / 1.006, 4800, FRAMES) < here,
		    "and nowhere beside it");
	}
	render_one(&ins, rig_note("a", 0, 69, 0.5f, 2), NULL);
	const double soft = amplitude(440, 4800, FRAMES);
	ok(fabs(soft - 0.0625) < 0.003,
	    "half the velocity is a quarter of the amplitude (%.4f)", soft);
}

static void
test_aliasing(void)
{
	struct pf_instrument ins = plain(1);
	rig_set(&ins, "shape", 0);
	const double f = 2100;
	render_one(&ins, rig_note("a", 0, (float)pf_hz_to_midi(f), 1, 2),
	    NULL);
	const double fundamental = amplitude(f, 4800, FRAMES);
	double worst = 0;
	/* Where harmonics above half the rate fold back to. */
	for (int h = 12; h < 40; h++) {
		double folded = fmod(h * f, RATE_HZ);
		if (folded > RATE_HZ / 2.)
			folded = RATE_HZ - folded;
		const double in_key = fabs(remainder(folded, f));
		if (folded > 16000 || in_key < 50)
			continue;
		const double here = amplitude(folded, 4800, FRAMES);
		worst = here > worst ? here : worst;
	}
	const double db = pf_gain_to_db(worst / fundamental);
	ok(db < -60, "below 16 kHz a saw of 2.1 kHz has aliases under -60 dB "
	    "(%.1f)", db);
	for (int h = 2; h <= 5; h++) {
		const double want = fundamental / h;
		const double have = amplitude(h * f, 4800, FRAMES);
		ok(fabs(pf_gain_to_db(have / want)) < 1,
		    "its harmonic %d is as loud as a saw's", h);
	}
}

/* The largest step from sample to sample, and where. */
static float
largest_step(size_t from, size_t to)
{
	float most = 0;
	for (size_t i = from + 1; i < to; i++) {
		const float step = fabsf(left[i] - left[i - 1]);
		most = step > most ? step : most;
	}
	return most;
}

static void
test_stealing(void)
{
	struct pf_engine *engine = rig_engine(1, 0);
	struct pf_instrument ins = plain(4);
	struct pf_engine_metrics m;
	rig_set(&ins, "attack", 0.02f);
	rig_strip(engine, "a", &ins);
	for (int i = 0; i < 24; i++)
		rig_push(engine, rig_note("a", 0.05 + 0.03 * i + 0.0001 * i,
		    45 + (float)(i % 7), 1, 5), NULL);
	rig_render(engine, FRAMES, left, right, 3);
	pf_engine_metrics(engine, &m);
	ok(m.notes == 24 && m.stolen == 20 && m.shed == 0,
	    "with four voices, 24 held notes steal 20");
	ok(pf_engine_voices(engine) == 4, "and four sound at the end");
	/* Four sines below 165 Hz make steps of 0.25 * 4 * 2 pi f / rate. */
	ok(largest_step(0, FRAMES) < 0.03f,
	    "no theft is a click (largest step %.4f)",
	    (double)largest_step(0, FRAMES));
	pf_engine_free(engine);
}

static void
test_who_is_stolen(void)
{
	struct pf_engine *engine = rig_engine(1, 0);
	struct pf_instrument ins = plain(3);
	rig_set(&ins, "release", 2);
	rig_strip(engine, "a", &ins);
	rig_push(engine, rig_note("a", 0.00, 60, 1, 5), NULL);
	rig_push(engine, rig_note("a", 0.01, 64, 1, 0.1f), NULL);
	rig_push(engine, rig_note("a", 0.02, 67, 0.3f, 5), NULL);
	rig_push(engine, rig_note("a", 0.30, 72, 1, 5), NULL);
	rig_push(engine, rig_note("a", 0.50, 76, 1, 5), NULL);
	rig_render(engine, FRAMES, left, right, 0);
	static const struct {
		float pitch;
		bool there;
		const char *why;
	} row[] = {
		{60, true, "an old loud note stays"},
		{64, false, "the released one goes first"},
		{67, false, "then the soft one"},
		{72, true, "the new ones sound"},
		{76, true, "both of them"},
	};
	for (unsigned i = 0; i < PF_COUNT(row); i++) {
		const double a = amplitude(
		    pf_midi_to_hz((double)row[i].pitch), 30000, FRAMES);
		ok(row[i].there == (a > 0.1), "%s (%.4f)", row[i].why, a);
	}
	pf_engine_free(engine);
}

static void
test_stems(void)
{
	static const char *const names[] = {"zoe", "bob", "eve"};
	struct pf_engine *engine = rig_engine(2, 0);
	const struct pf_instrument base = plain(4);
	struct pf_channel echo = {0};
	echo.gain_db = -3;
	if (pf_engine_add_return(engine, "room", &echo, NULL) != 0)
		exit(1);
	for (unsigned i = 0; i < 3; i++) {
		struct pf_instrument ins = base;
		ins.channel.sends = 1;
		ins.channel.send[0].level = 0.5f;
		snprintf(ins.channel.send[0].to, PF_NAME_MOST, "room");
		ins.channel.pan = (float)i * 0.3f;
		rig_strip(engine, names[i], &ins);
		rig_push(engine, rig_note(names[i], 0.01 * i, 50 +
		    5 * (float)i, 0.8f, 1), NULL);
	}
	unsigned order[PF_STRIPS_MOST];
	ok(pf_engine_stem_order(engine, order) == 3 && order[0] == 1 &&
	    order[1] == 2 && order[2] == 0, "strips are summed by name");
	bool same = true, through = true;
	float l[64], r[64];
	for (int b = 0; b < 200; b++) {
		const float *lr[2], *mix[2];
		pf_engine_run(engine, 64, NULL, (float *[]){l, r});
		pf_engine_mix(engine, mix);
		for (int i = 0; i < 64; i++) {
			float sum = 0;
			for (unsigned s = 0; s < 3; s++) {
				pf_engine_strip_stem(engine, order[s], lr);
				sum += lr[1][i];
			}
			pf_engine_return_stem(engine, 0, lr);
			sum += lr[1][i];
			same &= sum == mix[1][i];
			through &= r[i] == mix[1][i];
		}
	}
	ok(same, "strips and returns sum to the mix, to the bit");
	ok(through, "without a master the mix comes out");
	ok(pf_engine_peak(engine) > 0.2f, "and is heard");
	pf_engine_free(engine);
}

static void
test_late_strip(void)
{
	/* A strip that comes later changes nothing of what was there. */
	static float other[FRAMES];
	const struct pf_instrument ins = plain(4);
	for (int pass = 0; pass < 2; pass++) {
		struct pf_engine *engine = rig_engine(1, 0);
		if (pass == 0)
			rig_strip(engine, "b", &ins);
		rig_strip(engine, "a", &ins);
		rig_push(engine, rig_note("a", 0, 60, 1, 1), NULL);
		rig_render(engine, 6400, left, right, 0);
		if (pass == 1)
			rig_strip(engine, "b", &ins);
		rig_push(engine, rig_note("b", 0.2, 67, 1, 1), NULL);
		rig_render(engine, FRAMES - 6400, left + 6400, right + 6400,
		    0);
		pf_engine_free(engine);
		if (pass == 0)
			memcpy(other, left, sizeof other);
	}
	ok(!memcmp(other, left, sizeof other),
	    "a strip may be added while it plays: the same samples");
}

static void
test_bad_values(void)
{
	struct pf_engine *engine = rig_engine(1, 0);
	const struct pf_instrument ins = plain(8);
	struct pf_engine_metrics m;
	rig_strip(engine, "a", &ins);
	static const float bad[] = {NAN, INFINITY, -INFINITY, 1e30f, -5};
	for (unsigned i = 0; i < PF_COUNT(bad); i++) {
		rig_push(engine, rig_note("a", 0.1, bad[i], bad[i], bad[i]),
		    "cutoff=1e40\tresonance=-nan\twidth=x");
		rig_push(engine, rig_set_event("a", 0.1, "cutoff", bad[i],
		    bad[i]), NULL);
		rig_push(engine, rig_set_event("a", 0.1, "gain", bad[i], 0),
		    NULL);
	}
	struct pf_event tempo = {.time = 0, .type = PF_TEMPO};
	tempo.value = 1e9;
	rig_push(engine, tempo, NULL);
	rig_push(engine, rig_set_event("a", 0.2, "gain", 0, 0), NULL);
	rig_render(engine, FRAMES, left, right, 0);
	bool finite = true;
	for (int i = 0; i < FRAMES; i++)
		finite &= isfinite(left[i]) && fabsf(left[i]) < 100;
	ok(finite, "nonsense in events stays out of the sound");
	pf_engine_metrics(engine, &m);
	ok(m.clamped >= 20, "and is counted (%llu)",
	    (unsigned long long)m.clamped);
	const struct pf_event far = rig_note("a", 1e9, 60, 1, 1);
	ok(rig_push(engine, far, NULL) == -ERANGE, "too far ahead is refused");
	struct pf_event heard = rig_note("a", 1, 60, 1, 1);
	heard.type |= PF_HEARD;
	ok(rig_push(engine, heard, NULL) == 0, "what is heard is accepted");
	ok(rig_push(engine, rig_note("nobody", 1, 60, 1, 1), NULL) == -ENOENT,
	    "a source without a strip is told so");
	ok(rig_push(engine, rig_set_event("a", 1, "cutof", 0, 0), NULL) ==
	    -ENOENT, "and so is an unknown parameter");
	rig_render(engine, 9600, left, right, 0);
	pf_engine_metrics(engine, &m);
	ok(m.notes == 5, "but not played");
	pf_engine_free(engine);
}

static void
test_late_notes(void)
{
	struct pf_engine *engine = rig_engine(1, 0);
	const struct pf_instrument ins = plain(8);
	struct pf_engine_metrics m;
	rig_strip(engine, "a", &ins);
	rig_render(engine, 48000, left, right, 0);
	ok(rig_push(engine, rig_note("a", 0.98, 60, 1, 1), NULL) == 0,
	    "20 ms late is played");
	ok(rig_push(engine, rig_note("a", 0.96, 60, 1, 1), NULL) == -ETIME,
	    "40 ms late is not");
	rig_render(engine, 6400, left, right, 0);
	pf_engine_metrics(engine, &m);
	ok(m.late == 1 && m.dropped == 1 && m.notes == 1,
	    "both are counted");
	ok(first_sound() <= 2, "and the first sounds at once");
	pf_engine_free(engine);
}

static void
test_limits(void)
{
	struct pf_engine *engine = rig_engine(1, 10);
	const struct pf_instrument ins = plain(8);
	rig_strip(engine, "a", &ins);
	int taken = 0;
	for (int i = 0; i < 20; i++)
		taken += rig_push(engine, rig_note("a", 1, 60, 1, 1),
		    NULL) == 0;
	ok(taken == 10, "no more wait than are allowed to");
	pf_engine_free(engine);
}

static void
test_tempo(void)
{
	struct pf_engine *engine = rig_engine(1, 0);
	const struct pf_instrument ins = plain(8);
	struct pf_event tempo = {.time = 250000000, .type = PF_TEMPO};
	struct pf_event free_note = rig_note("f", 0.1, 60, 1, 0.5f);
	rig_strip(engine, "a", &ins);
	rig_strip(engine, "f", &ins);
	free_note.type |= PF_FREE;
	rig_push(engine, rig_note("a", 0.05, 69, 1, 0.4f), NULL);
	rig_push(engine, free_note, NULL);
	tempo.value = 120; /* from 60: twice as fast */
	rig_push(engine, tempo, NULL);
	const float *lr[2];
	size_t end_a = 0, end_f = 0;
	for (size_t b = 0; b < FRAMES / 64; b++) {
		pf_engine_run(engine, 64, NULL, (float *[]){left, right});
		pf_engine_strip_stem(engine, 0, lr);
		for (int i = 0; i < 64; i++)
			if (lr[0][i] != 0)
				end_a = b * 64;
		pf_engine_strip_stem(engine, 1, lr);
		for (int i = 0; i < 64; i++)
			if (lr[0][i] != 0)
				end_f = b * 64;
	}
	ok(labs((long)end_a - 16800) < 400, "a tempo twice as fast halves "
	    "what is left of a note (%zu)", end_a);
	ok(labs((long)end_f - 28800) < 400,
	    "but not of a free one (%zu)", end_f);
	pf_engine_free(engine);
}

static void
test_hands(void)
{
	struct pf_engine *engine = rig_engine(1, 0);
	const struct pf_instrument ins = plain(8);
	struct pf_event on = rig_note("a", 0.1, 60, 1, 0);
	struct pf_event bend = rig_note("a", 0.4, 67, 0, 0);
	struct pf_event off = rig_note("a", 0.7, 0, 0, 0);
	on.type = PF_ON;
	bend.type = PF_BEND;
	off.type = PF_OFF;
	on.id = bend.id = off.id = 7;
	on.p = bend.p = off.p = 0;
	rig_strip(engine, "a", &ins);
	rig_push(engine, off, NULL);
	rig_push(engine, on, NULL);
	rig_push(engine, bend, NULL);
	rig_render(engine, FRAMES, left, right, 5);
	ok(amplitude(pf_midi_to_hz(60), 6000, 19000) > 0.24,
	    "an `on` is held");
	ok(amplitude(pf_midi_to_hz(67), 20000, 33000) > 0.24,
	    "a bend moves it");
	ok(last_sound() > 33600 && last_sound() < 33900,
	    "and its off ends it (%zu)", last_sound());
	pf_engine_free(engine);
}

static void
test_set(void)
{
	struct pf_engine *engine = rig_engine(1, 0);
	const struct pf_instrument ins = plain(8);
	rig_strip(engine, "a", &ins);
	rig_strip(engine, "b", &ins);
	rig_push(engine, rig_note("a", 0, 69, 1, 2), NULL);
	ok(rig_push(engine, rig_set_event("b", 0.25, "a.gain", -20, 0.25f),
	    NULL) == 0, "a strip may set another's");
	rig_push(engine, rig_set_event("a", 0.75, "mute", 1, 0), NULL);
	rig_render(engine, FRAMES, left, right, 0);
	ok(fabs(amplitude(440, 4800, 11000) - 0.25) < 0.01, "before");
	const double middle = pf_gain_to_db(amplitude(440, 17000, 19000) /
	    0.25);
	ok(fabs(middle + 10) < 0.5, "half way of a ramp (%.2f dB)", middle);
	ok(fabs(amplitude(440, 26000, 35000) - 0.025) < 0.001, "at its end");
	ok(loudest(36100, FRAMES) == 0, "and muted it is silent");
	ok(largest_step(0, FRAMES) < 0.02f, "all without a click");
	pf_engine_free(engine);
}

static void
test_circles(void)
{
	struct pf_engine *engine = rig_engine(1, 0);
	struct pf_channel a = {.sends = 1}, b = {.sends = 1};
	struct pf_err err;
	snprintf(a.send[0].to, PF_NAME_MOST, "second");
	snprintf(b.send[0].to, PF_NAME_MOST, "first");
	ok(pf_engine_add_return(engine, "first", &a, &err) == 0,
	    "a return may send to one that is not there yet");
	ok(pf_engine_add_return(engine, "second", &b, &err) == -EINVAL &&
	    strstr(err.text, "'first'") && strstr(err.text, "'second'"),
	    "a circle is refused with its path (%s)", err.text);
	ok(pf_engine_add_return(engine, "second", &(struct pf_channel){0},
	    &err) == 1, "and leaves no trace");
	ok(pf_engine_add_return(engine, "second", &b, &err) == -EEXIST,
	    "a name is taken once");
	pf_engine_free(engine);
}

static void
test_patch_and_epoch(void)
{
	struct pf_engine *engine = rig_engine(1, 0);
	struct pf_instrument ins = plain(8), other = plain(2);
	struct pf_engine_metrics m;
	rig_set(&ins, "release", 0.3f);
	const unsigned strip = rig_strip(engine, "a", &ins);
	rig_push(engine, rig_note("a", 0, 60, 1, 0.2f), NULL);
	rig_render(engine, 4800, left, right, 0);
	ok(pf_engine_patch(engine, strip, &other, NULL) == 0,
	    "a strip takes another instrument");
	rig_push(engine, rig_note("a", 0.3, 72, 1, 5), NULL);
	rig_render(engine, 19200, left, right, 0);
	ok(amplitude(pf_midi_to_hz(60), 0, 4000) > 0.2,
	    "what sounded rings out");
	ok(amplitude(pf_midi_to_hz(72), 12000, 19000) > 0.2,
	    "and the new one plays");
	pf_engine_epoch(engine, 1);
	ok(rig_push(engine, rig_note("a", 0.6, 72, 1, 5), NULL) == -ESTALE,
	    "events of an old epoch are stale");
	rig_render(engine, 4800, left, right, 0);
	pf_engine_metrics(engine, &m);
	ok(pf_engine_voices(engine) == 0 && m.stale == 1,
	    "and its notes have ended");
	pf_engine_free(engine);
}

static float
fader(struct pf_engine *engine, const char *path)
{
	struct pf_param_info info;
	return pf_engine_param_find(engine, 0, path, &info) == 0 ? info.value
	    : -1000;
}

static void
test_faders_stay(void)
{
	struct pf_engine *engine = rig_engine(1, 0);
	struct pf_instrument ins = plain(8), other = plain(2);
	ins.channel.gain_db = -3;
	other.channel.gain_db = 2;
	other.channel.pan = 0.25f;
	const unsigned strip = rig_strip(engine, "a", &ins);
	rig_push(engine, rig_set_event("a", 0, "gain", -9, 0), NULL);
	rig_render(engine, 640, left, right, 0);
	ok(pf_engine_patch(engine, strip, &other, NULL) == 0 &&
	    fader(engine, "gain") == -4 && fader(engine, "pan") == 0.25f,
	    "6 dB taken by hand are taken from the next instrument, too");
	rig_push(engine, rig_set_event("a", 0.1, "gain", -96, 0), NULL);
	rig_render(engine, 6400, left, right, 0);
	ok(pf_engine_patch(engine, strip, &ins, NULL) == 0 &&
	    fader(engine, "gain") == -96, "a fader that is shut stays shut");
	pf_engine_free(engine);
}

/* No jump into the filter makes it run away. */
static void
test_filter_is_stable(void)
{
	struct pf_engine *engine = rig_engine(1, 4000);
	struct pf_instrument ins = plain(1);
	rig_set(&ins, "shape", 0);
	rig_set(&ins, "resonance", 1);
	rig_strip(engine, "a", &ins);
	rig_push(engine, rig_note("a", 0, 40, 1, 1), NULL);
	for (int i = 0; i < 200; i++)
		rig_push(engine, rig_set_event("a", i * 0.005, "cutoff",
		    (float)(i % 2), 0), NULL);
	rig_render(engine, FRAMES, left, right, 0);
	ok(loudest(0, FRAMES) < 4, "a cutoff that leaps over ten octaves 200 "
	    "times a second stays tame (%.2f)",
	    (double)loudest(0, FRAMES));
	pf_engine_free(engine);
}

static void
test_fm(void)
{
	struct pf_instrument ins;
	pf_instrument_init(&ins, &pf_model_fm);
	rig_set(&ins, "sustain1", 1);
	rig_set(&ins, "sustain2", 1);
	rig_set(&ins, "velocity1", 0);
	rig_set(&ins, "velocity2", 0);
	rig_set(&ins, "ratio2", 2);
	rig_set(&ins, "level2", 0.3989f); /* 1/pi turns: an index of 2 */
	rig_set(&ins, "drift", 0);
	rig_set(&ins, "track", 0);
	rig_set(&ins, "algorithm", 4);
	render_one(&ins, rig_note("a", 0, 57, 1, 2), NULL);
	/* Bessel functions of 2: J0, J1, J2 at 1, 1 + 2 (and -1), 1 + 4. */
	const double j0 = amplitude(220, 4800, FRAMES) / 0.25;
	const double j2 = amplitude(1100, 4800, FRAMES) / 0.25;
	/* 1 and -1 fall together: J0 + J1; 5 and -3: J2 + J1 apart. */
	ok(fabs(j0 - (0.2239 + 0.5767)) < 0.02 ||
	    fabs(j0 - fabs(0.2239 - 0.5767)) < 0.02,
	    "an index of 2 gives Bessel's fundamental (%.3f)", j0);
	ok(fabs(j2 - (0.3528 + 0.1289)) < 0.03 ||
	    fabs(j2 - (0.3528 - 0.1289)) < 0.03,
	    "and his fifth harmonic (%.3f)", j2);
}

static void
test_legato_and_glide(void)
{
	struct pf_engine *engine = rig_engine(1, 0);
	struct pf_instrument ins = plain(1);
	struct pf_engine_metrics m;
	ins.legato = true;
	rig_set(&ins, "glide", 0.2f);
	rig_strip(engine, "a", &ins);
	rig_push(engine, rig_note("a", 0, 48, 1, 0.3f), NULL);
	rig_push(engine, rig_note("a", 0.25, 60, 1, 0.7f), NULL);
	rig_render(engine, FRAMES, left, right, 9);
	pf_engine_metrics(engine, &m);
	ok(m.notes == 2 && m.stolen == 0, "a tied note takes the voice over");
	ok(amplitude(pf_midi_to_hz(60), 26000, 45000) > 0.2,
	    "and glides to its pitch");
	ok(amplitude(pf_midi_to_hz(60), 12100, 15000) < 0.1,
	    "which takes a while");
	ok(largest_step(0, FRAMES) < 0.02f, "without a click");
	pf_engine_free(engine);
}

static void
test_own_values(void)
{
	struct pf_instrument ins = plain(4);
	rig_set(&ins, "shape", 0);
	render_one(&ins, rig_note("a", 0, 48, 1, 2), NULL);
	const double bright = amplitude(pf_midi_to_hz(48) * 20, 4800, FRAMES);
	render_one(&ins, rig_note("a", 0, 48, 1, 2),
	    "x=1\tcutoff=0.3\tshape=saw");
	const double dark = amplitude(pf_midi_to_hz(48) * 20, 4800, FRAMES);
	ok(dark < bright / 100, "a note's own cutoff is heard (%.1f dB)",
	    pf_gain_to_db(dark / bright));
	render_one(&ins, rig_note("a", 0, 48, 1, 2), "shape=sine");
	ok(amplitude(pf_midi_to_hz(48) * 3, 4800, FRAMES) < 1e-4,
	    "and its own shape, by name");
}

/* One CPU's registers are not another's: nobody should hear which. */
static void
test_kinds_of_registers(void)
{
	static const char *const kinds[] = {"base", "avx2", "avx512"};
	static float first[FRAMES];
	const char *const was = getenv("PF_SIMD");
	char *const keep = was ? strdup(was) : NULL;
	for (unsigned i = 0; i < PF_COUNT(kinds); i++) {
		struct pf_instrument ins;
		setenv("PF_SIMD", kinds[i], 1);
		struct pf_engine *engine = rig_engine(1, 0);
		pf_instrument_init(&ins, &pf_model_subtractive);
		rig_set(&ins, "unison", 3);
		rig_set(&ins, "level2", 0.5f);
		rig_set(&ins, "sub", 0.3f);
		rig_set(&ins, "wobble", 2);
		rig_strip(engine, "a", &ins);
		pf_instrument_init(&ins, &pf_model_fm);
		rig_set(&ins, "index", 2);
		rig_strip(engine, "b", &ins);
		for (int n = 0; n < 8; n++)
			rig_push(engine, rig_note(n % 2 ? "a" : "b",
			    0.05 * n, 40 + 4 * (float)n, 0.8f, 0.4f), NULL);
		rig_render(engine, FRAMES, i ? left : first, right, 0);
		pf_engine_free(engine);
		float worst = 0;
		for (int k = 0; i && k < FRAMES; k++)
			worst = fmaxf(worst, fabsf(left[k] - first[k]));
		ok(worst < 1e-6f, "%s kernels sound as the base does "
		    "(%.1f dBFS)", kinds[i], pf_gain_to_db((double)worst));
	}
	if (keep)
		setenv("PF_SIMD", keep, 1);
	else
		unsetenv("PF_SIMD");
	free(keep);
}

int
main(void)
{
	test_time();
	test_pitch_and_level();
	test_aliasing();
	test_stealing();
	test_who_is_stolen();
	test_stems();
	test_late_strip();
	test_bad_values();
	test_late_notes();
	test_limits();
	test_tempo();
	test_hands();
	test_set();
	test_circles();
	test_patch_and_epoch();
	test_faders_stay();
	test_filter_is_stable();
	test_fm();
	test_legato_and_glide();
	test_own_values();
	test_kinds_of_registers();
	return tap_done();
}
