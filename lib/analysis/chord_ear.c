/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/chord_ear.h"

#include "analysis/chord_table.h"
#include "base/math.h"

#include <math.h>
#include <string.h>

enum { STATES = PF_CHORD_EAR_STATES, NONE = PF_CHORD_NONE };

/* Windows overlap, so frames are not independent witnesses. */
static const double frame_weight = 0.25;
static const double changes_s[2] = {0.1, 6}; /* a second: off, on beats */
static const double outside_key = 0.05; /* beside 1 for chords inside */
static const double sure = 0.42;
static const double window_s = 0.06;    /* how late the windows lean */

void
pf_chord_ear_init(struct pf_chord_ear *ear)
{
	memset(ear, 0, sizeof *ear);
	for (int i = 0; i < STATES; i++)
		ear->p[i] = i == NONE ? 0.8 : 0.2 / (STATES - 1);
	ear->said = -1;
}

/* How usual each chord is in the keys that are likely. */
static void
expect(const double key[24], double *prior)
{
	double sum = 0;
	for (int c = 0; c < NONE; c++) {
		double p = 0;
		const uint16_t tones = pf_chord_tones((struct pf_chord){
		    c / 2, c % 2 ? PF_MIN : PF_MAJ, -1});
		for (int k = 0; key && k < 24; k++) {
			const struct pf_key in = {k / 2,
			    k % 2 ? PF_MINOR : PF_MAJOR};
			uint16_t scale = pf_key_scale(in);
			if (k % 2) /* and its leading tone */
				scale |= (uint16_t)(1u << (k / 2 + 11) % 12);
			p += key[k] * ((tones & scale) == tones
			    ? 1 : outside_key);
		}
		prior[c] = key ? p : 1;
		sum += prior[c];
	}
	for (int c = 0; c < NONE; c++)
		prior[c] /= sum;
}

static void
look(struct pf_chord_ear *ear, const struct pf_sounding_frame *f, double *log_p)
{
	double treble[12], bass[12], top = 0;
	for (int i = 0; i < 12; i++) {
		treble[i] = sqrt(f->treble[i]);
		bass[i] = sqrt(f->bass[i]);
		top = f->treble[i] > top ? f->treble[i] : top;
	}
	/* Noise and silence have no chord. */
	ear->loudest = f->power > ear->loudest ? f->power
	    : ear->loudest * 0.997;
	const bool quiet = f->power < 1e-6 || f->power < 1e-5 * ear->loudest ||
	    top <= 0;
	for (int c = 0; c < NONE; c++) {
		const double *const w = pf_chord_table[c % 2];
		const int root = c / 2;
		double z = pf_chord_table_bias[c % 2];
		for (int i = 0; i < 12; i++)
			z += w[i] * treble[(root + i) % 12]
			    + w[12 + i] * bass[(root + i) % 12];
		log_p[c] = quiet ? 0 : z;
	}
	double best = 0, all = 0;
	for (int c = 0; c < NONE; c++)
		best = c == 0 || log_p[c] > best ? log_p[c] : best;
	for (int c = 0; c < NONE; c++)
		all += pf_exp(log_p[c] - best);
	for (int c = 0; c < NONE; c++)
		log_p[c] -= best + pf_log(all);
	/* As likely as a chord that has the share of an even guess, the more
	 * the less the frame is explained by tones. */
	log_p[NONE] = quiet ? 4 : -1.5 - 9 * (f->tonal - 0.25);
}

static void
step(struct pf_chord_ear *ear, const double *log_p, const double *prior,
    double change)
{
	double next[STATES], sum = 0, top = -1e9;
	for (int c = 0; c < STATES; c++)
		top = log_p[c] > top ? log_p[c] : top;
	for (int c = 0; c < STATES; c++) {
		const double to = c == NONE ? 0.03 : 0.97 * prior[c];
		next[c] = (ear->p[c] * (1 - change) + change * to)
		    * pf_exp(frame_weight * (log_p[c] - top));
		sum += next[c];
	}
	for (int c = 0; c < STATES; c++)
		ear->p[c] = next[c] / sum;
}

/* The chord of a state, with what its frames tell of seventh and bass. */
static struct pf_chord
chord_of(const struct pf_chord_ear *ear, int state, bool fine)
{
	struct pf_chord chord = {-1, PF_MAJ, -1};
	if (state == NONE)
		return chord;
	chord.root = state / 2;
	chord.quality = state % 2 ? PF_MIN : PF_MAJ;
	if (!fine)
		return chord;
	double t[12], b[12], top = 1e-9, low = 1e-9;
	int bass = 0;
	for (int i = 0; i < 12; i++) {
		t[i] = ear->treble[(chord.root + i) % 12];
		b[i] = ear->bass[(chord.root + i) % 12];
		top = t[i] > top ? t[i] : top;
		if (b[i] > low)
			low = b[i], bass = i;
	}
	const double third = state % 2 ? t[3] : t[4];
	if (t[10] > 0.4 * top && t[10] > 1.5 * t[11])
		chord.quality = state % 2 ? PF_MIN7 : PF_DOM7;
	else if (t[11] > 0.45 * top && t[11] > 1.5 * t[10] && state % 2 == 0)
		chord.quality = PF_MAJ7;
	else if (state % 2 == 1 && t[6] > 0.45 * top && t[6] > 2 * t[7])
		chord.quality = PF_DIM;
	else if (t[5] > 0.45 * top && third < 0.12 * top)
		chord.quality = PF_SUS4;
	else if (t[2] > 0.45 * top && third < 0.12 * top)
		chord.quality = PF_SUS2;
	if (bass != 0 && b[0] < 0.4 * low &&
	    pf_chord_tones(chord) >> (chord.root + bass) % 12 & 1)
		chord.bass = (chord.root + bass) % 12;
	return chord;
}

static void
tell(const struct pf_chord_ear *ear, bool fine, struct pf_chord_heard *heard)
{
	int other = -1;
	for (int c = 0; c < NONE; c++)
		if (c != ear->said && (other < 0 || ear->p[c] > ear->p[other]))
			other = c;
	heard->chord = chord_of(ear, ear->said, fine);
	heard->other = chord_of(ear, other, false);
	heard->confidence = ear->p[ear->said];
	heard->ago_s = ear->since_s;
}

int
pf_chord_ear_run(struct pf_chord_ear *ear,
    const struct pf_sounding_frame *frame, double frame_s, double on_beat,
    const double key[24], struct pf_chord_heard *heard)
{
	double log_p[STATES], prior[NONE];
	expect(key, prior);
	look(ear, frame, log_p);
	const double rate = changes_s[0]
	    + on_beat * on_beat * (changes_s[1] - changes_s[0]);
	step(ear, log_p, prior, rate * frame_s);
	int best = 0;
	for (int c = 1; c < STATES; c++)
		if (ear->p[c] > ear->p[best])
			best = c;
	if (best == ear->said) {
		ear->wishes = 0;
		ear->since_s += frame_s;
		for (int i = 0; i < 12; i++) {
			ear->treble[i] += frame->treble[i];
			ear->bass[i] += frame->bass[i];
		}
		if (ear->refined || ear->since_s < 0.45 || best == NONE)
			return 0;
		ear->refined = true;
		tell(ear, true, heard);
		return heard->chord.quality != (best % 2 ? PF_MIN : PF_MAJ) ||
		    heard->chord.bass >= 0;
	}
	ear->wishes = best == ear->wish ? ear->wishes + 1 : 1;
	ear->wish = best;
	if (ear->p[best] < sure)
		return 0;
	const bool first = ear->said < 0;
	ear->said = best;
	ear->since_s = window_s + frame_s * ear->wishes;
	ear->wishes = 0;
	ear->refined = false;
	memset(ear->treble, 0, sizeof ear->treble);
	memset(ear->bass, 0, sizeof ear->bass);
	tell(ear, false, heard);
	return !(first && best == NONE); /* silence at first says nothing */
}
