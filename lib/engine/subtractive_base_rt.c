/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The subtractive voice's kernels, 4 lanes: SSE2, NEON, or plain C. */
#define PF_W 4
#define PF_KERNEL(name) name##_base
#define PF_KERNEL_NAME "base"
#include "engine/simd.h"

#include "engine/subtractive_kernels.h"
