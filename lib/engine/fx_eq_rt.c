/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An equaliser: low shelf, two bells, high shelf, and a low cut.
 *
 * State-variable filters by trapezoidal integration: A. Simper, "Linear
 * Trapezoidal State Variable Filter" (Cytomic technical papers, 2013) and
 * V. Zavalishin, "The Art of VA Filter Design", chapters 4 and 10.  They stay
 * stable while their coefficients move, so g, k and the output mix go evenly
 * from block to block and the rest follows frame by frame.  A band at 0 dB
 * that does not move is skipped once its memory is empty.
 */
#include "engine/effects.h"

#include "base/math.h"
#include "engine/ramp.h"
#include "engine/wide.h"

#include <math.h>
#include <string.h>

enum { BANDS = 5 };

enum {
	CUT,
	LOW, LOW_HZ,
	PEAK1, PEAK1_HZ, PEAK1_Q,
	PEAK2, PEAK2_HZ, PEAK2_Q,
	HIGH, HIGH_HZ,
	PARAMS
};

/* One second-order section: out = m0 in + m1 band + m2 low. */
struct band {
	struct pf_ramp g, k, m0, m1, m2;
	float s1[2], s2[2]; /* the integrators, per channel */
	float gain_db, hz, q; /* computed for */
	bool flat;
};

struct eq {
	struct band band[BANDS];
	float rate_hz;
};

static const struct pf_param params[PARAMS] = {
    {"cut", "Hz", 10, 1000, 10, PF_EXPONENTIAL, NULL,
	"low cut, 12 dB an octave; 10: off"},
    {"low", "dB", -24, 24, 0, PF_LINEAR, NULL, "low shelf"},
    {"low_hz", "Hz", 30, 1000, 120, PF_EXPONENTIAL, NULL, "its middle"},
    {"peak1", "dB", -24, 24, 0, PF_LINEAR, NULL, "first bell"},
    {"peak1_hz", "Hz", 30, 18000, 500, PF_EXPONENTIAL, NULL, "its middle"},
    {"peak1_q", "", 0.2f, 12, 1, PF_EXPONENTIAL, NULL, "how narrow"},
    {"peak2", "dB", -24, 24, 0, PF_LINEAR, NULL, "second bell"},
    {"peak2_hz", "Hz", 30, 18000, 2500, PF_EXPONENTIAL, NULL, "its middle"},
    {"peak2_q", "", 0.2f, 12, 1, PF_EXPONENTIAL, NULL, "how narrow"},
    {"high", "dB", -24, 24, 0, PF_LINEAR, NULL, "high shelf"},
    {"high_hz", "Hz", 500, 18000, 6000, PF_EXPONENTIAL, NULL,
	"its middle"},
};

static size_t
bytes(uint32_t rate_hz)
{
	(void)rate_hz;
	return sizeof(struct eq);
}

/* Where a band shall be: {g, k, m0, m1, m2}. */
static void
design(int band, float rate_hz, double gain_db, double hz, double q,
    float to[5])
{
	const double pi = 3.14159265358979323846;
	const double most = 0.45 * (double)rate_hz;
	const double w = pi * (hz < most ? hz : most) / (double)rate_hz;
	const double a = pf_db_to_gain(gain_db / 2); /* half, in amplitude */
	double g = pf_sin(w) / pf_cos(w), k = 1 / q, m0 = 1, m1, m2;
	if (band == 0) { /* low cut */
		m1 = -k;
		m2 = -1;
	} else if (band == 1) { /* low shelf */
		g /= sqrt(a);
		m1 = k * (a - 1);
		m2 = a * a - 1;
	} else if (band == BANDS - 1) { /* high shelf */
		g *= sqrt(a);
		m0 = a * a;
		m1 = k * (1 - a) * a;
		m2 = 1 - a * a;
	} else { /* bell */
		k = 1 / (q * a);
		m1 = k * (a * a - 1);
		m2 = 0;
	}
	to[0] = (float)g;
	to[1] = (float)k;
	to[2] = (float)m0;
	to[3] = (float)m1;
	to[4] = (float)m2;
}

static void
aim(struct eq *s, const float *value, bool now)
{
	const float butter = 0.70710678f;
	const float want[BANDS][3] = {
	    {value[CUT] > 10.5f ? 1 : 0, value[CUT], butter},
	    {value[LOW], value[LOW_HZ], butter},
	    {value[PEAK1], value[PEAK1_HZ], value[PEAK1_Q]},
	    {value[PEAK2], value[PEAK2_HZ], value[PEAK2_Q]},
	    {value[HIGH], value[HIGH_HZ], butter},
	};
	for (int b = 0; b < BANDS; b++) {
		struct band *const d = &s->band[b];
		struct pf_ramp *const ramp[5] = {
		    &d->g, &d->k, &d->m0, &d->m1, &d->m2};
		const bool same = d->gain_db == want[b][0] &&
		    d->hz == want[b][1] && d->q == want[b][2];
		float to[5];
		for (int i = 0; i < 5; i++)
			to[i] = ramp[i]->to;
		if (now || !same) {
			design(b, s->rate_hz, want[b][0], want[b][1],
			    want[b][2], to);
			if (b == 0 && want[b][0] == 0)
				to[3] = to[4] = 0; /* open */
			d->gain_db = want[b][0];
			d->hz = want[b][1];
			d->q = want[b][2];
		}
		for (int i = 0; i < 5; i++) {
			if (now)
				pf_ramp_set(ramp[i], to[i]);
			else
				pf_ramp_to(ramp[i], to[i]);
		}
		d->flat = d->gain_db == 0 && same && !pf_ramp_moves(&d->m1) &&
		    !pf_ramp_moves(&d->m2);
		if (d->flat)
			d->s1[0] = d->s1[1] = d->s2[0] = d->s2[1] = 0;
	}
}

static void
init(void *state, uint32_t rate_hz, const float *value)
{
	struct eq *const s = state;
	s->rate_hz = (float)rate_hz;
	aim(s, value, true);
}

static void
control(void *state, const struct pf_fx_block *block)
{
	aim(state, block->value, false);
}

/* One band whose coefficients move. */
static void
run_moving(struct band *d, const struct pf_fx_io *io)
{
	float *const x[2] = {io->l, io->r};
	for (unsigned i = 0; i < io->n; i++) {
		const unsigned p = io->pos + i;
		const float g = pf_ramp_at(&d->g, p);
		const float k = pf_ramp_at(&d->k, p);
		const float m0 = pf_ramp_at(&d->m0, p);
		const float m1 = pf_ramp_at(&d->m1, p);
		const float m2 = pf_ramp_at(&d->m2, p);
		const float a1 = 1 / (1 + g * (g + k));
		const float a2 = g * a1, a3 = g * a2;
		for (int c = 0; c < 2; c++) {
			const float in = x[c][i], v3 = in - d->s2[c];
			const float v1 = a1 * d->s1[c] + a2 * v3;
			const float v2 = d->s2[c] + a2 * d->s1[c] + a3 * v3;
			d->s1[c] = 2 * v1 - d->s1[c];
			d->s2[c] = 2 * v2 - d->s2[c];
			x[c][i] = m0 * in + m1 * v1 + m2 * v2;
		}
	}
}

/*
 * Bands that stand still, four at a time: left and right of each in a
 * register, every band a frame behind the one before it.  So each frame costs
 * one step of state-space, whose state waits for one multiplication and two
 * sums.
 */
enum { ROW = 4 };

typedef float v8 __attribute__((vector_size(32)));

struct still {
	v8 a11, a12, a22, b1, b2; /* a21 is -a12 */
	v8 c0, c1, c2;
	v8 s1, s2;
};

static void
open_still(struct still *f, struct band *const *band, unsigned bands)
{
	memset(f, 0, sizeof *f);
	f->c0 += 1; /* what is no band lets everything pass */
	for (unsigned b = 0; b < bands; b++) {
		const struct band *const d = band[b];
		const float g = d->g.to, k = d->k.to;
		const float a1 = 1 / (1 + g * (g + k));
		const float a2 = g * a1, a3 = g * a2;
		const float m1 = d->m1.to, m2 = d->m2.to;
		for (unsigned c = 0; c < 2; c++) {
			const unsigned i = 2 * b + c;
			f->a11[i] = 2 * a1 - 1;
			f->a12[i] = -2 * a2;
			f->a22[i] = 1 - 2 * a3;
			f->b1[i] = 2 * a2;
			f->b2[i] = 2 * a3;
			f->c0[i] = d->m0.to + m1 * a2 + m2 * a3;
			f->c1[i] = m1 * a1 + m2 * a2;
			f->c2[i] = m2 * (1 - a3) - m1 * a2;
			f->s1[i] = d->s1[c];
			f->s2[i] = d->s2[c];
		}
	}
}

static void
close_still(const struct still *f, struct band *const *band, unsigned bands)
{
	for (unsigned i = 0; i < 2 * bands; i++) {
		band[i / 2]->s1[i & 1] = f->s1[i];
		band[i / 2]->s2[i & 1] = f->s2[i];
	}
}

/* In and out in *x, as registers cannot be passed on every machine. */
static inline void
step(struct still *f, v8 *x)
{
	const v8 in = *x;
	*x = f->c0 * in + f->c1 * f->s1 + f->c2 * f->s2;
	const v8 s1 = (f->b1 * in + f->a12 * f->s2) + f->a11 * f->s1;
	f->s2 = (f->b2 * in - f->a12 * f->s1) + f->a22 * f->s2;
	f->s1 = s1;
}

/* The same while some bands have no frame yet, or none any more. */
static void
step_some(struct still *f, v8 *x, unsigned i, unsigned n)
{
	const v8 s1 = f->s1, s2 = f->s2;
	step(f, x);
	for (unsigned k = 0; k < 2 * ROW; k++) {
		if (i - k / 2 < n) /* unsigned: not before 0 either */
			continue;
		f->s1[k] = s1[k];
		f->s2[k] = s2[k];
	}
}

/* A frame for the first band; the others get what their neighbour said. */
static inline void
enter(v8 *x, float l, float r)
{
	const v8 in = {l, r};
	*x = __builtin_shufflevector(in, *x, 0, 1, 8, 9, 10, 11, 12, 13);
}

static void
run_still(struct band *const *band, unsigned bands, const struct pf_fx_io *io)
{
	struct still f;
	v8 y = {0};
	const unsigned n = io->n, behind = ROW - 1;
	unsigned i = 0;
	open_still(&f, band, bands);
	for (; i < behind; i++) {
		enter(&y, i < n ? io->l[i] : 0, i < n ? io->r[i] : 0);
		step_some(&f, &y, i, n);
	}
	for (; i < n; i++) {
		enter(&y, io->l[i], io->r[i]);
		step(&f, &y);
		io->l[i - behind] = y[2 * ROW - 2];
		io->r[i - behind] = y[2 * ROW - 1];
	}
	for (; i < n + behind; i++) {
		enter(&y, 0, 0);
		step_some(&f, &y, i, n);
		io->l[i - behind] = y[2 * ROW - 2];
		io->r[i - behind] = y[2 * ROW - 1];
	}
	close_still(&f, band, bands);
}

static bool
moves(const struct band *d)
{
	return pf_ramp_moves(&d->g) || pf_ramp_moves(&d->k) ||
	    pf_ramp_moves(&d->m0) || pf_ramp_moves(&d->m1) ||
	    pf_ramp_moves(&d->m2);
}

PF_WIDE static void
run(void *state, const struct pf_fx_io *io)
{
	struct eq *const s = state;
	struct band *row[ROW];
	unsigned n = 0;
	for (int b = 0; b < BANDS; b++) {
		struct band *const d = &s->band[b];
		if (d->flat)
			continue;
		const bool moving = moves(d);
		if (n == ROW || (moving && n)) {
			run_still(row, n, io);
			n = 0;
		}
		if (moving)
			run_moving(d, io);
		else
			row[n++] = d;
	}
	if (n)
		run_still(row, n, io);
}

const struct pf_fx pf_fx_eq = {
    .name = "eq",
    .help = "equaliser: low cut, low shelf, two bells, high shelf",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .init = init,
    .control = control,
    .run = run,
};
