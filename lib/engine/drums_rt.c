/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model `drums`: plays a pf_drum_kit.
 *
 * Velocity changes more than the level: a harder hit has more highs
 * in its partials, brighter and more noise, and a skin that starts higher.
 * No two hits are alike: amplitudes, phases and tuning differ a little by the
 * note's seed, as the place does that a stick meets.
 */
#include "engine/drums_voice.h"

#include "base/math.h"
#include "base/rng.h"
#include "engine/approx.h"

#include <math.h>
#include <string.h>

/* A real cymbal has thousands of partials: each of ours trembles this wide. */
#define TREMBLE_HZ 450.0f

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
	unsigned pos; /* frame of the block */
	float hard;   /* velocity against the usual 0.8, times dynamics */
	float tune;   /* a ratio */
	float decay;  /* a ratio */
	float snap, bright_db, human;
};

static size_t
bytes(uint32_t rate_hz, unsigned lanes)
{
	(void)rate_hz;
	return lanes * sizeof(struct pf_drum_voice);
}

/* -1..1, another one each time. */
static float
differ(struct hit *h)
{
	return (float)(2 * pf_rng_unit(h->seed, 0x64726d73, 0, h->draw++) - 1);
}

/* What is left of 1 after a frame, when 0.001 is left after decay_s. */
static float
keep(const struct hit *h, float decay_s)
{
	return (float)pf_exp(-6.907755 /
	    (double)(fmaxf(decay_s * h->decay, 0.001f) * h->rate_hz));
}

/*
 * The powers of c = left e^(i turn) that a step needs, and z at the step's
 * begin, `late` frames before the hit.
 */
static void
set_turn(struct pf_drum_voice *v, unsigned at, double turn, double left,
    unsigned late)
{
	const double cr = left * pf_cos(6.28318530717958647692 * turn);
	const double ci = left * pf_sin(6.28318530717958647692 * turn);
	double x = 1, y = 0;
	for (unsigned k = 0; k < PF_DRUM_STEP; k++) {
		if (k == late) {
			const float size = (float)(x * x + y * y);
			const float re = v->re[at], im = v->im[at];
			v->re[at] = (re * (float)x + im * (float)y) / size;
			v->im[at] = (im * (float)x - re * (float)y) / size;
		}
		v->cosine[at][k] = (float)x;
		v->sine[at][k] = (float)-y;
		const double next = x * cr - y * ci;
		y = x * ci + y * cr;
		x = next;
	}
	v->cr[at] = (float)x;
	v->ci[at] = (float)y;
}

/* Place one partial; phase in turns.  What is too high stays silent. */
static void
partial(struct pf_drum_voice *v, const struct hit *h, unsigned at, float hz,
    float amplitude, float decay_s, float phase)
{
	hz *= h->tune;
	if (hz > 0.45f * h->rate_hz || hz > 20000)
		return;
	v->re[at] = amplitude * pf_fast_sin(phase);
	v->im[at] = amplitude *
	    pf_fast_sin(phase > 0.25f ? phase - 0.75f : phase + 0.25f);
	set_turn(v, at, (double)(hz / h->rate_hz), (double)keep(h, decay_s),
	    h->pos % PF_DRUM_STEP);
}

/* So many partials of the bank, from a row on, are used.  In pairs. */
static void
wake(struct pf_drum_voice *v, unsigned row, unsigned partials)
{
	for (; partials > 0; row++) {
		const unsigned n =
		    partials < PF_DRUM_ROW ? partials : PF_DRUM_ROW;
		v->partials[row] = (n + 1) & ~1u;
		v->awake |= 1u << row;
		partials -= n;
	}
}

static void
start_modes(struct pf_drum_voice *v, struct hit *h)
{
	const struct pf_drum_piece *const p = h->piece;
	for (unsigned i = 0; i < p->modes; i++) {
		const struct pf_drum_mode *const m = &p->mode[i];
		const float octaves = pf_fast_log2(m->hz / p->mode[0].hz);
		const float level = m->level_db + 0.5f * h->bright_db *
		    octaves + h->hard * 7 * octaves +
		    h->human * 1.2f * differ(h);
		partial(v, h, i, m->hz, pf_fast_gain(level), m->decay_s, 0);
	}
	wake(v, 0, p->modes);
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
		amplitude[i] = pf_fast_gain(4 *
		    (float)(2 * pf_rng_unit(m->seed, 2, 0, i) - 1));
	}
	return PF_DRUM_METALS;
}

static void
start_metal(struct pf_drum_voice *v, struct hit *h)
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
	const float scale = pf_fast_gain(m->level_db) / 5.66f; /* root of 32 */
	for (unsigned i = 0; i < n; i++) {
		const float octaves = pf_fast_log2(hz[i] / m->low_hz);
		const float decay_s = m->decay_s * pf_fast_exp2(
		    pf_fast_log2(m->high_decay_s / m->decay_s) *
		    octaves / fmaxf(span, 0.1f));
		const float level = tilt * (octaves - 0.5f * span) +
		    h->human * 3 * differ(h);
		partial(v, h, PF_DRUM_MODES + i, hz[i],
		    scale * amplitude[i] * pf_fast_gain(level), decay_s,
		    0.4999f * differ(h));
	}
	wake(v, PF_DRUM_MODES / PF_DRUM_ROW, n);
	/* The tremble's RMS is that of its source, 0.577, times root a / 2. */
	v->tremble_to = fminf(6.2831853f * TREMBLE_HZ / h->rate_hz, 1);
	v->steady = sqrtf(1 - m->shimmer * m->shimmer);
	v->shimmer = m->shimmer / (0.577f * sqrtf(0.5f * v->tremble_to));
	v->random = (uint32_t)pf_rng_u64(h->seed, 0x73686d72, 0, 0);
	v->missing = 1;
	v->rise_keep = m->attack_s < 0.0002f ? 0 :
	    (float)pf_exp(-1 / (double)(m->attack_s * h->rate_hz));
}

static void
start_body(struct pf_drum_voice *v, struct hit *h)
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
	v->body = pf_fast_gain(b->level_db);
	v->body_keep = keep(h, b->decay_s);
	v->drive = b->drive;
}

/*
 * Lane i of the filters: at hz, damping k; what comes out is m0 of what goes
 * in, m1 of the band and m2 of the low.
 */
static void
tune_filter(struct pf_drum_hiss *s, unsigned i, float hz, float rate_hz,
    float m0, float m1, float m2)
{
	const float k = 1.2f;
	const double w = 3.14159265358979323846 *
	    (double)fminf(hz, 0.45f * rate_hz) / rate_hz;
	const float g = (float)(pf_sin(w) / pf_cos(w));
	const float a1 = 1 / (1 + g * (g + k)), a2 = g * a1, a3 = g * a2;
	m1 *= k;
	s->a11[i] = 2 * a1 - 1;
	s->a12[i] = -2 * a2;
	s->a22[i] = 1 - 2 * a3;
	s->b1[i] = 2 * a2;
	s->b2[i] = 2 * a3;
	s->c0[i] = m0 + m1 * a2 + m2 * a3;
	s->c1[i] = m1 * a1 + m2 * a2;
	s->c2[i] = m2 * (1 - a3) - m1 * a2;
}

static float
start_hiss(struct pf_drum_voice *v, struct hit *h, unsigned i)
{
	const struct pf_drum_noise *const n = &h->piece->noise[i];
	struct pf_drum_hiss *const s = &v->hiss;
	const float wobble = 1 + 0.05f * h->human * differ(h);
	const float open = pf_fast_exp2(1.6f * h->hard +
	    h->bright_db * 0.12f) * wobble;
	s->again[i] = s->env[i] = h->snap * pf_fast_gain(n->level_db +
	    7 * h->hard + h->human * 0.8f * differ(h)) *
	    /* White noise of one level, whatever the band's width. */
	    sqrtf(12000 / fmaxf(n->high_hz - n->low_hz, 100));
	s->keep[i] = keep(h, n->decay_s);
	s->rise_step[i] = n->attack_s < 0.0001f ? 1 :
	    1 / (n->attack_s * h->rate_hz);
	s->rise[i] = s->rise_step[i] < 1 ? 0.0f : 1.0f;
	tune_filter(s, i, n->low_hz * wobble * h->tune, h->rate_hz, 1, -1, -1);
	tune_filter(s, 4 + i, fmaxf(n->high_hz * open, 200), h->rate_hz, 0, 0,
	    1);
	s->bursts[i] = n->bursts > 1 ? n->bursts - 1 : 0;
	s->gap[i] = (unsigned)(n->gap_s * wobble * h->rate_hz) + 1;
	s->wait[i] = s->gap[i];
	s->random[i] =
	    pf_drum_random((uint32_t)pf_rng_u64(h->seed, 0x6e6f6973, 0, i));
	/* The high-passes are a frame ahead. */
	return (float)(int32_t)s->random[i] * 0x1p-31f;
}

static void
start_noise(struct pf_drum_voice *v, struct hit *h)
{
	struct pf_drum_hiss *const s = &v->hiss;
	v->hisses = h->piece->noises;
	for (unsigned i = 0; i < v->hisses; i++) {
		const float white = start_hiss(v, h, i);
		s->high[i] = s->c0[i] * white;
		s->s1[i] = s->b1[i] * white;
		s->s2[i] = s->b2[i] * white;
	}
}

/* Hits of the same number fall silent. */
static void
choke(const struct pf_bank *bank, unsigned lane, unsigned number,
    float time_s)
{
	struct pf_drum_voice *const v = bank->state;
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
	struct pf_drum_voice *const v = (struct pf_drum_voice *)bank->state + lane;
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
	    .pos = begin->pos,
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
	const float level = pf_fast_gain(p->gain_db + bank->value[LEVELS + g][lane] +
	    h.human * 0.4f * differ(&h)) *
	    pf_fast_exp2(1.5f * pf_fast_log2(velocity));
	const float pan = p->pan * bank->value[WIDTH][lane];
	pf_fast_pan(pan, level, &v->left, &v->right);
}

static void
release(struct pf_bank *bank, unsigned lane, unsigned pos, float velocity)
{
	(void)bank, (void)lane, (void)pos, (void)velocity; /* it rings out */
}

static void
fade(struct pf_bank *bank, unsigned lane, unsigned pos)
{
	struct pf_drum_voice *const v = (struct pf_drum_voice *)bank->state + lane;
	(void)pos;
	v->gain_step = v->gain / (0.004f * (float)bank->rate_hz);
}

static void
control(struct pf_bank *bank)
{
	struct pf_drum_voice *const voices = bank->state;
	for (unsigned lane = 0; lane < bank->lanes; lane++) {
		struct pf_drum_voice *const v = &voices[lane];
		if (!bank->live[lane])
			continue;
		const float level = v->over ? 0 :
		    pf_drum_voice_loudness(v) * v->gain * fmaxf(v->left, v->right);
		v->over = level < 3e-5f; /* -90 dB */
		bank->level[lane] = v->over ? 0 : level;
	}
}

static void
run(struct pf_bank *bank, unsigned pos, unsigned n, float *l, float *r)
{
	pf_drum_voices_run(bank->state, bank->live, bank->lanes, pos, n, l, r);
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
