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
#include "engine/wide.h"

#include <math.h>

enum { TAPS = 12, HOLD = 44, BOX = 22, RING = 64, PHASES = 4 };

/* Gains as whole numbers: 1.0 is 1 << 24. */
enum { ONE = 1 << 24 };

/* Below the ceiling by what interpolation at four times the rate misses. */
#define MARGIN_DB 0.1

typedef float v4 __attribute__((vector_size(16)));

struct limiter {
	v4 fir[TAPS];           /* fir[tap][phase] */
	float in[2][2 * RING];  /* twice, so that TAPS stand in a row */
	int32_t low[RING];      /* a queue of demands below 1, rising */
	uint32_t low_at[RING];  /* and the frame of each */
	int32_t held[RING], first[RING];
	int64_t sum_first, sum_second;
	uint32_t head, tail;    /* of the queue */
	uint32_t frame;
	uint32_t quiet;         /* frames since anything was below 1 */
	float overshoot;        /* most by which the curve passes samples */
	float slow;             /* the held gain, letting go */
	float recover;          /* of what is missing to 1, a frame */
	float release;          /* recover was computed for */
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
			s->fir[k][p] = (float)(h[k] / sum);
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
	s->recover = (float)(1 - pf_exp(-1 / (release_s * (double)s->rate_hz)));
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
	s->slow = 1;
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
	return s->slow > 0.999999f && (s->safe || s->quiet >= RING);
}

/* The largest of the interpolated curve between n-6 and n-5. */
static float
true_peak(const struct limiter *s, uint32_t at)
{
	const float *const l = s->in[0] + at, *const r = s->in[1] + at;
	v4 a = {0}, b = {0};
	for (int k = 0; k < TAPS; k++) {
		a += s->fir[k] * l[-k];
		b += s->fir[k] * r[-k];
	}
	float peak = 0;
	for (int p = 0; p < PHASES; p++) {
		const float pa = fabsf(a[p]), pb = fabsf(b[p]);
		peak = peak < pa ? pa : peak;
		peak = peak < pb ? pb : peak;
	}
	return peak;
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

/* The gain for the frame that leaves now. */
static float
smooth(struct limiter *s, int32_t demand)
{
	const int32_t least = hold(s, demand);
	s->slow += (1 - s->slow) * s->recover;
	if (s->slow > 0.9999999f)
		s->slow = 1;
	if (s->slow > (float)least * (1.0f / ONE))
		s->slow = (float)least * (1.0f / ONE);
	const int32_t held = (int32_t)(s->slow * ONE);
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

/* Take in n frames; returns the largest sample of them and of the history. */
static float
take(struct limiter *s, const struct pf_fx_io *io, float x[2][PF_BLOCK])
{
	float most = 0;
	for (unsigned i = 0; i < io->n; i++) {
		const float gain = pf_ramp_at(&s->gain, io->pos + i);
		x[0][i] = io->l[i] * gain;
		x[1][i] = io->r[i] * gain;
		const float a = fabsf(x[0][i]), b = fabsf(x[1][i]);
		most = most < a ? a : most;
		most = most < b ? b : most;
	}
	for (uint32_t k = 1; k < TAPS; k++) {
		const uint32_t at = (s->frame - k) % RING;
		const float a = fabsf(s->in[0][at]), b = fabsf(s->in[1][at]);
		most = most < a ? a : most;
		most = most < b ? b : most;
	}
	return most;
}

static void
run_lookahead(struct limiter *s, const struct pf_fx_io *io)
{
	float x[2][PF_BLOCK];
	const float most = take(s, io, x) * s->overshoot;
	const bool calm = most <= fminf(s->ceiling.from, s->ceiling.to);
	for (unsigned i = 0; i < io->n; i++, s->frame++) {
		const uint32_t now = s->frame % RING;
		const uint32_t out = (s->frame - PF_LIMITER_LOOK) % RING;
		for (int c = 0; c < 2; c++)
			s->in[c][now] = s->in[c][now + RING] = x[c][i];
		float gain = 1;
		const float ceiling = pf_ramp_at(&s->ceiling, io->pos + i);
		if (!calm || s->quiet < RING) {
			const float peak =
			    calm ? 0 : true_peak(s, now + RING);
			gain = smooth(s, peak > ceiling ?
			    (int32_t)(ceiling / peak * ONE) : ONE);
		}
		io->l[i] = s->in[0][out] * gain;
		io->r[i] = s->in[1][out] * gain;
	}
}

static void
run_safe(struct limiter *s, const struct pf_fx_io *io)
{
	for (unsigned i = 0; i < io->n; i++) {
		const float gain = pf_ramp_at(&s->gain, io->pos + i);
		const float ceiling = pf_ramp_at(&s->ceiling, io->pos + i);
		const float l = io->l[i] * gain, r = io->r[i] * gain;
		const float peak = fmaxf(fabsf(l), fabsf(r));
		s->slow += (1 - s->slow) * s->recover;
		if (peak * s->slow > ceiling)
			s->slow = ceiling / peak;
		io->l[i] = l * s->slow;
		io->r[i] = r * s->slow;
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
