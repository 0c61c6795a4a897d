/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loops for the registers that are there: a function marked PF_WIDE is
 * compiled twice, for AVX2 and for any x86-64, with all it calls, and chosen
 * when the program starts.  Nothing is contracted, so both give the same bits.
 * Elsewhere it says nothing.
 */
#ifndef PF_ENGINE_WIDE_H
#define PF_ENGINE_WIDE_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PF_WIDE __attribute__((target_clones("avx2", "default"), flatten))
#else
#define PF_WIDE
#endif

#endif
