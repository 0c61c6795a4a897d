/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/chord_states.h"

#include "base/math.h"

#include <string.h>

/* Weights of the evidence; measured on tunes not learnt from. */
static const double melody_power[2] = { 1.1, 1.1 }; /* a beat of melody */
static const double attack_power = 0.5;             /* a note on the beat */
static const double harmony_power = 2.5;            /* a beat of harmony */
static const double bass_power = 1.5;
static const double key_change = 0.001; /* at a beat */
static const double nothing = 1e-6;     /* keys below this are left out */
static const double hardly = 1e-8;      /* and chords below this */

void
chord_model_init(struct chord_model *model)
{
	for (int h = 0; h < 2; h++)
		for (int m = 0; m < CHORD_MODES; m++)
			for (int s = 0; s < 24; s++)
				for (int i = 0; i < 12; i++)
					model->melody[h][m][s][i] = pf_log(
					    (double)chord_melody[h][m][s][i]);
}

void
chord_odds_begin(struct chord_odds *odds)
{
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++)
			for (int s = 0; s < 24; s++)
				odds->p[m][t][s] = (double)chord_mode_share[m]
				    * (double)chord_first[m][s] / 12;
}

static int
place_of(int index, int per_bar)
{
	if (index == 0)
		return 0;
	return per_bar % 2 == 0 && index == per_bar / 2 ? 1 : 2;
}

static double
row_sum(const double *p)
{
	double sum = 0;
	for (int i = 0; i < 24; i++)
		sum += p[i];
	return sum;
}

/* A little goes to the other keys, the chord staying what it is. */
static void
wander(const struct chord_odds *from, struct chord_odds *to)
{
	double chord[24] = { 0 };
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++)
			for (int s = 0; s < 24; s++)
				chord[(s + 2 * t) % 24] += from->p[m][t][s];
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++)
			for (int s = 0; s < 24; s++)
				to->p[m][t][s] += key_change
				    * chord[(s + 2 * t) % 24]
				    * (double)chord_first[m][s]
				    * (double)chord_mode_share[m];
}

void
chord_odds_step(const struct chord_odds *from, int index, int per_bar,
    struct chord_odds *to)
{
	const int q = place_of(index, per_bar);
	memset(to, 0, sizeof *to);
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++) {
			const double *a = from->p[m][t];
			double *b = to->p[m][t];
			if (row_sum(a) < nothing)
				continue;
			for (int s = 0; s < 24; s++) {
				if (a[s] < hardly)
					continue;
				for (int u = 0; u < 24; u++)
					b[u] += a[s] *
					    (double)chord_next[m][q][s][u];
			}
		}
	if (q == 0)
		wander(from, to);
}

void
chord_odds_back(const struct chord_odds *after, int index, int per_bar,
    const struct chord_odds *likely, struct chord_odds *before)
{
	const int q = place_of(index, per_bar);
	double sum = 0;
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++) {
			double w[24];
			for (int s = 0; s < 24; s++)
				w[s] = after->p[m][t][s] * likely->p[m][t][s];
			if (row_sum(w) == 0) {
				memset(before->p[m][t], 0,
				    sizeof before->p[m][t]);
				continue;
			}
			for (int s = 0; s < 24; s++) {
				double x = 0;
				for (int u = 0; u < 24; u++)
					x += w[u]
					    * (double)chord_next[m][q][s][u];
				sum += before->p[m][t][s] = x;
			}
		}
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++)
			for (int s = 0; s < 24; s++)
				before->p[m][t][s] /= sum;
}

double
chord_told_odds(const struct pf_chord_evidence *heard, int c)
{
	const bool same = heard->told.root == c / 2
	    && pf_chord_is_minor(heard->told) == (c & 1);
	return 1 - 0.998 * heard->told_weight
	    + (same ? 24 * heard->told_weight : 0);
}

/* log P(harmony | absolute chord), and of what somebody told. */
static void
fit_chords(const struct pf_chord_evidence *heard, double fit[24])
{
	/* Of a beat of accompaniment or chroma: each chord tone, else. */
	static const double tone = -1.1, root = -0.9, strange = -3.4;
	static const double low[12] = {
		-0.5, -4, -3, -2.6, -2.4, -3, -4, -1.9, -4, -3, -3, -3.4
	};
	double harmony = 0, bass = 0;
	for (int i = 0; i < 12; i++) {
		harmony += heard->harmony[i];
		bass += heard->bass[i];
	}
	for (int c = 0; c < 24; c++) {
		const int third = c & 1 ? 3 : 4;
		fit[c] = 0;
		for (int i = 0; i < 12; i++) {
			const int p = (i + c / 2) % 12;
			const double l = i == 0 ? root
			    : i == third || i == 7 ? tone : strange;
			if (harmony > 0)
				fit[c] += l * heard->harmony[p] / harmony
				    * harmony_power;
			if (bass > 0)
				fit[c] += low[i] * heard->bass[p] / bass
				    * bass_power;
		}
		if (heard->told_weight > 0 && heard->told.root >= 0)
			fit[c] += pf_log(chord_told_odds(heard, c));
	}
}

static double
fit_state(const double first[12], const double second[12],
    const struct pf_chord_evidence *heard, int tonic)
{
	double l = 0;
	for (int i = 0, p = tonic; i < 12; i++, p = p == 11 ? 0 : p + 1) {
		const double w = melody_power[0] * heard->melody[0][p]
		    + attack_power * heard->attack[p];
		l += w * first[i]
		    + melody_power[1] * heard->melody[1][p] * second[i];
	}
	return l;
}

void
chord_odds_fit(const struct chord_model *model,
    const struct pf_chord_evidence *heard, const struct chord_odds *odds,
    struct chord_odds *fit)
{
	double chord[24], best = -1e9;
	bool worth[CHORD_MODES][12];
	fit_chords(heard, chord);
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++) {
			worth[m][t] = row_sum(odds->p[m][t]) > 1e-7;
			for (int s = 0; s < 24 && worth[m][t]; s++) {
				const double l = fit_state(
				    model->melody[0][m][s],
				    model->melody[1][m][s], heard, t)
				    + chord[(s + 2 * t) % 24];
				fit->p[m][t][s] = l;
				best = l > best ? l : best;
			}
		}
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++)
			for (int s = 0; s < 24; s++)
				fit->p[m][t][s] = worth[m][t]
				    ? pf_exp(fit->p[m][t][s] - best) : 0;
}

static void
scale(struct chord_odds *a, double sum)
{
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++)
			for (int s = 0; s < 24; s++)
				a->p[m][t][s] /= sum;
}

void
chord_odds_times(struct chord_odds *a, const struct chord_odds *b)
{
	double sum = 0;
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++)
			for (int s = 0; s < 24; s++)
				sum += a->p[m][t][s] *= b->p[m][t][s];
	if (sum > 0)
		scale(a, sum);
	else
		chord_odds_begin(a);
}

void
chord_odds_chords(const struct chord_odds *a, double p[24])
{
	double sum = 0;
	memset(p, 0, 24 * sizeof *p);
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++)
			for (int s = 0; s < 24; s++) {
				p[(s + 2 * t) % 24] += a->p[m][t][s];
				sum += a->p[m][t][s];
			}
	for (int i = 0; i < 24; i++)
		p[i] /= sum;
}

void
chord_odds_keys(const struct chord_odds *a, double p[24])
{
	double sum = 0;
	memset(p, 0, 24 * sizeof *p);
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++) {
			const double x = row_sum(a->p[m][t]);
			p[t * 2 + (m & 1)] += x;
			sum += x;
		}
	for (int i = 0; i < 24; i++)
		p[i] /= sum;
}

void
chord_odds_key(struct chord_odds *a, int tonic, int minor, double weight)
{
	double sum = 0;
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++) {
			const bool same = t == tonic && (m & 1) == minor;
			for (int s = 0; s < 24; s++)
				sum += a->p[m][t][s] *=
				    same ? 1 : 1 - 0.999 * weight;
		}
	scale(a, sum);
}
