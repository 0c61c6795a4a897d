/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much each degree sounds in major and minor.  Made by
 * tests/train/key_table.py; do not edit.  Learnt, half and half, from the
 * melodies of the Nottingham Music Database (folk tunes; edition
 * jukedeck/nottingham-dataset, GPL-3.0) and POP909 (Z. Wang et al., ISMIR
 * 2020; MIT).
 */
#include "music/key_table.h"

const double key_profile[2][12] = {
	{ 0.2307, 0.0032, 0.1529, 0.0040, 0.1761, 0.0584,
	  0.0045, 0.1875, 0.0040, 0.1232, 0.0042, 0.0513 },
	{ 0.2648, 0.0029, 0.0931, 0.1439, 0.0035, 0.1271,
	  0.0045, 0.2045, 0.0236, 0.0073, 0.1169, 0.0079 },
};
