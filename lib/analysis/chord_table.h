/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What chords look like in chroma: private to chord_ear.c.
 *
 * A chord's score is a bias and a weighted sum of the square roots of 12
 * treble and 12 bass pitch classes, turned so that its root is first.
 */
#ifndef PF_ANALYSIS_CHORD_TABLE_H
#define PF_ANALYSIS_CHORD_TABLE_H

extern const double pf_chord_table_bias[2]; /* major, minor */
extern const double pf_chord_table[2][24];

#endif
