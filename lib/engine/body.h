/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What strings are on: the resonances of a body's air and plates, parallel
 * resonators side by side, fed by all strings together.
 *
 * Audio thread.
 */
#ifndef PF_ENGINE_BODY_H
#define PF_ENGINE_BODY_H

#include "base/attr.h"

#include <stdint.h>

enum { PF_BODY_MODES = 8 };

/* Kinds of body, 0 (none) and on; ends with NULL. */
extern const char *const pf_bodies[];

struct pf_body {
	/* Bandpasses: states, coefficients, how much of each. */
	_Alignas(16) float s1[PF_BODY_MODES], s2[PF_BODY_MODES];
	_Alignas(16) float a1[PF_BODY_MODES], a2[PF_BODY_MODES];
	_Alignas(16) float a3[PF_BODY_MODES], mix[PF_BODY_MODES];
	int kind;       /* made for; -1: not yet */
	float level_db;
};

/* Nothing sounds in it yet, nor is it of any kind.  In memory of zeros. */
void pf_body_init(struct pf_body *body);

/* Be of this kind (of pf_bodies) and loudness from now on; what sounds in it
 * rings on. */
PF_RT void pf_body_set(struct pf_body *body, unsigned kind, float level_db,
    uint32_t rate_hz);

/* Add what it makes of in[n] to l[n] and r[n]; nothing, if it is none. */
PF_RT void pf_body_run(struct pf_body *body, unsigned n, const float *in,
    float *l, float *r);

#endif
