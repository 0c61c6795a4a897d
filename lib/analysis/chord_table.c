/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How chords look in chroma, learnt by tests/train/chord_ear.py from audio
 * rendered of the Nottingham folk tunes (GPL-3.0) and POP909 songs (MIT).
 */
#include "analysis/chord_table.h"

const double pf_chord_table_bias[2] = {-0.2129, 0.2129};

const double pf_chord_table[2][24] = {
	{
		2.863, -1.721, 1.227, -4.669, 4.120, -0.629,
		-1.530, 3.140, -3.361, -0.073, 0.667, 1.068,
		3.621, -1.363, -0.069, -1.031, 1.234, -0.093,
		-1.776, 2.417, -0.633, -1.067, -0.611, -0.860,
	},
	{
		3.407, -2.159, 0.813, 2.797, -1.664, -0.046,
		-1.721, 2.986, -3.120, -1.434, 0.092, -1.054,
		3.405, -1.154, -0.903, 1.733, -1.585, 0.059,
		-0.877, 1.883, -0.019, -2.087, 0.391, -0.613,
	},
};
