/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How chords look in chroma, learnt by tests/train/chord_ear.py from audio
 * rendered of the Nottingham folk tunes (GPL-3.0) and POP909 songs (MIT).
 */
#include "analysis/chord_table.h"

const double pf_chord_table_bias[2] = {-0.0307, 0.0307};

const double pf_chord_table[2][24] = {
	{
		2.276, -1.609, 0.404, -3.662, 3.369, -0.597,
		-1.143, 2.459, -2.275, 0.507, 0.454, 0.687,
		6.348, -2.062, -0.854, -1.989, 1.829, 0.656,
		-2.836, 3.162, -1.695, 0.174, -0.217, -2.969,
	},
	{
		3.081, -1.886, 0.258, 2.509, -1.265, -0.125,
		-1.389, 2.098, -1.407, -1.034, 0.073, -1.784,
		5.954, -1.781, -1.607, 2.985, -3.116, 0.080,
		-2.087, 2.919, -0.342, -1.322, 0.138, -1.367,
	},
};
