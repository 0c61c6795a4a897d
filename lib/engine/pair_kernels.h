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
