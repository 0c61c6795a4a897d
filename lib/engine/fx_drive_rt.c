/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drive: a valve-like curve with hardly any aliases.
 *
 * The curve is f(x) = x / sqrt(1 + x^2).  Its antiderivative F is
 * sqrt(1 + x^2), and the mean of f between two samples (first-order
 * antiderivative antialiasing: J. Parker et al., "Reducing the aliasing of
 * nonlinear waveshaping using continuous-time convolution", DAFx-16) comes
 * out without the usual division by nearly nothing:
 *
 *     (F(b) - F(a)) / (b - a) = (a + b) / (F(a) + F(b))
 *
 * It runs at twice the rate, between two half-band filters of allpasses
 * (A. G. Constantinides' polyphase form), so its half sample of averaging is
 * a quarter of one and dulls nothing that is heard.  Asymmetry adds even
 * harmonics; its constant part is taken out again.
 */
#include "engine/effects.h"

#include "base/math.h"
#include "engine/ramp.h"

#include <math.h>

/* Left and right of one or two numbers. */
typedef float v2 __attribute__((vector_size(8)));

/*
 * Half-band allpass coefficients, two in each path: an elliptic design with
 * a transition of 0.1 of the rate, 70 dB down.
 */
static const float half_a[2] = {0.07986642623635751f, 0.5453536510711322f};
static const float half_b[2] = {0.28382934487410993f, 0.8344118914807379f};

struct allpass {
	v2 x, y;
};

struct drive {
	float rate_hz;
	struct allpass up[2][2], down[2][2];
	v2 last, last_root; /* the curve's last input and its F */
	v2 dc_x, dc_y;
	v2 tone_state;
	float dc_keep, tone_hz, tone;
	struct pf_ramp gain, bias, level, mix;
};

enum { DRIVE, BIAS, TONE, LEVEL, MIX, PARAMS };

static const struct pf_param params[PARAMS] = {
    {"drive", "dB", 0, 48, 12, PF_LINEAR, NULL, "into the curve"},
    {"bias", "", 0, 1, 0.15f, PF_LINEAR, NULL, "uneven: even harmonics"},
    {"tone", "Hz", 500, 20000, 9000, PF_EXPONENTIAL, NULL,
	"what is above goes softly"},
    {"level", "dB", -24, 12, 0, PF_LINEAR, NULL, "afterwards"},
    {"mix", "", 0, 1, 1, PF_LINEAR, NULL, "less: beside the clean sound"},
};

static size_t
bytes(uint32_t rate_hz)
{
	(void)rate_hz;
	return sizeof(struct drive);
}

static void
set_tone(struct drive *s, float hz)
{
	if (hz == s->tone_hz)
		return;
	s->tone_hz = hz;
	s->tone = hz > 19000 ? 1 :
	    (float)(1 - pf_exp(-6.28318530717958647692 * hz / s->rate_hz));
}

/* Louder in does not mean much louder out: half of the drive is taken back. */
static void
targets(const float *value, float to[4])
{
	to[0] = (float)pf_db_to_gain(value[DRIVE]);
	to[1] = value[BIAS];
	to[2] = (float)pf_db_to_gain(value[LEVEL] - 0.6 * value[DRIVE]);
	to[3] = value[MIX];
}

static v2
root(v2 x)
{
	const v2 q = 1 + x * x;
	return (v2){sqrtf(q[0]), sqrtf(q[1])};
}

static void
init(void *state, uint32_t rate_hz, const float *value)
{
	struct drive *const s = state;
	s->rate_hz = (float)rate_hz;
	s->dc_keep = (float)pf_exp(-6.28318530717958647692 * 8 / rate_hz);
	set_tone(s, value[TONE]);
	float to[4];
	targets(value, to);
	pf_ramp_set(&s->gain, to[0]);
	pf_ramp_set(&s->bias, to[1]);
	pf_ramp_set(&s->level, to[2]);
	pf_ramp_set(&s->mix, to[3]);
	s->last = (v2){to[1], to[1]};
	s->last_root = root(s->last);
}

static void
control(void *state, const struct pf_fx_block *block)
{
	struct drive *const s = state;
	set_tone(s, block->value[TONE]);
	float to[4];
	targets(block->value, to);
	pf_ramp_to(&s->gain, to[0]);
	pf_ramp_to(&s->bias, to[1]);
	pf_ramp_to(&s->level, to[2]);
	pf_ramp_to(&s->mix, to[3]);
}

static inline v2
allpass(struct allpass *p, float a, v2 x)
{
	const v2 y = a * (x - p->y) + p->x;
	p->x = x;
	p->y = y;
	return y;
}

/* The mean of the curve between the last input and x. */
static inline v2
shape(struct drive *s, v2 x)
{
	const v2 f = root(x);
	const v2 y = (x + s->last) / (f + s->last_root);
	s->last = x;
	s->last_root = f;
	return y;
}

static void
run(void *state, const struct pf_fx_io *io)
{
	struct drive *const s = state;
	for (unsigned i = 0; i < io->n; i++) {
		const unsigned p = io->pos + i;
		const float gain = pf_ramp_at(&s->gain, p);
		const float bias = pf_ramp_at(&s->bias, p);
		const float wet = pf_ramp_at(&s->mix, p) *
		    pf_ramp_at(&s->level, p);
		const float dry = 1 - pf_ramp_at(&s->mix, p);
		const v2 in = {io->l[i], io->r[i]};
		v2 a = allpass(&s->up[0][0], half_a[0], in);
		a = allpass(&s->up[0][1], half_a[1], a);
		v2 b = allpass(&s->up[1][0], half_b[0], in);
		b = allpass(&s->up[1][1], half_b[1], b);
		/* Clean and shaped together, so that they stay in step. */
		a = dry * a + wet * shape(s, a * gain + bias);
		b = dry * b + wet * shape(s, b * gain + bias);
		b = allpass(&s->down[0][0], half_a[0], b);
		b = allpass(&s->down[0][1], half_a[1], b);
		a = allpass(&s->down[1][0], half_b[0], a);
		a = allpass(&s->down[1][1], half_b[1], a);
		const v2 y = 0.5f * (a + b);
		s->dc_y = y - s->dc_x + s->dc_keep * s->dc_y;
		s->dc_x = y;
		s->tone_state += s->tone * (s->dc_y - s->tone_state);
		io->l[i] = s->tone_state[0];
		io->r[i] = s->tone_state[1];
	}
}

const struct pf_fx pf_fx_drive = {
    .name = "drive",
    .help = "saturation, from warm to broken",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .init = init,
    .control = control,
    .run = run,
};
