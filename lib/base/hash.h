/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names are hashes: FNV-1a, 32 bits, of their UTF-8 bytes.
 *
 * G. Fowler, L. C. Noll, K.-P. Vo, "The FNV Non-Cryptographic Hash
 * Algorithm", offset basis 2166136261, prime 16777619.
 */
#ifndef PF_BASE_HASH_H
#define PF_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Hash bytes[len].  Any thread. */
static inline uint32_t
pf_hash(const char *bytes, size_t len)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)bytes[i]) * 16777619u;
	return h;
}

/* Hash a string up to its NUL.  Any thread. */
static inline uint32_t
pf_hash_str(const char *s)
{
	uint32_t h = 2166136261u;
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

#endif
