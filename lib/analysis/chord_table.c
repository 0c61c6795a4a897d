/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How chords look in chroma, learnt by tests/train/chord_ear.py from audio
 * rendered of the Nottingham folk tunes (GPL-3.0) and POP909 songs (MIT).
 */
#include "analysis/chord_table.h"

const double pf_chord_table_bias[2] = {-0.0659, 0.0659};

const double pf_chord_table[2][24] = {
	{
		2.426, -1.663, 0.642, -4.011, 3.308, -0.406,
		-1.125, 2.311, -1.949, 0.552, 0.449, 0.477,
		5.988, -1.452, -1.533, -1.162, 1.693, 0.233,
		-2.560, 3.412, -2.481, 0.386, -0.736, -2.301,
	},
	{
		3.150, -2.228, 0.398, 2.356, -1.396, 0.075,
		-1.463, 2.054, -1.435, -1.031, 0.058, -1.549,
		5.377, -1.567, -2.057, 3.242, -2.688, 0.234,
		-1.594, 2.650, -0.657, -1.451, -0.117, -0.859,
	},
};
