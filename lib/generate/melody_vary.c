/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate/melody_vary.h"

#include "base/hash.h"
#include "base/rng.h"

void
pf_bar_invert(struct pf_tone_bar *b)
{
	for (int i = 1; i < b->n; i++)
		if (b->tone[i].degree != PF_NO_DEGREE)
			b->tone[i].degree = 2 * b->tone[0].degree -
			    b->tone[i].degree;
}

void
pf_bar_fragment(struct pf_tone_bar *b, int bar_ticks)
{
	const int half = bar_ticks / 2;
	int n = 0;
	while (n < b->n && b->tone[n].tick < half)
		n++;
	if (n == 0 || 2 * n > PF_BAR_NOTES)
		return;
	if (b->tone[n - 1].tick + b->tone[n - 1].len > half)
		b->tone[n - 1].len = half - b->tone[n - 1].tick;
	for (int i = 0; i < n; i++) {
		b->tone[n + i] = b->tone[i];
		b->tone[n + i].tick += half;
	}
	b->n = 2 * n;
}

void
pf_bar_augment(struct pf_tone_bar *b, int bar_ticks)
{
	int n = 0;
	for (int i = 0; i < b->n; i++) {
		struct pf_tone t = b->tone[i];
		t.tick *= 2;
		t.len *= 2;
		if (t.tick >= bar_ticks)
			break;
		if (t.tick + t.len > bar_ticks)
			t.len = bar_ticks - t.tick;
		b->tone[n++] = t;
	}
	b->n = n;
}

void
pf_bar_reduce(struct pf_tone_bar *b, struct pf_meter meter)
{
	int n = 0;
	for (int i = 0; i < b->n; i++) {
		if (i && pf_melody_weight(meter, b->tone[i].tick) < 2) {
			if (n)
				b->tone[n - 1].len = b->tone[i].tick +
				    b->tone[i].len - b->tone[n - 1].tick;
			continue;
		}
		b->tone[n++] = b->tone[i];
	}
	b->n = n;
}

void
pf_bar_ornament(struct pf_tone_bar *b, uint64_t seed, int64_t place, int beat)
{
	if (b->n == 0 || b->n == PF_BAR_NOTES)
		return;
	const int i = (int)pf_rng_below(seed, pf_hash_str("ornament"), place,
	    0, (uint32_t)b->n);
	const int len = b->tone[i].len;
	if (len < beat || len > 2 * beat || (len / 2) % (PF_TICKS / 12))
		return;
	for (int k = b->n; k > i; k--)
		b->tone[k] = b->tone[k - 1];
	b->n++;
	b->tone[i].len = len / 2;
	b->tone[i + 1].tick += len / 2;
	b->tone[i + 1].len = len - len / 2;
	b->tone[i + 1].degree = PF_NO_DEGREE;
}

void
pf_bar_hold(struct pf_tone_bar *b, double firm, int shift)
{
	for (int i = 0; i < b->n; i++) {
		if (b->tone[i].degree != PF_NO_DEGREE)
			b->tone[i].degree += shift;
		b->tone[i].hold = firm;
	}
}
