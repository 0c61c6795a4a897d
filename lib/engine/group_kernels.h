/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From one group of PF_W lanes to the bank: included by a model's kernels
 * behind their aim_group() and run_group().
 */

/* A block begins, for all. */
static void
PF_KERNEL(begin)(struct pf_bank *bank)
{
	const struct pf_lane_aim to = {
		.env_frames = PF_BLOCK,
		.frames = PF_BLOCK,
		.left = PF_BLOCK,
	};
	for (unsigned lane = 0; lane < bank->lanes; lane += PF_W)
		if (anybody(bank->live + lane))
			aim_group(bank, lane, &to, alli(-1), 1);
}

/* Something happened to a lane in the middle of a block. */
static void
PF_KERNEL(aim)(struct pf_bank *bank, const struct pf_lane_aim *to)
{
	vi mask = {0};
	mask[to->lane % PF_W] = -1;
	aim_group(bank, to->lane / PF_W * PF_W, to, mask, 0);
}

static void
PF_KERNEL(run)(struct pf_bank *bank, unsigned pos, unsigned n, float *l,
    float *r)
{
	struct sums to;
	for (unsigned i = 0; i < n; i++)
		to.l[i] = to.r[i] = all(0);
	for (unsigned lane = 0; lane < bank->lanes; lane += PF_W)
		if (anybody(bank->live + lane))
			run_group(bank->state, lane, pos, n, &to);
	add_sums(l, to.l, n);
	add_sums(r, to.r, n);
}
