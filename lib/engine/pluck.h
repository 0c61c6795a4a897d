/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plucked strings: guitars, basses, harps, mandolins; see pluck_rt.c.
 */
#ifndef PF_ENGINE_PLUCK_H
#define PF_ENGINE_PLUCK_H

#include "engine/model.h"

extern const struct pf_model pf_model_pluck;

#endif
