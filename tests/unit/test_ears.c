/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ears on sounds whose truth is known. */
#include "analysis/ears.h"

#include "event/pitch.h"
#include "event/type.h"
#include "tap.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { RATE = 48000, MOST = 20000 };

/* Everything that was said. */
static struct pf_event said[MOST];
static size_t n_said;

static int
keep(void *ctx, const struct pf_event *e, const char *more)
{
	(void)ctx, (void)more;
	if (n_said < MOST)
		said[n_said++] = *e;
	return 0;
}

static const struct pf_sink sink = {keep, NULL};

/* Hear x[frames], a multiple of hop. */
static struct pf_ears_summary
hear(const float *x, size_t frames, uint32_t hop, uint32_t what)
{
	struct pf_ears *ears;
	struct pf_ears_summary summary;
	const struct pf_ears_config config = {RATE, hop, what, 0};
	n_said = 0;
	if (pf_ears_new(&ears, &config, &sink) != 0)
		exit(1);
	for (size_t i = 0; i + hop <= frames; i += hop)
		if (pf_ears_run(ears, x + i) != 0)
			exit(1);
	if (pf_ears_end(ears) != 0)
		exit(1);
	pf_ears_summary(ears, &summary);
	pf_ears_free(ears);
	return summary;
}

static size_t
count(enum pf_type type)
{
	size_t n = 0;
	for (size_t i = 0; i < n_said; i++)
		n += pf_event_type(&said[i]) == type;
	return n;
}

/* The k-th event of a type, or NULL. */
static const struct pf_event *
nth(enum pf_type type, size_t k)
{
	for (size_t i = 0; i < n_said; i++)
		if (pf_event_type(&said[i]) == type && k-- == 0)
			return &said[i];
	return NULL;
}

static const struct pf_event *
last(enum pf_type type)
{
	const size_t n = count(type);
	return n > 0 ? nth(type, n - 1) : NULL;
}

static float *
silence(double seconds, size_t *frames)
{
	*frames = (size_t)(seconds * RATE) / 4096 * 4096;
	float *const x = calloc(*frames, sizeof *x);
	if (!x)
		exit(1);
	return x;
}

/* A plucked tone of 8 partials: hz, from at_s, amplitude, decay time. */
static void
pluck(float *x, size_t frames, double at_s, double hz, double amplitude,
    double decay_s)
{
	const size_t from = (size_t)(at_s * RATE);
	for (size_t i = from; i < frames && i < from + 3 * RATE; i++) {
		const double t = (double)(i - from) / RATE;
		double sum = 0, a = amplitude * exp(-t / decay_s);
		for (int k = 1; k <= 8; k++, a *= 0.6)
			if (k * hz < 20000)
				sum += a * sin(2 * M_PI * k * hz * t);
		x[i] += (float)(sum * (t < 0.002 ? t / 0.002 : 1));
	}
}

/* A hit of noise from a generator of its own. */
static void
hit(float *x, size_t frames, double at_s, double amplitude, double decay_s)
{
	static uint32_t state = 1;
	const size_t from = (size_t)(at_s * RATE);
	for (size_t i = from; i < frames && i < from + RATE / 4; i++) {
		state = state * 1664525u + 1013904223u;
		x[i] += (float)(amplitude * exp(-(double)(i - from)
		    / RATE / decay_s) * ((double)(state >> 8) / 8388608 - 1));
	}
}

static double
midi_hz(double midi)
{
	return 440 * exp2((midi - 69) / 12);
}

static void
test_onsets(void)
{
	size_t frames, good = 0;
	float *const x = silence(6, &frames);
	double late = 0;
	for (int i = 0; i < 16; i++)
		pluck(x, frames, 0.4 + 0.3 * i, midi_hz(50 + i % 7), 0.3, 0.2);
	hear(x, frames, 64, PF_EARS_ALL);
	for (int i = 0; i < 16; i++)
		for (size_t k = 0; k < n_said; k++) {
			const double at = (double)pf_event_at(&said[k]) / 1e9;
			if (pf_event_type(&said[k]) != PF_ONSET ||
			    fabs(at - 0.4 - 0.3 * i) > 0.012)
				continue;
			good++;
			late += (double)said[k].time / 1e9 - 0.4 - 0.3 * i;
			break;
		}
	ok(good == 16 && count(PF_ONSET) == 16,
	    "16 plucks are 16 onsets, within 12 ms (%zu of %zu)", good,
	    count(PF_ONSET));
	ok(late / (double)good < 0.015, "an onset is known %.1f ms after it",
	    1000 * late / (double)good);
	free(x);
}

static void
test_pitches(void)
{
	size_t frames;
	double worst = 0, latest = 0;
	int wrong = 0;
	for (int midi = 28; midi <= 96; midi += 4) {
		const double detuned = midi + 0.17;
		float *const x = silence(1, &frames);
		pluck(x, frames, 0.2, midi_hz(detuned), 0.3, 0.6);
		hear(x, frames, 64, 1u << PF_ON | 1u << PF_OFF);
		const struct pf_event *const on = nth(PF_ON, 0);
		if (!on || count(PF_ON) != 1 || count(PF_OFF) != 1) {
			wrong++;
		} else {
			const double off = fabs((double)on->pitch - detuned);
			const double late = ((double)on->time / 1e9 - 0.2)
			    * midi_hz(midi);
			worst = off > worst ? off : worst;
			latest = late > latest && midi < 60 ? late : latest;
		}
		free(x);
	}
	ok(wrong == 0, "a plucked tone from E1 to C7 is one note (%d wrong)",
	    wrong);
	ok(worst < 0.3, "its pitch is right within 30 cents (%.0f)",
	    100 * worst);
	ok(latest < 6, "a low one is known within six periods (%.1f)", latest);
}

static void
test_levels(void)
{
	size_t frames;
	float *const x = silence(3, &frames);
	for (size_t i = 0; i < frames; i++)
		x[i] = (float)(0.1 * sin(2 * M_PI * 997 * (double)i / RATE));
	const struct pf_ears_summary s = hear(x, frames, 64, 1u << PF_LEVEL);
	const struct pf_event *const e = last(PF_LEVEL);
	ok(e && fabs((double)e->a + 23.01) < 0.05,
	    "a sine of -20 dB peak has -23 dB RMS");
	ok(e && fabs((double)e->b + 20) < 0.05, "and a peak of -20 dB");
	ok(e && fabs((double)e->c + 23) < 0.1,
	    "at 997 Hz its loudness is -23 LUFS (%.2f)", (double)e->c);
	ok(fabs(s.lufs + 23) < 0.15, "also over the whole (%.2f)", s.lufs);
	ok(count(PF_LEVEL) <= 60, "levels come at most 20 times a second");
	ok(fabs(s.dominant_hz - 997) < 3, "its strongest frequency is 997 Hz");
	free(x);
}

static void
chord(float *x, size_t frames, double at_s, const int *midi)
{
	for (int i = 0; i < 4; i++)
		pluck(x, frames, at_s + 0.004 * i, midi_hz(midi[i]), 0.15, 0.9);
}

static void
test_harmony(void)
{
	static const int tones[4][4] = {{48, 60, 64, 67}, {50, 57, 62, 65},
	    {43, 59, 62, 67}, {48, 64, 67, 72}};
	static const struct { int root, quality; } truth[4] = {{0, PF_MAJ},
	    {2, PF_MIN}, {7, PF_MAJ}, {0, PF_MAJ}};
	size_t frames, right = 0;
	float *const x = silence(24.5, &frames);
	for (int i = 0; i < 48; i++)
		chord(x, frames, 0.2 + 0.5 * i, tones[i / 4 % 4]);
	hear(x, frames, 64, PF_EARS_ALL);
	for (int i = 0; i < 12; i++) {
		const struct pf_event *now = NULL;
		for (size_t k = 0; k < n_said; k++)
			if (pf_event_type(&said[k]) == PF_CHORD &&
			    (double)said[k].time / 1e9 < 0.2 + 2 * i + 1.2)
				now = &said[k];
		if (!now || pf_is_none(now->a))
			continue;
		const int third = pf_quality[now->u8[PF_CHORD_QUALITY]].tones
		    >> 3 & 1;
		right += (int)now->a == truth[i % 4].root &&
		    third == (truth[i % 4].quality == PF_MIN);
	}
	ok(right >= 11, "C Dm G C are heard as such (%zu of 12)", right);
	ok(count(PF_CHORD) <= 30, "and do not flicker (%zu lines)",
	    count(PF_CHORD));
	const struct pf_event *const key = last(PF_KEY);
	ok(key && (int)key->a == 0 && key->u8[PF_KEY_MODE] == PF_MAJOR,
	    "their key is C major");
	free(x);
}

static void
test_tuning(void)
{
	static const int tones[4] = {45, 57, 61, 64};
	size_t frames;
	float *const x = silence(12, &frames);
	for (int i = 0; i < 20; i++)
		for (int k = 0; k < 4; k++)
			pluck(x, frames, 0.1 + 0.55 * i, midi_hz(tones[k]
			    + 0.3), 0.15, 0.9);
	const struct pf_ears_summary s = hear(x, frames, 64, 1u << PF_CHORD);
	const struct pf_event *const e = last(PF_CHORD);
	ok(e && (int)e->a == 9, "an A chord tuned 30 cents high is an A chord");
	ok(fabs(s.tuning_cents - 30) < 12, "its tuning is +30 cents (%.0f)",
	    s.tuning_cents);
	free(x);
}

static void
test_beats(void)
{
	size_t frames, near = 0, all = 0;
	float *const x = silence(16, &frames);
	for (int i = 0; i < 62; i++) {
		const double at = 0.5 + 0.25 * i;
		hit(x, frames, at, i % 2 ? 0.05 : 0.1, 0.01); /* hat */
		if (i % 4 == 0)
			pluck(x, frames, at, 55, 0.6, 0.05); /* kick */
		if (i % 4 == 2)
			hit(x, frames, at, 0.4, 0.05); /* snare */
	}
	hear(x, frames, 64, PF_EARS_ALL);
	for (size_t k = 0; k < n_said; k++) {
		const double at = (double)pf_event_at(&said[k]) / 1e9;
		if (pf_event_type(&said[k]) != PF_BEAT || at < 5)
			continue;
		const double beats = (at - 0.5) / 0.5;
		all++;
		near += fabs(beats - round(beats)) * 0.5 < 0.03;
	}
	ok(all >= 18 && near == all, "beats of a drum loop are foreseen within "
	    "30 ms (%zu of %zu)", near, all);
	const struct pf_event *const b = last(PF_BEAT);
	ok(b && fabs((double)b->a - 120) < 1.5, "its tempo is 120 bpm");
	ok(b && pf_event_at(b) > b->time, "a beat is told before it comes");
	free(x);
}

static void
test_drums(void)
{
	size_t frames, right = 0;
	float *const x = silence(12, &frames);
	for (int i = 0; i < 40; i++) {
		const double at = 0.3 + 0.28 * i;
		if (i % 2)
			hit(x, frames, at, 0.4, 0.06);
		else
			for (size_t k = 0; k < RATE / 6; k++) {
				/* A kick: a sine that falls from 110 Hz. */
				const double t = (double)k / RATE;
				x[(size_t)(at * RATE) + k] += (float)(0.8
				    * exp(-t / 0.06) * sin(2 * M_PI * (50 * t
				    + 1.8 * (1 - exp(-t / 0.03)))));
			}
	}
	hear(x, frames, 64, 1u << PF_ONSET);
	for (size_t k = 0; k < n_said; k++) {
		const double at = (double)pf_event_at(&said[k]) / 1e9;
		const int i = (int)round((at - 0.3) / 0.28);
		if (i >= 20 && !pf_is_none(said[k].pitch))
			right += ((int)said[k].pitch == 36) == (i % 2 == 0);
	}
	ok(right >= 16, "kicks and hits of noise are told apart (%zu of 20)", right);
	free(x);
}

static void
test_robustness(void)
{
	size_t frames;
	float *const x = silence(2, &frames);
	hear(x, frames, 64, PF_EARS_ALL & ~(1u << PF_LEVEL));
	ok(n_said == 0, "silence says nothing");
	for (size_t i = 0; i < frames; i++)
		x[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -1e30f;
	const struct pf_ears_summary s = hear(x, frames, 256,
	    PF_EARS_ALL & ~(1u << PF_LEVEL));
	ok(n_said == 0 && s.bad == frames,
	    "what is not a number counts as silence");
	for (size_t i = 0; i < frames; i++)
		x[i] = i / 100 % 2 ? 60.f : -60.f;
	hear(x, frames, 4096, PF_EARS_ALL);
	size_t bad = 0;
	for (size_t i = 0; i < n_said; i++)
		bad += pf_event_check(&said[i]) != NULL;
	ok(n_said > 0 && bad == 0, "a monstrous square wave gives valid events");
	free(x);
	struct pf_ears *ears = NULL;
	struct pf_ears_config c = {RATE, 100, PF_EARS_ALL, 0};
	ok(pf_ears_new(&ears, &c, &sink) == -EINVAL && !ears,
	    "a hop that is no power of two is refused");
	c = (struct pf_ears_config){8000, 64, PF_EARS_ALL, 0};
	ok(pf_ears_new(&ears, &c, &sink) == -EINVAL && !ears,
	    "a rate that is too low is refused");
}

static void
test_causality(void)
{
	size_t frames, n = 0;
	float *const x = silence(8, &frames);
	for (int i = 0; i < 24; i++)
		pluck(x, frames, 0.2 + 0.31 * i, midi_hz(48 + i * 5 % 14), 0.3,
		    0.4);
	hear(x, frames / 2, 64, PF_EARS_ALL);
	static struct pf_event half[MOST];
	const int64_t end = pf_time_of_frame((int64_t)frames / 2, RATE);
	for (size_t i = 0; i < n_said; i++)
		if (said[i].time < end)
			half[n++] = said[i];
	hear(x, frames, 64, PF_EARS_ALL);
	ok(n > 50 && memcmp(half, said, n * sizeof *half) == 0,
	    "half a take gives the first of the same events");
	size_t back = 0;
	for (size_t i = 1; i < n_said; i++)
		back += said[i].time < said[i - 1].time;
	ok(back == 0, "events come in the order of time");
	free(x);
}

static int
refuse(void *ctx, const struct pf_event *e, const char *more)
{
	(void)ctx, (void)e, (void)more;
	return -EPIPE;
}

static void
test_sink(void)
{
	static const float x[64];
	const struct pf_ears_config c = {RATE, 64, PF_EARS_ALL, 0};
	const struct pf_sink broken = {refuse, NULL};
	struct pf_ears *ears;
	int r = pf_ears_new(&ears, &c, &broken);
	for (int i = 0; i < 60 && r == 0; i++)
		r = pf_ears_run(ears, x);
	ok(r == -EPIPE, "what the sink returns comes back");
	pf_ears_free(ears);
}

int
main(void)
{
	test_onsets();
	test_pitches();
	test_levels();
	test_harmony();
	test_tuning();
	test_beats();
	test_drums();
	test_robustness();
	test_causality();
	test_sink();
	return tap_done();
}
