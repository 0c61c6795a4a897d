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

/* Two allpasses in a row: the input and what each said of it. */
struct allpasses {
	v4 x, y[2];
};

/* What goes from frame to frame. */
struct memory {
	struct allpasses up, down;
	v4 last, last_root; /* the curve's last inputs and their F */
	v4 dc_x, dc_y;
	v4 tone;
};

struct drive {
	struct memory memory;
	float rate_hz;
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
	struct memory *const m = &s->memory;
	const float bias = s->bias.to, f = bias / sqrtf(1 + bias * bias);
	const float rest = s->mix.to * s->level.to * f;
	const v4 all = {rest, rest, rest, rest};
	m->down.x = m->down.y[0] = m->down.y[1] = all;
	m->dc_x = all;
	m->last = (v4){bias, bias, bias, bias};
	m->last_root = root(m->last);
}

/* Does silence go in and nothing but its bias stand at the curve? */
static bool
still(const void *state)
{
	const struct drive *const s = state;
	return !pf_ramp_moves(&s->bias) && !pf_ramp_moves(&s->level) &&
	    !pf_ramp_moves(&s->mix) &&
	    fabsf(s->memory.last[2] - s->bias.to) < 1e-5f;
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

/* Grouped so that each frame waits for little of the one before it. */
static inline v4
pass(struct allpasses *p, v4 x)
{
	const v4 a = (half[0] * x + p->x) - half[0] * p->y[0];
	const v4 b = (half[1] * a + p->y[0]) - half[1] * p->y[1];
	p->x = x;
	p->y[0] = a;
	p->y[1] = b;
	return b;
}

/* The mean of the curve between each input and the one before it. */
static inline v4
shape(struct memory *m, v4 x)
{
	const v4 f = root(x);
	const v4 x0 = __builtin_shufflevector(m->last, x, 2, 3, 4, 5);
	const v4 f0 = __builtin_shufflevector(m->last_root, f, 2, 3, 4, 5);
	m->last = x;
	m->last_root = f;
	return (x + x0) / (f + f0);
}

static inline v4
all(float x)
{
	return (v4){x, x, x, x};
}

/* n frames; moving: a parameter is on its way, a constant to the compiler. */
static inline void
saturate(struct drive *s, const struct pf_fx_io *io, bool moving)
{
	struct memory own = s->memory, *const m = &own; /* in registers */
	float *restrict const l = io->l, *restrict const r = io->r;
	const v4 dc_keep = all(s->dc_keep);
	const v4 tone = all(s->tone), tone_keep = all(1 - s->tone);
	v4 gain = all(s->gain.to), bias = all(s->bias.to);
	v4 wet = all(s->mix.to * s->level.to), dry = all(1 - s->mix.to);
	for (unsigned i = 0; i < io->n; i++) {
		const unsigned p = io->pos + i;
		if (moving) {
			const float mix = pf_ramp_at(&s->mix, p);
			gain = all(pf_ramp_at(&s->gain, p));
			bias = all(pf_ramp_at(&s->bias, p));
			wet = all(mix * pf_ramp_at(&s->level, p));
			dry = all(1 - mix);
		}
		v4 x = pass(&m->up, (v4){l[i], r[i], l[i], r[i]});
		/* Clean and shaped together, so that they stay in step. */
		x = dry * x + wet * shape(m, x * gain + bias);
		x = __builtin_shufflevector(x, x, 2, 3, 0, 1);
		x = pass(&m->down, x);
		const v4 y = 0.5f *
		    (x + __builtin_shufflevector(x, x, 2, 3, 0, 1));
		m->dc_y = (y - m->dc_x) + dc_keep * m->dc_y;
		m->dc_x = y;
		m->tone = tone * m->dc_y + tone_keep * m->tone;
		l[i] = m->tone[0];
		r[i] = m->tone[1];
	}
	s->memory = own;
}

PF_WIDE static void
run(void *state, const struct pf_fx_io *io)
{
	struct drive *const s = state;
	if (pf_ramp_moves(&s->gain) || pf_ramp_moves(&s->bias) ||
	    pf_ramp_moves(&s->level) || pf_ramp_moves(&s->mix))
		saturate(s, io, true);
	else
		saturate(s, io, false);
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
