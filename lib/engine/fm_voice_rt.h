/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions of the FM model; see model.h for what they do. */
#ifndef PF_ENGINE_FM_VOICE_RT_H
#define PF_ENGINE_FM_VOICE_RT_H

#include "base/attr.h"
#include "engine/model.h"

PF_RT void pf_fm_start(struct pf_bank *bank, unsigned lane,
    const struct pf_start *start);
PF_RT void pf_fm_release(struct pf_bank *bank, unsigned lane, unsigned pos,
    float velocity);
PF_RT void pf_fm_fade(struct pf_bank *bank, unsigned lane, unsigned pos);

#endif
