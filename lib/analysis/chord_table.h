/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What chords look like in chroma: private to chord_look.c.
 *
 * The looks of a root are the square roots of 12 treble and 12 bass pitch
 * classes, and of their means over the last moments, turned so that it is
 * first.  Its score as major and as minor: a weighted sum of the looks and of
 * hidden units, which are themselves weighted sums of the looks, cut at 0.
 */
#ifndef PF_ANALYSIS_CHORD_TABLE_H
#define PF_ANALYSIS_CHORD_TABLE_H

enum { CHORD_LOOKS = 48, CHORD_HIDDEN = 24 };

extern const float chord_bias[2]; /* major, minor */
extern const float chord_direct[2][CHORD_LOOKS];
extern const float chord_by_hidden[2][CHORD_HIDDEN];
extern const float chord_hidden_bias[CHORD_HIDDEN];
extern const float chord_hidden[CHORD_HIDDEN][CHORD_LOOKS];

#endif
