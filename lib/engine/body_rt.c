/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/body.h"

#include "base/math.h"
#include "engine/approx.h"

typedef float v4 __attribute__((vector_size(16)));

const char *const pf_bodies[] = {
    "none", "classical", "steel", "upright", "harp", "mandolin", NULL};

/*
 * Resonances of bodies: Hz, width as Q, dB.  The lowest three are the air and
 * the plates as measured on typical instruments (N. Fletcher, T. Rossing,
 * "The Physics of Musical Instruments", 2nd ed., chapters 9 and 10); the ones
 * above stand for the many that overlap there.
 */
struct resonance {
	float hz, q, level_db;
};

static const struct resonance body_modes[][PF_BODY_MODES] = {
    {{0}},
    {{102, 14, 2}, {203, 18, 4}, {236, 22, -1}, {410, 14, 1},
	{540, 12, -1}, {720, 9, -2}, {1150, 5, -3}, {2400, 3, -5}},
    {{98, 12, 1}, {186, 16, 3}, {222, 20, 0}, {380, 12, 1},
	{560, 10, 0}, {830, 8, -1}, {1500, 4, -2}, {3300, 2.5f, -2}},
    {{62, 10, 3}, {105, 12, 5}, {164, 12, 2}, {232, 10, 0},
	{340, 8, -2}, {520, 6, -3}, {800, 4, -5}, {1300, 3, -9}},
    {{131, 9, 0}, {188, 10, 2}, {255, 9, 1}, {374, 8, 0},
	{560, 6, -2}, {830, 5, -4}, {1400, 4, -6}, {2600, 3, -9}},
    {{196, 12, 2}, {290, 14, 3}, {420, 14, 2}, {610, 12, 2},
	{880, 9, 1}, {1400, 6, 1}, {2300, 4, 0}, {4200, 2.5f, -2}},
};

void
pf_body_init(struct pf_body *b)
{
	b->kind = -1;
}

void
pf_body_set(struct pf_body *b, unsigned kind, float level_db,
    uint32_t rate_hz)
{
	if ((int)kind == b->kind && level_db == b->level_db)
		return;
	b->kind = (int)kind;
	b->level_db = level_db;
	for (int i = 0; i < PF_BODY_MODES; i++) {
		const struct resonance *const m = &body_modes[kind][i];
		const double hz = m->hz > 0 ? (double)m->hz : 100;
		const double q = m->hz > 0 ? (double)m->q : 1;
		const double w = 3.14159265358979323846 * hz / rate_hz;
		const float g = (float)(pf_sin(w) / pf_cos(w));
		const float k = (float)(1 / q);
		b->a1[i] = 1 / (1 + g * (g + k));
		b->a2[i] = g * b->a1[i];
		b->a3[i] = g * b->a2[i];
		b->mix[i] = kind ? k * pf_fast_gain(m->level_db + level_db) *
		    (i & 1 ? -1 : 1) : 0; /* phases turn from mode to mode */
	}
}

void
pf_body_run(struct pf_body *b, unsigned n, const float *in, float *l,
    float *r)
{
	if (b->kind <= 0)
		return;
	v4 *const s1 = (v4 *)b->s1, *const s2 = (v4 *)b->s2;
	const v4 *const a1 = (const v4 *)b->a1, *const a2 = (const v4 *)b->a2;
	const v4 *const a3 = (const v4 *)b->a3, *const mix = (const v4 *)b->mix;
	for (unsigned i = 0; i < n; i++) {
		v4 sum = {0};
		for (int k = 0; k < PF_BODY_MODES / 4; k++) {
			const v4 w = in[i] - s2[k];
			const v4 band = a1[k] * s1[k] + a2[k] * w;
			const v4 low = s2[k] + a2[k] * s1[k] + a3[k] * w;
			s1[k] = 2 * band - s1[k];
			s2[k] = 2 * low - s2[k];
			sum += mix[k] * band;
		}
		const float y = (sum[0] + sum[1]) + (sum[2] + sum[3]);
		l[i] += y;
		r[i] += y;
	}
}
