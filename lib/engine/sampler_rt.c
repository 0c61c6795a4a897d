/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model `sampler`: plays recordings at other pitches.
 *
 * Between samples it reads a cubic through six points of third order and
 * continuous slope: O. Niemitalo, "Polynomial Interpolators for High-Quality
 * Resampling of Oversampled Audio", 2001 (6-point, third-order Hermite), which
 * keeps aliases of ordinary recordings below -60 dB at moderate intervals.
 * Reading places are whole numbers, 32 bits of fraction, so they never drift.
 * A note's end and filter make it an instrument; velocity opens the filter.
 */
#include "engine/sampler.h"

#include "base/math.h"
#include "base/rng.h"
#include "engine/approx.h"
#include "engine/ramp.h"
#include "engine/slide.h"

#include <math.h>
#include <string.h>

struct voice {
	const struct pf_zone *zone;
	int64_t at;             /* 32.32 fixed point, in the sample */
	int64_t step, step_to;  /* per frame, now and at the block's end */
	struct pf_slide pitch;
	struct pf_ramp env;
	float level;            /* of the envelope, at the block's end */
	enum { ATTACK, HOLD, RELEASE } stage;
	float left, right;
	float a1, a2, a3;       /* the filter; k is 1.2 */
	float low[2], band[2];
	bool filtered;
	float gain, gain_step;  /* stolen or choked */
	float peak;
	bool over;
};

struct bank {
	uint32_t turns[128];    /* how often each key was played */
	struct voice voice[];
};

enum {
	ATTACK_S, DECAY_S, SUSTAIN, RELEASE_S, TUNE, CUTOFF, BRIGHTNESS,
	VELOCITY, HUMAN, GLIDE, PARAMS
};

static const struct pf_param params[PARAMS] = {
    {"attack", "s", 0.0005f, 10, 0.001f, PF_EXPONENTIAL, NULL,
	"to full level"},
    {"decay", "s", 0.005f, 60, 60, PF_EXPONENTIAL, NULL,
	"to the sustain level"},
    {"sustain", "", 0, 1, 1, PF_LINEAR, NULL, "level of a held note"},
    {"release", "s", 0.002f, 20, 0.08f, PF_EXPONENTIAL, NULL, "to silence"},
    {"tune", "semitones", -24, 24, 0, PF_LINEAR, NULL, "of all zones"},
    {"cutoff", "Hz", 40, 20000, 20000, PF_EXPONENTIAL, NULL,
	"low-pass; 20000: off"},
    {"brightness", "octaves", 0, 6, 0, PF_LINEAR, NULL,
	"how far softer notes are darker"},
    {"velocity", "", 0, 1, 0.9f, PF_LINEAR, NULL,
	"how much velocity is loudness"},
    {"human", "cents", 0, 50, 2, PF_LINEAR, NULL, "how much notes differ"},
    {"glide", "semitones/s", 1, 1000, 60, PF_EXPONENTIAL, NULL,
	"speed of slides"},
};

static size_t
bytes(uint32_t rate_hz, unsigned lanes)
{
	(void)rate_hz;
	return sizeof(struct bank) + lanes * sizeof(struct voice);
}

static bool
serves(const struct pf_zone *z, float pitch, float velocity)
{
	const int key = (int)(pitch + 0.5f);
	return key >= z->low_key && key <= z->high_key &&
	    velocity >= z->low_velocity && velocity <= z->high_velocity;
}

/* The zone for a note: those that serve it take turns. */
static const struct pf_zone *
choose(struct bank *b, const struct pf_zones *zones, float pitch,
    float velocity)
{
	unsigned n = 0;
	for (unsigned i = 0; i < zones->n; i++)
		n += serves(&zones->zone[i], pitch, velocity);
	if (!n)
		return NULL;
	const int key = (int)(pitch + 0.5f) & 127;
	unsigned take = b->turns[key]++ % n;
	for (unsigned i = 0; i < zones->n; i++)
		if (serves(&zones->zone[i], pitch, velocity) && take-- == 0)
			return &zones->zone[i];
	return NULL;
}

/* Sample frames per frame, 32.32; at most 64. */
static int64_t
step_of(const struct pf_bank *bank, const struct voice *v, unsigned lane)
{
	const struct pf_zone *const z = v->zone;
	const double semitones = (z->fixed ? 0 :
	    (double)v->pitch.now - (double)z->root) + (double)z->tune / 100 +
	    (double)bank->value[TUNE][lane];
	double ratio = pf_exp2(semitones / 12) * z->rate_hz / bank->rate_hz;
	ratio = ratio > 64 ? 64 : ratio;
	return (int64_t)(ratio * 4294967296.0);
}

static void
set_filter(struct pf_bank *bank, struct voice *v, unsigned lane,
    float velocity)
{
	const float octaves = bank->value[BRIGHTNESS][lane] * (velocity - 1);
	const float hz = bank->value[CUTOFF][lane] * pf_fast_exp2(octaves);
	v->filtered = hz < 19000;
	if (!v->filtered)
		return;
	const double w = 3.14159265358979323846 *
	    (double)fminf(hz, 0.45f * (float)bank->rate_hz) / bank->rate_hz;
	const float g = (float)(pf_sin(w) / pf_cos(w));
	v->a1 = 1 / (1 + g * (g + 1.2f));
	v->a2 = g * v->a1;
	v->a3 = g * v->a2;
}

static void
choke(const struct pf_bank *bank, unsigned lane, unsigned number)
{
	struct bank *const b = bank->state;
	for (unsigned i = 0; number && i < bank->lanes; i++) {
		struct voice *const v = &b->voice[i];
		if (i != lane && bank->live[i] && !v->over &&
		    v->zone->choke == number)
			v->gain_step = v->gain /
			    (0.02f * (float)bank->rate_hz);
	}
}

static void
start(struct pf_bank *bank, unsigned lane, const struct pf_start *begin)
{
	struct bank *const b = bank->state;
	struct voice *const v = &b->voice[lane];
	const struct pf_zones *const zones = bank->data;
	memset(v, 0, sizeof *v);
	bank->level[lane] = 1;
	v->zone = zones ? choose(b, zones, begin->pitch, begin->velocity) :
	    NULL;
	v->over = !v->zone;
	if (v->over)
		return;
	const struct pf_zone *const z = v->zone;
	choke(bank, lane, z->choke);
	const float cents = bank->value[HUMAN][lane] *
	    (float)(2 * pf_rng_unit(begin->seed, 1, 0, 0) - 1);
	pf_slide_set(&v->pitch, begin->pitch + cents * 0.01f);
	v->at = z->start * 4294967296;
	v->step = v->step_to = step_of(bank, v, lane);
	set_filter(bank, v, lane, begin->velocity);
	const float loud = 1 + bank->value[VELOCITY][lane] *
	    (pf_fast_exp2(1.5f * pf_fast_log2(fmaxf(begin->velocity,
	    0.001f))) - 1);
	const float level = loud * pf_fast_gain(z->gain_db);
	pf_fast_pan(z->pan, level, &v->left, &v->right);
	v->gain = 1;
	v->peak = level;
	/* The rest of this block climbs as a whole block would. */
	const float rise = (float)PF_BLOCK /
	    (bank->value[ATTACK_S][lane] * (float)bank->rate_hz);
	v->level = fminf(rise, 1) *
	    (float)(PF_BLOCK - begin->pos) / PF_BLOCK;
	v->env.to = v->level;
	v->env.step = v->level / (float)(PF_BLOCK - begin->pos);
	v->env.from = -v->env.step * (float)begin->pos;
}

static void
release(struct pf_bank *bank, unsigned lane, unsigned pos, float velocity)
{
	struct bank *const b = bank->state;
	(void)pos, (void)velocity;
	if (!b->voice[lane].over && !b->voice[lane].zone->oneshot)
		b->voice[lane].stage = RELEASE;
}

static void
fade(struct pf_bank *bank, unsigned lane, unsigned pos)
{
	struct bank *const b = bank->state;
	(void)pos;
	b->voice[lane].gain_step =
	    b->voice[lane].gain / (0.004f * (float)bank->rate_hz);
}

static void
bend(struct pf_bank *bank, unsigned lane, unsigned pos, float pitch,
    bool glide)
{
	struct bank *const b = bank->state;
	(void)pos;
	pf_slide_to(&b->voice[lane].pitch, pitch, glide,
	    bank->value[GLIDE][lane], bank->rate_hz);
}

/* Where the envelope is at the end of this block. */
static void
follow(struct pf_bank *bank, unsigned lane, struct voice *v)
{
	const float block_s = PF_BLOCK / (float)bank->rate_hz;
	const float sustain = bank->value[SUSTAIN][lane];
	if (v->stage == ATTACK) {
		v->level += block_s / bank->value[ATTACK_S][lane];
		if (v->level >= 1) {
			v->level = 1;
			v->stage = HOLD;
		}
	} else if (v->stage == HOLD) {
		v->level = sustain + (v->level - sustain) * pf_fast_exp2(
		    -6 * block_s / bank->value[DECAY_S][lane]);
	} else {
		v->level *= pf_fast_exp2(
		    -10 * block_s / bank->value[RELEASE_S][lane]);
	}
	pf_ramp_to(&v->env, v->level);
}

static void
control(struct pf_bank *bank)
{
	struct bank *const b = bank->state;
	for (unsigned lane = 0; lane < bank->lanes; lane++) {
		struct voice *const v = &b->voice[lane];
		if (!bank->live[lane])
			continue;
		if (v->over || v->gain <= 0 ||
		    (v->stage == RELEASE && v->level < 2e-5f)) {
			v->over = true;
			bank->level[lane] = 0;
			continue;
		}
		follow(bank, lane, v);
		pf_slide_move(&v->pitch);
		v->step = v->step_to;
		v->step_to = step_of(bank, v, lane);
		bank->level[lane] = fmaxf(v->peak * v->level * v->gain, 3e-5f);
	}
}

/* A cubic through the middle two of six points, slopes from all of them. */
static inline float
between(const float *y, unsigned stride, float x)
{
	const float m2 = y[-2 * (int)stride], m1 = y[-(int)stride], c0 = y[0];
	const float p1 = y[stride], p2 = y[2 * stride], p3 = y[3 * stride];
	const float slope0 = 0.66666667f * (p1 - m1) +
	    0.08333333f * (m2 - p2);
	const float slope1 = 0.66666667f * (p2 - c0) +
	    0.08333333f * (m1 - p3);
	const float d = p1 - c0;
	const float c2 = 3 * d - 2 * slope0 - slope1;
	const float c3 = slope0 + slope1 - 2 * d;
	return ((c3 * x + c2) * x + slope0) * x + c0;
}

/* Is there a frame to play?  Goes round at the loop's end. */
static bool
stay_within(struct voice *v)
{
	const struct pf_zone *const z = v->zone;
	const int64_t frame = v->at >> 32;
	if (z->loop_end && frame >= z->loop_end)
		v->at -= (z->loop_end - z->loop) * 4294967296 *
		    ((frame - z->loop_end) / (z->loop_end - z->loop) + 1);
	return z->loop_end || frame < z->frames;
}

static void
run_voice(struct voice *v, unsigned pos, unsigned n, float *l, float *r)
{
	const struct pf_zone *const z = v->zone;
	const unsigned stride = z->channels;
	for (unsigned i = 0; i < n; i++) {
		if (!stay_within(v)) {
			v->over = true;
			return;
		}
		const float *const y = z->sample + (v->at >> 32) * stride;
		const float x = (float)(uint32_t)v->at * 0x1p-32f;
		float out[2];
		out[0] = between(y, stride, x);
		out[1] = stride == 2 ? between(y + 1, stride, x) : out[0];
		for (unsigned c = 0; v->filtered && c < 2; c++) {
			const float w = out[c] - v->low[c];
			const float band = v->a1 * v->band[c] + v->a2 * w;
			const float low = v->low[c] + v->a2 * v->band[c] +
			    v->a3 * w;
			v->band[c] = 2 * band - v->band[c];
			v->low[c] = 2 * low - v->low[c];
			out[c] = low;
		}
		const float g = pf_ramp_at(&v->env, pos + i) * v->gain;
		l[i] += out[0] * g * v->left;
		r[i] += out[1] * g * v->right;
		v->gain = fmaxf(v->gain - v->gain_step, 0);
		v->at += v->step + (v->step_to - v->step) *
		    (int64_t)(pos + i) / PF_BLOCK;
	}
}

static void
run(struct pf_bank *bank, unsigned pos, unsigned n, float *l, float *r)
{
	struct bank *const b = bank->state;
	for (unsigned lane = 0; lane < bank->lanes; lane++)
		if (bank->live[lane] && !b->voice[lane].over)
			run_voice(&b->voice[lane], pos, n, l, r);
}

const struct pf_model pf_model_sampler = {
    .name = "sampler",
    .help = "recordings, by key and velocity",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .start = start,
    .release = release,
    .fade = fade,
    .bend = bend,
    .control = control,
    .run = run,
};
