/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A true-peak limiter with a look-ahead of PF_LIMITER_LOOK frames.
 *
 * The peak between samples is estimated by interpolation to four times the
 * rate (ITU-R BS.1770-5, annex 2).  The gain that the ceiling demands is
 * held over the look-ahead (a sliding minimum), let go of exponentially and
 * smoothed by two running means whose span the minimum covers, so that the
 * gain has always arrived when the peak does:
 *
 *     demand[n]   the peak between in[n-6] and in[n-5] asks for
 *     held[n]   = min of demand[n-43 .. n], let go of slowly
 *     gain[n]   = mean of held[n-42 .. n] (two boxes of 22)
 *     out[n]    = in[n-48] * gain[n]
 *
 * The means are sums of whole numbers, so they never drift.  Mode `safe` has
 * no look-ahead: the gain drops at once, at the price of some distortion, and
 * only samples, not the curve between them, are held to the ceiling.
 */
#include "engine/limiter.h"

#include "base/math.h"
#include "engine/effects.h"
#include "engine/ramp.h"
#include "engine/rows.h"
#include "engine/wide.h"

#include <math.h>
#include <string.h>

enum { TAPS = 12, HOLD = 44, BOX = 22, RING = 64, PHASES = 4 };

/* Gains as whole numbers: 1.0 is 1 << 24. */
enum { ONE = 1 << 24 };

/* Below the ceiling by what interpolation at four times the rate misses. */
#define MARGIN_DB 0.1

struct limiter {
	float fir[PHASES][TAPS];
	float past[2][RING];    /* what came in before this run */
	int32_t low[RING];      /* a queue of demands below 1, rising */
	uint32_t low_at[RING];  /* and the frame of each */
	int32_t held[RING], first[RING];
	int64_t sum_first, sum_second;
	uint32_t head, tail;    /* of the queue */
	uint32_t frame;
	uint32_t quiet;         /* frames since anything was below 1 */
	float overshoot;        /* most by which the curve passes samples */
	/*
	 * What the held gain lacks to 1: as a number of its own it goes to 0,
	 * where a gain would get stuck at the rounding below 1.
	 */
	float missing;
	float keep;             /* of it, a frame */
	float release;          /* keep was computed for */
	float ceiling_db, gain_db; /* computed for */
	float ceiling_to, gain_to;
	float rate_hz;
	struct pf_ramp ceiling, gain;
	bool safe;
};

enum { CEILING, GAIN, RELEASE, MODE, PARAMS };

static const char *const modes[] = {"lookahead", "safe", NULL};

static const struct pf_param params[PARAMS] = {
    {"ceiling", "dB", -24, 0, -1, PF_LINEAR, NULL,
	"the true peak is never above"},
    {"gain", "dB", -24, 24, 0, PF_LINEAR, NULL, "in front of the ceiling"},
    {"release", "s", 0.01f, 2, 0.12f, PF_EXPONENTIAL, NULL,
	"how slowly it lets go"},
    {"mode", "", 0, 1, 0, PF_CHOICE, modes,
	"lookahead: clean, 48 frames late; safe: at once"},
};

static size_t
bytes(uint32_t rate_hz)
{
	(void)rate_hz;
	return sizeof(struct limiter);
}

/* The modified Bessel function of order zero, for Kaiser's window. */
static double
bessel_i0(double x)
{
	double sum = 1, term = 1;
	for (int k = 1; k < 30; k++) {
		term *= x / (2 * k) * (x / (2 * k));
		sum += term;
	}
	return sum;
}

/* Interpolators for the times n - 6 + phase / 4 out of in[n-11 .. n]. */
static void
design(struct limiter *s)
{
	const double pi = 3.14159265358979323846;
	for (int p = 0; p < PHASES; p++) {
		double h[TAPS], sum = 0, most = 0;
		for (int k = 0; k < TAPS; k++) {
			const double t = 6 - k - p / 4.0; /* in[n-k] to there */
			const double w = t / 6.2;
			h[k] = bessel_i0(4 * sqrt(1 - w * w));
			if (t != 0)
				h[k] *= pf_sin(pi * t) / (pi * t);
			sum += h[k];
		}
		for (int k = 0; k < TAPS; k++) {
			s->fir[p][k] = (float)(h[k] / sum);
			most += fabs(h[k] / sum);
		}
		if (s->overshoot < (float)most * 1.001f)
			s->overshoot = (float)most * 1.001f;
	}
}

static void
set_release(struct limiter *s, float release_s)
{
	if (release_s == s->release)
		return;
	s->release = release_s;
	s->keep = (float)pf_exp(-1 / (release_s * (double)s->rate_hz));
}

static void
set_levels(struct limiter *s, const float *value)
{
	if (s->gain_to > 0 && s->ceiling_db == value[CEILING] &&
	    s->gain_db == value[GAIN])
		return;
	s->ceiling_db = value[CEILING];
	s->gain_db = value[GAIN];
	s->ceiling_to = (float)pf_db_to_gain(s->ceiling_db - MARGIN_DB);
	s->gain_to = (float)pf_db_to_gain(s->gain_db);
}

static void
init(void *state, uint32_t rate_hz, const float *value)
{
	struct limiter *const s = state;
	design(s);
	for (int i = 0; i < RING; i++) {
		s->held[i] = ONE;
		s->first[i] = BOX * ONE;
	}
	s->sum_first = (int64_t)BOX * ONE;
	s->sum_second = (int64_t)BOX * BOX * ONE;
	s->quiet = RING;
	s->rate_hz = (float)rate_hz;
	s->safe = value[MODE] >= 0.5f;
	set_release(s, value[RELEASE]);
	set_levels(s, value);
	pf_ramp_set(&s->ceiling, s->ceiling_to);
	pf_ramp_set(&s->gain, s->gain_to);
}

static unsigned
latency(uint32_t rate_hz, const float *value)
{
	(void)rate_hz;
	return value[MODE] >= 0.5f ? 0 : PF_LIMITER_LOOK;
}

static void
control(void *state, const struct pf_fx_block *block)
{
	struct limiter *const s = state;
	/* The mode stays as it was made: its latency is published. */
	set_release(s, block->value[RELEASE]);
	set_levels(s, block->value);
	pf_ramp_to(&s->ceiling, s->ceiling_to);
	pf_ramp_to(&s->gain, s->gain_to);
}

/* Has it let go? */
static bool
still(const void *state)
{
	const struct limiter *const s = state;
	return s->missing < 1e-6f && (s->safe || s->quiet >= RING);
}

/*
 * The largest of the interpolated curve between n-6 and n-5; `at` n frames of
 * one side with TAPS - 1 in front of them.  Raises peak[n].
 */
static inline void
true_peak(const struct limiter *s, const float *restrict at, unsigned n,
    float *restrict peak)
{
	/* Phase 0 is the sample itself. */
	for (unsigned i = 0; i < n; i++) {
		const float size = fabsf(at[i + TAPS - 1 - 6]);
		peak[i] = peak[i] < size ? size : peak[i];
	}
	for (int p = 1; p < PHASES; p++) {
		float sum[PF_BLOCK] = {0};
		for (unsigned k = 0; k < TAPS; k++)
			for (unsigned i = 0; i < n; i++)
				sum[i] += s->fir[p][k] * at[i + TAPS - 1 - k];
		for (unsigned i = 0; i < n; i++) {
			const float size = fabsf(sum[i]);
			peak[i] = peak[i] < size ? size : peak[i];
		}
	}
}

/* The least demand of the last HOLD frames, `demand` the newest. */
static int32_t
hold(struct limiter *s, int32_t demand)
{
	if (s->head != s->tail &&
	    s->frame - s->low_at[s->head % RING] >= HOLD)
		s->head++;
	if (demand < ONE) {
		while (s->head != s->tail &&
		    s->low[(s->tail - 1) % RING] >= demand)
			s->tail--;
		s->low[s->tail % RING] = demand;
		s->low_at[s->tail++ % RING] = s->frame;
	}
	return s->head == s->tail ? ONE : s->low[s->head % RING];
}

/* The gain for the frame that leaves now, of what is held for it. */
static float
smooth(struct limiter *s, int32_t held)
{
	const uint32_t now = s->frame % RING, old = (s->frame - BOX) % RING;
	s->held[now] = held;
	s->sum_first += held - s->held[old];
	s->first[now] = (int32_t)s->sum_first;
	s->sum_second += s->first[now] - s->first[old];
	if (s->sum_second == (int64_t)BOX * BOX * ONE && held == ONE)
		s->quiet++;
	else
		s->quiet = 0;
	/* Divided: at rest it is 1 to the bit, as where this is left out. */
	return (float)s->sum_second / ((float)BOX * BOX * ONE);
}

/* What is missing a frame later; too little to matter is nothing. */
static inline float
let_go(const struct limiter *s, float missing)
{
	missing *= s->keep;
	return missing < 1e-7f ? 0 : missing;
}

/* Gains for n frames from the peaks that come in, in place. */
static void
find_gains(struct limiter *s, unsigned pos, unsigned n, float *x)
{
	float missing = s->missing;
	for (unsigned i = 0; i < n; i++, s->frame++) {
		const float ceiling = pf_ramp_at(&s->ceiling, pos + i);
		const int32_t least = hold(s, x[i] > ceiling ?
		    (int32_t)(ceiling / x[i] * ONE) : ONE);
		const float asked = (float)(ONE - least) * (1.0f / ONE);
		missing = let_go(s, missing);
		missing = missing < asked ? asked : missing;
		x[i] = smooth(s, ONE - (int32_t)(missing * ONE));
	}
	s->missing = missing;
}

/* n new frames behind RING old ones. */
static inline void
take(struct limiter *s, const struct pf_fx_io *io,
    float (*restrict x)[RING + PF_BLOCK])
{
	const float *const in[2] = {io->l, io->r};
	const struct pf_ramp gain = s->gain;
	for (int c = 0; c < 2; c++) {
		memcpy(x[c], s->past[c], sizeof s->past[c]);
		for (unsigned i = 0; i < io->n; i++)
			x[c][RING + i] =
			    in[c][i] * pf_ramp_at(&gain, io->pos + i);
		memcpy(s->past[c], x[c] + io->n, sizeof s->past[c]);
	}
}

static void
run_lookahead(struct limiter *s, const struct pf_fx_io *io)
{
	enum { FIRST = RING - (TAPS - 1) };
	const unsigned n = io->n, heard = n + TAPS - 1;
	float x[2][RING + PF_BLOCK], gain[PF_BLOCK] = {0};
	take(s, io, x);
	const uint32_t l = pf_row_most(x[0] + FIRST, heard);
	const uint32_t r = pf_row_most(x[1] + FIRST, heard);
	const bool calm = (l > r ? l : r) <= pf_row_bits(
	    fminf(s->ceiling.from, s->ceiling.to) / s->overshoot);
	const float *const out_l = x[0] + RING - PF_LIMITER_LOOK;
	const float *const out_r = x[1] + RING - PF_LIMITER_LOOK;
	if (calm && s->quiet >= RING) {
		s->frame += n;
		memcpy(io->l, out_l, n * sizeof *out_l);
		memcpy(io->r, out_r, n * sizeof *out_r);
		return;
	}
	if (!calm) {
		true_peak(s, x[0] + FIRST, n, gain);
		true_peak(s, x[1] + FIRST, n, gain);
	}
	find_gains(s, io->pos, n, gain);
	for (unsigned i = 0; i < n; i++)
		io->l[i] = out_l[i] * gain[i];
	for (unsigned i = 0; i < n; i++)
		io->r[i] = out_r[i] * gain[i];
}

static void
run_safe(struct limiter *s, const struct pf_fx_io *io)
{
	for (unsigned i = 0; i < io->n; i++) {
		const float gain = pf_ramp_at(&s->gain, io->pos + i);
		const float ceiling = pf_ramp_at(&s->ceiling, io->pos + i);
		const float l = io->l[i] * gain, r = io->r[i] * gain;
		const float peak = fmaxf(fabsf(l), fabsf(r));
		s->missing = let_go(s, s->missing);
		if (peak * (1 - s->missing) > ceiling)
			s->missing = 1 - ceiling / peak;
		io->l[i] = l * (1 - s->missing);
		io->r[i] = r * (1 - s->missing);
	}
}

PF_WIDE static void
run(void *state, const struct pf_fx_io *io)
{
	struct limiter *const s = state;
	if (s->safe)
		run_safe(s, io);
	else
		run_lookahead(s, io);
}

const struct pf_fx pf_fx_limiter = {
    .name = "limiter",
    .help = "true-peak limiter, for the end of the master",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .still = still,
    .init = init,
    .latency = latency,
    .control = control,
    .run = run,
};
