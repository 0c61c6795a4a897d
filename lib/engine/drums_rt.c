/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model `drums`: plays a pf_drum_kit.
 *
 * Partials are complex numbers that turn and shrink once a frame, sixteen at
 * a time.  Velocity changes more than the level: a harder hit has more highs
 * in its partials, brighter and more noise, and a skin that starts higher.
 * No two hits are alike: amplitudes, phases and tuning differ a little by the
 * note's seed, as the place does that a stick meets.
 */
#include "engine/drums.h"

#include "base/math.h"
#include "base/rng.h"
#include "engine/approx.h"
#include "engine/wide.h"

#include <math.h>
#include <string.h>

/* A real cymbal has thousands of partials: each of ours trembles this wide. */
#define TREMBLE_HZ 450.0f

enum { BANK = PF_DRUM_MODES + PF_DRUM_METALS, ROW = 16 };

typedef float v8 __attribute__((vector_size(32)));

/* A band of noise: two state-variable filters in a row (fx_eq_rt.c). */
struct hiss {
	float env, keep;         /* amplitude and what is left each frame */
	float rise, rise_step;   /* the attack, 0..1 */
	float high[3], low[3];   /* a1 a2 a3 of high-pass and low-pass */
	float high_k;
	float state[4];
	float again;             /* env at the start of a burst */
	unsigned bursts, gap, wait; /* still to come, and frames until */
	uint32_t random;         /* its own: cuts must not mix them */
};

struct voice {
	_Alignas(64) float re[BANK], im[BANK], cr[BANK], ci[BANK];
	unsigned awake;            /* bit i: row i of the bank still sounds */
	float rise, rise_keep;     /* the metal's attack */
	float steady, shimmer;     /* what of the metal stands, what trembles */
	float tremble, tremble_to; /* slow noise, and how slow */
	uint32_t random;
	float phase, turn;         /* of the body, in turns */
	float bend, bend_keep;     /* pitch above, as a part of turn */
	float body, body_keep;     /* its amplitude */
	float drive;
	unsigned hisses;
	struct hiss hiss[PF_DRUM_NOISES];
	float left, right;
	float gain, gain_keep, gain_step; /* choked or stolen */
	unsigned choke, piece;
	bool over;
};

enum {
	TUNE, DECAY, SNAP, BRIGHT, WIDTH, HUMAN,
	LEVELS, /* one for each group */
	TUNES = LEVELS + PF_DRUM_GROUPS,
	DECAYS = TUNES + PF_DRUM_GROUPS,
	PARAMS = DECAYS + PF_DRUM_GROUPS
};

#define GROUP(name) \
	{name, "dB", -60, 12, 0, PF_LINEAR, NULL, "level of the " name "s"}
#define GROUP_TUNE(name) \
	{name "_tune", "semitones", -24, 24, 0, PF_LINEAR, NULL, \
	    "pitch of the " name "s"}
#define GROUP_DECAY(name) \
	{name "_decay", "", 0.1f, 4, 1, PF_EXPONENTIAL, NULL, \
	    "how long the " name "s ring"}

static const struct pf_param params[PARAMS] = {
    {"tune", "semitones", -24, 24, 0, PF_LINEAR, NULL, "pitch of the kit"},
    {"decay", "", 0.1f, 4, 1, PF_EXPONENTIAL, NULL,
	"how long everything rings"},
    {"snap", "", 0, 2, 1, PF_LINEAR, NULL,
	"bend of the skins and noise of the sticks"},
    {"bright", "dB", -12, 12, 0, PF_LINEAR, NULL, "tilt of the highs"},
    {"width", "", 0, 1, 0.7f, PF_LINEAR, NULL, "0: all in the middle"},
    {"human", "", 0, 2, 1, PF_LINEAR, NULL, "how much hits differ"},
    GROUP("kick"), GROUP("snare"), GROUP("hat"), GROUP("tom"),
    GROUP("cymbal"), GROUP("perc"),
    GROUP_TUNE("kick"), GROUP_TUNE("snare"), GROUP_TUNE("hat"),
    GROUP_TUNE("tom"), GROUP_TUNE("cymbal"), GROUP_TUNE("perc"),
    GROUP_DECAY("kick"), GROUP_DECAY("snare"), GROUP_DECAY("hat"),
    GROUP_DECAY("tom"), GROUP_DECAY("cymbal"), GROUP_DECAY("perc"),
};

/* What one hit is made with. */
struct hit {
	const struct pf_drum_piece *piece;
	uint64_t seed;
	uint32_t draw;
	float rate_hz;
	float hard;   /* velocity against the usual 0.8, times dynamics */
	float tune;   /* a ratio */
	float decay;  /* a ratio */
	float snap, bright_db, human;
};

static size_t
bytes(uint32_t rate_hz, unsigned lanes)
{
	(void)rate_hz;
	return lanes * sizeof(struct voice);
}

/* -1..1, another one each time. */
static float
differ(struct hit *h)
{
	return (float)(2 * pf_rng_unit(h->seed, 0x64726d73, 0, h->draw++) - 1);
}

static float
db(float level_db)
{
	return pf_fast_exp2(level_db * 0.166096405f);
}

/* What is left of 1 after a frame, when 0.001 is left after decay_s. */
static float
keep(const struct hit *h, float decay_s)
{
	return (float)pf_exp(-6.907755 /
	    (double)(fmaxf(decay_s * h->decay, 0.001f) * h->rate_hz));
}

/* Place one partial; phase in turns. */
static void
partial(struct voice *v, const struct hit *h, unsigned at, float hz,
    float amplitude, float decay_s, float phase)
{
	hz *= h->tune;
	if (hz > 0.45f * h->rate_hz || hz > 20000)
		amplitude = 0;
	const float turn = hz / h->rate_hz;
	const float left = keep(h, decay_s);
	v->re[at] = amplitude * pf_fast_sin(phase);
	v->im[at] = amplitude *
	    pf_fast_sin(phase > 0.25f ? phase - 0.75f : phase + 0.25f);
	if (turn < 0.5f) {
		v->cr[at] = left * (float)pf_cos(6.28318530717958647692 * turn);
		v->ci[at] = left * (float)pf_sin(6.28318530717958647692 * turn);
	}
}

static void
start_modes(struct voice *v, struct hit *h)
{
	const struct pf_drum_piece *const p = h->piece;
	for (unsigned i = 0; i < p->modes; i++) {
		const struct pf_drum_mode *const m = &p->mode[i];
		const float octaves = pf_fast_log2(m->hz / p->mode[0].hz);
		const float level = m->level_db + 0.5f * h->bright_db *
		    octaves + h->hard * 7 * octaves +
		    h->human * 1.2f * differ(h);
		partial(v, h, i, m->hz, db(level), m->decay_s, 0);
	}
	if (p->modes)
		v->awake |= 1;
}

/* The partials of the six square waves of a well-known drum machine. */
static unsigned
squares(const struct pf_drum_metal *m, float hz[PF_DRUM_METALS],
    float amplitude[PF_DRUM_METALS])
{
	static const float base[6] = {
	    205.3f, 304.4f, 369.6f, 522.7f, 540.0f, 800.0f};
	unsigned n = 0;
	for (int k = 1; k < 200 && n < PF_DRUM_METALS; k += 2) {
		for (int i = 0; i < 6 && n < PF_DRUM_METALS; i++) {
			const float f = base[i] * (float)k;
			if (f < m->low_hz || f > m->high_hz)
				continue;
			hz[n] = f;
			amplitude[n++] = m->low_hz / f;
		}
	}
	return n;
}

/* A cloud, the same for a piece each time: even in logarithm, but uneven. */
static unsigned
cloud(const struct pf_drum_metal *m, float hz[PF_DRUM_METALS],
    float amplitude[PF_DRUM_METALS])
{
	const float octaves = pf_fast_log2(m->high_hz / m->low_hz);
	for (unsigned i = 0; i < PF_DRUM_METALS; i++) {
		const float u = (float)pf_rng_unit(m->seed, 1, 0, i);
		hz[i] = m->low_hz * pf_fast_exp2(octaves *
		    ((float)i + u) * (1.0f / PF_DRUM_METALS));
		amplitude[i] = db(4 *
		    (float)(2 * pf_rng_unit(m->seed, 2, 0, i) - 1));
	}
	return PF_DRUM_METALS;
}

static void
start_metal(struct voice *v, struct hit *h)
{
	const struct pf_drum_metal *const m = &h->piece->metal;
	float hz[PF_DRUM_METALS], amplitude[PF_DRUM_METALS];
	if (!(m->level_db > PF_DRUM_OFF))
		return;
	const unsigned n = m->squares ? squares(m, hz, amplitude) :
	    cloud(m, hz, amplitude);
	const float span = pf_fast_log2(m->high_hz / m->low_hz);
	const float tilt =
	    m->tilt_db + h->bright_db * 0.5f + h->hard * 6;
	const float scale = db(m->level_db) / 5.66f; /* root of 32 */
	for (unsigned i = 0; i < n; i++) {
		const float octaves = pf_fast_log2(hz[i] / m->low_hz);
		const float decay_s = m->decay_s * pf_fast_exp2(
		    pf_fast_log2(m->high_decay_s / m->decay_s) *
		    octaves / fmaxf(span, 0.1f));
		const float level = tilt * (octaves - 0.5f * span) +
		    h->human * 3 * differ(h);
		partial(v, h, PF_DRUM_MODES + i, hz[i],
		    scale * amplitude[i] * db(level), decay_s,
		    0.4999f * differ(h));
	}
	v->awake |= ((1u << BANK / ROW) - 1) & ~1u;
	/* The tremble's RMS is that of its source, 0.577, times root a / 2. */
	v->tremble_to = fminf(6.2831853f * TREMBLE_HZ / h->rate_hz, 1);
	v->steady = sqrtf(1 - m->shimmer * m->shimmer);
	v->shimmer = m->shimmer / (0.577f * sqrtf(0.5f * v->tremble_to));
	v->random = (uint32_t)pf_rng_u64(h->seed, 0x73686d72, 0, 0);
	v->rise = 0;
	v->rise_keep = m->attack_s < 0.0002f ? 0 :
	    (float)pf_exp(-1 / (double)(m->attack_s * h->rate_hz));
}

static void
start_body(struct voice *v, struct hit *h)
{
	const struct pf_drum_body *const b = &h->piece->body;
	if (!(b->level_db > PF_DRUM_OFF))
		return;
	const float cents = 4 * h->human * differ(h);
	v->phase = 0;
	v->turn = b->hz * h->tune * pf_fast_exp2(cents / 1200) / h->rate_hz;
	v->turn = fminf(v->turn, 0.2f);
	v->bend = (pf_fast_exp2(b->bend / 12) - 1) * h->snap *
	    (1 + 0.8f * h->hard);
	v->bend = fminf(v->bend, 0.4f / v->turn - 1);
	v->bend_keep = (float)pf_exp(-1 /
	    (double)(fmaxf(b->bend_s, 0.0005f) * h->rate_hz));
	v->body = db(b->level_db);
	v->body_keep = keep(h, b->decay_s);
	v->drive = b->drive;
}

/* a1 a2 a3 of a state-variable filter at hz, damping k. */
static void
tune_filter(float a[3], float hz, float k, float rate_hz)
{
	const double w = 3.14159265358979323846 *
	    (double)fminf(hz, 0.45f * rate_hz) / rate_hz;
	const float g = (float)(pf_sin(w) / pf_cos(w));
	a[0] = 1 / (1 + g * (g + k));
	a[1] = g * a[0];
	a[2] = g * a[1];
}

static void
start_noise(struct voice *v, struct hit *h)
{
	v->hisses = h->piece->noises;
	for (unsigned i = 0; i < v->hisses; i++) {
		const struct pf_drum_noise *const n = &h->piece->noise[i];
		struct hiss *const s = &v->hiss[i];
		const float wobble = 1 + 0.05f * h->human * differ(h);
		const float open = pf_fast_exp2(1.6f * h->hard +
		    h->bright_db * 0.12f) * wobble;
		memset(s, 0, sizeof *s);
		s->again = s->env = h->snap * db(n->level_db +
		    7 * h->hard + h->human * 0.8f * differ(h)) *
		    /* White noise of one level, whatever the band's width. */
		    sqrtf(12000 / fmaxf(n->high_hz - n->low_hz, 100));
		s->keep = keep(h, n->decay_s);
		s->rise_step = n->attack_s < 0.0001f ? 1 :
		    1 / (n->attack_s * h->rate_hz);
		s->rise = s->rise_step < 1 ? 0.0f : 1.0f;
		s->high_k = 1.2f;
		tune_filter(s->high, n->low_hz * wobble * h->tune, s->high_k,
		    h->rate_hz);
		tune_filter(s->low, fmaxf(n->high_hz * open, 200), 1.2f,
		    h->rate_hz);
		s->bursts = n->bursts > 1 ? n->bursts - 1 : 0;
		s->gap = (unsigned)(n->gap_s * wobble * h->rate_hz) + 1;
		s->wait = s->gap;
		s->random = (uint32_t)pf_rng_u64(h->seed, 0x6e6f6973, 0, i);
	}
}

/* Hits of the same number fall silent. */
static void
choke(const struct pf_bank *bank, unsigned lane, unsigned number,
    float time_s)
{
	struct voice *const v = bank->state;
	for (unsigned i = 0; number && i < bank->lanes; i++) {
		if (i == lane || !bank->live[i] || v[i].choke != number)
			continue;
		v[i].gain_keep = (float)pf_exp(-6.907755 /
		    (double)(fmaxf(time_s, 0.004f) * (float)bank->rate_hz));
	}
}

static void
start(struct pf_bank *bank, unsigned lane, const struct pf_start *begin)
{
	const struct pf_drum_kit *const kit = bank->data;
	struct voice *const v = (struct voice *)bank->state + lane;
	const int key = (int)(begin->pitch + 0.5f);
	memset(v, 0, sizeof *v);
	v->over = true;
	bank->level[lane] = 1;
	if (!kit || key < 0 || key >= PF_DRUM_KEYS ||
	    kit->of_key[key] >= kit->pieces)
		return;
	const struct pf_drum_piece *const p = &kit->piece[kit->of_key[key]];
	const enum pf_drum_group g = p->group;
	struct hit h = {
	    .piece = p, .seed = begin->seed, .rate_hz = (float)bank->rate_hz,
	    .hard = (begin->velocity - 0.8f) * p->dynamics,
	    .tune = pf_fast_exp2((bank->value[TUNE][lane] +
		bank->value[TUNES + g][lane]) / 12),
	    .decay = bank->value[DECAY][lane] * bank->value[DECAYS + g][lane],
	    .snap = bank->value[SNAP][lane],
	    .bright_db = bank->value[BRIGHT][lane],
	    .human = bank->value[HUMAN][lane]};
	choke(bank, lane, p->choke, p->choke_s);
	v->over = false;
	v->choke = p->choke;
	v->gain = 1;
	v->gain_keep = 1;
	start_modes(v, &h);
	start_metal(v, &h);
	start_body(v, &h);
	start_noise(v, &h);
	const float velocity = fmaxf(begin->velocity, 0.001f);
	const float level = db(p->gain_db + bank->value[LEVELS + g][lane] +
	    h.human * 0.4f * differ(&h)) *
	    pf_fast_exp2(1.5f * pf_fast_log2(velocity));
	const float pan = p->pan * bank->value[WIDTH][lane];
	/* Constant power, 1 in the middle. */
	v->left = level * 1.41421356f * pf_fast_sin(0.125f * (1 - pan));
	v->right = level * 1.41421356f * pf_fast_sin(0.125f * (1 + pan));
}

static void
release(struct pf_bank *bank, unsigned lane, unsigned pos, float velocity)
{
	(void)bank, (void)lane, (void)pos, (void)velocity; /* it rings out */
}

static void
fade(struct pf_bank *bank, unsigned lane, unsigned pos)
{
	struct voice *const v = (struct voice *)bank->state + lane;
	(void)pos;
	v->gain_step = v->gain / (0.004f * (float)bank->rate_hz);
}

/*
 * About how loud a voice still is, before its gain.  Parts of it fall asleep
 * here, at -100 dB, and nowhere else: any cut, same samples.
 */
static float
loudness(struct voice *v)
{
	float sum = 0;
	for (unsigned row = 0; row < BANK / ROW; row++) {
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
		struct hiss *const s = &v->hiss[i];
		if (!s->bursts && s->env < 1e-5f)
			s->env = 0;
		sum += s->bursts ? s->again : s->env;
	}
	return sum;
}

static void
control(struct pf_bank *bank)
{
	struct voice *const voices = bank->state;
	for (unsigned lane = 0; lane < bank->lanes; lane++) {
		struct voice *const v = &voices[lane];
		if (!bank->live[lane])
			continue;
		const float level = v->over ? 0 :
		    loudness(v) * v->gain * fmaxf(v->left, v->right);
		v->over = level < 3e-5f; /* -90 dB */
		bank->level[lane] = v->over ? 0 : level;
	}
}

/* Sixteen partials: turn, shrink, add up. */
static inline void
turn_row(struct voice *v, unsigned row, unsigned n, v8 *sum)
{
	v8 *const re = (v8 *)&v->re[row * ROW];
	v8 *const im = (v8 *)&v->im[row * ROW];
	const v8 *const cr = (const v8 *)&v->cr[row * ROW];
	const v8 *const ci = (const v8 *)&v->ci[row * ROW];
	const v8 c0 = cr[0], c1 = cr[1], d0 = ci[0], d1 = ci[1];
	v8 r0 = re[0], r1 = re[1], i0 = im[0], i1 = im[1];
	for (unsigned k = 0; k < n; k++) {
		sum[k] += r0 + r1;
		const v8 t0 = c0 * r0 - d0 * i0;
		const v8 t1 = c1 * r1 - d1 * i1;
		i0 = d0 * r0 + c0 * i0;
		i1 = d1 * r1 + c1 * i1;
		r0 = t0, r1 = t1;
	}
	re[0] = r0, re[1] = r1;
	im[0] = i0, im[1] = i1;
}

static inline float
add_up(const v8 *sum)
{
	const float *const s = (const float *)sum;
	return ((s[0] + s[1]) + (s[2] + s[3])) +
	    ((s[4] + s[5]) + (s[6] + s[7]));
}

static inline void
run_bank(struct voice *v, unsigned n, float *out)
{
	v8 sum[PF_BLOCK];
	if (v->awake & 1) {
		memset(sum, 0, n * sizeof *sum);
		turn_row(v, 0, n, sum);
		for (unsigned k = 0; k < n; k++)
			out[k] += add_up(&sum[k]);
	}
	if (!(v->awake & ~1u))
		return;
	memset(sum, 0, n * sizeof *sum);
	for (unsigned row = 1; row < BANK / ROW; row++)
		if (v->awake & 1u << row)
			turn_row(v, row, n, sum);
	float rise = v->rise;
	for (unsigned k = 0; k < n; k++) {
		v->random = v->random * 1664525u + 1013904223u;
		v->tremble += v->tremble_to *
		    ((float)(int32_t)v->random * 0x1p-31f - v->tremble);
		out[k] += rise * add_up(&sum[k]) *
		    (v->steady + v->shimmer * v->tremble);
		rise = 1 - v->rise_keep * (1 - rise);
	}
	v->rise = rise;
}

static void
run_body(struct voice *v, unsigned n, float *out)
{
	for (unsigned k = 0; k < n; k++) {
		float y = v->body * pf_fast_sin(v->phase);
		if (v->drive > 0) {
			const float x = y * (1 + 6 * v->drive);
			y = x / sqrtf(1 + x * x);
		}
		out[k] += y;
		v->phase += v->turn * (1 + v->bend);
		if (v->phase > 0.5f)
			v->phase -= 1;
		v->bend *= v->bend_keep;
		v->body *= v->body_keep;
	}
}

static void
run_hiss(struct hiss *s, unsigned n, float *out)
{
	float a = s->state[0], b = s->state[1];
	float c = s->state[2], d = s->state[3];
	uint32_t x = s->random;
	for (unsigned k = 0; k < n; k++) {
		x = x * 1664525u + 1013904223u;
		const float white = (float)(int32_t)x * 0x1p-31f;
		/* High-pass: what is neither band nor low. */
		float w = white - b;
		float band = s->high[0] * a + s->high[1] * w;
		float low = b + s->high[1] * a + s->high[2] * w;
		a = 2 * band - a;
		b = 2 * low - b;
		const float high = white - s->high_k * band - low;
		w = high - d;
		band = s->low[0] * c + s->low[1] * w;
		low = d + s->low[1] * c + s->low[2] * w;
		c = 2 * band - c;
		d = 2 * low - d;
		out[k] += low * s->env * s->rise;
		s->env *= s->keep;
		s->rise = fminf(s->rise + s->rise_step, 1);
		if (s->bursts && --s->wait == 0) {
			s->env = s->again;
			s->wait = s->gap;
			s->bursts--;
		}
	}
	s->state[0] = a, s->state[1] = b;
	s->state[2] = c, s->state[3] = d;
	s->random = x;
}

static void
run_voice(struct voice *v, unsigned n, float *l, float *r)
{
	float out[PF_BLOCK] = {0};
	if (v->awake)
		run_bank(v, n, out);
	if (v->body > 0)
		run_body(v, n, out);
	for (unsigned i = 0; i < v->hisses; i++)
		if (v->hiss[i].env > 0)
			run_hiss(&v->hiss[i], n, out);
	for (unsigned k = 0; k < n; k++) {
		l[k] += out[k] * v->gain * v->left;
		r[k] += out[k] * v->gain * v->right;
		v->gain = v->gain * v->gain_keep - v->gain_step;
		v->gain = v->gain < 0 ? 0 : v->gain;
	}
}

PF_WIDE static void
run(struct pf_bank *bank, unsigned pos, unsigned n, float *l, float *r)
{
	struct voice *const v = bank->state;
	(void)pos;
	for (unsigned lane = 0; lane < bank->lanes; lane++)
		if (bank->live[lane] && !v[lane].over)
			run_voice(&v[lane], n, l, r);
}

const struct pf_model pf_model_drums = {
    .name = "drums",
    .help = "a synthesized drum kit",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .start = start,
    .release = release,
    .fade = fade,
    .control = control,
    .run = run,
};
