/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/cpu.h"

#include <stdlib.h>
#include <string.h>

static enum pf_simd
widest(void)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512vl") &&
	    __builtin_cpu_supports("avx512bw"))
		return PF_SIMD_AVX512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return PF_SIMD_AVX2;
#endif
	return PF_SIMD_BASE;
}

/* What the environment wishes and the machine has, or PF_SIMDS. */
static enum pf_simd
wished(enum pf_simd have)
{
	static const char *const names[] = {"base", "avx2", "avx512"};
	const char *wish = getenv("PF_SIMD");
	if (wish && !strcmp(wish, "sse2"))
		wish = "base";
	for (int i = 0; wish && i <= (int)have; i++)
		if (!strcmp(wish, names[i]))
			return (enum pf_simd)i;
	return PF_SIMDS;
}

enum pf_simd
pf_simd_choose(void)
{
	const enum pf_simd have = widest(), wish = wished(have);
	return wish < PF_SIMDS ? wish : have;
}

bool
pf_simd_forced(void)
{
	return wished(widest()) < PF_SIMDS;
}
