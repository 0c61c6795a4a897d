/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/pulse_states.h"

#include "base/math.h"

#include <errno.h>
#include <stdlib.h>

/* Measured on folk tunes and pop songs with 15 ms of human timing and tempo
 * waves of 3 %, tunes apart from those that were learnt from. */
static const double onset_sd_frames = 1.0; /* players and rounding */
static const double stray = 0.003;         /* onsets in a frame, anywhere */
static const double stiffness = 60;        /* of the tempo, at a beat */
static const double stumble = 0.002;       /* a beat more or less, at a beat */
static const double heeded = 0.85;         /* ears miss notes: of silence */
static const double floor_mass = 1e-5;     /* everything stays possible */
static const double usual_bpm = 105, bpm_octaves_sd = 0.3;
static const double pull_home = 0.4;       /* of the usual tempo, at a beat */

#define SPREAD 6    /* how many periods a tempo may move at a beat */
#define RENORMAL 8  /* frames between scalings of the whole */

struct ring {
	int kind, period, len;
	int origin;       /* where place 0 is kept */
	double *p;        /* [len] */
	const double *on, *off; /* [len] P(onset), P(none) by place, from 0 */
	const unsigned char *coarse; /* [len] by place */
};

struct pulse_states {
	struct ring ring[PULSE_KINDS][PULSE_PERIODS];
	double go[PULSE_PERIODS][2 * SPREAD + 1]; /* tempo from, to */
	double prior[PULSE_PERIODS];              /* sum 1 */
	double lean[PULSE_KINDS][PULSE_PERIODS];  /* factors, a beat */
	int n;
	double *p, *on, *off;
	int frames;
	unsigned char *coarse;
};

static int
period_of(int i)
{
	const int fine = PULSE_FINE - PULSE_SHORTEST;
	return i <= fine ? PULSE_SHORTEST + i : PULSE_FINE + 2 * (i - fine);
}

int
pulse_states_period(int i)
{
	return period_of(i);
}

static int
places(const struct pulse_kind *k)
{
	return k->beats * (k->subdivision == 2 ? 4 : 3);
}

/* The density of onsets at place x of a ring. */
static double
onset_rate(const struct pulse_kind *k, int period, int x)
{
	const int slots = k->beats * PULSE_SLOTS;
	const double len = k->beats * period;
	double sum = stray;
	for (int s = 0; s < slots; s++) {
		if (k->rate[s] == 0)
			continue;
		double d = x - s * period / (double)PULSE_SLOTS;
		d = d > len / 2 ? d - len : d < -len / 2 ? d + len : d;
		d /= onset_sd_frames;
		if (d > -4 && d < 4)
			sum += k->rate[s] * pf_exp(-0.5 * d * d) * 0.39894228
			    / onset_sd_frames;
	}
	return sum < 0.9 ? sum : 0.9;
}

static void
prepare_tempi(struct pulse_states *s)
{
	double sum = 0;
	for (int i = 0; i < PULSE_PERIODS; i++) {
		const double bpm = 60e9 / PULSE_FRAME_NS / period_of(i);
		const double o = pf_log2(bpm / usual_bpm) / bpm_octaves_sd;
		sum += s->prior[i] = pf_exp(-0.5 * o * o)
		    / period_of(i) * (i + 1 < PULSE_PERIODS
		    ? period_of(i + 1) - period_of(i) : 2);
	}
	for (int i = 0; i < PULSE_PERIODS; i++)
		s->prior[i] /= sum;
	for (int i = 0; i < PULSE_PERIODS; i++) {
		double all = 0;
		for (int j = -SPREAD; j <= SPREAD; j++) {
			const int to = i + j;
			double w = 0;
			if (to >= 0 && to < PULSE_PERIODS)
				w = pf_exp(-stiffness * abs(period_of(to)
				    - period_of(i)) / period_of(i));
			all += s->go[i][j + SPREAD] = w;
		}
		/* A tempo far from the usual one costs a little a beat. */
		const double bpm = 60e9 / PULSE_FRAME_NS / period_of(i);
		const double o = pf_log2(bpm / usual_bpm) / bpm_octaves_sd;
		all *= pf_exp(0.5 * o * o * pull_home * period_of(i)
		    / PULSE_FINE);
		for (int j = 0; j <= 2 * SPREAD; j++)
			s->go[i][j] /= all;
	}
}

static void
prepare_ring(struct ring *r, double *on, double *off, unsigned char *coarse)
{
	const struct pulse_kind *k = &pulse_kind[r->kind];
	const int n = places(k);
	for (int x = 0; x < r->len; x++) {
		on[x] = onset_rate(k, r->period, x);
		off[x] = 1 - heeded * on[x];
		coarse[x] = (unsigned char)((2 * x * n + r->len)
		    / (2 * r->len) % n);
	}
	r->on = on;
	r->off = off;
	r->coarse = coarse;
}

int
pulse_states_new(struct pulse_states **states)
{
	struct pulse_states *s = calloc(1, sizeof *s);
	if (!s)
		return -ENOMEM;
	for (int k = 0; k < PULSE_KINDS; k++)
		for (int i = 0; i < PULSE_PERIODS; i++)
			s->n += pulse_kind[k].beats * period_of(i);
	s->p = calloc((size_t)s->n, sizeof *s->p);
	s->on = calloc((size_t)s->n, sizeof *s->on);
	s->off = calloc((size_t)s->n, sizeof *s->off);
	s->coarse = calloc((size_t)s->n, 1);
	if (!s->p || !s->on || !s->off || !s->coarse) {
		pulse_states_free(s);
		return -ENOMEM;
	}
	int at = 0;
	for (int k = 0; k < PULSE_KINDS; k++)
		for (int i = 0; i < PULSE_PERIODS; i++) {
			struct ring *r = &s->ring[k][i];
			r->kind = k;
			r->period = period_of(i);
			r->len = pulse_kind[k].beats * r->period;
			r->p = s->p + at;
			prepare_ring(r, s->on + at, s->off + at,
			    s->coarse + at);
			at += r->len;
		}
	prepare_tempi(s);
	pulse_states_reset(s);
	*states = s;
	return 0;
}

void
pulse_states_free(struct pulse_states *s)
{
	if (!s)
		return;
	free(s->p);
	free(s->on);
	free(s->off);
	free(s->coarse);
	free(s);
}

void
pulse_states_settle(struct pulse_states *s)
{
	double sum[4] = { 0 };
	int i = 0;
	for (; i + 4 <= s->n; i += 4)
		for (int j = 0; j < 4; j++)
			sum[j] += s->p[i + j];
	for (; i < s->n; i++)
		sum[0] += s->p[i];
	const double scale = 1 / (sum[0] + sum[1] + sum[2] + sum[3]);
	for (i = 0; i + 4 <= s->n; i += 4)
		for (int j = 0; j < 4; j++)
			s->p[i + j] *= scale;
	for (; i < s->n; i++)
		s->p[i] *= scale;
}

void
pulse_states_reset(struct pulse_states *s)
{
	for (int k = 0; k < PULSE_KINDS; k++)
		for (int i = 0; i < PULSE_PERIODS; i++) {
			struct ring *r = &s->ring[k][i];
			r->origin = 0;
			for (int x = 0; x < r->len; x++) {
				const int slot = x * PULSE_SLOTS / r->period;
				const double w = pulse_kind[k].first[slot]
				    * PULSE_SLOTS / r->period;
				r->p[x] = (w + 0.2 / r->len)
				    * s->prior[i] * pulse_kind[k].share;
			}
		}
	s->frames = 0;
	for (int k = 0; k < PULSE_KINDS; k++)
		for (int i = 0; i < PULSE_PERIODS; i++)
			s->lean[k][i] = 1;
	pulse_states_settle(s);
}

void
pulse_states_lean(struct pulse_states *s,
    double lean[PULSE_KINDS][PULSE_PERIODS])
{
	for (int k = 0; k < PULSE_KINDS; k++)
		for (int i = 0; i < PULSE_PERIODS; i++)
			s->lean[k][i] = pf_exp(lean[k][i] * period_of(i)
			    * (PULSE_FRAME_NS / 1e9));
}

static inline int
kept_at(const struct ring *r, int x)
{
	const int i = x + r->origin;
	return i >= r->len ? i - r->len : i;
}

/* Everything moves on by one place; at beats the tempo may change. */
static void
move(struct pulse_states *s)
{
	double stumbled[PULSE_PERIODS] = { 0 };
	for (int k = 0; k < PULSE_KINDS; k++) {
		for (int i = 0; i < PULSE_PERIODS; i++) {
			struct ring *r = &s->ring[k][i];
			r->origin = r->origin ? r->origin - 1 : r->len - 1;
		}
		for (int b = 0; b < pulse_kind[k].beats; b++) {
			/* Margins take what leads beyond, which is nothing:
			 * so that the inner loop is one of constant length. */
			double in[PULSE_PERIODS + 2 * SPREAD] = { 0 };
			for (int i = 0; i < PULSE_PERIODS; i++) {
				const struct ring *r = &s->ring[k][i];
				const double p =
				    r->p[kept_at(r, b * r->period)];
				for (int j = 0; j <= 2 * SPREAD; j++)
					in[i + j] += p * s->go[i][j];
			}
			for (int i = 0; i < PULSE_PERIODS; i++) {
				const struct ring *r = &s->ring[k][i];
				r->p[kept_at(r, b * r->period)] =
				    in[i + SPREAD] * s->lean[k][i] *
				    (1 - stumble);
				stumbled[i] += in[i + SPREAD] * stumble;
			}
		}
	}
	for (int k = 0; k < PULSE_KINDS; k++)
		for (int b = 0; b < pulse_kind[k].beats; b++)
			for (int i = 0; i < PULSE_PERIODS; i++) {
				const struct ring *r = &s->ring[k][i];
				r->p[kept_at(r, b * r->period)] += stumbled[i]
				    * pulse_kind[k].share
				    / pulse_kind[k].beats;
			}
}

/* One stretch of a ring where nothing began. */
static void
hear_nothing(double *restrict p, const double *restrict off, int n,
    double least)
{
	int x = 0;
	for (; x + 8 <= n; x += 8) /* in blocks that become vectors */
		for (int j = 0; j < 8; j++)
			p[x + j] = p[x + j] * off[x + j] + least;
	for (; x < n; x++)
		p[x] = p[x] * off[x] + least;
}

static void
hear_onset(double *p, const double *on, const unsigned char *coarse, int n,
    double least, double strength, const double *fit)
{
	for (int x = 0; x < n; x++)
		p[x] = p[x] * (strength * on[x] * fit[coarse[x]]
		    + (1 - strength) * (1 - heeded * on[x])) + least;
}

void
pulse_states_step(struct pulse_states *s, double strength,
    const struct pulse_fit *fit, bool quiet)
{
	static const double alike[PULSE_COARSE] = {
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
	};
	move(s);
	for (int k = 0; k < PULSE_KINDS && (strength > 0 || !quiet); k++)
		for (int i = 0; i < PULSE_PERIODS; i++) {
			struct ring *r = &s->ring[k][i];
			const int head = r->len - r->origin;
			const double least = floor_mass * s->prior[i]
			    * pulse_kind[k].share / r->len;
			double *a = r->p + r->origin, *b = r->p;
			if (strength > 0) {
				const double *f = fit ? fit->at[k] : alike;
				hear_onset(a, r->on, r->coarse, head, least,
				    strength, f);
				hear_onset(b, r->on + head, r->coarse + head,
				    r->origin, least, strength, f);
			} else {
				hear_nothing(a, r->off, head, least);
				hear_nothing(b, r->off + head, r->origin,
				    least);
			}
		}
	if (++s->frames % RENORMAL == 0) /* the sum falls a few times a frame */
		pulse_states_settle(s);
}

/* The shorter way round a beat, -0.5..0.5. */
static double
around(double d)
{
	while (d > 0.5)
		d -= 1;
	while (d < -0.5)
		d += 1;
	return d;
}

void
pulse_states_told(struct pulse_states *s, double period, double phase,
    int index, int per_bar, double weight)
{
	for (int k = 0; k < PULSE_KINDS; k++)
		for (int i = 0; i < PULSE_PERIODS; i++) {
			struct ring *r = &s->ring[k][i];
			const double t = pf_log2(r->period / period) / 0.06;
			const double wt = t * t > 50 ? 0 : pf_exp(-0.5 * t * t);
			for (int x = 0; x < r->len; x++) {
				const int b = x / r->period;
				const double d = around(x / (double)r->period
				    - b - phase) / 0.06;
				double w = d * d > 50 ? 0
				    : wt * pf_exp(-0.5 * d * d);
				if (index >= 0 && b != index)
					w *= 0.1;
				if (per_bar > 0
				    && pulse_kind[k].beats != per_bar)
					w *= 0.1;
				double *p = &r->p[kept_at(r, x)];
				*p *= 1 - weight + weight * 50 * w;
			}
		}
	pulse_states_settle(s);
}

void
pulse_states_best(const struct pulse_states *s, struct pulse_mode *best)
{
	double at[PULSE_PERIODS][PULSE_PHASES] = { 0 };
	for (int k = 0; k < PULSE_KINDS; k++)
		for (int i = 0; i < PULSE_PERIODS; i++) {
			const struct ring *r = &s->ring[k][i];
			for (int y = 0; y < r->period; y++) {
				double p = 0;
				for (int b = 0; b < pulse_kind[k].beats; b++)
					p += r->p[kept_at(r,
					    b * r->period + y)];
				at[i][y * PULSE_PHASES / r->period] += p;
			}
		}
	double top = -1;
	for (int i = 0; i < PULSE_PERIODS; i++) {
		/* Neighbours within some 5 % count as the same tempo. */
		const int reach = 1 + (i > PULSE_FINE - PULSE_SHORTEST
		    ? period_of(i) / 40 : period_of(i) / 20);
		for (int f = 0; f < PULSE_PHASES; f++) {
			double m = 0;
			for (int j = i - reach; j <= i + reach; j++) {
				if (j < 0 || j >= PULSE_PERIODS)
					continue;
				m += at[j][f]
				    + at[j][(f + 1) % PULSE_PHASES]
				    + at[j][(f + PULSE_PHASES - 1)
				    % PULSE_PHASES];
			}
			if (m > top) {
				top = m;
				best->period = period_of(i);
				best->phase = (f + 0.5) / PULSE_PHASES;
			}
		}
	}
	best->mass = top;
}

/* One ring's share; sum: mass, mass * period, mass * distance. */
static void
near_ring(const struct ring *r, double phase, double bar[PULSE_BEATS],
    double sum[3])
{
	const int beats = pulse_kind[r->kind].beats;
	for (int y = 0; y < r->period; y++) {
		const double raw = y / (double)r->period - phase;
		const double d = around(raw);
		if (d < -0.14 || d > 0.14)
			continue;
		/* Just before the beat that the mode has just passed? */
		const int step = raw > 0.5 ? 1 : raw < -0.5 ? beats - 1 : 0;
		for (int b = 0; b < beats; b++) {
			const double p = r->p[kept_at(r, b * r->period + y)];
			bar[(b + step) % beats] += p;
			sum[0] += p;
			sum[1] += p * r->period;
			sum[2] += p * d;
		}
	}
}

void
pulse_states_near(const struct pulse_states *s, struct pulse_mode *mode,
    double bar[PULSE_KINDS][PULSE_BEATS])
{
	double sum[3] = { 0 };
	mode->shift = 0;
	for (int k = 0; k < PULSE_KINDS; k++)
		for (int b = 0; b < PULSE_BEATS; b++)
			bar[k][b] = 0;
	for (int i = 0; i < PULSE_PERIODS; i++) {
		const double rel = period_of(i) / mode->period;
		if (rel < 0.92 || rel > 1.08)
			continue;
		for (int k = 0; k < PULSE_KINDS; k++) {
			const struct ring *r = &s->ring[k][i];
			near_ring(r, mode->phase, bar[k], sum);
		}
	}
	if (sum[0] > 0) {
		mode->period = sum[1] / sum[0];
		mode->shift = sum[2] / sum[0];
	}
	mode->mass = sum[0];
}
