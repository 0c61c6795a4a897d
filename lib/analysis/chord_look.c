/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/chord_look.h"

#include "analysis/chord_table.h"
#include "base/math.h"

#include <math.h>
#include <stdbool.h>

/* As in tests/train/chord_ear.py. */
static const double treble_s = 0.4, bass_s = 0.8;

static void
follow(double mean[12], const double now[12], double frames)
{
	for (int i = 0; i < 12; i++)
		mean[i] += (now[i] - mean[i]) / frames;
}

/* The scores of a root as major and minor. */
static void
score(const float *look, double z[2])
{
	float sum[2];
	for (int m = 0; m < 2; m++) {
		sum[m] = chord_bias[m];
		for (int i = 0; i < CHORD_LOOKS; i++)
			sum[m] += chord_direct[m][i] * look[i];
	}
	for (int h = 0; h < CHORD_HIDDEN; h++) {
		float unit = chord_hidden_bias[h];
		for (int i = 0; i < CHORD_LOOKS; i++)
			unit += chord_hidden[h][i] * look[i];
		if (!(unit > 0))
			continue;
		sum[0] += chord_by_hidden[0][h] * unit;
		sum[1] += chord_by_hidden[1][h] * unit;
	}
	z[0] = (double)sum[0];
	z[1] = (double)sum[1];
}

static void
score_all(const struct pf_chord_look *look,
    const struct pf_sounding_frame *f, double *log_p)
{
	const double *const part[4] = {f->treble, f->bass, look->treble,
	    look->bass};
	double best = -1e9, all = 0;
	for (int root = 0; root < 12; root++) {
		float turned[CHORD_LOOKS];
		for (int i = 0; i < CHORD_LOOKS; i++)
			turned[i] = (float)sqrt(part[i / 12]
			    [(root + i) % 12]);
		score(turned, &log_p[2 * root]);
	}
	for (int c = 0; c < PF_CHORD_TRIADS; c++)
		best = log_p[c] > best ? log_p[c] : best;
	for (int c = 0; c < PF_CHORD_TRIADS; c++)
		all += pf_exp(log_p[c] - best);
	for (int c = 0; c < PF_CHORD_TRIADS; c++)
		log_p[c] -= best + pf_log(all);
}

void
pf_chord_look_run(struct pf_chord_look *look,
    const struct pf_sounding_frame *frame, double frame_s,
    double log_p[PF_CHORD_TRIADS], double *log_none)
{
	double top = 0;
	for (int i = 0; i < 12; i++)
		top = frame->treble[i] > top ? frame->treble[i] : top;
	look->frames++;
	follow(look->treble, frame->treble,
	    fmin(look->frames, treble_s / frame_s));
	follow(look->bass, frame->bass, fmin(look->frames, bass_s / frame_s));
	/* Noise and silence have no chord. */
	look->loudest = frame->power > look->loudest ? frame->power
	    : look->loudest * 0.997;
	if (frame->power < 1e-6 || frame->power < 1e-5 * look->loudest ||
	    top <= 0) {
		for (int c = 0; c < PF_CHORD_TRIADS; c++)
			log_p[c] = -pf_log(PF_CHORD_TRIADS);
		*log_none = 4;
		return;
	}
	score_all(look, frame, log_p);
	/* As likely as a chord that has the share of an even guess, the more
	 * the less the frame is explained by tones. */
	*log_none = -1.5 - 9 * (frame->tonal - 0.25);
}
