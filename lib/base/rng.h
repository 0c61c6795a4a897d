/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Randomness as a function, not a state: the same (seed, name, place, draw)
 * gives the same number whenever it is asked, so any beat can be re-entered
 * after a restart or a seek.
 *
 * Three rounds of the 64-bit mixer of SplitMix64: G. L. Steele, D. Lea,
 * C. H. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
 */
#ifndef PF_BASE_RNG_H
#define PF_BASE_RNG_H

#include <stdint.h>

static inline uint64_t
pf_rng_mix(uint64_t z)
{
	z += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/*
 * 64 random bits.
 *
 * seed   the user's --seed
 * name   hash of who draws (a source), so that two players differ
 * place  where in the music: a whole number, e.g. a sixteenth or a bar
 * draw   which of several draws at that place
 */
static inline uint64_t
pf_rng_u64(uint64_t seed, uint32_t name, int64_t place, uint32_t draw)
{
	uint64_t z = pf_rng_mix(seed ^ ((uint64_t)name << 32 | draw));
	return pf_rng_mix(z ^ pf_rng_mix((uint64_t)place));
}

/* A number in [0, 1), of 53 bits. */
static inline double
pf_rng_unit(uint64_t seed, uint32_t name, int64_t place, uint32_t draw)
{
	return (double)(pf_rng_u64(seed, name, place, draw) >> 11) *
	    0x1p-53;
}

/* A whole number in [0, n), n > 0. */
static inline uint32_t
pf_rng_below(uint64_t seed, uint32_t name, int64_t place, uint32_t draw,
    uint32_t n)
{
	uint64_t r = pf_rng_u64(seed, name, place, draw) >> 32;
	return (uint32_t)(r * n >> 32);
}

#endif
