/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The setting of a song: key, meter, tempo and length, from the style and
 * the wish.  Private to lib/generate.
 */
#ifndef PF_GENERATE_SETTING_H
#define PF_GENERATE_SETTING_H

#include "generate/song.h"

/* A key the style likes, or one near it, in the wish's mode if it has one. */
struct pf_key pf_setting_key(const struct pf_style *style,
    const struct pf_song_wish *wish);

/* The usual meter four times of five, where the style has others. */
struct pf_meter pf_setting_meter(const struct pf_style *style, uint64_t seed);

/* Quarters a minute, 10..1000: the wish's beats, or near the style's. */
double pf_setting_bpm(const struct pf_style *style,
    const struct pf_song_wish *wish, struct pf_meter meter);

/* How many bars, 1..PF_SONG_BARS, come nearest to a length in seconds. */
int pf_setting_bars(double length_s, double bpm, struct pf_meter meter,
    bool ritard);

/* The part of the tempo that quarter i of a ritard of so many keeps. */
double pf_setting_ritard(int i, int quarters);

#endif
