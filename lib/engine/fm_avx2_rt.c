/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The FM voice's kernels, 8 lanes. */
#if defined(__x86_64__)
#define PF_W 8
#define PF_KERNEL(name) name##_avx2
#define PF_KERNEL_NAME "avx2"
#include "engine/simd.h"

#include "engine/fm_kernels.h"
#endif
