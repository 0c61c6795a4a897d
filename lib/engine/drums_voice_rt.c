/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/drums_voice.h"

#include "engine/approx.h"
#include "engine/wide.h"

#include <math.h>
#include <string.h>

typedef pf_drum_v4 v4;
typedef pf_drum_u4 u4;
typedef pf_drum_v8 v8;
typedef int32_t i4 __attribute__((vector_size(16)));

enum { ROW = PF_DRUM_ROW, STEP = PF_DRUM_STEP, STEPS = PF_BLOCK / STEP };

float
pf_drum_voice_loudness(struct pf_drum_voice *v)
{
	float sum = 0;
	for (unsigned row = 0; row < PF_DRUM_ROWS; row++) {
		float power = 0;
		if (!(v->awake & 1u << row))
			continue;
		for (unsigned i = row * ROW; i < (row + 1) * ROW; i++)
			power += v->re[i] * v->re[i] + v->im[i] * v->im[i];
		if (power < 1e-10f)
			v->awake &= ~(1u << row);
		sum += power;
	}
	v->body = v->body > 1e-5f ? v->body : 0;
	sum = sqrtf(sum) + v->body;
	for (unsigned i = 0; i < v->hisses; i++) {
		struct pf_drum_hiss *const s = &v->hiss;
		if (!s->bursts[i] && s->env[i] < 1e-5f)
			s->env[i] = 0;
		sum += s->bursts[i] ? s->again[i] : s->env[i];
	}
	return sum;
}

/* The partials of a row turn by STEP frames. */
static inline void
turn_row(struct pf_drum_voice *v, unsigned row)
{
	for (unsigned i = row * ROW; i < (row + 1) * ROW; i += 8) {
		v8 *const re = (v8 *)&v->re[i], *const im = (v8 *)&v->im[i];
		const v8 c = *(v8 *)&v->cr[i], d = *(v8 *)&v->ci[i];
		const v8 turned = c * *re - d * *im;
		*im = d * *re + c * *im;
		*re = turned;
	}
}

/* Add frames pos .. pos+n-1 of a row to sum, which has STEP in each. */
static inline void
add_row(struct pf_drum_voice *v, unsigned row, unsigned pos, unsigned n,
    v8 *sum)
{
	const unsigned first = row * ROW, last = first + v->partials[row];
	const unsigned end = pos + n;
	for (unsigned at = pos / STEP * STEP; at < end; at += STEP, sum++) {
		v8 a = *sum, b = {0}, c = {0}, d = {0};
		for (unsigned i = first; i < last; i += 2) {
			a += v->re[i] * v->cosine[i];
			b += v->im[i] * v->sine[i];
			c += v->re[i + 1] * v->cosine[i + 1];
			d += v->im[i + 1] * v->sine[i + 1];
		}
		*sum = (a + b) + (c + d);
		if (at + STEP <= end)
			turn_row(v, row);
	}
}

/* How much of the metal is heard: it opens, and its partials tremble. */
static inline void
shimmer(struct pf_drum_voice *v, unsigned n, float *restrict much)
{
	const float to = v->tremble_to * 0x1p-31f, stay = 1 - v->tremble_to;
	const float rise_keep = v->rise_keep;
	float missing[PF_BLOCK], tremble = v->tremble, gap = v->missing;
	uint32_t random = v->random;
	for (unsigned k = 0; k < n; k++) {
		random = pf_drum_random(random);
		tremble = stay * tremble + to * (float)(int32_t)random;
		much[k] = tremble;
		missing[k] = gap;
		gap *= rise_keep;
	}
	v->random = random;
	v->tremble = tremble;
	v->missing = gap;
	for (unsigned k = 0; k < n; k++)
		much[k] = (1 - missing[k]) *
		    (v->steady + v->shimmer * much[k]);
}

static inline void
run_bank(struct pf_drum_voice *v, unsigned pos, unsigned n,
    float *restrict out)
{
	v8 sum[STEPS];
	const float *const mine = (const float *)sum + pos % STEP;
	if (v->awake & 1) {
		memset(sum, 0, sizeof sum);
		add_row(v, 0, pos, n, sum);
		for (unsigned k = 0; k < n; k++)
			out[k] += mine[k];
	}
	if (!(v->awake & ~1u))
		return;
	float much[PF_BLOCK];
	memset(sum, 0, sizeof sum);
	for (unsigned row = 1; row < PF_DRUM_ROWS; row++)
		if (v->awake & 1u << row)
			add_row(v, row, pos, n, sum);
	shimmer(v, n, much);
	for (unsigned k = 0; k < n; k++)
		out[k] += much[k] * mine[k];
}

static inline void
run_body(struct pf_drum_voice *v, unsigned n, float *restrict out)
{
	float x[PF_BLOCK], amplitude[PF_BLOCK];
	float phase = v->phase, bend = v->bend, body = v->body;
	for (unsigned k = 0; k < n; k++) {
		x[k] = phase;
		amplitude[k] = body;
		phase += v->turn * (1 + bend);
		phase -= phase > 0.5f ? 1.0f : 0.0f;
		bend *= v->bend_keep;
		body *= v->body_keep;
	}
	v->phase = phase;
	v->bend = bend;
	v->body = body;
	for (unsigned k = 0; k < n; k++)
		x[k] = amplitude[k] * pf_fast_sin(x[k]);
	const float into = 1 + 6 * v->drive;
	for (unsigned k = 0; v->drive > 0 && k < n; k++) {
		const float y = x[k] * into;
		x[k] = y / sqrtf(1 + y * y);
	}
	for (unsigned k = 0; k < n; k++)
		out[k] += x[k];
}

/* Bands of noise for n frames, in which no burst begins. */
static inline void
hiss(struct pf_drum_hiss *memory, unsigned n, v4 *out)
{
	struct pf_drum_hiss own = *memory, *const s = &own; /* registers */
	const v4 one = {1, 1, 1, 1};
	for (unsigned k = 0; k < n; k++) {
		s->random = s->random * 1664525u + 1013904223u;
		const v4 white =
		    __builtin_convertvector((i4)s->random, v4) * 0x1p-31f;
		const v8 in = __builtin_shufflevector(white, s->high, 0, 1, 2,
		    3, 4, 5, 6, 7);
		const v8 y = s->c0 * in + s->c1 * s->s1 + s->c2 * s->s2;
		const v8 s1 = s->b1 * in + (s->a11 * s->s1 + s->a12 * s->s2);
		s->s2 = s->b2 * in + (s->a22 * s->s2 - s->a12 * s->s1);
		s->s1 = s1;
		s->high = __builtin_shufflevector(y, y, 0, 1, 2, 3);
		const v4 low = __builtin_shufflevector(y, y, 4, 5, 6, 7);
		out[k] = low * s->env * s->rise;
		s->env *= s->keep;
		const v4 risen = s->rise + s->rise_step;
		const i4 done = risen >= 1;
		s->rise = (v4)((done & (i4)one) | (~done & (i4)risen));
	}
	memory->random = s->random;
	memory->s1 = s->s1;
	memory->s2 = s->s2;
	memory->high = s->high;
	memory->env = s->env;
	memory->rise = s->rise;
}

/* Frames until the next burst, at most n. */
static inline unsigned
until_burst(const struct pf_drum_voice *v, unsigned n)
{
	for (unsigned i = 0; i < v->hisses; i++)
		if (v->hiss.bursts[i] && v->hiss.wait[i] < n)
			n = v->hiss.wait[i];
	return n;
}

/* So many frames have gone by: what starts anew? */
static inline void
burst(struct pf_drum_voice *v, unsigned n)
{
	struct pf_drum_hiss *const s = &v->hiss;
	for (unsigned i = 0; i < v->hisses; i++) {
		if (!s->bursts[i] || (s->wait[i] -= n))
			continue;
		s->env[i] = s->again[i];
		s->wait[i] = s->gap[i];
		s->bursts[i]--;
	}
}

static inline void
run_hiss(struct pf_drum_voice *v, unsigned n, float *restrict out)
{
	v4 y[PF_BLOCK];
	bool any = false;
	for (unsigned i = 0; i < v->hisses; i++)
		any |= v->hiss.env[i] > 0;
	if (!any)
		return;
	for (unsigned done = 0, part; done < n; done += part) {
		part = until_burst(v, n - done);
		hiss(&v->hiss, part, y + done);
		burst(v, part);
	}
	for (unsigned k = 0; k < n; k++)
		out[k] += (y[k][0] + y[k][1]) + y[k][2];
}

/* A voice that is choked or stolen goes. */
static inline void
fade(struct pf_drum_voice *v, unsigned n, float *restrict out)
{
	float row[PF_BLOCK], gain = v->gain;
	for (unsigned k = 0; v->gain_step <= 0 && k < n; k++) {
		row[k] = gain;
		gain *= v->gain_keep;
	}
	for (unsigned k = 0; v->gain_step > 0 && k < n; k++) {
		row[k] = gain;
		gain = gain * v->gain_keep - v->gain_step;
		gain = gain < 0 ? 0 : gain;
	}
	v->gain = gain;
	for (unsigned k = 0; k < n; k++)
		out[k] *= row[k];
}

static inline void
run_voice(struct pf_drum_voice *v, unsigned pos, unsigned n,
    float *restrict l, float *restrict r)
{
	float out[PF_BLOCK];
	memset(out, 0, n * sizeof *out);
	if (v->awake)
		run_bank(v, pos, n, out);
	if (v->body > 0)
		run_body(v, n, out);
	run_hiss(v, n, out);
	if (v->gain_keep < 1 || v->gain_step > 0)
		fade(v, n, out);
	const float left = v->left, right = v->right;
	for (unsigned k = 0; k < n; k++)
		l[k] += out[k] * left;
	for (unsigned k = 0; k < n; k++)
		r[k] += out[k] * right;
}

PF_WIDE void
pf_drum_voices_run(struct pf_drum_voice *voice, const uint8_t *live,
    unsigned lanes, unsigned pos, unsigned n, float *l, float *r)
{
	for (unsigned lane = 0; lane < lanes; lane++)
		if (live[lane] && !voice[lane].over)
			run_voice(&voice[lane], pos, n, l, r);
}
