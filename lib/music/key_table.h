/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The share of each degree, semitones above the tonic, in major and minor. */
#ifndef PF_MUSIC_KEY_TABLE_H
#define PF_MUSIC_KEY_TABLE_H

extern const double key_profile[2][12];

#endif
