/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samples as sound cards have them, to and from float.
 *
 * Full scale is 2^(bits - 1) both ways, so that a float that came from a card
 * goes back unchanged.  What lies beyond is clipped, what is not a number is
 * silence; rounding is to the nearest, no dither (a card's own noise covers
 * the last bit of 16).
 */
#ifndef PF_DEVICE_CONVERT_H
#define PF_DEVICE_CONVERT_H

#include "base/attr.h"

#include <stddef.h>

enum pf_sample {
	PF_SAMPLE_F32,
	PF_SAMPLE_S32,
	PF_SAMPLE_S24,   /* in the lower three bytes of four */
	PF_SAMPLE_S24_3, /* three bytes, little end first */
	PF_SAMPLE_S16,
};

/* out[n] of samples at in, in + stride ... ; stride in bytes. */
PF_RT void pf_sample_in(enum pf_sample kind, float *out, const void *in,
    size_t stride, size_t n);

/* Samples at out, out + stride ... of in[n]; in NULL: silence. */
PF_RT void pf_sample_out(enum pf_sample kind, void *out, size_t stride,
    const float *in, size_t n);

/* Bytes of a sample. */
PF_RT size_t pf_sample_bytes(enum pf_sample kind);

#endif
