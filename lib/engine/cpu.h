/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which kernels this machine runs: the widest it has, or, for tests and
 * comparisons, what PF_SIMD=base|avx2|avx512 in the environment says (base
 * is 4 lanes: SSE2, NEON).  Setup.
 */
#ifndef PF_ENGINE_CPU_H
#define PF_ENGINE_CPU_H

#include <stdbool.h>

enum pf_simd { PF_SIMD_BASE, PF_SIMD_AVX2, PF_SIMD_AVX512, PF_SIMDS };

enum pf_simd pf_simd_choose(void);

/* Did the environment say so? */
bool pf_simd_forced(void);

#endif
