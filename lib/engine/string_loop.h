/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop of a string: one turn of it as a row of coefficients.
 *
 * A real string loses alpha(f) = a + b f^2 a second (air, and friction
 * inside), so one turn of the loop has the gain exp(-alpha P): a Gaussian in
 * frequency, and so a Gaussian in time, whose middle may stand between two
 * samples.  One short row of coefficients is damping and
 * fractional delay in one, exact in phase, without feedback of its own; then
 * a chunk as long as the loop's delay can be computed side by side, and every
 * cut gives the same samples.  Where the Gaussian is too narrow to be sampled
 * (weak damping), a Lagrange interpolator of order five, with the same
 * curvature from three more coefficients, takes its place.
 *
 * Audio thread; a loop is a value.
 */
#ifndef PF_ENGINE_STRING_LOOP_H
#define PF_ENGINE_STRING_LOOP_H

#include "base/attr.h"

enum { PF_LOOP_TAPS = 48 };

#define PF_LOOP_LOWEST_HZ 20

/* y[n] = sum of h[k] y[n - delay - k], k < taps. */
struct pf_string_loop {
	float h[PF_LOOP_TAPS];
	unsigned taps, delay;
};

/*
 * A loop for a pitch whose partials die as asked.
 *
 * pitch     MIDI number, kept within PF_LOOP_LOWEST_HZ .. rate_hz / 8
 * low_s     until an A2 is 60 dB down, > 0; higher strings die sooner
 * treble_s  the same for what lies at 3 kHz, > 0
 */
PF_RT void pf_string_loop_make(struct pf_string_loop *loop, float rate_hz,
    float pitch, float low_s, float treble_s);

#endif
