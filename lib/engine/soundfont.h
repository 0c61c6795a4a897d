/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SoundFonts, through libfluidsynth where it is installed; see soundfont.c.
 */
#ifndef PF_ENGINE_SOUNDFONT_H
#define PF_ENGINE_SOUNDFONT_H

#include "engine/model.h"

/* Not for live audio threads: libfluidsynth allocates in each block. */
extern const struct pf_model pf_model_soundfont;

#endif
