/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate/melody.h"

#include "base/hash.h"
#include "base/math.h"
#include "base/rng.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DEGREES = 80, BEFORE = PF_STEP_BEFORE };

struct pf_chord
pf_song_chord(const struct pf_song *song, int64_t tick)
{
	size_t lo = 0, hi = song->n_spans;
	if (hi == 0)
		return pf_no_chord;
	while (hi - lo > 1) {
		const size_t mid = (lo + hi) / 2;
		if (song->span[mid].tick <= tick)
			lo = mid;
		else
			hi = mid;
	}
	return song->span[lo].chord;
}

int
pf_melody_weight(struct pf_meter meter, int tick)
{
	const int w = pf_metric_weight(meter, tick);
	return w >= 4 ? 3 : w >= 2 ? 2 : w;
}

/* Blues thirds and sevenths are low where the chord does not have them. */
static int
blue(const struct pf_song *song, int degree, int pitch, uint16_t tones)
{
	const int d = degree % 7;
	const int pc = (pitch - song->key.tonic + 144) % 12;
	if (((d == 2 && pc == 4) || (d == 6 && pc == 11)) &&
	    !pf_pcs_has(tones, pitch))
		return pitch - 1;
	return pitch;
}

int
pf_melody_pitch(const struct pf_song *song, const struct pf_melody *melody,
    int degree, struct pf_chord chord)
{
	const struct pf_key key = song->key;
	const int octave = degree / 7;
	const int pc = pf_key_degree(key, degree % 7 + 1);
	const int p = 12 * octave + key.tonic +
	    ((pc - key.tonic) % 12 + 12) % 12;
	const uint16_t scale = pf_chord_scale(key, chord);
	if (melody->notes == PF_MELODY_BLUES)
		return blue(song, degree, p, pf_chord_tones(chord));
	if (pf_pcs_has(scale, p))
		return p;
	/* The chord has bent this letter up or down. */
	const uint16_t home = pf_key_scale(key);
	if (pf_pcs_has(scale, p + 1) && !pf_pcs_has(home, p + 1))
		return p + 1;
	if (pf_pcs_has(scale, p - 1) && !pf_pcs_has(home, p - 1))
		return p - 1;
	return p;
}

struct work {
	double emit[DEGREES];
	double after[DEGREES][BEFORE];
};

static int
clamp_step(int step)
{
	return step < -3 ? -3 : step > 3 ? 3 : step;
}

static double
step_chance(const struct pf_melody *m, int weight, int before, int step)
{
	if (step < -7 || step > 7)
		return 0;
	double p = pf_melody_step[weight][before + 3][step + 7];
	/* Chords draw to the same tone again: measured, twice too often. */
	if (step == 0)
		p *= 0.4;
	/* The tunes leap (a fourth or more) with 0.3 here. */
	if (abs(step) >= 3)
		p *= 0.2 + m->leap / 0.3 * 0.8;
	return p;
}

/* How much a pitch class is liked at a place, by the chord. */
static double
chord_liking(const struct pf_melody_place *pl, const struct pf_tone *t, int p,
    struct pf_chord chord)
{
	static const double tone[4] = {1.25, 1.4, 1.85, 2.2};
	static const double other[4] = {0.8, 0.72, 0.35, 0.14};
	const struct pf_song *const s = pl->song;
	const int beat = pf_meter_beat(s->meter);
	int w = pf_melody_weight(s->meter, t->tick);
	if (t->len >= beat && w < 3)
		w++;
	if (chord.root < 0)
		return 1;
	const bool in = pf_pcs_has(pf_chord_tones(chord), p);
	double like = in ? tone[w] : other[w];
	if (!in && t->len > beat / 2 &&
	    pf_pcs_has(pf_chord_avoid(s->key, chord), p))
		like *= 0.2;
	const bool minor = pf_key_is_minor(s->key);
	const uint16_t five = pf_pcs_rotate(pf_mode[minor ?
	    PF_PENTATONIC_MINOR : PF_PENTATONIC_MAJOR].scale, s->key.tonic);
	const uint16_t blues = pf_pcs_rotate(pf_mode[PF_BLUES].scale,
	    s->key.tonic) | five;
	switch (pl->melody->notes) {
	case PF_MELODY_PENTATONIC:
		return in || pf_pcs_has(five, p) ? like : 0.06 * like;
	case PF_MELODY_BLUES:
		return in || pf_pcs_has(blues, p) ? like : 0.06 * like;
	case PF_MELODY_CHORD:
		return in ? like : 0.1 * like;
	default:
		return like;
	}
}

/* The tone on which a phrase comes to rest. */
static double
rest_liking(const struct pf_song *s, int p, struct pf_chord chord)
{
	const int above = (p - s->key.tonic + 144) % 12;
	if (chord.root < 0)
		return above == 0 ? 1 : 0.05;
	if (!pf_pcs_has(pf_chord_tones(chord), p))
		return 0.001;
	const int up = (p - chord.root + 144) % 12;
	if (chord.root == s->key.tonic)
		return above == 0 ? 1 : up == 3 || up == 4 ? 0.22 : 0.06;
	return up == 0 ? 0.7 : up == 7 ? 0.5 : up == 3 || up == 4 ? 0.5 : 0.05;
}

static double
square(double x)
{
	return x * x;
}

static void
emission(const struct pf_melody_place *pl, const struct pf_tone *t, bool last,
    double *emit)
{
	const struct pf_song *const s = pl->song;
	const struct pf_chord chord = pf_song_chord(s, pl->tick + t->tick);
	const double u = pl->len > 0 ? (double)t->tick / pl->len : 0;
	const double line = pl->low + (pl->high - pl->low) *
	    (0.3 + 0.35 * pl->height) + pl->arch * (4 * u * (1 - u) - 0.5);
	double sum = 0;
	for (int d = 0; d < DEGREES; d++) {
		const int p = pf_melody_pitch(s, pl->melody, d, chord);
		emit[d] = 0;
		if (p < pl->low || p > pl->high)
			continue;
		double e = chord_liking(pl, t, p, chord) *
		    pf_exp(-square((p - line) / 7.5));
		if (last && pl->closes)
			e *= rest_liking(s, p, chord);
		if (t->degree != PF_NO_DEGREE) {
			const int off = abs(d - t->degree);
			e *= off == 0 ? 1 : (1 - t->hold) *
			    (off == 1 ? 0.5 : off == 2 ? 0.25 : 0.1) + 1e-4;
		}
		emit[d] = e;
		sum += e;
	}
	for (int d = 0; d < DEGREES; d++)
		emit[d] /= sum > 0 ? sum : 1;
}

/* What may follow each state, from the last tone back. */
static void
look_back(const struct pf_melody_place *pl, const struct pf_tone *tone, int n,
    struct work *w)
{
	for (int d = 0; d < DEGREES; d++)
		for (int b = 0; b < BEFORE; b++)
			w[n - 1].after[d][b] = 1;
	for (int i = n - 2; i >= 0; i--) {
		const int weight = pf_melody_weight(pl->song->meter,
		    tone[i + 1].tick);
		double sum = 0;
		for (int d = 0; d < DEGREES; d++)
			for (int b = 0; b < BEFORE; b++) {
				double a = 0;
				if (w[i].emit[d] == 0)
					continue;
				for (int s = -7; s <= 7; s++) {
					const int to = d + s;
					if (to < 0 || to >= DEGREES ||
					    w[i + 1].emit[to] == 0)
						continue;
					a += step_chance(pl->melody, weight,
					    b - 3, s) * w[i + 1].emit[to] *
					    w[i + 1].after[to][clamp_step(s) +
					    3];
				}
				w[i].after[d][b] = a;
				sum += a;
			}
		for (int d = 0; d < DEGREES && sum > 0; d++)
			for (int b = 0; b < BEFORE; b++)
				w[i].after[d][b] /= sum;
	}
}

/* Draw one tone, given the one before it. */
static int
draw(const struct pf_melody_place *pl, const struct pf_tone *t,
    const struct work *w)
{
	const int weight = pf_melody_weight(pl->song->meter, t->tick);
	double p[DEGREES], sum = 0;
	for (int d = 0; d < DEGREES; d++) {
		const int s = d - pl->before;
		const bool fresh = pl->before == PF_NO_DEGREE;
		p[d] = w->emit[d] * w->after[d][fresh ? 3 : clamp_step(s) + 3];
		if (!fresh)
			p[d] *= step_chance(pl->melody, weight, pl->step, s) +
			    1e-6;
		sum += p[d];
	}
	double u = sum * pf_rng_unit(pl->seed, pf_hash_str("pitch"),
	    pl->tick + t->tick, 0);
	int best = 0;
	for (int d = 0; d < DEGREES; d++) {
		if (p[d] > p[best])
			best = d;
		if (p[d] > 0 && (u -= p[d]) < 0)
			return d;
	}
	return best;
}

int
pf_melody_pitches(struct pf_melody_place *pl, struct pf_tone *tone, int n)
{
	if (n == 0)
		return 0;
	struct work *const w = calloc((size_t)n, sizeof *w);
	if (!w)
		return -ENOMEM;
	for (int i = 0; i < n; i++)
		emission(pl, &tone[i], i == n - 1, w[i].emit);
	look_back(pl, tone, n, w);
	for (int i = 0; i < n; i++) {
		const int d = draw(pl, &tone[i], &w[i]);
		pl->step = pl->before == PF_NO_DEGREE ? 0
		    : clamp_step(d - pl->before);
		pl->before = d;
		tone[i].degree = d;
		tone[i].pitch = pf_melody_pitch(pl->song, pl->melody, d,
		    pf_song_chord(pl->song, pl->tick + tone[i].tick));
	}
	free(w);
	return 0;
}
