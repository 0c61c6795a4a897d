/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The FM voice's kernels, 16 lanes. */
#if defined(__x86_64__)
#define PF_W 16
#define PF_KERNEL(name) name##_avx512
#define PF_KERNEL_NAME "avx512"
#include "engine/simd.h"

#include "engine/fm_kernels.h"
#endif
