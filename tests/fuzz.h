/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wrong input by the thousand: seeds, mutated by a deterministic dice.
 *
 * A fuzz program defines fuzz_one() and fuzz_seeds.  Compiled with
 * -DPF_LIBFUZZER -fsanitize=fuzzer it is a libFuzzer target instead.
 */
#ifndef PF_TESTS_FUZZ_H
#define PF_TESTS_FUZZ_H

#include "base/rng.h"
#include "tap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct fuzz_seed {
	const void *bytes;
	size_t n;
};

/* Try one input: it may be refused, and must not crash. */
static void fuzz_one(const uint8_t *bytes, size_t n);

#ifdef PF_LIBFUZZER

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	fuzz_one(bytes, n);
	return 0;
}

#define FUZZ_MAIN(seeds, count, words, rounds)

#else

/* Change one thing in buf[n] of room `most`; returns the new length. */
static inline size_t
fuzz_mutate(uint8_t *buf, size_t n, size_t most, const char *const *words,
    size_t n_words, uint64_t round, uint32_t draw)
{
	const uint32_t at = pf_rng_below(round, 1, 0, draw, (uint32_t)n + 1);
	const uint32_t len = 1 + pf_rng_below(round, 2, 0, draw, 16);
	const uint32_t what = pf_rng_below(round, 3, 0, draw, 6);
	const uint8_t byte = (uint8_t)pf_rng_below(round, 4, 0, draw, 256);
	if (what == 0 && at < n) { /* another byte */
		buf[at] = byte;
	} else if (what == 1 && at < n) { /* one bit */
		buf[at] ^= (uint8_t)(1 << byte % 8);
	} else if (what == 2 && at + len <= n) { /* some bytes less */
		memmove(buf + at, buf + at + len, n - at - len);
		n -= len;
	} else if (what == 3 && at + len <= n && n + len <= most) { /* twice */
		memmove(buf + at + len, buf + at, n - at);
		n += len;
	} else if (what == 4) { /* the end is cut off */
		n = byte % 8 ? n : at;
	} else if (what == 5 && n_words > 0) { /* a nasty word */
		const char *const w = words[byte % n_words];
		const size_t m = strlen(w);
		if (n + m <= most) {
			memmove(buf + at + m, buf + at, n - at);
			memcpy(buf + at, w, m);
			n += m;
		}
	}
	return n;
}

static inline int
fuzz_run(const struct fuzz_seed *seed, size_t seeds, const char *const *words,
    size_t n_words, uint64_t rounds)
{
	enum { MOST = 8192 };
	for (uint64_t r = 0; r < rounds; r++) {
		uint8_t buf[MOST];
		const struct fuzz_seed *const s = &seed[r % seeds];
		size_t n = s->n < MOST ? s->n : MOST;
		memcpy(buf, s->bytes, n);
		const uint32_t times = 1 + pf_rng_below(r, 5, 0, 0, 8);
		for (uint32_t i = 0; i < times; i++)
			n = fuzz_mutate(buf, n, MOST, words, n_words, r, i);
		/* Exactly as long as it is, so that a sanitizer sees. */
		uint8_t *const exact = malloc(n ? n : 1);
		if (!exact)
			return 1;
		memcpy(exact, buf, n);
		fuzz_one(exact, n);
		free(exact);
	}
	ok(1, "%llu wrong inputs are refused or read, none crashes",
	    (unsigned long long)rounds);
	return tap_done();
}

#define FUZZ_MAIN(seeds, count, words, rounds) \
	int main(void) \
	{ \
		return fuzz_run(seeds, count, words, PF_COUNT(words), \
		    rounds); \
	}

#endif
#endif
