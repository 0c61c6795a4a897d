/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/voicing.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int
least(int a, int b)
{
	return a < b ? a : b;
}

int
pf_voicing_motion(const int *a, int na, const int *b, int nb)
{
	int d[PF_VOICES + 1][PF_VOICES + 1];
	for (int i = 0; i <= na; i++)
		for (int j = 0; j <= nb; j++)
			d[i][j] = INT_MAX / 2;
	d[0][0] = 0;
	for (int i = 1; i <= na; i++)
		for (int j = 1; j <= nb; j++)
			d[i][j] = abs(a[i - 1] - b[j - 1]) +
			    least(d[i - 1][j - 1], least(d[i - 1][j],
			    d[i][j - 1]));
	return d[na][nb];
}

/* Semitones between pitch classes, by the shorter way. */
static int
apart(int a, int b)
{
	const int up = ((b - a) % 12 + 12) % 12;
	return least(up, 12 - up);
}

static int
by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int
pf_voicing_circle(const int *a, const int *b, int n, int *map)
{
	/* With both sets in order around the circle, voices that do not
	 * cross go to a rotation: the best of n is the best of all n!. */
	int order_a[PF_VOICES], order_b[PF_VOICES], best = INT_MAX, turn = 0;
	for (int i = 0; i < n; i++) {
		/* The pitch class above, the voice below: sorts as one. */
		order_a[i] = (a[i] % 12 + 12) % 12 * 8 + i;
		order_b[i] = (b[i] % 12 + 12) % 12 * 8 + i;
	}
	qsort(order_a, (size_t)n, sizeof *order_a, by_number);
	qsort(order_b, (size_t)n, sizeof *order_b, by_number);
	for (int r = 0; r < n; r++) {
		int sum = 0;
		for (int i = 0; i < n; i++)
			sum += apart(order_a[i] / 8,
			    order_b[(i + r) % n] / 8);
		if (sum < best) {
			best = sum;
			turn = r;
		}
	}
	for (int i = 0; map && i < n; i++)
		map[order_a[i] % 8] = order_b[(i + turn) % n] % 8;
	return best;
}

/* ---- which tones */

/* How each kind lays out its notes. */
static const struct shape {
	int gap_least, gap_most; /* semitones between neighbours */
	int span;                /* from lowest to highest, at most */
} shape[PF_VOICE_KINDS] = {
	[PF_VOICE_CLOSE] = {1, 9, 14},
	[PF_VOICE_OPEN] = {3, 12, 22},
	[PF_VOICE_ROOTLESS] = {1, 9, 15},
	[PF_VOICE_SHELL] = {3, 12, 16},
	[PF_VOICE_GUITAR] = {2, 9, 21},
	[PF_VOICE_POWER] = {5, 7, 12},
};

struct tones {
	int n, pc[PF_VOICES];
};

static void
add(struct tones *t, int most, const struct pf_voicing_wish *w, int above,
    int needed)
{
	const int pc = (w->chord.root + above) % 12;
	if (t->n >= most || (!needed && w->avoid >> pc & 1))
		return;
	for (int i = 0; i < t->n; i++)
		if (t->pc[i] == pc)
			return;
	t->pc[t->n++] = pc;
}

/* The chord's tones, the most telling first, as many as there are hands. */
static struct tones
choose_tones(const struct pf_voicing_wish *w)
{
	struct tones t = {0};
	const int most = w->voices < 2 ? 2 : w->voices > 5 ? 5 : w->voices;
	const int third = pf_chord_third(w->chord);
	const int fifth = pf_chord_fifth(w->chord);
	const int seventh = pf_chord_seventh(w->chord) % 12;
	const int ninth = pf_chord_ninth(w->chord);
	const int has7 = seventh != 0 && w->colour > 0.2;
	const int has9 = w->colour > 0.75 && fifth == 7;
	const int odd5 = fifth != 7;
	if (w->kind == PF_VOICE_POWER || third == fifth) {
		add(&t, most, w, 0, 1);
		add(&t, most, w, fifth, 1);
		if (t.n < most)
			t.pc[t.n++] = w->chord.root;
		return t;
	}
	add(&t, most, w, third, 1);
	if (has7)
		add(&t, most, w, seventh, 1);
	if (w->kind == PF_VOICE_SHELL && t.n >= 2)
		return t;
	if (odd5)
		add(&t, most, w, fifth, 1);
	if (w->kind != PF_VOICE_ROOTLESS || !has7)
		add(&t, most, w, 0, 1);
	add(&t, most, w, fifth, 0);
	if (has9)
		add(&t, most, w, ninth, 0);
	add(&t, most, w, 0, 0);
	/* A guitar has more strings than a chord has tones. */
	if (w->kind == PF_VOICE_GUITAR) {
		if (t.n < most)
			t.pc[t.n++] = w->chord.root;
		if (t.n < most)
			t.pc[t.n++] = (w->chord.root + fifth) % 12;
	}
	return t;
}

/* ---- which octaves */

struct search {
	const struct pf_voicing_wish *wish;
	struct tones tones;
	struct shape shape;
	int home; /* twice the middle of the range */
	int best;
	struct pf_voicing at, found;
};

/* Close intervals turn to mud low down: the least gap above a pitch. */
static int
mud(int pitch, int gap)
{
	const int clear = pitch < 43 ? 12 : pitch < 48 ? 7 : pitch < 53 ? 4 :
	    pitch < 57 ? 3 : 1;
	return gap < clear ? 6 * (clear - gap) : 0;
}

/* Outer voices in parallel fifths or octaves. */
static int
parallels(const struct pf_voicing *a, const struct pf_voicing *b)
{
	const int was = (a->pitch[a->n - 1] - a->pitch[0]) % 12;
	const int is = (b->pitch[b->n - 1] - b->pitch[0]) % 12;
	const int moved = b->pitch[0] != a->pitch[0];
	return moved && was == is && (is == 0 || is == 7) ? 8 : 0;
}

static int
price(const struct search *s, const struct pf_voicing *v)
{
	const struct pf_voicing_wish *const w = s->wish;
	const int top = v->pitch[v->n - 1];
	int cost = 0;
	for (int i = 0; i < v->n; i++) {
		if (i + 1 < v->n) {
			const int gap = v->pitch[i + 1] - v->pitch[i];
			cost += mud(v->pitch[i], gap) + (gap == 1 ? 6 : 0);
		}
		if (w->ceiling && v->pitch[i] >= w->ceiling)
			cost += 30;
	}
	/* A semitone under the melody rubs even if it is below it. */
	if (w->ceiling && w->ceiling - top < 3)
		cost += 10;
	cost += abs(v->pitch[0] + top - s->home) / 2;
	if (w->before && w->before->n > 0) {
		const struct pf_voicing *const b = w->before;
		cost += 4 * pf_voicing_motion(b->pitch, b->n, v->pitch, v->n);
		/* The top voice is heard as a tune: it moves by steps. */
		const int leap = abs(top - b->pitch[b->n - 1]);
		cost += leap > 4 ? 5 * (leap - 4) : 0;
		cost += parallels(b, v);
	}
	return cost;
}

/* Put each remaining tone on top, in every octave that fits. */
static void
grow(struct search *s, unsigned used)
{
	struct pf_voicing *const v = &s->at;
	if (v->n == s->tones.n) {
		const int cost = price(s, v);
		if (cost < s->best) {
			s->best = cost;
			s->found = *v;
		}
		return;
	}
	const int below = v->n ? v->pitch[v->n - 1] : 0;
	const int from = v->n ? below + s->shape.gap_least : s->wish->low;
	const int to = least(s->wish->high,
	    v->n ? least(below + s->shape.gap_most,
	    v->pitch[0] + s->shape.span) : s->wish->high);
	for (int p = from; p <= to; p++) {
		for (int i = 0; i < s->tones.n; i++) {
			if (used >> i & 1 || s->tones.pc[i] != p % 12)
				continue;
			v->pitch[v->n++] = p;
			grow(s, used | 1u << i);
			v->n--;
			break; /* an equal tone would give the same */
		}
	}
}

int
pf_voicing_find(const struct pf_voicing_wish *w, struct pf_voicing *out)
{
	*out = (struct pf_voicing){0};
	if (w->chord.root < 0)
		return 0;
	struct search s = {
		.wish = w,
		.tones = choose_tones(w),
		.shape = shape[w->kind],
		.home = w->low + w->high,
		.best = INT_MAX,
	};
	grow(&s, 0);
	/* What does not fit the hand loses its least telling tone. */
	while (s.best == INT_MAX && s.tones.n > 2) {
		s.tones.n--;
		grow(&s, 0);
	}
	if (s.best == INT_MAX) {
		s.shape = (struct shape){1, 12, 24};
		grow(&s, 0);
	}
	*out = s.found;
	return out->n;
}
