/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/chord_follower.h"

#include "music/chord_states.h"
#include "music/form_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW 16 /* beats that hindsight still reaches */

/* Measured on folk tunes played three times, not those learnt from. */
static const double memory_trust = 0.92;
static const double melody_only = 2; /* so much less it says than memory */
/* A chord goes on inside a bar unless the next is better by 1 / hold: half
 * way through it, and elsewhere. */
static const double hold_half = 0.75, hold_else = 0.6;

/* A beat of the window. */
struct passed {
	struct chord_odds odds;   /* of the states, that beat heard */
	struct chord_odds likely; /* what was heard of it */
	double remembered[24], memory; /* and remembered, before that */
	bool plain;               /* chords were heard, not only a melody */
	int index, per_bar;
};

/* What is foreseen, worked out when asked. */
struct forecast {
	int done; /* beats ahead that are worked out: 0 is the present one */
	/* Of the present beat [2], and of the last two worked out, by n & 1. */
	struct chord_odds odds[3];
	double back[3][FORM_BEATS];
	long bars[3];
	double p[PF_CHORD_AHEAD + 1][24], remembered[PF_CHORD_AHEAD + 1][24];
	double memory[PF_CHORD_AHEAD + 1];
	/* The present beat, as far as it is heard. */
	bool peeking;
	double now[24], back_now[FORM_BEATS];
	struct chord_odds heard;
};

struct pf_chord_follower {
	struct chord_model model;
	struct form_memory form;
	struct passed window[WINDOW]; /* by beat % WINDOW */
	float known[FORM_BEATS][24];  /* chords in hindsight */
	struct pf_chord told[FORM_BEATS];
	float told_weight[FORM_BEATS];
	struct { struct pf_chord chord; double weight; }
	    foretold[PF_CHORD_AHEAD + 1]; /* by beat % (AHEAD + 1) */
	double chroma[12];            /* of the accompaniment, lately */
	struct forecast *ahead;
	long beats;
	int index, per_bar;           /* of the present beat */
	int said;                     /* the chord of the last beat, or -1 */
};

int
pf_chord_follower_new(struct pf_chord_follower **follower)
{
	struct pf_chord_follower *f = calloc(1, sizeof *f);
	if (!f || !(f->ahead = calloc(1, sizeof *f->ahead))) {
		free(f);
		return -ENOMEM;
	}
	chord_model_init(&f->model);
	pf_chord_follower_reset(f);
	*follower = f;
	return 0;
}

void
pf_chord_follower_free(struct pf_chord_follower *follower)
{
	if (!follower)
		return;
	free(follower->ahead);
	free(follower);
}

void
pf_chord_follower_reset(struct pf_chord_follower *f)
{
	form_memory_init(&f->form);
	memset(f->told_weight, 0, sizeof f->told_weight);
	memset(f->foretold, 0, sizeof f->foretold);
	memset(f->chroma, 0, sizeof f->chroma);
	f->beats = 0;
	f->index = 0;
	f->per_bar = 4;
	f->said = -1;
	f->ahead->done = -1;
	f->ahead->peeking = false;
	chord_odds_begin(&f->window[0].odds);
}

/* ---- memory and foresight */

/* What memory says of a beat: remembered[24]; returns how much it weighs. */
static double
remember(const struct pf_chord_follower *f, const double *back, long beat,
    double remembered[24])
{
	double sum = 0;
	memset(remembered, 0, 24 * sizeof *remembered);
	for (long d = 1; d < FORM_BEATS && d <= beat; d++) {
		if (back[d] < 1e-4 || beat - d >= f->beats)
			continue;
		const float *known = f->known[(beat - d) % FORM_BEATS];
		for (int c = 0; c < 24; c++)
			remembered[c] += back[d] * (double)known[c];
		sum += back[d];
	}
	for (int c = 0; c < 24 && sum > 0; c++)
		remembered[c] /= sum;
	return sum * memory_trust;
}

/* Odds of chords and what memory says, by how much that weighs. */
static void
blend(double p[24], const double remembered[24], double weight)
{
	for (int c = 0; c < 24; c++)
		p[c] = (1 - weight) * p[c] + weight * remembered[c];
}

static int
kept_in(int n)
{
	return n == 0 ? 2 : n & 1;
}

/* Beat n ahead of the present one from the one before it. */
static void
foresee(const struct pf_chord_follower *f, int n)
{
	struct forecast *a = f->ahead;
	const long beat = f->beats + n;
	const int index = (f->index + n) % f->per_bar;
	const int here = kept_in(n), before = n > 0 ? kept_in(n - 1) : 0;
	struct chord_odds *to = &a->odds[here];
	double *back = a->back[here];
	a->bars[here] = (n > 0 ? a->bars[before] : f->form.bar) + (index == 0);
	if (beat == 0) {
		*to = f->window[0].odds;
		memcpy(back, f->form.back, sizeof f->form.back);
	} else {
		chord_odds_step(n == 1 && a->peeking ? &a->heard
		    : n > 0 ? &a->odds[before]
		    : &f->window[(beat - 1) % WINDOW].odds, index, f->per_bar,
		    to);
		form_memory_foresee(&f->form, n == 1 && a->peeking
		    ? a->back_now : n > 0 ? a->back[before] : f->form.back,
		    beat, index, f->per_bar, a->bars[here], back);
	}
	a->memory[n] = remember(f, back, beat, a->remembered[n]);
	const int slot = (int)(beat % (PF_CHORD_AHEAD + 1));
	if (f->foretold[slot].weight > 0) {
		struct pf_chord_evidence said = {
			.told = f->foretold[slot].chord,
			.told_weight = f->foretold[slot].weight
		};
		struct chord_odds fit;
		chord_odds_fit(&f->model, &said, to, &fit);
		chord_odds_times(to, &fit);
	}
	chord_odds_chords(to, a->p[n]);
	blend(a->p[n], a->remembered[n], a->memory[n]);
	a->done = n;
}

/* ---- hearing */

static void
sound_of(const struct pf_chord_evidence *e, struct form_beat *b)
{
	memset(b, 0, sizeof *b);
	for (int i = 0; i < 12; i++) {
		b->sound[i] = (float)e->melody[0][i];
		b->sound[12 + i] = (float)e->melody[1][i];
		b->sound[24 + i] = (float)e->harmony[i];
		b->melody += b->sound[i] + b->sound[12 + i];
		b->harmony += b->sound[24 + i];
	}
	/* A chord that was told sounds like its tones. */
	if (e->told_weight <= 0 || e->told.root < 0)
		return;
	for (int i = 0; i < 12; i++) {
		if (!pf_pcs_has(pf_chord_tones(e->told), i))
			continue;
		b->sound[24 + i] += (float)e->told_weight;
		b->harmony += (float)e->told_weight;
	}
}

/*
 * The chord of the present beat is told: what it reminds of (back[]) is
 * weighed by whether that chord was there, new music by plain[24].  Sets
 * now[FORM_BEATS] and remembered[24]; returns the weight of memory.
 */
static double
recall(const struct pf_chord_follower *f, const struct pf_chord_evidence *e,
    const double *back, const double plain[24], double *now,
    double remembered[24])
{
	double likely[24], sum = 0;
	memcpy(now, back, FORM_BEATS * sizeof *now);
	if (e->told_weight <= 0 || e->told.root < 0)
		return remember(f, now, f->beats, remembered);
	now[0] = 0;
	for (int c = 0; c < 24; c++) {
		likely[c] = chord_told_odds(e, c);
		now[0] += back[0] * plain[c] * likely[c];
	}
	sum = now[0];
	for (long d = 1; d < FORM_BEATS && d <= f->beats; d++) {
		const float *known = f->known[(f->beats - d) % FORM_BEATS];
		double fits = 0;
		if (back[d] < 1e-4)
			continue;
		for (int c = 0; c < 24; c++)
			fits += (double)known[c] * likely[c];
		sum += now[d] *= fits;
	}
	for (long d = 0; d < FORM_BEATS && sum > 0; d++)
		now[d] /= sum;
	const double weight = remember(f, now, f->beats, remembered);
	sum = 0;
	for (int c = 0; c < 24; c++)
		sum += remembered[c] *= likely[c];
	for (int c = 0; c < 24 && sum > 0; c++)
		remembered[c] /= sum;
	return weight;
}

/*
 * Keep what is understood of a beat.  Where it was remembered, that counts
 * as much as it is surer: once the chords were heard plainly, a chorus that
 * only hints at them does not wash them out; nor does a guess grow sure by
 * being remembered again and again.
 */
static void
know(struct pf_chord_follower *f, long beat, double p[24])
{
	const struct passed *w = &f->window[beat % WINDOW];
	double a = 0, b = 0;
	for (int c = 0; c < 24; c++) {
		a = p[c] > a ? p[c] : a;
		b = w->remembered[c] > b ? w->remembered[c] : b;
	}
	a = a / (1.001 - a);
	b = b / (1.001 - b) * w->memory * (w->plain ? 1 : melody_only);
	if (b > 0)
		blend(p, w->remembered, b / (a + b));
	for (int c = 0; c < 24; c++)
		f->known[beat % FORM_BEATS][c] = (float)p[c];
}

/* Understand the beats of the window again, from its end back. */
static void
look_back(struct pf_chord_follower *f)
{
	struct chord_odds after, before, whole;
	const long last = f->beats - 1;
	const long first = last >= WINDOW ? last - WINDOW + 1 : 0;
	for (int m = 0; m < CHORD_MODES; m++)
		for (int t = 0; t < 12; t++)
			for (int s = 0; s < 24; s++)
				after.p[m][t][s] = 1;
	for (long i = last; i >= first; i--) {
		const struct passed *w = &f->window[i % WINDOW];
		double p[24];
		whole = w->odds;
		chord_odds_times(&whole, &after);
		chord_odds_chords(&whole, p);
		know(f, i, p);
		if (i == first)
			break;
		chord_odds_back(&after, w->index, w->per_bar, &w->likely,
		    &before);
		after = before;
	}
}

static double
hold_at(int index, int per_bar)
{
	return per_bar == 4 && index == 2 ? hold_half : hold_else;
}

static int
best_of(const double p[24], int held, double hold)
{
	int best = 0;
	for (int c = 1; c < 24; c++)
		if (p[c] > p[best])
			best = c;
	return held >= 0 && p[held] > hold * p[best] ? held : best;
}

void
pf_chord_follower_step(struct pf_chord_follower *f, int index, int per_bar,
    const struct pf_chord_evidence *evidence)
{
	struct form_beat sound;
	struct passed *w = &f->window[f->beats % WINDOW];
	struct chord_odds plain;
	double p[24];
	if (per_bar < 1 || per_bar > 16)
		per_bar = 4;
	if (index != f->index || per_bar != f->per_bar) {
		f->index = index < 0 || index >= per_bar ? 0 : index;
		f->per_bar = per_bar;
		f->ahead->done = -1;
	}
	if (f->ahead->done < 0)
		foresee(f, 0);
	if (f->beats > 0)
		chord_odds_step(&f->window[(f->beats - 1) % WINDOW].odds,
		    f->index, per_bar, &plain);
	else
		plain = f->window[0].odds;
	chord_odds_fit(&f->model, evidence, &plain, &w->likely);
	w->odds = plain;
	chord_odds_times(&w->odds, &w->likely);
	w->index = f->index;
	w->per_bar = per_bar;
	chord_odds_chords(&plain, p);
	w->memory = recall(f, evidence, f->ahead->back[kept_in(0)], p,
	    f->ahead->back_now, w->remembered);
	sound_of(evidence, &sound);
	w->plain = sound.harmony > 0 || evidence->told_weight > 0;
	sound.index = f->index;
	sound.per_bar = per_bar;
	form_memory_hear(&f->form, &sound);
	const long at = f->beats % FORM_BEATS;
	f->told[at] = evidence->told;
	f->told_weight[at] = (float)evidence->told_weight;
	f->foretold[f->beats % (PF_CHORD_AHEAD + 1)].weight = 0;
	for (int i = 0; i < 12; i++)
		f->chroma[i] = f->chroma[i] * 0.5 + evidence->harmony[i];
	chord_odds_chords(&w->odds, p);
	know(f, f->beats, p);
	f->said = best_of(p, f->index ? f->said : -1, hold_at(f->index,
	    per_bar));
	f->beats++;
	f->index = (f->index + 1) % per_bar;
	if (f->index == 0 || (per_bar == 4 && f->index == 2))
		look_back(f);
	f->ahead->done = -1;
	f->ahead->peeking = false;
}

void
pf_chord_follower_peek(struct pf_chord_follower *f,
    const struct pf_chord_evidence *evidence)
{
	struct forecast *a = f->ahead;
	struct chord_odds fit;
	a->peeking = false;
	if (!evidence)
		return;
	if (a->done < 0)
		foresee(f, 0);
	a->heard = a->odds[kept_in(0)];
	chord_odds_fit(&f->model, evidence, &a->heard, &fit);
	chord_odds_times(&a->heard, &fit);
	/* Memory has heard such a melody before: it is not told again. */
	double remembered[24], plain[24];
	chord_odds_chords(&a->odds[kept_in(0)], plain);
	const double memory = recall(f, evidence, a->back[kept_in(0)], plain,
	    a->back_now, remembered);
	chord_odds_chords(&a->heard, a->now);
	blend(a->now, remembered, memory);
	a->peeking = true;
	a->done = 0;
}

void
pf_chord_follower_key(struct pf_chord_follower *f, struct pf_key key,
    double weight)
{
	struct chord_odds *odds = f->beats > 0
	    ? &f->window[(f->beats - 1) % WINDOW].odds : &f->window[0].odds;
	chord_odds_key(odds, key.tonic, pf_key_is_minor(key), weight);
	f->ahead->done = -1;
}

void
pf_chord_follower_foretell(struct pf_chord_follower *f, long beat,
    struct pf_chord chord, double weight)
{
	if (beat < f->beats || beat > f->beats + PF_CHORD_AHEAD)
		return;
	const int slot = (int)(beat % (PF_CHORD_AHEAD + 1));
	f->foretold[slot].chord = chord;
	f->foretold[slot].weight = chord.root < 0 ? 0 : weight;
	f->ahead->done = -1;
}

/* ---- answers */

long
pf_chord_follower_beats(const struct pf_chord_follower *follower)
{
	return follower->beats;
}

static struct pf_chord
triad(int c)
{
	return (struct pf_chord){ c / 2, c & 1 ? PF_MIN : PF_MAJ, -1 };
}

/* The quality that was told of such a triad where the music was like this. */
static struct pf_chord
in_full(const struct pf_chord_follower *f, const double *back, long beat, int c)
{
	struct pf_chord chord = triad(c);
	double best = 0.1;
	for (long d = 0; d < FORM_BEATS && d <= beat; d++) {
		const long then = (beat - d) % FORM_BEATS;
		const double w = d == 0 ? 1 : back ? back[d] : 0;
		if (beat - d >= f->beats || w < best
		    || f->told_weight[then] < 0.5f)
			continue;
		const struct pf_chord told = f->told[then];
		if (told.root == chord.root
		    && pf_chord_is_minor(told) == (c & 1)) {
			chord = told;
			best = w;
		}
		if (!back)
			break;
	}
	return chord;
}

static void
believe(const double p[24], int held, double hold,
    struct pf_chord_belief *b)
{
	const int best = best_of(p, held, hold);
	int second = best == 0;
	for (int c = 0; c < 24; c++)
		if (c != best && p[c] > p[second])
			second = c;
	b->chord = triad(best);
	b->confidence = p[best];
	b->other = triad(second);
	b->other_confidence = p[second];
}

bool
pf_chord_follower_at(const struct pf_chord_follower *f, long beat,
    struct pf_chord_belief *belief)
{
	*belief = (struct pf_chord_belief){
		.chord = { -1, PF_MAJ, -1 }, .other = { -1, PF_MAJ, -1 }
	};
	const long n = beat - f->beats;
	if (beat < 0 || n > PF_CHORD_AHEAD || n < -(FORM_BEATS - 1))
		return false;
	if (n < 0) {
		double p[24];
		for (int c = 0; c < 24; c++)
			p[c] = (double)f->known[beat % FORM_BEATS][c];
		believe(p, -1, 1, belief);
		belief->chord = in_full(f, NULL, beat, belief->chord.root * 2
		    + (belief->chord.quality == PF_MIN));
		return true;
	}
	for (int i = f->ahead->done + 1; i <= n; i++)
		foresee(f, i);
	int held = f->said;
	for (int i = 0; i <= n; i++) {
		const int index = (int)((f->index + i) % f->per_bar);
		const double *p = i == 0 && f->ahead->peeking ? f->ahead->now
		    : f->ahead->p[i];
		const double hold = hold_at(index, f->per_bar);
		/* Further on, the chord before is itself a guess. */
		held = index && n < 2 ? held : -1;
		if (i == n)
			believe(p, held, hold, belief);
		else
			held = best_of(p, held, hold);
	}
	belief->memory = f->ahead->memory[n];
	if (n == 0)
		belief->chord = in_full(f, f->ahead->back[kept_in(0)], beat,
		    belief->chord.root * 2 + (belief->chord.quality == PF_MIN));
	else
		belief->chord = in_full(f, f->form.back, f->beats - 1 < 0 ? 0
		    : beat, belief->chord.root * 2
		    + (belief->chord.quality == PF_MIN));
	return true;
}

void
pf_chord_follower_key_odds(const struct pf_chord_follower *f, double p[24])
{
	if (f->beats > 0)
		chord_odds_keys(&f->window[(f->beats - 1) % WINDOW].odds, p);
	else
		for (int i = 0; i < 24; i++)
			p[i] = 1 / 24.;
}

void
pf_chord_follower_form(const struct pf_chord_follower *f,
    struct pf_chord_form *form)
{
	form->lag_beats = 0;
	form->confidence = f->form.back[0];
	for (int d = 1; d < FORM_BEATS; d++)
		if (f->form.back[d] > form->confidence) {
			form->confidence = f->form.back[d];
			form->lag_beats = d;
		}
}
