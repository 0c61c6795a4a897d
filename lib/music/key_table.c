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
	{ 0.2315, 0.0033, 0.1495, 0.0040, 0.1741, 0.0598,
	  0.0045, 0.1871, 0.0041, 0.1245, 0.0044, 0.0532 },
	{ 0.2647, 0.0027, 0.0946, 0.1511, 0.0036, 0.1199,
	  0.0040, 0.2031, 0.0212, 0.0075, 0.1201, 0.0075 },
};
