/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What inner loops of all models with kernels share: quantities on their way
 * through a block, and sums over groups.  Included after simd.h.
 */

/* A quantity on its way: its value t frames from the block's end. */
struct pair {
	vf end, step;
};

PF_INLINE vf
at(struct pair p, vf t)
{
	return mul_add(p.step, t, p.end);
}

/* What all groups add to. */
struct sums {
	vf l[PF_BLOCK], r[PF_BLOCK];
};

/* out[i] += sum(x[i]) */
PF_INLINE void
add_sums(float *out, const vf *x, unsigned n)
{
	unsigned i = 0;
#if PF_W >= 8 && defined(__AVX2__)
	for (; i + 8 <= n; i += 8) /* in the order of sum() */
		_mm256_storeu_ps(out + i, _mm256_add_ps(
		    _mm256_loadu_ps(out + i), sum_rows(x + i)));
#endif
	for (; i < n; i++)
		out[i] += sum(x[i]);
}
