/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The effects do what their parameters say, however a block is cut. */
#include "engine/effects.h"

#include "base/math.h"
#include "base/rng.h"
#include "engine/limiter.h"
#include "tap.h"

#ifdef HAVE_libebur128
#include <ebur128.h>
#endif

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000 };

struct unit {
	const struct pf_fx *fx;
	void *state;
	float value[PF_FX_PARAMS_MOST];
	double bpm;
};

static void
unit_new(struct unit *u, const struct pf_fx *fx)
{
	u->fx = fx;
	u->bpm = 120;
	for (unsigned i = 0; i < fx->params; i++)
		u->value[i] = fx->param[i].def;
	u->state = NULL;
}

static void
set(struct unit *u, const char *name, double value)
{
	for (unsigned i = 0; i < u->fx->params; i++)
		if (strcmp(u->fx->param[i].name, name) == 0) {
			u->value[i] = (float)value;
			return;
		}
	fprintf(stderr, "no parameter %s\n", name);
	abort();
}

static void
begin(struct unit *u)
{
	const size_t size = (u->fx->bytes(RATE) + 63) & ~(size_t)63;
	free(u->state);
	u->state = aligned_alloc(64, size);
	if (!u->state)
		abort();
	memset(u->state, 0, size);
	u->fx->init(u->state, RATE, u->value);
}

/* Run whole blocks, each cut at random when seed is not 0. */
static void
run(struct unit *u, float *l, float *r, size_t n, const float *key,
    uint64_t seed)
{
	for (size_t at = 0; at < n; at += PF_BLOCK) {
		const struct pf_fx_block block = {u->value, u->bpm,
		    (double)at / RATE * u->bpm / 60};
		u->fx->control(u->state, &block);
		for (unsigned pos = 0; pos < PF_BLOCK;) {
			unsigned k = PF_BLOCK - pos;
			if (seed)
				k = 1 + pf_rng_below(seed, 1, (int64_t)at,
				    pos, k);
			const struct pf_fx_io io = {pos, k, l + at + pos,
			    r + at + pos, key ? key + at + pos : NULL,
			    key ? key + at + pos : NULL};
			u->fx->run(u->state, &io);
			pos += k;
		}
	}
}

static void
noise(float *x, size_t n, uint64_t seed, float level)
{
	for (size_t i = 0; i < n; i++)
		x[i] = level *
		    (float)(2 * pf_rng_unit(seed, 0, (int64_t)i, 0) - 1);
}

static void
sine(float *x, size_t n, double hz, double level)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (float)(level * sin(6.283185307179586 * hz *
		    (double)i / RATE));
}

static double
rms(const float *x, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += (double)x[i] * (double)x[i];
	return sqrt(sum / (double)n);
}

static double
db(double gain)
{
	return 20 * log10(gain + 1e-12);
}

/* What every effect promises: cuts do not matter, nothing escapes. */
static void
test_all(void)
{
	enum { N = 64 * 400 };
	static float a[2][N], b[2][N];
	for (size_t f = 0; pf_fxs[f]; f++) {
		const struct pf_fx *const fx = pf_fxs[f];
		int same = 1, bounded = 1;
		for (uint64_t seed = 1; seed <= 12; seed++) {
			struct unit u;
			unit_new(&u, fx);
			for (unsigned i = 0; i < fx->params; i++) {
				const struct pf_param *const p = &fx->param[i];
				const float x = (float)pf_rng_unit(seed, 7, 0,
				    i);
				u.value[i] = p->lo + (p->hi - p->lo) * x;
				if (p->curve == PF_CHOICE)
					u.value[i] = floorf(u.value[i] + 0.5f);
			}
			for (int pass = 0; pass < 2; pass++) {
				float (*const x)[N] = pass ? b : a;
				noise(x[0], N, seed, 2);
				noise(x[1], N, seed + 99, 0.5f);
				begin(&u);
				run(&u, x[0], x[1], N / 2, NULL, pass * seed);
				/* And while they move. */
				const float was = u.value[0];
				u.value[0] = fx->param[0].hi;
				run(&u, x[0] + N / 2, x[1] + N / 2, N / 2,
				    NULL, pass * (seed + 1000));
				u.value[0] = was;
			}
			same &= memcmp(a, b, sizeof a) == 0;
			for (size_t i = 0; i < N; i++)
				bounded &= fabsf(a[0][i]) < 3000 &&
				    fabsf(a[1][i]) < 3000;
			free(u.state);
		}
		ok(same, "%s gives the same samples for any cut of a block",
		    fx->name);
		ok(bounded, "%s stays finite for any parameters and noise",
		    fx->name);
	}
}

static double
eq_gain(struct unit *u, double hz)
{
	enum { N = 64 * 600 };
	static float l[N], r[N];
	sine(l, N, hz, 0.25);
	memcpy(r, l, sizeof r);
	begin(u);
	run(u, l, r, N, NULL, 0);
	return db(rms(l + N / 2, N / 2) / (0.25 / sqrt(2)));
}

static void
test_eq(void)
{
	struct unit u;
	unit_new(&u, &pf_fx_eq);
	set(&u, "peak1", 9);
	set(&u, "peak1_hz", 1000);
	ok(fabs(eq_gain(&u, 1000) - 9) < 0.1,
	    "a bell of 9 dB at 1 kHz gives 9 dB at 1 kHz");
	ok(fabs(eq_gain(&u, 60)) < 0.2, "and leaves 60 Hz alone");
	set(&u, "peak1", 0);
	set(&u, "low", -6);
	set(&u, "low_hz", 200);
	ok(fabs(eq_gain(&u, 25) + 6) < 0.3 && fabs(eq_gain(&u, 200) + 3) < 0.3,
	    "a low shelf of -6 dB is whole below and half in the middle");
	set(&u, "low", 0);
	set(&u, "high", 5);
	set(&u, "high_hz", 4000);
	ok(fabs(eq_gain(&u, 16000) - 5) < 0.4 && fabs(eq_gain(&u, 300)) < 0.2,
	    "a high shelf lifts what is above it alone");
	set(&u, "high", 0);
	set(&u, "cut", 100);
	ok(fabs(eq_gain(&u, 100) + 3) < 0.3 && eq_gain(&u, 50) < -11,
	    "a low cut is 3 dB down at its frequency and falls 12 dB an octave");
	set(&u, "cut", 10);
	ok(eq_gain(&u, 20) == eq_gain(&u, 20) && fabs(eq_gain(&u, 30)) < 0.01,
	    "an equaliser at 0 dB changes nothing");
	free(u.state);
}

static double
compressed(struct unit *u, double level_db)
{
	enum { N = 64 * 900 };
	static float l[N], r[N];
	for (size_t i = 0; i < N; i++) /* a square: its level is its size */
		l[i] = r[i] = (float)pow(10, level_db / 20) *
		    ((i / 40) & 1 ? 1 : -1);
	begin(u);
	run(u, l, r, N, NULL, 0);
	return db(fabs((double)l[N - 5]));
}

static void
test_compressor(void)
{
	struct unit u;
	unit_new(&u, &pf_fx_compressor);
	set(&u, "threshold", -20);
	set(&u, "ratio", 4);
	set(&u, "knee", 0);
	ok(fabs(compressed(&u, -30) + 30) < 0.1,
	    "below the threshold nothing is turned down");
	ok(fabs(compressed(&u, -8) + 17) < 0.1,
	    "12 dB above the threshold become 3 at 4:1");
	set(&u, "knee", 12);
	ok(fabs(compressed(&u, -20) + 20 + 1.125) < 0.1,
	    "a knee of 12 dB begins softly at its middle");
	enum { N = 64 * 200 };
	static float l[N], r[N], key[N];
	set(&u, "knee", 0);
	sine(l, N, 200, 0.1);
	memcpy(r, l, sizeof r);
	sine(key, N, 60, 1);
	begin(&u);
	run(&u, l, r, N, key, 0);
	ok(db(rms(l + N / 2, N / 2) / (0.1 / sqrt(2))) < -8,
	    "a loud key turns down what is soft itself");
	free(u.state);
}

static void
test_drive(void)
{
	enum { N = 65536 };
	static float l[N], r[N];
	struct unit u;
	unit_new(&u, &pf_fx_drive);
	set(&u, "drive", 30);
	set(&u, "bias", 0);
	set(&u, "tone", 20000);
	/* 5 kHz: its odd harmonics above 24 kHz would fold to 13, 7, 3 ... */
	sine(l, N, 48000 * 6827.0 / N, 0.8);
	memcpy(r, l, sizeof r);
	begin(&u);
	run(&u, l, r, N, NULL, 0);
	double tone = 0, alias = 0;
	for (int h = 1; h < 12; h++) {
		const double f = fmod(6827.0 * h, N);
		const double bin = f > N / 2 ? N - f : f;
		double re = 0, im = 0;
		for (int i = N / 2; i < N; i++) {
			const double w = 0.5 - 0.5 *
			    cos(6.283185307179586 * (i - N / 2) / (N / 2));
			re += w * l[i] * cos(6.283185307179586 * bin * i / N);
			im += w * l[i] * sin(6.283185307179586 * bin * i / N);
		}
		const double power = re * re + im * im;
		if (h == 1)
			tone = power;
		else if (6827.0 * h > N / 2 && bin < 0.3 * N)
			alias += power;
	}
	const double alias_db = 10 * log10(alias / tone);
	printf("# aliases of a 5 kHz sine driven by 30 dB: %.1f dB\n",
	    alias_db);
	ok(alias_db < -42, "drive folds little back into the sound");
	free(u.state);
}

static void
test_delay(void)
{
	enum { N = 64 * 1600 };
	static float l[N], r[N];
	struct unit u;
	unit_new(&u, &pf_fx_delay);
	set(&u, "time", 0.5);
	set(&u, "pingpong", 0);
	u.bpm = 120;
	memset(l, 0, sizeof l);
	memset(r, 0, sizeof r);
	l[0] = r[0] = 1;
	begin(&u);
	run(&u, l, r, N, NULL, 0);
	size_t first = 0;
	while (first < N && fabsf(l[first]) < 0.5f)
		first++;
	ok(first == 12000, "half a beat at 120 comes after 250 ms");
	free(u.state);
}

/* Seconds until the energy that is left has fallen from -5 to -35 dB, twice. */
static double
decay_s(const float *x, size_t n)
{
	double sum = 0, left = 0;
	for (size_t i = 0; i < n; i++)
		sum += (double)x[i] * (double)x[i];
	size_t from = 0, to = 0;
	left = sum;
	for (size_t i = 0; i < n; i++) {
		left -= (double)x[i] * (double)x[i];
		if (!from && left < sum * 0.31622776601)
			from = i;
		if (!to && left < sum * 0.00031622776601)
			to = i;
	}
	return 2.0 * (double)(to - from) / RATE;
}

static void
test_reverb(void)
{
	enum { N = 64 * 4500 };
	static float l[N], r[N];
	struct unit u;
	unit_new(&u, &pf_fx_reverb);
	set(&u, "decay", 2);
	set(&u, "treble", 1);
	set(&u, "predelay", 0.02);
	memset(l, 0, sizeof l);
	memset(r, 0, sizeof r);
	l[0] = r[0] = 1;
	begin(&u);
	run(&u, l, r, N, NULL, 0);
	const double t = decay_s(l, N);
	printf("# asked for 2 s, measured %.2f s\n", t);
	ok(fabs(t - 2) < 0.2, "a room of 2 s takes 2 s to fall by 60 dB");
	ok(rms(l, 950) < 1e-6, "it keeps quiet for the predelay");
	/* Dense: after 100 ms samples are spread like noise's, whose mean
	 * size is 0.798 of its RMS (a Gaussian). */
	double size = 0;
	for (size_t i = 7200; i < 12000; i++)
		size += fabs((double)l[i]);
	const double shape = size / 4800 / rms(l + 7200, 4800);
	printf("# mean size over RMS %.3f, noise 0.798\n", shape);
	ok(shape > 0.72, "its echoes are dense after 150 ms");
	double both = 0;
	for (size_t i = 0; i < N; i++)
		both += (double)l[i] * (double)r[i];
	both /= rms(l, N) * rms(r, N) * N;
	printf("# correlation of the sides %.3f\n", both);
	ok(fabs(both) < 0.2, "its sides are not alike");
	set(&u, "treble", 0.4);
	static float m[N], s[N];
	noise(m, N, 5, 0.1f);
	memcpy(s, m, sizeof s);
	const double in = rms(m + N / 2, N / 2);
	begin(&u);
	run(&u, m, s, N, NULL, 0);
	const double level = db(rms(m + N / 2, N / 2) / in);
	printf("# wet noise is %.1f dB of dry\n", level);
	ok(fabs(level) < 3, "steady noise comes out about as loud as it goes in");
	free(u.state);
}

#ifdef HAVE_libebur128
static double
true_peak_db(const float *l, const float *r, size_t n)
{
	ebur128_state *const e = ebur128_init(2, RATE, EBUR128_MODE_TRUE_PEAK);
	float *const lr = malloc(2 * n * sizeof *lr);
	double a = 0, b = 0;
	if (!e || !lr)
		abort();
	for (size_t i = 0; i < n; i++) {
		lr[2 * i] = l[i];
		lr[2 * i + 1] = r[i];
	}
	ebur128_add_frames_float(e, lr, n);
	ebur128_true_peak(e, 0, &a);
	ebur128_true_peak(e, 1, &b);
	free(lr);
	ebur128_state *gone = e;
	ebur128_destroy(&gone);
	return db(a > b ? a : b);
}
#endif

static void
test_limiter(void)
{
	enum { N = 64 * 1500 };
	static float l[N], r[N], x[N];
	struct unit u;
	unit_new(&u, &pf_fx_limiter);
	ok(u.fx->latency(RATE, u.value) == PF_LIMITER_LOOK,
	    "the limiter says how late it is");
	noise(x, N, 3, 0.3f);
	memcpy(l, x, sizeof l);
	memcpy(r, x, sizeof r);
	begin(&u);
	run(&u, l, r, N, NULL, 3);
	ok(memcmp(l + PF_LIMITER_LOOK, x, sizeof x - PF_LIMITER_LOOK *
	    sizeof *x) == 0, "what is below the ceiling passes untouched");
	for (size_t i = 0; i < 64; i++)
		x[i] *= 20;
	memcpy(l, x, sizeof l);
	memcpy(r, x, sizeof r);
	begin(&u);
	run(&u, l, r, N, NULL, 3);
	ok(memcmp(l + N - 1000, x + N - 1000 - PF_LIMITER_LOOK,
	    1000 * sizeof *x) == 0, "and does so again after a loud hit");
#ifdef HAVE_libebur128
	double worst = -100;
	for (int kind = 0; kind < 6; kind++) {
		for (size_t i = 0; i < N; i++) {
			const double t = (double)i / RATE;
			const double s = sin(6.283185307179586 *
			    (kind == 0 ? 12000.3 : kind == 1 ? 997 :
			    kind == 2 ? 6001.7 : 110) * t + 0.7);
			x[i] = kind < 3 ? (float)(8 * s) :
			    kind == 3 ? (s > 0 ? 9 : -9) :
			    kind == 4 ? (i % 4801 < 3 ? 20 : 0.2f) :
			    6 * (float)(2 * pf_rng_unit(9, 0, (int64_t)i, 0)
			    - 1);
		}
		memcpy(l, x, sizeof l);
		for (size_t i = 0; i < N; i++)
			r[i] = -0.5f * x[N - 1 - i];
		begin(&u);
		run(&u, l, r, N, NULL, 0);
		const double peak = true_peak_db(l, r, N);
		printf("# kind %d: true peak %.3f dB\n", kind, peak);
		worst = peak > worst ? peak : worst;
	}
	ok(worst <= -0.9, "its true peak is never above -1 dB by ear of others");
#else
	tap_skip("libebur128 is not here to measure true peaks");
#endif
	set(&u, "mode", 1);
	ok(u.fx->latency(RATE, u.value) == 0, "safe mode is not late");
	for (size_t i = 0; i < N; i++)
		l[i] = r[i] = (float)(5 * sin((double)i * 0.05));
	begin(&u);
	run(&u, l, r, N, NULL, 0);
	float most = 0;
	for (size_t i = 0; i < N; i++)
		most = fmaxf(most, fabsf(l[i]));
	ok(db((double)most) <= -1, "safe mode holds samples to the ceiling");
	free(u.state);
}

static void
test_dcblock(void)
{
	enum { N = 64 * 1500 };
	static float l[N], r[N];
	struct unit u;
	unit_new(&u, &pf_fx_dcblock);
	for (size_t i = 0; i < N; i++)
		l[i] = r[i] = 0.5f;
	begin(&u);
	run(&u, l, r, N, NULL, 0);
	ok(fabsf(l[N - 1]) < 1e-4f, "what stands still is taken away");
	free(u.state);
}

/* Pink-like music: noise with a beat, so many dB. */
static void
music(float *l, float *r, size_t n, double gain_db)
{
	const double gain = pf_db_to_gain(gain_db);
	double low = 0;
	for (size_t i = 0; i < n; i++) {
		const double x = (double)pf_rng_below(3, 0, (int64_t)i, 0,
		    65536) / 32768 - 1;
		low += 0.05 * (x - low);
		const double beat = i / 24000 % 2 ? 1 : 0.5;
		l[i] = (float)(gain * beat * (0.3 * x + low));
		r[i] = (float)(gain * beat * (0.3 * x - low));
	}
}

#ifdef HAVE_libebur128
static double
loudness(const float *l, const float *r, size_t n)
{
	ebur128_state *e = ebur128_init(2, RATE, EBUR128_MODE_I);
	double lufs = -HUGE_VAL;
	for (size_t i = 0; i < n; i++)
		ebur128_add_frames_float(e, (float[]){l[i], r[i]}, 1);
	ebur128_loudness_global(e, &lufs);
	ebur128_destroy(&e);
	return lufs;
}
#endif

static void
test_autogain(void)
{
	enum { N = 64 * 30000, TAIL = 10 * RATE };
	static float l[N], r[N], was[N];
	struct unit u;
	unit_new(&u, &pf_fx_autogain);
	set(&u, "mode", 0);
	music(l, r, N / 4, -20);
	memcpy(was, l, sizeof *l * (N / 4));
	begin(&u);
	run(&u, l, r, N / 4, NULL, 0);
	ok(!memcmp(l, was, sizeof *l * (N / 4)),
	    "an auto gain that is off changes no bit");
	set(&u, "mode", 1);
	set(&u, "time", 3);
	set(&u, "range", 12);
#ifdef HAVE_libebur128
	double lufs[2];
	for (int k = 0; k < 2; k++) {
		music(l, r, N, k ? -3 : -16);
		begin(&u);
		run(&u, l, r, N, NULL, 0);
		lufs[k] = loudness(l + N - TAIL, r + N - TAIL, TAIL);
	}
	ok(fabs(lufs[0] + 16) < 0.7 && fabs(lufs[1] + 16) < 0.7,
	    "soft and loud music come out at the target (%.2f, %.2f LUFS)",
	    lufs[0], lufs[1]);
#else
	tap_skip("without libebur128 nobody measures loudness");
#endif
	music(l, r, N, -40);
	memcpy(was, l, sizeof l);
	begin(&u);
	run(&u, l, r, N, NULL, 0);
	ok(fabs(db((double)(l[N - 1] / was[N - 1])) - 12) < 0.1,
	    "it goes as far as its range and no further");
	/* Music, a pause with a little hiss, and music again. */
	music(l, r, N, -12);
	for (size_t i = N / 2; i < N * 3 / 4; i++)
		l[i] = r[i] = l[i] * 1e-4f;
	memcpy(was, l, sizeof l);
	begin(&u);
	run(&u, l, r, N, NULL, 0);
	const float before = l[N / 2 - 1] / was[N / 2 - 1];
	const float behind = l[N * 3 / 4 + 1] / was[N * 3 / 4 + 1];
	ok(fabs(db((double)before) - db((double)behind)) < 0.5,
	    "a pause is not made loud (%.2f dB, %.2f dB)", db((double)before),
	    db((double)behind));
	float jump = 0;
	for (size_t i = 1; i < N / 2; i++)
		jump = fmaxf(jump, fabsf(l[i] / was[i] /
		    (l[i - 1] / was[i - 1]) - 1));
	ok(jump < 1e-3f, "and the gain moves without a step");
	free(u.state);
}

int
main(void)
{
	test_all();
	test_eq();
	test_compressor();
	test_drive();
	test_delay();
	test_reverb();
	test_limiter();
	test_dcblock();
	test_autogain();
	return tap_done();
}
