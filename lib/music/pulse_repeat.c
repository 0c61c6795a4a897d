/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/pulse_repeat.h"

#include <string.h>

static const double fade = 1 - 1 / 350.0; /* in 7 s to 1 / e */
static const double sure_frames = 100;    /* half believed after 2 s */
static const double against = 0.5;        /* what a wrong multiple counts */
static const double divided = 0.5;        /* ... and a division */
static const double weight_a_second = 2;

void
pulse_repeat_reset(struct pulse_repeat *repeat)
{
	memset(repeat, 0, sizeof *repeat);
}

void
pulse_repeat_hear(struct pulse_repeat *r, double strength, double low)
{
	const double in[2] = { strength, low };
	double x[2];
	r->at = r->at ? r->at - 1 : PULSE_LAGS - 1;
	r->weight = r->weight * fade + 1;
	for (int c = 0; c < 2; c++) {
		/* A bell of three frames: players are not exact. */
		x[c] = 0.5 * r->last[c][0] + 0.25 * (in[c] + r->last[c][1]);
		r->last[c][1] = r->last[c][0];
		r->last[c][0] = in[c];
		r->past[c][r->at] = x[c];
		r->mean[c] = r->mean[c] * fade + x[c];
	}
	for (int i = 0; i < PULSE_LAGS; i++)
		r->sum[i] *= fade;
	for (int c = 0; c < 2; c++) {
		if (x[c] <= 0)
			continue;
		const int head = PULSE_LAGS - r->at;
		for (int i = 0; i < head; i++)
			r->sum[i] += x[c] * r->past[c][r->at + i];
		for (int i = head; i < PULSE_LAGS; i++)
			r->sum[i] += x[c] * r->past[c][i - head];
	}
}

/* The largest at n beats of a period: long spans need not be exact. */
static double
after(const double *like, int period, int n)
{
	const int reach = n > 1 ? n / 2 : 0;
	double top = -1;
	for (int lag = n * period - reach; lag <= n * period + reach; lag++)
		if (lag < PULSE_LAGS && like[lag] > top)
			top = like[lag];
	return top;
}

/* Between frames. */
static double
part(const double *like, double lag)
{
	const int i = (int)lag;
	return like[i] + (lag - i) * (like[i + 1] - like[i]);
}

static double
support(const double *like, const struct pulse_kind *k, int period)
{
	const double two = part(like, period / 2.0);
	const double three = part(like, period / 3.0);
	const double six = part(like, period * 2 / 3.0);
	const double of2 = after(like, period, 2);
	const double of3 = after(like, period, 3);
	const double of4 = after(like, period, 4);
	double s = after(like, period, 1);
	if (k->beats == 3)
		s += of3 - against * (of2 + of4) / 2;
	else if (k->beats == 2)
		s += of2 - against * of3;
	else
		s += (of2 + of4) / 2 - against * of3;
	if (k->subdivision == 3)
		s += divided * (three + six) / 2;
	else
		s += divided * two;
	return s;
}

void
pulse_repeat_lean(const struct pulse_repeat *r,
    double lean[PULSE_KINDS][PULSE_PERIODS])
{
	double like[PULSE_LAGS], top = -1e9;
	const double w = r->weight > 0 ? r->weight : 1;
	const double flat = (r->mean[0] * r->mean[0]
	    + r->mean[1] * r->mean[1]) / w;
	const double all = r->sum[0] - flat;
	/* Until some seconds are heard there is little to go by. */
	const double sure = r->weight / (r->weight + sure_frames);
	for (int i = 0; i < PULSE_LAGS; i++)
		like[i] = all > 1e-6 ? (r->sum[i] - flat) / all : 0;
	for (int k = 0; k < PULSE_KINDS; k++)
		for (int i = 0; i < PULSE_PERIODS; i++) {
			lean[k][i] = support(like, &pulse_kind[k],
			    pulse_states_period(i));
			if (lean[k][i] > top)
				top = lean[k][i];
		}
	for (int k = 0; k < PULSE_KINDS; k++)
		for (int i = 0; i < PULSE_PERIODS; i++)
			lean[k][i] = sure * weight_a_second
			    * (lean[k][i] - top);
}
