/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A compressor: feed-forward, in decibels, stereo-linked, soft knee.
 *
 * D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic Range Compressor
 * Design - A Tutorial and Analysis", J. AES 60(6), 2012: equation 4 (knee)
 * and the smooth branching detector behind the gain computer (equation 17),
 * so attack and release act on the gain and not on the level.
 *
 * With a sidechain the key decides and the input is turned down: a bass ducks
 * under a kick.  Levels are kept as log2 of amplitude: 1 is 6.02 dB.
 */
#include "engine/effects.h"

#include "base/math.h"
#include "engine/approx.h"
#include "engine/ramp.h"
#include "engine/rows.h"
#include "engine/wide.h"

#include <math.h>

#define DB 0.166096405f /* one decibel in log2 of amplitude */

struct compressor {
	float rate_hz;
	float gain;            /* now, in log2, 0 or less */
	float low[2];          /* of the key's low cut */
	float attack_s, release_s, key_hz; /* computed for */
	float attack, release, key;
	struct pf_ramp threshold, slope, knee, makeup, mix;
};

enum {
	THRESHOLD, RATIO, KNEE, ATTACK, RELEASE, MAKEUP, MIX, KEY_CUT, PARAMS
};

static const struct pf_param params[PARAMS] = {
    {"threshold", "dB", -60, 0, -18, PF_LINEAR, NULL,
	"louder than this is turned down"},
    {"ratio", "", 1, 20, 3, PF_EXPONENTIAL, NULL,
	"dB above the threshold that become one"},
    {"knee", "dB", 0, 24, 6, PF_LINEAR, NULL, "how soft it begins"},
    {"attack", "s", 0.0001f, 0.3f, 0.008f, PF_EXPONENTIAL, NULL,
	"how slowly it turns down"},
    {"release", "s", 0.005f, 3, 0.12f, PF_EXPONENTIAL, NULL,
	"how slowly it comes back"},
    {"makeup", "dB", -12, 24, 0, PF_LINEAR, NULL, "afterwards"},
    {"mix", "", 0, 1, 1, PF_LINEAR, NULL, "less: parallel compression"},
    {"key_cut", "Hz", 10, 1000, 10, PF_EXPONENTIAL, NULL,
	"low cut of what decides; 10: off"},
};

static size_t
bytes(uint32_t rate_hz)
{
	(void)rate_hz;
	return sizeof(struct compressor);
}

/* The share of the way that is left after one frame. */
static float
keep(const struct compressor *s, float time_s)
{
	return (float)pf_exp(-1 / (time_s * (double)s->rate_hz));
}

static void
set_times(struct compressor *s, const float *value)
{
	if (s->attack_s != value[ATTACK])
		s->attack = keep(s, s->attack_s = value[ATTACK]);
	if (s->release_s != value[RELEASE])
		s->release = keep(s, s->release_s = value[RELEASE]);
	if (s->key_hz != value[KEY_CUT]) {
		s->key_hz = value[KEY_CUT];
		s->key = s->key_hz < 10.5f ? 0 :
		    1 - keep(s, 1 / (6.2831853f * s->key_hz));
	}
}

static void
targets(const float *value, float to[5])
{
	to[0] = value[THRESHOLD] * DB;
	to[1] = 1 / value[RATIO] - 1;
	to[2] = value[KNEE] * DB;
	to[3] = value[MAKEUP] * DB;
	to[4] = value[MIX];
}

static void
init(void *state, uint32_t rate_hz, const float *value)
{
	struct compressor *const s = state;
	s->rate_hz = (float)rate_hz;
	set_times(s, value);
	float to[5];
	targets(value, to);
	pf_ramp_set(&s->threshold, to[0]);
	pf_ramp_set(&s->slope, to[1]);
	pf_ramp_set(&s->knee, to[2]);
	pf_ramp_set(&s->makeup, to[3]);
	pf_ramp_set(&s->mix, to[4]);
}

static void
control(void *state, const struct pf_fx_block *block)
{
	struct compressor *const s = state;
	set_times(s, block->value);
	float to[5];
	targets(block->value, to);
	pf_ramp_to(&s->threshold, to[0]);
	pf_ramp_to(&s->slope, to[1]);
	pf_ramp_to(&s->knee, to[2]);
	pf_ramp_to(&s->makeup, to[3]);
	pf_ramp_to(&s->mix, to[4]);
}

/* Has it let go? */
static bool
still(const void *state)
{
	const struct compressor *const s = state;
	return s->gain > -1e-6f;
}

/* The louder side of what decides, without its lows. */
static inline void
detect(struct compressor *s, const struct pf_fx_io *io, float *level)
{
	const float *const l = io->key_l ? io->key_l : io->l;
	const float *const r = io->key_r ? io->key_r : io->r;
	for (unsigned i = 0; s->key <= 0 && i < io->n; i++) {
		const float a = fabsf(l[i]), b = fabsf(r[i]);
		level[i] = a > b ? a : b;
	}
	for (unsigned i = 0; s->key > 0 && i < io->n; i++) {
		s->low[0] += s->key * (l[i] - s->low[0]);
		s->low[1] += s->key * (r[i] - s->low[1]);
		const float a = fabsf(l[i] - s->low[0]);
		const float b = fabsf(r[i] - s->low[1]);
		level[i] = a > b ? a : b;
	}
}

/* What the static curve asks for: no dependence between frames. */
static inline void
ask(const struct compressor *s, unsigned pos, unsigned n, float *x)
{
	const struct pf_ramp threshold = s->threshold, slope = s->slope;
	const struct pf_ramp width = s->knee;
	for (unsigned i = 0; i < n; i++) {
		const float knee = pf_ramp_at(&width, pos + i) + 1e-6f;
		const float over = pf_fast_log2(x[i] + 1e-9f) -
		    pf_ramp_at(&threshold, pos + i);
		float bent = over + 0.5f * knee;
		bent = bent < 0 ? 0 : bent;
		bent = bent > knee ? knee : bent;
		float straight = over - 0.5f * knee;
		straight = straight < 0 ? 0 : straight;
		x[i] = pf_ramp_at(&slope, pos + i) *
		    (bent * bent / (2 * knee) + straight);
	}
}

/* Is all of it so far below the knee that nothing is asked for? */
static inline bool
calm(const struct compressor *s, unsigned n, const float *level)
{
	if (pf_ramp_moves(&s->threshold) || pf_ramp_moves(&s->knee))
		return false;
	const uint32_t most = pf_row_most(level, n);
	/* Some room, as the logarithm is not exact. */
	const float below = s->threshold.to - 0.5f * s->knee.to - 0.001f;
	return most < pf_row_bits(pf_fast_exp2(below));
}

/*
 * The gain follows what is asked for, faster one way than the other.  Both
 * ways are offered each frame, as little as possible of them waiting for the
 * frame before; where attack is the faster one the right offer is always the
 * lower, else the higher.
 */
static inline void
follow(struct compressor *s, unsigned n, float *x)
{
	const float attack = s->attack, release = s->release;
	float down[PF_BLOCK], up[PF_BLOCK], gain = s->gain;
	for (unsigned i = 0; i < n; i++)
		down[i] = x[i] - attack * x[i];
	for (unsigned i = 0; i < n; i++)
		up[i] = x[i] - release * x[i];
	for (unsigned i = 0; attack <= release && i < n; i++) {
		const float a = down[i] + attack * gain;
		const float b = up[i] + release * gain;
		x[i] = gain = a < b ? a : b;
	}
	for (unsigned i = 0; attack > release && i < n; i++) {
		const float a = down[i] + attack * gain;
		const float b = up[i] + release * gain;
		x[i] = gain = a > b ? a : b;
	}
	s->gain = gain;
}

/* The same while nothing is asked for. */
static inline void
let_go(struct compressor *s, unsigned n, float *x)
{
	const float keep = s->release;
	float gain = s->gain;
	for (unsigned i = 0; i < n; i++)
		x[i] = gain *= keep;
	s->gain = gain;
}

/* Gains from the row of them in log2, in place. */
static inline void
finish(const struct compressor *s, unsigned pos, unsigned n, float *x)
{
	const struct pf_ramp makeup = s->makeup, mix = s->mix;
	if (!pf_ramp_moves(&makeup) && mix.from == 1 && mix.to == 1) {
		for (unsigned i = 0; i < n; i++)
			x[i] = pf_fast_exp2(x[i] + makeup.to);
		return;
	}
	for (unsigned i = 0; i < n; i++) {
		const float share = pf_ramp_at(&mix, pos + i);
		x[i] = 1 - share + share *
		    pf_fast_exp2(x[i] + pf_ramp_at(&makeup, pos + i));
	}
}

PF_WIDE static void
run(void *state, const struct pf_fx_io *io)
{
	struct compressor *const s = state;
	float x[PF_BLOCK], *restrict const l = io->l, *restrict const r = io->r;
	const unsigned n = io->n;
	detect(s, io, x);
	if (calm(s, n, x)) {
		let_go(s, n, x);
	} else {
		ask(s, io->pos, n, x);
		follow(s, n, x);
	}
	finish(s, io->pos, n, x);
	for (unsigned i = 0; i < n; i++)
		l[i] *= x[i];
	for (unsigned i = 0; i < n; i++)
		r[i] *= x[i];
}

const struct pf_fx pf_fx_compressor = {
    .name = "compressor",
    .help = "compressor with soft knee and optional sidechain",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .still = still,
    .init = init,
    .control = control,
    .run = run,
};
