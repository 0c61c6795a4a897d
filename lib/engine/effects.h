/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The effects there are.  Each is one file, fx_NAME_rt.c; parameters stand
 * in their tables with unit, range and one line of help.
 */
#ifndef PF_ENGINE_EFFECTS_H
#define PF_ENGINE_EFFECTS_H

#include "engine/fx.h"

extern const struct pf_fx pf_fx_eq;
extern const struct pf_fx pf_fx_compressor;
extern const struct pf_fx pf_fx_drive;
extern const struct pf_fx pf_fx_chorus;
extern const struct pf_fx pf_fx_delay;
extern const struct pf_fx pf_fx_reverb;
extern const struct pf_fx pf_fx_dcblock;
extern const struct pf_fx pf_fx_autogain;
extern const struct pf_fx pf_fx_limiter;

#endif
