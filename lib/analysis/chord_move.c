/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/chord_move.h"

#include "base/math.h"
#include "music/chord_table.h"
#include "music/theory.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { TRIADS = PF_CHORD_TRIADS };

/* Tuned with those of chord_ear.c. */
static const double folk_share = 0.7;  /* the rest is pop */
static const double even = 0.53;        /* 0: all successions alike */
static const double outside_key = 0.005; /* beside 1 for chords inside */
static const double key_moved = 0.02, key_least = 0.1;

static bool
belongs(int chord, int minor)
{
	const uint16_t tones = pf_chord_tones((struct pf_chord){chord / 2,
	    chord % 2 ? PF_MIN : PF_MAJ, -1});
	uint16_t scale = pf_key_scale((struct pf_key){0,
	    minor ? PF_MINOR : PF_MAJOR});
	if (minor) /* and its leading tone */
		scale |= 1u << 11;
	return (tones & scale) == tones;
}

/* Fill the row of what follows a chord. */
static void
succeed(int place, int minor, int chord, double row[TRIADS])
{
	double sum = 0;
	for (int c = 0; c < TRIADS; c++) {
		const double p = folk_share
		    * (double)chord_next[minor][place][chord][c]
		    + (1 - folk_share)
		    * (double)chord_next[2 + minor][place][chord][c];
		row[c] = c == chord ? 0 : pf_pow(p + 1e-4, even)
		    * (belongs(c, minor) ? 1 : outside_key);
		sum += row[c];
	}
	for (int c = 0; c < TRIADS; c++)
		row[c] /= sum;
}

void
pf_chord_move_init(struct pf_chord_move *move)
{
	double key[24];
	memset(move, 0, sizeof *move);
	for (int place = 0; place < PF_CHORD_PLACES; place++)
		for (int minor = 0; minor < 2; minor++)
			for (int c = 0; c < TRIADS; c++)
				succeed(place, minor, c,
				    move->usual[place][minor][c]);
	for (int k = 0; k < 24; k++)
		key[k] = 1 / 24.;
	pf_chord_move_key(move, key);
}

/* Add the successions of a key. */
static void
add_key(struct pf_chord_move *move, int key, double share)
{
	const int tonic = key - key % 2;
	for (int place = 0; place < PF_CHORD_PLACES; place++)
		for (int a = 0; a < TRIADS; a++) {
			const double *const from = move->usual[place][key % 2]
			    [(a + TRIADS - tonic) % TRIADS];
			double *const to = move->now[place][a];
			for (int c = 0; c < TRIADS - tonic; c++)
				to[c + tonic] += share * from[c];
			for (int c = TRIADS - tonic; c < TRIADS; c++)
				to[c + tonic - TRIADS] += share * from[c];
		}
}

void
pf_chord_move_key(struct pf_chord_move *move, const double key[24])
{
	double moved = 0, most = 0, sum = 0;
	for (int k = 0; k < 24; k++)
		moved += fabs(key[k] - move->key[k]);
	if (moved < key_moved)
		return;
	memcpy(move->key, key, sizeof move->key);
	memset(move->now, 0, sizeof move->now);
	/* Squared: the likeliest keys have their way. */
	for (int k = 0; k < 24; k++)
		most = key[k] > most ? key[k] : most;
	for (int k = 0; k < 24; k++)
		sum += key[k] < key_least * most ? 0 : key[k] * key[k];
	for (int k = 0; k < 24; k++)
		if (key[k] >= key_least * most)
			add_key(move, k, key[k] * key[k] / sum);
}
