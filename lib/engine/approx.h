/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Coarse, fast functions for audio inner loops: a few multiplications, no
 * branch, so that a compiler can lay them side by side in a register.
 *
 * Polynomials are least-maximum fits over the reduced range; the error beside
 * each is the largest found over the stated range.
 */
#ifndef PF_ENGINE_APPROX_H
#define PF_ENGINE_APPROX_H

#include <stdint.h>
#include <string.h>

/* log2 x for x >= 1e-37, within 6e-6. */
static inline float
pf_fast_log2(float x)
{
	uint32_t bits;
	memcpy(&bits, &x, sizeof bits);
	/* Split at sqrt(1/2), so that the mantissa lies in 0.707..1.414. */
	const uint32_t up = bits - 0x3f3504f3u;
	const float whole = (float)((int32_t)up >> 23);
	const uint32_t m_bits = (up & 0x7fffffu) + 0x3f3504f3u;
	float m;
	memcpy(&m, &m_bits, sizeof m);
	const float z = (m - 1) / (m + 1), zz = z * z;
	return whole + z * (2.88539098f + zz * (0.96152407f +
	    zz * 0.59724887f));
}

/* 2 to the x for |x| < 126, within 3e-6 relative; clamped beyond. */
static inline float
pf_fast_exp2(float x)
{
	x = x < -126 ? -126 : x > 126 ? 126 : x;
	const float shifted = x + 12582912.0f; /* 1.5 * 2^23: round to whole */
	const float whole = shifted - 12582912.0f;
	const float f = x - whole; /* -0.5..0.5 */
	const float p = 1 + f * (0.69314718f + f * (0.24022651f +
	    f * (0.05550411f + f * (0.00961813f + f * 0.00133336f))));
	const uint32_t bits = (uint32_t)((int32_t)whole + 127) << 23;
	float scale;
	memcpy(&scale, &bits, sizeof scale);
	return p * scale;
}

/* Decibels to amplitude. */
static inline float
pf_fast_gain(float level_db)
{
	return pf_fast_exp2(level_db * 0.166096405f);
}

/* sin(2 pi x) for x in -0.5..0.5, within 3e-7. */
static inline float
pf_fast_sin(float x)
{
	const float a = x < 0 ? -x : x;
	const float q = a > 0.25f ? 0.5f - a : a; /* symmetric about 0.25 */
	const float qq = q * q;
	const float s = q * (6.28318528f + qq * (-41.3416818f +
	    qq * (81.6025715f + qq * (-76.5836043f + qq * 39.7790812f))));
	return x < 0 ? -s : s;
}

/* Constant power, `level` for both sides in the middle; pan -1 .. 1. */
static inline void
pf_fast_pan(float pan, float level, float *left, float *right)
{
	*left = level * 1.41421356f * pf_fast_sin(0.125f * (1 - pan));
	*right = level * 1.41421356f * pf_fast_sin(0.125f * (1 + pan));
}

#endif
