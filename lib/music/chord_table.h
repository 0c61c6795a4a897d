/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What chord_follower.c knows from tunes.  A chord is (root - tonic) * 2 +
 * (0 major, 1 minor); probabilities.
 */
#ifndef PF_MUSIC_CHORD_TABLE_H
#define PF_MUSIC_CHORD_TABLE_H

#define CHORD_MODES 4  /* folk major, folk minor, pop major, pop minor */
#define CHORD_PLACES 3 /* downbeat, half bar, other beats */

extern const float chord_mode_share[CHORD_MODES];
extern const float chord_first[CHORD_MODES][24];

/* [mode][place of the coming beat][chord][next chord] */
extern const float chord_next[CHORD_MODES][CHORD_PLACES][24][24];

/* [half of the beat][mode][chord][pitch class - tonic] */
extern const float chord_melody[2][CHORD_MODES][24][12];

#endif
