/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/loudness.h"

#include <math.h>
#include <string.h>

double
pf_power_db(double power)
{
	return power > 1e-40 ? 10 * log10(power) : PF_SILENCE_DB;
}

/*
 * The two filters of BS.1770-4, annex 1, are given for 48 kHz; the analogue
 * prototypes behind their coefficients, turned by the bilinear transform,
 * serve any rate.
 */
static void
make_filters(struct pf_loudness *l, double rate)
{
	const double f1 = 1681.974450955533, q1 = 0.7071752369554196;
	const double gain = pow(10, 3.999843853973347 / 20);
	const double half = pow(gain, 0.4996667741545416);
	double k = tan(M_PI * f1 / rate), a0 = 1 + k / q1 + k * k;
	l->shelf = (struct pf_biquad){
		.b0 = (gain + half * k / q1 + k * k) / a0,
		.b1 = 2 * (k * k - gain) / a0,
		.b2 = (gain - half * k / q1 + k * k) / a0,
		.a1 = 2 * (k * k - 1) / a0,
		.a2 = (1 - k / q1 + k * k) / a0,
	};
	const double f2 = 38.13547087602444, q2 = 0.5003270373238773;
	k = tan(M_PI * f2 / rate);
	a0 = 1 + k / q2 + k * k;
	l->high_pass = (struct pf_biquad){
		.b0 = 1, .b1 = -2, .b2 = 1,
		.a1 = 2 * (k * k - 1) / a0,
		.a2 = (1 - k / q2 + k * k) / a0,
	};
}

void
pf_loudness_init(struct pf_loudness *loudness, uint32_t rate_hz)
{
	memset(loudness, 0, sizeof *loudness);
	make_filters(loudness, rate_hz);
	loudness->step_frames = rate_hz / 20;
}

static double
filter(struct pf_biquad *f, double x)
{
	const double y = f->b0 * x + f->z1;
	f->z1 = f->b1 * x - f->a1 * y + f->z2;
	f->z2 = f->b2 * x - f->a2 * y;
	return y;
}

static void
end_step(struct pf_loudness *l, struct pf_loudness_step *step)
{
	const double n = l->step_frames;
	l->step[l->steps++ % PF_LOUDNESS_STEPS] = l->weighted / n;
	const uint32_t have = l->steps < PF_LOUDNESS_STEPS ? l->steps
	    : PF_LOUDNESS_STEPS;
	double mean = 0;
	for (uint32_t i = 0; i < have; i++)
		mean += l->step[i] / have;
	step->rms_db = pf_power_db(l->sum / n);
	step->peak_db = pf_power_db(l->peak * l->peak);
	step->lufs = mean > 1e-30 ? pf_power_db(mean) - 0.691
	    : PF_SILENCE_DB;
	/* Blocks of 400 ms that overlap by 75%, above the absolute gate. */
	if (l->steps % 2 == 0 && have == PF_LOUDNESS_STEPS &&
	    step->lufs >= -70 && step->lufs < 30)
		l->histogram[(int)((step->lufs + 70) * 10)]++;
	l->sum = l->peak = l->weighted = 0;
	l->frames = 0;
}

int
pf_loudness_run(struct pf_loudness *loudness, const float *in, size_t n,
    struct pf_loudness_step *step)
{
	struct pf_loudness *const l = loudness;
	int ended = 0;
	for (size_t i = 0; i < n; i++) {
		const double x = (double)in[i];
		const double size = fabs(x);
		const double y = filter(&l->high_pass, filter(&l->shelf, x));
		l->sum += x * x;
		l->weighted += y * y;
		if (size > l->peak)
			l->peak = size;
		if (++l->frames == l->step_frames) {
			end_step(l, step);
			ended = 1;
		}
	}
	/* Denormal numbers in a decaying filter are slow. */
	if (fabs(l->high_pass.z1) < 1e-30)
		l->high_pass.z1 = l->high_pass.z2 = 0;
	if (fabs(l->shelf.z1) < 1e-30)
		l->shelf.z1 = l->shelf.z2 = 0;
	return ended;
}

double
pf_loudness_integrated(const struct pf_loudness *loudness)
{
	double gate = -70;
	for (int pass = 0; pass < 2; pass++) {
		double sum = 0, n = 0;
		for (int i = 0; i < PF_LOUDNESS_BINS; i++) {
			const double lufs = -70 + (i + 0.5) / 10;
			if (lufs < gate)
				continue;
			n += loudness->histogram[i];
			sum += loudness->histogram[i] * pow(10, lufs / 10);
		}
		if (n <= 0)
			return PF_SILENCE_DB;
		if (pass == 1)
			return pf_power_db(sum / n);
		gate = pf_power_db(sum / n) - 10;
	}
	return PF_SILENCE_DB;
}
