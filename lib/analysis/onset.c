/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/onset.h"

#include "analysis/loudness.h"

#include <aubio/aubio.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	WAIT = 2,   /* blocks from aubio's word to ours */
	ATTACK = 6, /* blocks that hold the attack, when we say it */
	LOOK = 32,  /* blocks whose energies are kept: a power of two */
};

/* Chosen on guitars, pianos and drum loops: fewer false ones than aubio's
 * own 0.058, -70 dB, 20 ms, for a few soft notes less. */
static const double least_rise_db = 1;
static const double soft_power = 1e-5, soft_rise = 5; /* 7 dB */
static const float threshold = 0.2f, silence_db = -60, shortest_ms = 50;

struct pf_onset {
	uint32_t rate_hz;
	aubio_onset_t *aubio;
	fvec_t *in, *out;
	int64_t frames;      /* fed */
	int waiting;         /* blocks until a hit is said; 0: none waits */
	int64_t at;          /* frame of the hit that waits */
	double excess;       /* how far the detector was above its threshold */
	struct pf_biquad low[3]; /* low-passes at 150, 700, 4000 Hz */
	double energy[LOOK][PF_BANDS]; /* a ring by block */
	uint64_t blocks, said; /* said: the block of the last hit */
	double loudest_db;   /* of the hits lately */
};

static struct pf_biquad
low_pass(double hz, double rate)
{
	const double w = 2 * M_PI * hz / rate, alpha = sin(w) * M_SQRT1_2;
	const double a0 = 1 + alpha, c = cos(w);
	return (struct pf_biquad){
		.b0 = (1 - c) / 2 / a0, .b1 = (1 - c) / a0,
		.b2 = (1 - c) / 2 / a0,
		.a1 = -2 * c / a0, .a2 = (1 - alpha) / a0,
	};
}

int
pf_onset_new(struct pf_onset **onset, uint32_t rate_hz)
{
	static const double corner_hz[] = {150, 700, 4000};
	if (rate_hz < 16000 || rate_hz > 96000)
		return -EINVAL;
	struct pf_onset *const o = calloc(1, sizeof *o);
	if (!o)
		return -ENOMEM;
	o->rate_hz = rate_hz;
	o->aubio = new_aubio_onset("hfc", 4 * PF_BLOCK, PF_BLOCK, rate_hz);
	o->in = new_fvec(PF_BLOCK);
	o->out = new_fvec(1);
	if (!o->aubio || !o->in || !o->out) {
		pf_onset_free(o);
		return -ENOMEM;
	}
	aubio_onset_set_threshold(o->aubio, threshold);
	aubio_onset_set_silence(o->aubio, silence_db);
	aubio_onset_set_minioi_ms(o->aubio, shortest_ms);
	for (size_t i = 0; i < PF_COUNT(corner_hz); i++)
		o->low[i] = low_pass(corner_hz[i], rate_hz);
	o->loudest_db = -30;
	*onset = o;
	return 0;
}

void
pf_onset_free(struct pf_onset *onset)
{
	if (!onset)
		return;
	if (onset->aubio)
		del_aubio_onset(onset->aubio);
	if (onset->in)
		del_fvec(onset->in);
	if (onset->out)
		del_fvec(onset->out);
	free(onset);
}

static void
measure_bands(struct pf_onset *o, const float *in)
{
	double *const e = o->energy[o->blocks++ % LOOK];
	for (int b = 0; b < PF_BANDS; b++)
		e[b] = 1e-12;
	for (int i = 0; i < PF_BLOCK; i++) {
		const double x = (double)in[i];
		double below = 0;
		for (int b = 0; b < PF_BANDS - 1; b++) {
			struct pf_biquad *const f = &o->low[b];
			const double y = f->b0 * x + f->z1;
			f->z1 = f->b1 * x - f->a1 * y + f->z2;
			f->z2 = f->b2 * x - f->a2 * y;
			e[b] += (y - below) * (y - below) / PF_BLOCK;
			below = y;
		}
		e[PF_BAND_HIGH] += (x - below) * (x - below) / PF_BLOCK;
	}
	for (int b = 0; b < PF_BANDS - 1; b++)
		if (fabs(o->low[b].z1) < 1e-30)
			o->low[b].z1 = o->low[b].z2 = 0;
}

/* The mean energy of a band in ATTACK blocks, `ago` blocks before the last. */
static double
band_energy(const struct pf_onset *o, int band, int ago)
{
	double sum = 0;
	for (int i = ago; i < ago + ATTACK; i++)
		sum += o->energy[(o->blocks - 1 - (uint64_t)i) % LOOK][band];
	return sum / ATTACK;
}

/*
 * What the hit is made of: its energies less the most there was lately, so
 * that the periods of a low note are no hits.
 */
static void
describe(struct pf_onset *o, struct pf_onset_hit *hit)
{
	double now[PF_BANDS], all = 0, sum = 0;
	for (int b = 0; b < PF_BANDS; b++) {
		now[b] = band_energy(o, b, 0);
		all += now[b];
	}
	hit->rise_db = 0;
	for (int b = 0; b < PF_BANDS; b++) {
		double before = 1e-12;
		for (int ago = ATTACK; ago <= LOOK - ATTACK; ago++) {
			const double e = band_energy(o, b, ago);
			before = e > before ? e : before;
		}
		hit->share[b] = now[b] > before ? now[b] - before : 0;
		sum += hit->share[b];
		const double rise = pf_power_db(now[b] / before);
		if (now[b] > 1e-4 * all && rise > hit->rise_db)
			hit->rise_db = rise;
	}
	for (int b = 0; b < PF_BANDS; b++)
		hit->share[b] = sum > 0 ? hit->share[b] / sum : 0;
	hit->level_db = pf_power_db(all);
	/* 24 dB below the loudest of the last seconds is half as strong. */
	o->loudest_db -= 0.15;
	if (hit->level_db > o->loudest_db)
		o->loudest_db = hit->level_db;
	if (o->loudest_db < -50)
		o->loudest_db = -50;
	const double s = 1 + (hit->level_db - o->loudest_db) / 48;
	hit->strength = s < 0.05 ? 0.05 : s;
	const double c = hit->rise_db / 8 + 0.2 * o->excess;
	hit->confidence = c < 0.1 ? 0.1 : c > 1 ? 1 : c;
}

/*
 * aubio's detector listens to high partials and misses soft low notes.  Does
 * a band that matters rise so much that something must have begun?  Returns
 * how many blocks ago, or -1.
 */
static int
soft_onset(const struct pf_onset *o)
{
	double now[PF_BANDS], all = 0;
	for (int b = 0; b < PF_BANDS; b++) {
		now[b] = band_energy(o, b, 0);
		all += now[b];
	}
	if (all < soft_power)
		return -1;
	for (int b = 0; b < PF_BANDS; b++) {
		if (now[b] < 0.25 * all)
			continue;
		double before = 1e-12, first = 0;
		for (int ago = ATTACK; ago <= LOOK - ATTACK; ago += 2) {
			const double e = band_energy(o, b, ago);
			before = e > before ? e : before;
		}
		if (now[b] < soft_rise * before)
			continue;
		int ago = ATTACK + 3;
		for (; ago > 0; ago--) {
			first = o->energy[(o->blocks - 1 - (uint64_t)ago)
			    % LOOK][b];
			if (first > 2 * before && first > 0.1 * now[b])
				break;
		}
		return ago;
	}
	return -1;
}

/* Has one of the two detectors something to say?  Then a hit waits. */
static void
detect(struct pf_onset *o)
{
	const uint64_t still = (uint64_t)(shortest_ms * 1e-3f
	    * (float)o->rate_hz) / PF_BLOCK;
	if (o->said > 0 && o->blocks - o->said < still)
		return;
	if (o->out->data[0] != 0) {
		o->at = aubio_onset_get_last(o->aubio);
		const float d = aubio_onset_get_descriptor(o->aubio);
		const float above =
		    aubio_onset_get_thresholded_descriptor(o->aubio);
		o->excess = d > 0 ? 4 * (double)(above / d) : 0;
		o->waiting = WAIT + 1;
	} else if (o->blocks % 2 == 0 && o->blocks > LOOK) {
		const int ago = soft_onset(o);
		if (ago < 0)
			return;
		o->at = o->frames - (ago + 1) * PF_BLOCK;
		o->excess = 0;
		o->waiting = ago < ATTACK ? ATTACK + 1 - ago : 1;
	}
}

int
pf_onset_run(struct pf_onset *onset, const float *in, struct pf_onset_hit *hit)
{
	struct pf_onset *const o = onset;
	memcpy(o->in->data, in, PF_BLOCK * sizeof *in);
	aubio_onset_do(o->aubio, o->in, o->out);
	measure_bands(o, in);
	o->frames += PF_BLOCK;
	if (o->waiting == 0)
		detect(o);
	if (o->waiting == 0 || --o->waiting > 0)
		return 0;
	*hit = (struct pf_onset_hit){
		.ago_frames = (uint32_t)(o->at < o->frames
		    ? o->frames - o->at : 0),
	};
	describe(o, hit);
	if (hit->rise_db < least_rise_db)
		return 0;
	o->said = o->blocks;
	return 1;
}

int
pf_onset_drum(const struct pf_onset_hit *hit, double pitched)
{
	const double low = hit->share[PF_BAND_LOW];
	const double body = hit->share[PF_BAND_BODY];
	const double high = hit->share[PF_BAND_HIGH];
	if (pitched > 0.6)
		return -1;
	if (high > 0.62 && low + body < 0.2)
		return 42;
	if (low > 0.24 && high < 0.2)
		return 36;
	return 38;
}
