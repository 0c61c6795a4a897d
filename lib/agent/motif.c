/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/motif.h"

#include <stdlib.h>

const char *const pf_motif_turn_name[PF_TURNS] = {
	"repeated", "inverted", "head repeated", "tail repeated", "thinned",
};

/* To the nearest twelfth of a beat, where all that is written stands. */
static double
grid(double beats)
{
	const int n = (int)(beats * PF_LISTENER_GRID + 0.5);
	/* Single twelfths beside a quarter of the beat are a human's error. */
	const int in = n % PF_LISTENER_GRID;
	const int near = in % 3 == 1 ? n - 1 : in % 3 == 2 ? n + 1 : n;
	return (double)(in == 4 || in == 8 ? n : near) / PF_LISTENER_GRID;
}

static int
nearest(float pitch)
{
	return (int)(pitch + 0.5f);
}

static void
measure(struct pf_motif *m)
{
	const struct pf_motif_note *const last = &m->note[m->n - 1];
	m->beats = m->n ? last->at + last->beats : 0;
}

void
pf_motif_take(struct pf_motif *m, const struct pf_listener_note *note, int n,
    double beats, uint16_t scale)
{
	*m = (struct pf_motif){0};
	int first = n - 1;
	while (first > 0 && n - first < PF_MOTIF_NOTES &&
	    note[n - 1].beat - note[first - 1].beat < beats)
		first--;
	if (first < 0)
		return;
	const double from = (double)(int64_t)(note[first].beat + 0.1);
	for (int i = first; i < n; i++) {
		struct pf_motif_note x = {
			.at = note[i].beat > from ? grid(note[i].beat - from)
			    : 0,
			.beats = note[i].beats,
			.touch = note[i].velocity,
		};
		if (m->n) {
			struct pf_motif_note *const was = &m->note[m->n - 1];
			if (x.at <= was->at)
				continue; /* a grace note, or a chord's tone */
			if (was->beats > x.at - was->at)
				was->beats = x.at - was->at;
			x.step = pf_pcs_distance(scale,
			    nearest(note[i - 1].pitch), nearest(note[i].pitch));
		}
		m->note[m->n++] = x;
	}
	measure(m);
}

/* A cell of the style that fits into the beats left, by weight. */
static const struct pf_cell *
choose_cell(const struct pf_melody *style, int beat_ticks, int left, double u)
{
	for (int pass = 0; pass < 2; pass++) {
		double sum = 0;
		for (size_t i = 0; i < style->n; i++) {
			const struct pf_cell *const c = &style->cell[i];
			const bool dotted = c->meter.num &&
			    pf_meter_beat(c->meter) != beat_ticks;
			if (c->beats > left || c->grid < 1 ||
			    (dotted && pass == 0))
				continue;
			sum += c->weight;
		}
		u *= sum;
		for (size_t i = 0; i < style->n; i++) {
			const struct pf_cell *const c = &style->cell[i];
			const bool dotted = c->meter.num &&
			    pf_meter_beat(c->meter) != beat_ticks;
			if (c->beats > left || c->grid < 1 ||
			    (dotted && pass == 0))
				continue;
			u -= c->weight;
			if (u < 0)
				return c;
		}
	}
	return NULL;
}

/* An arch: up in the first half, down in the second, mostly by step. */
static int
move(const struct pf_melody *style, double where, double u, double v)
{
	const bool leap = v < style->leap;
	const double up = where < 0.45 ? 0.66 : 0.32;
	const int size = leap ? 2 + (int)(v * 37) % 2 : v > 0.9 ? 0 : 1;
	return u < up ? size : -size;
}

void
pf_motif_invent(struct pf_motif *m, const struct pf_melody *style,
    struct pf_meter meter, int beats, double (*draw)(void *, uint32_t),
    void *ctx)
{
	uint32_t k = 0;
	*m = (struct pf_motif){0};
	for (int at = 0; at < beats;) {
		const struct pf_cell *const c = choose_cell(style,
		    pf_meter_beat(meter), beats - at, draw(ctx, k++));
		const int8_t plain = 1;
		const int8_t *const len = c ? c->len : &plain;
		const size_t n = c ? c->n : 1;
		const double step = c ? 1.0 / c->grid : 1;
		double t = at;
		for (size_t i = 0; i < n && m->n < PF_MOTIF_NOTES; i++) {
			const double d = abs(len[i]) * step;
			const double u = draw(ctx, k++), v = draw(ctx, k++);
			if (len[i] > 0)
				m->note[m->n++] = (struct pf_motif_note){
				    t, d, m->n ? move(style, t / beats, u, v)
				    : 0, 0.7f};
			t += d;
		}
		at += c && c->beats > 0 ? c->beats : 1;
	}
	measure(m);
}

/* Halves of beats only: the finer places of a histogram are human error. */
static double
weight_at(const float *onsets, int half)
{
	const int mid = half * PF_LISTENER_GRID / 2;
	double sum = 0;
	for (int i = mid - 1; i <= mid + 1; i++)
		if (i >= 0 && i < PF_LISTENER_BAR)
			sum += (double)onsets[i];
	/* Between equals the beat is chosen. */
	return sum + (half == 0 ? 0.5 : half % 2 == 0 ? 0.15 : 0);
}

void
pf_motif_from_rhythm(struct pf_motif *m, const float *onsets, int beats,
    double (*draw)(void *, uint32_t), void *ctx)
{
	enum { FEWEST = 4, MOST = 5 };
	static const double there = 0.3;
	bool taken[2 * PF_LISTENER_BAR / PF_LISTENER_GRID] = {false};
	const int halves = 2 * beats < (int)PF_COUNT(taken) ? 2 * beats
	    : (int)PF_COUNT(taken);
	*m = (struct pf_motif){0};
	for (int n = 0; n < MOST && n < halves; n++) {
		int best = -1;
		for (int h = 0; h < halves; h++)
			if (!taken[h] && (best < 0 || weight_at(onsets, h) >
			    weight_at(onsets, best)))
				best = h;
		if (n >= FEWEST && weight_at(onsets, best) < there)
			break;
		taken[best] = true;
	}
	for (int h = 0; h < halves; h++) {
		if (!taken[h])
			continue;
		const double where = h / (double)halves;
		const double u = draw(ctx, (uint32_t)h);
		int next = h + 1;
		while (next < halves && !taken[next])
			next++;
		m->note[m->n] = (struct pf_motif_note){h / 2.0,
		    (next - h) / 2.0, !m->n ? 0 : u < (where < 0.5 ? 0.7 :
		    0.25) ? 1 : -1, 0.7f};
		m->n++;
	}
	measure(m);
}

/* ---- turns */

/* Keep notes lo..hi-1, counted from the beat in which the first begins. */
static void
cut(struct pf_motif *m, int lo, int hi)
{
	const double from = (double)(int64_t)(m->note[lo].at + 1e-9);
	for (int i = lo; i < hi; i++) {
		m->note[i - lo] = m->note[i];
		m->note[i - lo].at -= from;
	}
	m->n = hi - lo;
	m->note[0].step = 0;
	measure(m);
}

/* Say all of it once more, beginning so many scale steps away. */
static void
again(struct pf_motif *m, int step)
{
	const int n = m->n;
	int sum = 0;
	for (int i = 0; i < n; i++)
		sum += m->note[i].step;
	const double from = (double)(int64_t)(m->beats + 0.99);
	for (int i = 0; i < n && m->n < PF_MOTIF_NOTES; i++) {
		struct pf_motif_note x = m->note[i];
		x.at += from;
		if (i == 0)
			x.step = step - sum;
		m->note[m->n++] = x;
	}
	measure(m);
}

/* Drop what stands off the beat; its neighbours take its time and way. */
static void
thin(struct pf_motif *m)
{
	int n = 0, step = 0;
	for (int i = 0; i < m->n; i++) {
		struct pf_motif_note x = m->note[i];
		const double in = x.at - (double)(int64_t)x.at;
		step += x.step;
		if (n && in > 0.01) {
			m->note[n - 1].beats = x.at + x.beats -
			    m->note[n - 1].at;
			continue;
		}
		x.step = n ? step : 0;
		step = 0;
		m->note[n++] = x;
	}
	m->n = n;
	measure(m);
}

void
pf_motif_twice(struct pf_motif *m, int beats, int step)
{
	const int n = m->n;
	int sum = 0;
	for (int i = 0; i < n; i++)
		sum += m->note[i].step;
	for (int i = 0; i < n && m->n < PF_MOTIF_NOTES; i++) {
		struct pf_motif_note x = m->note[i];
		x.at += beats;
		if (i == 0)
			x.step = step - sum;
		m->note[m->n++] = x;
	}
	measure(m);
}

void
pf_motif_close(struct pf_motif *m, double beats)
{
	while (m->n > 1 && m->note[m->n - 1].at > beats - 0.95)
		m->n--;
	struct pf_motif_note *const last = &m->note[m->n - 1];
	if (last->beats < 1)
		last->beats = 1;
	if (last->at + last->beats > beats && beats > last->at)
		last->beats = beats - last->at;
	measure(m);
}

void
pf_motif_turn(struct pf_motif *m, enum pf_motif_turn turn, double beats)
{
	if (m->n == 0)
		return;
	switch (turn) {
	case PF_TURN_INVERT:
		for (int i = 0; i < m->n; i++)
			m->note[i].step = -m->note[i].step;
		break;
	case PF_TURN_HEAD:
		if (m->n >= 4) {
			cut(m, 0, (m->n + 1) / 2);
			again(m, 1);
		}
		break;
	case PF_TURN_TAIL:
		if (m->n >= 4) {
			cut(m, m->n / 2, m->n);
			again(m, -1);
		}
		break;
	case PF_TURN_THIN:
		thin(m);
		break;
	default:
		break;
	}
	/* What does not fit is left out; the last note may ring. */
	while (m->n > 1 && m->note[m->n - 1].at > beats - 0.45)
		m->n--;
	struct pf_motif_note *const last = &m->note[m->n - 1];
	if (last->at + last->beats > beats)
		last->beats = beats - last->at;
	measure(m);
}
