/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vectors of PF_W lanes (4, 8 or 16), for kernels that are compiled once for
 * each width of registers.  A file says PF_W, then includes this and the
 * kernels; only *_rt.c files do.
 *
 * GCC's vector types do the arithmetic; where the compiler makes poor code of
 * a comparison or a division the instruction is named.
 *
 * Files are compiled without contraction, so + - * / and root() give the same
 * bits on every kind of CPU.  Values at control rate use nothing else: the
 * smallest difference in a pitch would be heard as another phase a minute
 * later.  Samples may use mul_add() and reciprocal(), which differ in the
 * last bit or so.
 */
#ifndef PF_W
#error "say PF_W, 4, 8 or 16, before including simd.h"
#endif

#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef float vf __attribute__((vector_size(4 * PF_W)));
typedef int32_t vi __attribute__((vector_size(4 * PF_W)));
typedef uint32_t vu __attribute__((vector_size(4 * PF_W)));
/* Rows hold floats or integers, whatever their kernel makes of them. */
typedef vf vf_row __attribute__((may_alias));
typedef vi vi_row __attribute__((may_alias));
typedef vu vu_row __attribute__((may_alias));

#define PF_KERNEL_CAT2(a, b) a##b
#define PF_KERNEL_CAT(a, b) PF_KERNEL_CAT2(a, b)
#define PF_INLINE static inline __attribute__((always_inline))

/* Lanes in memory lie at multiples of their size. */
PF_INLINE vf
load(const float *p)
{
	return *(const vf_row *)p;
}

PF_INLINE void
store(float *p, vf x)
{
	*(vf_row *)p = x;
}

PF_INLINE vi
loadi(const float *p)
{
	return *(const vi_row *)p;
}

PF_INLINE vu
loadu(const float *p)
{
	return *(const vu_row *)p;
}

PF_INLINE void
storeu(float *p, vu x)
{
	*(vu_row *)p = x;
}

PF_INLINE vf
all(float x)
{
	return x - (vf){0};
}

PF_INLINE vi
alli(int32_t x)
{
	return x - (vi){0};
}

PF_INLINE vf
to_float(vi x)
{
	return __builtin_convertvector(x, vf);
}

PF_INLINE vi
to_int(vf x) /* toward zero */
{
	return __builtin_convertvector(x, vi);
}

/* mask lanes are all ones or all zeros. */
PF_INLINE vf
pick(vi mask, vf yes, vf no)
{
	return (vf)((mask & (vi)yes) | (~mask & (vi)no));
}

#if PF_W == 16 && defined(__AVX512F__)
/* a * b + c, rounded once where the CPU can. */
PF_INLINE vf
mul_add(vf a, vf b, vf c)
{
	return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}

PF_INLINE vf
least(vf a, vf b)
{
	return (vf)_mm512_min_ps((__m512)a, (__m512)b);
}

PF_INLINE vf
most(vf a, vf b)
{
	return (vf)_mm512_max_ps((__m512)a, (__m512)b);
}

/* 1 / x to 22 bits or so; for samples. */
PF_INLINE vf
reciprocal(vf x)
{
	const vf y = (vf)_mm512_rcp14_ps((__m512)x);
	return y * (2.0f - x * y);
}

PF_INLINE vf
root(vf x)
{
	return (vf)_mm512_sqrt_ps((__m512)x);
}

/* Both halves together. */
PF_INLINE __m256
folded(vf x)
{
	return _mm256_add_ps(_mm512_castps512_ps256((__m512)x),
	    _mm512_extractf32x8_ps((__m512)x, 1));
}

/* Is any lane of a mask set? */
PF_INLINE int
any(vi mask)
{
	return _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask) != 0;
}
#elif PF_W == 8 && defined(__AVX2__)
PF_INLINE vf
mul_add(vf a, vf b, vf c)
{
	return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}

PF_INLINE vf
least(vf a, vf b)
{
	return (vf)_mm256_min_ps((__m256)a, (__m256)b);
}

PF_INLINE vf
most(vf a, vf b)
{
	return (vf)_mm256_max_ps((__m256)a, (__m256)b);
}

PF_INLINE vf
reciprocal(vf x)
{
	const vf y = (vf)_mm256_rcp_ps((__m256)x);
	return y * (2.0f - x * y);
}

PF_INLINE vf
root(vf x)
{
	return (vf)_mm256_sqrt_ps((__m256)x);
}

PF_INLINE int
any(vi mask)
{
	return _mm256_movemask_epi8((__m256i)mask) != 0;
}

PF_INLINE __m256
folded(vf x)
{
	return (__m256)x;
}
#else
PF_INLINE vf
mul_add(vf a, vf b, vf c)
{
#if PF_W == 4 && defined(__aarch64__)
	return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
	return a * b + c;
#endif
}

PF_INLINE vf
least(vf a, vf b)
{
#if PF_W == 4 && defined(__SSE2__)
	return (vf)_mm_min_ps((__m128)a, (__m128)b);
#else
	return pick(a < b, a, b);
#endif
}

PF_INLINE vf
most(vf a, vf b)
{
#if PF_W == 4 && defined(__SSE2__)
	return (vf)_mm_max_ps((__m128)a, (__m128)b);
#else
	return pick(a > b, a, b);
#endif
}

PF_INLINE vf
reciprocal(vf x)
{
	return 1.0f / x;
}

PF_INLINE vf
root(vf x)
{
	for (int i = 0; i < PF_W; i++)
		x[i] = __builtin_sqrtf(x[i]);
	return x;
}

PF_INLINE int
any(vi mask)
{
	uint64_t half[PF_W / 2], bits = 0;
	memcpy(half, &mask, sizeof half);
	for (int i = 0; i < PF_W / 2; i++)
		bits |= half[i];
	return bits != 0;
}

PF_INLINE float
sum(vf x)
{
	float s = 0;
	for (int i = 0; i < PF_W; i++)
		s += x[i];
	return s;
}
#endif

#if PF_W >= 8 && defined(__AVX2__)
PF_INLINE float
sum(vf x)
{
	const __m256 y = folded(x);
	return ((y[0] + y[1]) + (y[2] + y[3])) +
	    ((y[4] + y[5]) + (y[6] + y[7]));
}

/* The sums of eight vectors, in the same order. */
PF_INLINE __m256
sum_rows(const vf *x)
{
	const __m256 a = _mm256_hadd_ps(folded(x[0]), folded(x[1]));
	const __m256 b = _mm256_hadd_ps(folded(x[2]), folded(x[3]));
	const __m256 c = _mm256_hadd_ps(folded(x[4]), folded(x[5]));
	const __m256 d = _mm256_hadd_ps(folded(x[6]), folded(x[7]));
	const __m256 low = _mm256_hadd_ps(a, b);
	const __m256 high = _mm256_hadd_ps(c, d);
	return _mm256_add_ps(_mm256_permute2f128_ps(low, high, 0x20),
	    _mm256_permute2f128_ps(low, high, 0x31));
}
#endif

PF_INLINE vf
magnitude(vf x)
{
	return (vf)((vi)x & 0x7fffffff);
}

PF_INLINE vf
clamped(vf x, float lo, float hi)
{
	return least(most(x, all(lo)), all(hi));
}

/* Toward minus infinity, |x| < 2^31. */
PF_INLINE vf
rounded_down(vf x)
{
	const vf t = to_float(to_int(x));
	return t - pick(t > x, all(1), all(0));
}

/* To the nearest whole number, |x| < 2^22. */
PF_INLINE vf
rounded(vf x)
{
	return (x + 12582912.0f) - 12582912.0f; /* 1.5 * 2^23 */
}

/* 2 to the x to 1e-7, -126 <= x <= 126 (clamped). */
PF_INLINE vf
exp2v(vf x)
{
	x = clamped(x, -126, 126);
	const vf whole = rounded_down(x + 0.5f);
	const vf f = x - whole; /* -0.5 .. 0.5 */
	vf y = all(1.5403530e-4f); /* Taylor, ln 2 ^ n / n! */
	y = y * f + 1.33335581e-3f;
	y = y * f + 9.61812911e-3f;
	y = y * f + 5.55041087e-2f;
	y = y * f + 2.40226507e-1f;
	y = y * f + 6.93147181e-1f;
	y = y * f + 1.0f;
	return y * (vf)((to_int(whole) + 127) << 23);
}

/*
 * sin(2 pi t), -0.5 <= t <= 0.5, to 2e-7: zeros in the right places times a
 * polynomial, least squares at Chebyshev points.
 */
PF_INLINE vf
sin_turn(vf t)
{
	const vf z = t * t;
	vf y = all(12.2359303f);
	y = y * z - 38.12418f;
	y = y * z + 67.0440121f;
	y = y * z - 64.8346855f;
	y = y * z + 25.1327304f;
	return y * t * (0.25f - z);
}

/* The same for samples. */
PF_INLINE vf
sin_sample(vf t)
{
	const vf z = t * t;
	vf y = all(12.2359303f);
	y = mul_add(y, z, all(-38.12418f));
	y = mul_add(y, z, all(67.0440121f));
	y = mul_add(y, z, all(-64.8346855f));
	y = mul_add(y, z, all(25.1327304f));
	return y * t * (0.25f - z);
}

/* Does any of these lanes play? */
PF_INLINE int
anybody(const uint8_t *live)
{
	uint8_t any = 0;
	for (int i = 0; i < PF_W; i++)
		any |= live[i];
	return any;
}
