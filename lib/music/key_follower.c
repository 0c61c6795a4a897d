/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/key_follower.h"

#include "base/math.h"
#include "music/key_table.h"

#include <string.h>

static const double power = 0.9;       /* notes are not independent */
static const double change = 0.0015;   /* of key, a beat */
static const double fine_beats = 32;   /* memory of the church modes */

void
pf_key_follower_init(struct pf_key_follower *follower)
{
	memset(follower, 0, sizeof *follower);
}

void
pf_key_follower_odds(const struct pf_key_follower *follower,
    double p[PF_KEYS])
{
	double sum = 0;
	for (int k = 0; k < PF_KEYS; k++)
		sum += p[k] = pf_exp(follower->log_p[k]);
	for (int k = 0; k < PF_KEYS; k++)
		p[k] /= sum;
}

/* How near is key b to key a?  Sums to 1 over all b. */
static double
nearness(int a, int b)
{
	const int up = (b / 2 - a / 2 + 12) % 12;
	if ((a & 1) == (b & 1))
		return up == 5 || up == 7 ? 0.2 : up == 0 ? 0 : 0.02;
	/* Relative, parallel, others. */
	if (up == ((a & 1) ? 3 : 9))
		return 0.2;
	return up == 0 ? 0.1 : 0.012;
}

static void
set_odds(struct pf_key_follower *f, const double p[PF_KEYS])
{
	double best = 1e-300;
	for (int k = 0; k < PF_KEYS; k++)
		best = p[k] > best ? p[k] : best;
	for (int k = 0; k < PF_KEYS; k++)
		f->log_p[k] = pf_log(p[k] / best + 1e-12);
}

void
pf_key_follower_hear(struct pf_key_follower *follower,
    const double weight[12], double beats)
{
	double p[PF_KEYS], next[PF_KEYS] = { 0 }, total = 0;
	const double go = change * beats < 0.5 ? change * beats : 0.5;
	const double keep = 1 - (beats < fine_beats ? beats / fine_beats : 1);
	pf_key_follower_odds(follower, p);
	for (int a = 0; a < PF_KEYS; a++) {
		next[a] += p[a] * (1 - go);
		for (int b = 0; b < PF_KEYS; b++)
			next[b] += p[a] * go * nearness(a, b);
	}
	for (int k = 0; k < PF_KEYS; k++) {
		double l = 0;
		for (int i = 0; i < 12; i++)
			l += weight[i] * pf_log(12 * key_profile[k & 1]
			    [(i - k / 2 + 12) % 12]);
		next[k] = pf_log(next[k]) + power * l;
	}
	double best = next[0];
	for (int k = 1; k < PF_KEYS; k++)
		best = next[k] > best ? next[k] : best;
	for (int k = 0; k < PF_KEYS; k++)
		follower->log_p[k] = next[k] - best;
	for (int i = 0; i < 12; i++) {
		follower->lately[i] = follower->lately[i] * keep + weight[i];
		total += weight[i];
	}
	if (total > 0)
		follower->heard_beats += beats;
}

void
pf_key_follower_told(struct pf_key_follower *follower, struct pf_key key,
    double confidence)
{
	double p[PF_KEYS];
	const int told = key.tonic * 2 + pf_key_is_minor(key);
	if (key.tonic < 0 || key.tonic > 11)
		return;
	pf_key_follower_odds(follower, p);
	for (int k = 0; k < PF_KEYS; k++)
		if (k != told)
			p[k] *= 1 - 0.999 * confidence;
	p[told] += 0.02 * confidence;
	set_odds(follower, p);
}

/* Does one degree clearly sound more than another? */
static bool
rather(const struct pf_key_follower *f, int tonic, int this, int that)
{
	const double a = f->lately[(tonic + this) % 12];
	const double b = f->lately[(tonic + that) % 12];
	return a > 1 && a > 4 * b;
}

void
pf_key_follower_get(const struct pf_key_follower *follower,
    struct pf_key_belief *belief)
{
	double p[PF_KEYS];
	int best = 0, second = 1;
	pf_key_follower_odds(follower, p);
	for (int k = 1; k < PF_KEYS; k++)
		if (p[k] > p[best])
			best = k;
	second = best == 0;
	for (int k = 0; k < PF_KEYS; k++)
		if (k != best && p[k] > p[second])
			second = k;
	belief->key = (struct pf_key){ best / 2,
		best & 1 ? PF_MINOR : PF_MAJOR };
	if (best & 1 && rather(follower, best / 2, 9, 8))
		belief->key.mode = PF_DORIAN;
	if (!(best & 1) && rather(follower, best / 2, 10, 11))
		belief->key.mode = PF_MIXOLYDIAN;
	belief->confidence = p[best];
	belief->other = (struct pf_key){ second / 2,
		second & 1 ? PF_MINOR : PF_MAJOR };
}
