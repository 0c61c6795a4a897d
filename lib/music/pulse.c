/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "music/pulse.h"

#include "base/math.h"
#include "music/pulse_repeat.h"
#include "music/pulse_states.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LAG_FRAMES 5         /* onsets may be told 100 ms late */
#define FRAMES 16            /* kept of the activation: LAG and more */
#define GROUPS 16            /* onsets that wait */
#define TOGETHER_NS 45000000 /* a chord: notes so near begin together */
#define LOOK_FRAMES 5        /* how often the states are looked through: */
#define CALM 3               /* ... so much less while all is well */

static const double onset_sd_ns = 22e6;   /* of a note around its place */
static const double drift_sd = 0.004;     /* of the period, a beat */
static const double quiet_s = 2.0;        /* then silence means nothing */
static const double lock_mass = 0.35, lose_mass = 0.08;
/* Another tempo or bar must be so much likelier, for a share of the time
 * that the held one was held, at most so long. */
static const double tempo_margin = 1.5, tempo_share = 0.12;
static const double tempo_most_beats = 4;
static const double bar_margin = 1.4, bar_share = 0.25, bar_most_bars = 1;
/* Features are not independent, least of all those of pitch in a tune that
 * repeats itself. */
static const double rhythm_power = 0.8, pitch_power = 0.7;

/* What began together. */
struct group {
	int64_t first_ns;
	double sum_ns, weight; /* the mean time, from first_ns */
	double strength, low, back, change, length_s, pitch;
};

struct pulse_line { /* the last notes, to tell features by */
	double at_s[2], pitch;
	int n;
	double hist[12], heard;
};

struct pf_pulse {
	struct pulse_states *states;
	int64_t from_ns, now_ns;
	int64_t frame;        /* frames done */
	double active[FRAMES]; /* of the frames to come, by frame % FRAMES */
	struct group group[GROUPS];
	int groups;
	struct pulse_line line;
	struct pulse_repeat repeat;
	bool begun;
	int64_t first_ns, last_onset_ns;
	int onsets;
	/* What is followed. */
	bool following, locked;
	double beat_ns, period_ns; /* from from_ns */
	double var_beat, cov, var_period;
	double looked_ns;
	double mass;          /* smoothed */
	double held_beats;    /* how long it is followed */
	double wish_beats;    /* how long another tempo has been likelier, */
	int wish_onsets;      /* ... since this onset */
	int kind, index;      /* of the beat at beat_ns */
	double bar_mass;
	double bar_beats;     /* how long this bar is held */
	int bar_kind, bar_index; /* another that may be right, at beat_ns, */
	double bar_wish_beats;   /* ... and how long it has been likelier */
};

int
pf_pulse_new(struct pf_pulse **pulse)
{
	struct pf_pulse *p = calloc(1, sizeof *p);
	if (!p || pulse_states_new(&p->states) < 0) {
		free(p);
		return -ENOMEM;
	}
	pf_pulse_reset(p, 0);
	*pulse = p;
	return 0;
}

void
pf_pulse_free(struct pf_pulse *pulse)
{
	if (!pulse)
		return;
	pulse_states_free(pulse->states);
	free(pulse);
}

void
pf_pulse_reset(struct pf_pulse *pulse, int64_t from_ns)
{
	struct pulse_states *states = pulse->states;
	memset(pulse, 0, sizeof *pulse);
	pulse->states = states;
	pulse->from_ns = pulse->now_ns = from_ns;
	pulse->period_ns = 500e6;
	pulse_states_reset(states);
}

static double
share(double x)
{
	return x > 0 ? x < 1 ? x : 1 : 0; /* not-a-number is 0 */
}

void
pf_pulse_hear(struct pf_pulse *pulse, const struct pf_pulse_onset *onset)
{
	const int64_t done = pulse->from_ns + pulse->frame * PULSE_FRAME_NS;
	const int64_t at = onset->at_ns < done ? done : onset->at_ns;
	struct group *g = NULL;
	for (int i = 0; i < pulse->groups && !g; i++) {
		const int64_t d = at - pulse->group[i].first_ns;
		if (d < TOGETHER_NS && d > -TOGETHER_NS)
			g = &pulse->group[i];
	}
	if (!g) {
		if (pulse->groups == GROUPS)
			return;
		int i = pulse->groups++;
		for (; i > 0 && pulse->group[i - 1].first_ns > at; i--)
			pulse->group[i] = pulse->group[i - 1];
		g = &pulse->group[i];
		*g = (struct group){ .first_ns = at };
	}
	const double strength = share(onset->strength);
	g->sum_ns += strength * (double)(at - g->first_ns);
	g->weight += strength;
	if (strength > g->strength)
		g->strength = strength;
	if (share(onset->low) > g->low)
		g->low = share(onset->low);
	if (share(onset->back) > g->back)
		g->back = share(onset->back);
	if (share(onset->change) > g->change)
		g->change = share(onset->change);
	if (onset->pitch > g->pitch && onset->pitch < 256) {
		g->pitch = onset->pitch;
		g->length_s = onset->length_s > 0 && onset->length_s < 60
		    ? onset->length_s : 0;
	}
}

void
pf_pulse_activation(struct pf_pulse *pulse, int64_t at_ns, double value)
{
	int64_t f = (at_ns - pulse->from_ns) / PULSE_FRAME_NS;
	if (f < pulse->frame)
		f = pulse->frame;
	if (f - pulse->frame >= FRAMES)
		return;
	double *const active = &pulse->active[f % FRAMES];
	*active = share(value) > *active ? share(value) : *active;
}

void
pf_pulse_told(struct pf_pulse *pulse, int64_t beat_ns, double period_ns,
    int index, int per_bar, double weight)
{
	if (!(period_ns >= 250e6 && period_ns <= 1300e6))
		return;
	const double now = (double)(pulse->frame * PULSE_FRAME_NS);
	double beats = (now - (double)(beat_ns - pulse->from_ns)) / period_ns;
	const double whole = floor(beats);
	if (index >= 0 && per_bar > 0)
		index = (int)(((index + (int)whole) % per_bar + per_bar)
		    % per_bar);
	else
		index = -1;
	pulse_states_told(pulse->states, period_ns / PULSE_FRAME_NS,
	    beats - whole, index, per_bar, share(weight));
}

/* ---- features: the same as in tests/train/pulse_table.py */

static int
ratio_class(double r)
{
	return r < 0.42 ? 0 : r < 0.75 ? 1 : r < 1.4 ? 2 : r < 2.4 ? 3 : 4;
}

static int
interval_class(double d)
{
	const double m = d < 0 ? -d : d;
	const int k = m < 0.5 ? 0 : m < 2.5 ? 1 : m < 4.5 ? 2 : m < 7.5 ? 3 : 4;
	return k && d < 0 ? k + 4 : k;
}

static int
stable_class(const struct pulse_line *line, double pitch)
{
	double top = 0;
	for (int i = 0; i < 12; i++)
		top = line->hist[i] > top ? line->hist[i] : top;
	const double x = line->hist[(int)(pitch + 0.5) % 12] / top;
	return x < 0.15 ? 0 : x < 0.4 ? 1 : x < 0.75 ? 2 : 3;
}

/*
 * Low notes and new harmony mark beats and bars; snares mark the beats
 * between, measured on the grooves of pf-gen: in a bar of four the second and
 * the fourth.
 */
static double
accent_fit(const struct pulse_kind *k, int place, const struct group *g)
{
	const int per_beat = k->subdivision == 2 ? 4 : 3;
	const int beat = place / per_beat;
	double low, change, back;
	if (place == 0) {
		low = 2.6, change = 4, back = 0.4;
	} else if (place % per_beat == 0) {
		const bool half = k->beats == 4 && beat == 2;
		low = change = half ? 1.6 : 0.8;
		back = half ? 0.8 : k->beats == 3 ? 1.5 : 3.2;
	} else {
		low = 0.5, change = 0.3, back = 0.4;
	}
	return (1 + g->low * (low - 1)) * (1 + g->change * (change - 1))
	    * (1 + g->back * (back - 1));
}

static void
describe(struct pulse_line *line, const struct group *g, double at_s,
    double period_s, struct pulse_fit *fit)
{
	int ratio = -1, interval = -1, stable = -1, length = -1;
	const double gap = at_s - line->at_s[0];
	if (line->n >= 2)
		ratio = ratio_class(gap / (line->at_s[0] - line->at_s[1]));
	if (line->n >= 1 && g->pitch > 0 && line->pitch > 0)
		interval = interval_class(g->pitch - line->pitch);
	if (g->pitch > 0 && line->heard > 3)
		stable = stable_class(line, g->pitch);
	if (line->n >= 1 && g->length_s > 0)
		length = ratio_class(g->length_s / gap);
	for (int k = 0; k < PULSE_KINDS; k++)
		for (int c = 0; c < PULSE_COARSE; c++) {
			const struct pulse_kind *kind = &pulse_kind[k];
			double w = 1, v = 1;
			if (ratio >= 0)
				w *= kind->ratio[c][ratio];
			if (length >= 0)
				w *= kind->length[c][length];
			if (interval >= 0)
				v *= kind->interval[c][interval];
			if (stable >= 0)
				v *= kind->stable[c][stable];
			w = w < 0.01 ? 0.01 : w > 30 ? 30 : w;
			v = v < 0.1 ? 0.1 : v > 10 ? 10 : v;
			fit->at[k][c] = pf_pow(w, rhythm_power)
			    * pf_pow(v, pitch_power)
			    * accent_fit(kind, c, g);
		}
	line->at_s[1] = line->at_s[0];
	line->at_s[0] = at_s;
	line->pitch = g->pitch;
	line->n++;
	for (int i = 0; i < 12; i++)
		line->hist[i] *= 0.98;
	if (g->pitch > 0) {
		double beats = g->length_s / period_s;
		beats = beats <= 0 ? 0.5 : beats > 2 ? 2 : beats;
		line->hist[(int)(g->pitch + 0.5) % 12] += beats;
		line->heard += beats;
	}
}

/* ---- the beat, finely */

static void
go_on(struct pf_pulse *p, double to_ns)
{
	while (p->beat_ns + p->period_ns <= to_ns) {
		const double q = drift_sd * p->period_ns;
		p->beat_ns += p->period_ns;
		p->var_beat += 2 * p->cov + p->var_period;
		p->cov += p->var_period;
		p->var_period += q * q;
		p->index = (p->index + 1) % pulse_kind[p->kind].beats;
		p->bar_index = (p->bar_index + 1)
		    % pulse_kind[p->bar_kind].beats;
		p->held_beats++;
		p->bar_beats++;
	}
}

static void
correct(struct pf_pulse *p, double error_ns, double at_beats, double sd_ns)
{
	/* The onset's place: beat + at_beats * period. */
	const double a = at_beats;
	const double hb = p->var_beat + a * p->cov;
	const double hp = p->cov + a * p->var_period;
	const double gain = 1 / (hb + a * hp + sd_ns * sd_ns);
	p->beat_ns += hb * gain * error_ns;
	p->period_ns += hp * gain * error_ns;
	p->var_beat -= hb * gain * hb;
	p->cov -= hb * gain * hp;
	p->var_period -= hp * gain * hp;
	p->period_ns = p->period_ns < 250e6 ? 250e6
	    : p->period_ns > 1300e6 ? 1300e6 : p->period_ns;
}

/* Draw the beat to an onset that sits near a place of it. */
static void
pull(struct pf_pulse *p, double at_ns, double strength)
{
	static const double duple[] = { 0, 0.25, 0.5, 0.75, 1 };
	static const double triple[] = { 0, 1 / 3., 2 / 3., 1 };
	const bool three = pulse_kind[p->kind].subdivision == 3;
	const double *place = three ? triple : duple;
	const int n = three ? 4 : 5;
	const double phase = (at_ns - p->beat_ns) / p->period_ns;
	const double whole = floor(phase);
	int best = 0;
	for (int i = 1; i < n; i++)
		if (fabs(phase - whole - place[i])
		    < fabs(phase - whole - place[best]))
			best = i;
	const double at = whole + place[best];
	const double error = (phase - at) * p->period_ns;
	if (fabs(error) > 0.1 * p->period_ns || at < -2)
		return;
	/* Off-beats are played more freely (swing, ornaments). */
	const double loose = best == 0 || best == n - 1 ? 1
	    : three || place[best] == 0.5 ? 1.7 : 3;
	correct(p, error, at, onset_sd_ns * loose / (0.2 + 0.8 * strength));
}

static void
follow(struct pf_pulse *p, const struct pulse_mode *m, double now_ns)
{
	p->period_ns = m->period * PULSE_FRAME_NS;
	p->beat_ns = now_ns - m->phase * p->period_ns;
	p->var_beat = 20e6 * 20e6;
	p->cov = 0;
	p->var_period = 0.02 * p->period_ns * 0.02 * p->period_ns;
	p->following = true;
	p->held_beats = p->wish_beats = 0;
	p->bar_mass = p->bar_beats = 0;
}

static bool
same_meter(int a, int b)
{
	return pulse_kind[a].beats == pulse_kind[b].beats
	    && pulse_kind[a].subdivision == pulse_kind[b].subdivision;
}

/* What is believed of a beat of a bar: kinds of the same meter together. */
static double
mass_of_bar(double bar[PULSE_KINDS][PULSE_BEATS], int kind, int beat)
{
	double m = 0;
	for (int j = 0; j < PULSE_KINDS; j++)
		if (same_meter(j, kind))
			m += bar[j][beat];
	return m;
}

/*
 * Which kind of bar, which beat of it?  What is held stays until another has
 * been clearly likelier for a while, the longer the older it is: in the end for
 * a bar, or for two if the meter would be another.  `beats` have gone by.
 */
static void
find_bar(struct pf_pulse *p, double bar[PULSE_KINDS][PULSE_BEATS],
    double beats)
{
	double all = 0, best = -1;
	int kind = 0, index = 0;
	for (int k = 0; k < PULSE_KINDS; k++)
		for (int b = 0; b < pulse_kind[k].beats; b++) {
			const double m = mass_of_bar(bar, k, b);
			all += bar[k][b];
			if (m > best)
				best = m, kind = k, index = b;
		}
	if (all <= 0)
		return;
	double held = mass_of_bar(bar, p->kind, p->index);
	if (best <= bar_margin * held)
		p->bar_wish_beats = 0;
	else if (index != p->bar_index || !same_meter(kind, p->bar_kind))
		p->bar_wish_beats = 0;
	else
		p->bar_wish_beats += beats;
	p->bar_kind = kind;
	p->bar_index = index;
	const double most = bar_most_bars * pulse_kind[p->kind].beats
	    * (same_meter(kind, p->kind) ? 1 : 2);
	const double need = fmin(most, bar_share * p->bar_beats);
	if (p->bar_mass == 0 || p->bar_wish_beats > need) {
		p->kind = kind;
		p->index = index;
		p->bar_beats = p->bar_wish_beats = 0;
		held = best;
	}
	p->bar_mass = held / all;
}

/*
 * Is another tempo or phase than the held one called for?  It must be clearly
 * likelier for a while, and through onsets: long rests change nothing.
 */
static bool
wishes(struct pf_pulse *p, const struct pulse_mode *best,
    const struct pulse_mode *held, double beats)
{
	const double apart = fabs(best->period / held->period - 1);
	double d = best->phase - held->phase;
	d -= d > 0.5 ? 1 : d < -0.5 ? -1 : 0;
	if ((apart < 0.08 && fabs(d) < 0.14)
	    || best->mass <= tempo_margin * held->mass) {
		p->wish_beats = 0;
		p->wish_onsets = p->onsets;
		return false;
	}
	p->wish_beats += beats;
	const double need = p->locked
	    ? fmin(tempo_most_beats, 1 + tempo_share * p->held_beats) : 0;
	return p->wish_beats > need && p->onsets - p->wish_onsets >= need;
}

/* Look through the states: is what is followed still the best? */
static void
look(struct pf_pulse *p, double now_ns)
{
	double bar[PULSE_KINDS][PULSE_BEATS];
	double lean[PULSE_KINDS][PULSE_PERIODS];
	struct pulse_mode best, held = { 0 };
	const double beats = (now_ns - p->looked_ns) / p->period_ns;
	p->looked_ns = now_ns;
	pulse_repeat_lean(&p->repeat, lean);
	pulse_states_lean(p->states, lean);
	pulse_states_settle(p->states);
	pulse_states_best(p->states, &best);
	if (p->following) {
		go_on(p, now_ns);
		held.period = p->period_ns / PULSE_FRAME_NS;
		held.phase = (now_ns - p->beat_ns) / p->period_ns;
		pulse_states_near(p->states, &held, bar);
	}
	if (!p->following || wishes(p, &best, &held, beats)) {
		follow(p, &best, now_ns);
		held = best;
		pulse_states_near(p->states, &held, bar);
		p->mass = held.mass;
	} else if (fabs(held.shift) > 0.03) {
		correct(p, held.shift * -p->period_ns, 0, 3 * onset_sd_ns);
	}
	p->mass += 0.2 * (held.mass - p->mass);
	find_bar(p, bar, beats);
	if (p->mass > lock_mass && p->onsets >= 5)
		p->locked = true;
	else if (p->mass < lose_mass && p->held_beats < 4)
		p->locked = false;
}

static void
run_frame(struct pf_pulse *p)
{
	const int64_t begin = p->frame * PULSE_FRAME_NS;
	const double end_ns = (double)(begin + PULSE_FRAME_NS);
	double *active = &p->active[p->frame % FRAMES];
	double strength = *active, low = 0;
	struct pulse_fit fit;
	bool heard = false;
	*active = 0;
	if (p->groups > 0) {
		struct group *g = &p->group[0];
		const double at = (double)(g->first_ns - p->from_ns)
		    + (g->weight > 0 ? g->sum_ns / g->weight : 0);
		if (at < end_ns) {
			describe(&p->line, g, at / 1e9, p->period_ns / 1e9,
			    &fit);
			strength = g->strength;
			low = g->low;
			heard = true;
			if (!p->begun) {
				pulse_states_reset(p->states);
				p->begun = true;
				p->first_ns = p->from_ns + begin;
			}
			p->onsets++;
			p->last_onset_ns = p->from_ns + begin;
			if (p->following)
				pull(p, at, g->strength);
			p->groups--;
			memmove(g, g + 1, (size_t)p->groups * sizeof *g);
		}
	}
	const double silent = (double)(p->from_ns + begin - p->last_onset_ns);
	p->frame++;
	if (!p->begun && strength < 0.1)
		return;
	p->begun = true;
	pulse_repeat_hear(&p->repeat, strength, low * strength);
	pulse_states_step(p->states, strength, heard ? &fit : NULL,
	    silent > quiet_s * 1e9 && strength == 0);
	const bool calm = p->locked && p->mass > 0.7 && p->wish_beats == 0;
	if (p->frame % (calm ? CALM * LOOK_FRAMES : LOOK_FRAMES) == 0
	    && p->onsets > 1)
		look(p, end_ns);
}

void
pf_pulse_run(struct pf_pulse *pulse, int64_t now_ns)
{
	if (now_ns <= pulse->now_ns)
		return;
	pulse->now_ns = now_ns;
	while (pulse->from_ns + (pulse->frame + 1 + LAG_FRAMES)
	    * PULSE_FRAME_NS <= now_ns)
		run_frame(pulse);
}

int64_t
pf_pulse_foresee(const struct pf_pulse *pulse, int k, int *index)
{
	const int n = pulse_kind[pulse->kind].beats;
	const double now = (double)(pulse->now_ns - pulse->from_ns);
	const double on = floor((now - pulse->beat_ns) / pulse->period_ns) + k;
	if (index) {
		int i = (int)fmod(pulse->index + on, n);
		*index = i < 0 ? i + n : i;
	}
	return pulse->from_ns
	    + (int64_t)floor(pulse->beat_ns + on * pulse->period_ns + 0.5);
}

void
pf_pulse_get(const struct pf_pulse *pulse, struct pf_pulse_belief *belief)
{
	belief->beat_ns = pf_pulse_foresee(pulse, 0, &belief->index);
	belief->period_ns = pulse->period_ns;
	belief->per_bar = pulse_kind[pulse->kind].beats;
	belief->subdivision = pulse_kind[pulse->kind].subdivision;
	belief->confidence = pulse->mass < 1 ? pulse->mass : 1;
	belief->bar_confidence = pulse->bar_mass;
	belief->locked = pulse->locked;
}
