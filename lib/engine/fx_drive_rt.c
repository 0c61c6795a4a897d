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
#include "engine/wide.h"

#include <math.h>

/* Both frames of the double rate in a register: {L, R, next L, next R}. */
typedef float v4 __attribute__((vector_size(16)));

/*
 * Half-band allpass coefficients, two in each path: an elliptic design with
 * a transition of 0.1 of the rate, 70 dB down.  half[stage] is for the way
 * up; on the way down the paths change places.
 */
static const v4 half[2] = {
    {0.0798664262f, 0.0798664262f, 0.2838293449f, 0.2838293449f},
    {0.5453536511f, 0.5453536511f, 0.8344118915f, 0.8344118915f}};

struct allpass {
	v4 x, y;
};

struct drive {
	float rate_hz;
	struct allpass up[2], down[2];
	v4 last, last_root; /* the curve's last inputs and their F */
	v4 dc_x, dc_y;
	v4 tone_state;
	float dc_keep, tone_hz, tone;
	float drive_db, level_db, gain_to, level_to; /* the latter for those */
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
set_gains(struct drive *s, const float *value)
{
	if (s->gain_to > 0 && s->drive_db == value[DRIVE] &&
	    s->level_db == value[LEVEL])
		return;
	s->drive_db = value[DRIVE];
	s->level_db = value[LEVEL];
	s->gain_to = (float)pf_db_to_gain(s->drive_db);
	s->level_to = (float)pf_db_to_gain(s->level_db - 0.6 * s->drive_db);
}

static inline v4
root(v4 x)
{
	const v4 q = 1 + x * x;
	return (v4){sqrtf(q[0]), sqrtf(q[1]), sqrtf(q[2]), sqrtf(q[3])};
}

/* As if it had heard silence for ever: the bias has settled. */
static void
settle(struct drive *s)
{
	const float bias = s->bias.to, f = bias / sqrtf(1 + bias * bias);
	const float rest = s->mix.to * s->level.to * f;
	const v4 all = {rest, rest, rest, rest};
	for (int i = 0; i < 2; i++)
		s->down[i].x = s->down[i].y = all;
	s->dc_x = all;
	s->last = (v4){bias, bias, bias, bias};
	s->last_root = root(s->last);
}

/* Does silence go in and nothing but its bias stand at the curve? */
static bool
still(const void *state)
{
	const struct drive *const s = state;
	return !pf_ramp_moves(&s->bias) && !pf_ramp_moves(&s->level) &&
	    !pf_ramp_moves(&s->mix) &&
	    fabsf(s->last[2] - s->bias.to) < 1e-5f;
}

static void
init(void *state, uint32_t rate_hz, const float *value)
{
	struct drive *const s = state;
	s->rate_hz = (float)rate_hz;
	s->dc_keep = (float)pf_exp(-6.28318530717958647692 * 8 / rate_hz);
	set_tone(s, value[TONE]);
	set_gains(s, value);
	pf_ramp_set(&s->gain, s->gain_to);
	pf_ramp_set(&s->bias, value[BIAS]);
	pf_ramp_set(&s->level, s->level_to);
	pf_ramp_set(&s->mix, value[MIX]);
	settle(s);
}

static void
control(void *state, const struct pf_fx_block *block)
{
	struct drive *const s = state;
	set_tone(s, block->value[TONE]);
	set_gains(s, block->value);
	pf_ramp_to(&s->gain, s->gain_to);
	pf_ramp_to(&s->bias, block->value[BIAS]);
	pf_ramp_to(&s->level, s->level_to);
	pf_ramp_to(&s->mix, block->value[MIX]);
}

static inline v4
allpass(struct allpass *p, v4 a, v4 x)
{
	const v4 y = a * (x - p->y) + p->x;
	p->x = x;
	p->y = y;
	return y;
}

/* The mean of the curve between each input and the one before it. */
static inline v4
shape(struct drive *s, v4 x)
{
	const v4 f = root(x);
	const v4 x0 = __builtin_shufflevector(s->last, x, 2, 3, 4, 5);
	const v4 f0 = __builtin_shufflevector(s->last_root, f, 2, 3, 4, 5);
	s->last = x;
	s->last_root = f;
	return (x + x0) / (f + f0);
}

PF_WIDE static void
run(void *state, const struct pf_fx_io *io)
{
	struct drive *const memory = state;
	struct drive own = *memory, *const s = &own; /* in registers */
	for (unsigned i = 0; i < io->n; i++) {
		const unsigned p = io->pos + i;
		const float gain = pf_ramp_at(&s->gain, p);
		const float bias = pf_ramp_at(&s->bias, p);
		const float wet = pf_ramp_at(&s->mix, p) *
		    pf_ramp_at(&s->level, p);
		const float dry = 1 - pf_ramp_at(&s->mix, p);
		v4 x = {io->l[i], io->r[i], io->l[i], io->r[i]};
		x = allpass(&s->up[0], half[0], x);
		x = allpass(&s->up[1], half[1], x);
		/* Clean and shaped together, so that they stay in step. */
		x = dry * x + wet * shape(s, x * gain + bias);
		x = __builtin_shufflevector(x, x, 2, 3, 0, 1);
		x = allpass(&s->down[0], half[0], x);
		x = allpass(&s->down[1], half[1], x);
		const v4 y = 0.5f *
		    (x + __builtin_shufflevector(x, x, 2, 3, 0, 1));
		s->dc_y = y - s->dc_x + s->dc_keep * s->dc_y;
		s->dc_x = y;
		s->tone_state += s->tone * (s->dc_y - s->tone_state);
		io->l[i] = s->tone_state[0];
		io->r[i] = s->tone_state[1];
	}
	*memory = own;
}

const struct pf_fx pf_fx_drive = {
    .name = "drive",
    .help = "saturation, from warm to broken",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .still = still,
    .init = init,
    .control = control,
    .run = run,
};
