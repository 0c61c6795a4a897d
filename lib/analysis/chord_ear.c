/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/chord_ear.h"

#include "base/math.h"

#include <math.h>
#include <string.h>

enum { STATES = PF_CHORD_EAR_STATES, NONE = PF_CHORD_NONE };

/*
 * Tuned together, and with chord_move.c, on melodies with guitar chords, on
 * broken chords, pop pianos and whole bands, rendered.  Windows overlap, so
 * frames are not independent witnesses.
 */
static const double frame_weight = 0.35;
/* Changes a second: by place, between beats, without a pulse. */
static const double place_rate[PF_CHORD_PLACES] = {20, 1, 0.1};
static const double between_rate = 0.03, unknown_rate = 0.2;
static const double some_beat = 0.4;    /* of a downbeat, on a beat */
static const double young = 0.37, young_s = 0.5; /* hardly ever soon again */
static const double sure = 0.5, sure_between = 0.95;
static const double window_s = 0.06;    /* how late the windows lean */

void
pf_chord_ear_init(struct pf_chord_ear *ear)
{
	memset(ear, 0, sizeof *ear);
	pf_chord_move_init(&ear->move);
	for (int i = 0; i < STATES; i++)
		ear->p[i] = i == NONE ? 0.8 : 0.2 / (STATES - 1);
	ear->said = -1;
	ear->since_s = young_s;
}

/* How likely a change is in a frame. */
static double
change_in(const struct pf_chord_ear *ear, const struct pf_chord_when *when,
    double frame_s)
{
	double rate = when->known ? between_rate : unknown_rate;
	if (when->known && when->beat) {
		/* If it may be any beat of the bar: */
		rate = place_rate[PF_CHORD_BEAT] + some_beat
		    * (place_rate[PF_CHORD_DOWNBEAT]
		    - place_rate[PF_CHORD_BEAT]);
		rate += when->sure * (place_rate[when->place] - rate);
	}
	if (ear->since_s < young_s)
		rate *= young + (1 - young) * ear->since_s / young_s;
	return fmin(0.5, rate * frame_s);
}

static void
step(struct pf_chord_ear *ear, const double *log_p, double log_none,
    int place, double change)
{
	double next[STATES], sum = 0, top = log_none;
	const double go = 0.97 * change;
	for (int c = 0; c < NONE; c++) {
		top = log_p[c] > top ? log_p[c] : top;
		next[c] = ear->p[c] * (1 - change) + ear->p[NONE] * go / NONE;
	}
	for (int a = 0; a < NONE; a++)
		for (int c = 0; c < NONE; c++)
			next[c] += ear->p[a] * go * ear->move.now[place][a][c];
	for (int c = 0; c < NONE; c++) {
		next[c] *= pf_exp(frame_weight * (log_p[c] - top));
		sum += next[c];
	}
	next[NONE] = (ear->p[NONE] * (1 - change) + 0.03 * change)
	    * pf_exp(frame_weight * (log_none - top));
	sum += next[NONE];
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

/* The chord that was said goes on: more of its notes are known. */
static int
refine(struct pf_chord_ear *ear, const struct pf_sounding_frame *frame,
    struct pf_chord_heard *heard)
{
	const int state = ear->said;
	ear->wishes = 0;
	for (int i = 0; i < 12; i++) {
		ear->treble[i] += frame->treble[i];
		ear->bass[i] += frame->bass[i];
	}
	if (ear->refined || ear->since_s < 0.45 || state == NONE)
		return 0;
	ear->refined = true;
	tell(ear, true, heard);
	return heard->chord.quality != (state % 2 ? PF_MIN : PF_MAJ) ||
	    heard->chord.bass >= 0;
}

int
pf_chord_ear_run(struct pf_chord_ear *ear,
    const struct pf_sounding_frame *frame, double frame_s,
    const struct pf_chord_when *when, const double key[24],
    struct pf_chord_heard *heard)
{
	double log_p[NONE], log_none;
	const bool near = !when->known || when->beat;
	pf_chord_move_key(&ear->move, key);
	pf_chord_look_run(&ear->look, frame, frame_s, log_p, &log_none);
	step(ear, log_p, log_none, near && when->known ? when->place
	    : PF_CHORD_BEAT, change_in(ear, when, frame_s));
	ear->since_s += frame_s;
	int best = 0;
	for (int c = 1; c < STATES; c++)
		if (ear->p[c] > ear->p[best])
			best = c;
	if (best == ear->said)
		return refine(ear, frame, heard);
	ear->wishes = best == ear->wish ? ear->wishes + 1 : 1;
	ear->wish = best;
	if (ear->p[best] < (near ? sure : sure_between))
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
