/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Denormal numbers are zero while the engine runs: a decaying filter would
 * otherwise cost a hundred times as much just before it falls silent.
 */
#ifndef PF_ENGINE_FPU_H
#define PF_ENGINE_FPU_H

#include <stdint.h>

#if defined(__SSE__)
#include <xmmintrin.h>

#define PF_FPU_FLUSH 0x8040u /* flush to zero, denormals are zero */

static inline uint64_t
pf_fpu_begin(void)
{
	const unsigned was = _mm_getcsr();
	_mm_setcsr(was | PF_FPU_FLUSH);
	return was;
}

static inline void
pf_fpu_end(uint64_t was)
{
	_mm_setcsr((unsigned)was);
}

#elif defined(__aarch64__)

static inline uint64_t
pf_fpu_begin(void)
{
	uint64_t was;
	__asm__ volatile("mrs %0, fpcr" : "=r"(was));
	__asm__ volatile("msr fpcr, %0" : : "r"(was | UINT64_C(1) << 24));
	return was;
}

static inline void
pf_fpu_end(uint64_t was)
{
	__asm__ volatile("msr fpcr, %0" : : "r"(was));
}

#else

static inline uint64_t
pf_fpu_begin(void)
{
	return 0;
}

static inline void
pf_fpu_end(uint64_t was)
{
	(void)was;
}

#endif
#endif
