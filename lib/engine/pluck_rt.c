/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model `pluck`: a string as a loop of delay.
 *
 * K. Karplus, A. Strong, "Digital Synthesis of Plucked-String and Drum
 * Timbres", and D. Jaffe, J. O. Smith, "Extensions of the Karplus-Strong
 * Plucked-String Algorithm", both Computer Music Journal 7(2), 1983.  Three
 * things are done in another way:
 *
 * The loop filter.  See engine/string_loop.h.
 *
 * The pluck.  A string pulled aside at a part p of its length and let go
 * moves its bridge with a force of two levels, p of the period up and 1-p
 * down.  That pulse is what goes round; its edges are as long as finger or
 * plectrum need to let go, shorter when played harder.
 *
 * Where it is heard.  A pickup at a place takes the difference of two waves;
 * a body (engine/body.h) stands after the strings, common to all of them.
 */
#include "engine/pluck.h"

#include "base/math.h"
#include "base/rng.h"
#include "engine/approx.h"
#include "engine/body.h"
#include "engine/slide.h"
#include "engine/string_loop.h"
#include "engine/wide.h"

#include <math.h>
#include <string.h>

/* FRAMES of a loop are computed side by side, the last of them in vain. */
enum {
	FRAMES = 16, GUARD = PF_BLOCK + PF_LOOP_TAPS + FRAMES, STRINGS = 2
};

typedef float v8 __attribute__((vector_size(32)));
typedef float v8u __attribute__((vector_size(32), aligned(4)));

struct string {
	float *ring;           /* mask + 1 frames, and GUARD of them again */
	struct pf_string_loop now, next; /* at the start and end of the block */
	bool moves;            /* next differs from now */
};

struct voice {
	struct string string[STRINGS];
	unsigned strings;
	unsigned at;            /* where the next frame goes */
	unsigned age;           /* frames since the pluck, while it lasts */
	struct pf_slide pitch;
	float cents;            /* by how much this pluck is off */
	float period;           /* of the pluck, in frames */
	float width, edge;      /* of its pulse, in frames */
	float strength, noise;
	float noise_low;
	uint32_t random;
	unsigned pickup;        /* frames behind; 0: none */
	float left, right;
	float decay_s, treble_s, made_pitch; /* loops were made for */
	float peak;
	float gain, gain_step;  /* stolen */
	bool released, fresh;
};

struct bank {
	unsigned mask;
	struct pf_body body;
	struct voice voice[];
};

enum {
	DECAY, TREBLE, RELEASE, POSITION, PICK, NOISE, DYNAMICS, PICKUP,
	DETUNE, BODY, BODY_DB, SPREAD, GLIDE, LEVEL, PARAMS
};

static const struct pf_param params[PARAMS] = {
    {"decay", "s", 0.05f, 30, 6, PF_EXPONENTIAL, NULL,
	"until an A2 is 60 dB down; higher strings die sooner"},
    {"treble", "s", 0.02f, 10, 0.8f, PF_EXPONENTIAL, NULL,
	"the same for what lies at 3 kHz"},
    {"release", "s", 0.01f, 10, 0.12f, PF_EXPONENTIAL, NULL,
	"the same when the note is let go"},
    {"position", "", 0.02f, 0.5f, 0.16f, PF_LINEAR, NULL,
	"where it is plucked; 0: bridge, 0.5: middle"},
    {"pick", "s", 0.00005f, 0.005f, 0.0005f, PF_EXPONENTIAL, NULL,
	"how long it takes to let go: plectrum 0.0002, thumb 0.001"},
    {"noise", "dB", -60, 0, -34, PF_LINEAR, NULL, "of finger or plectrum"},
    {"dynamics", "", 0, 3, 1, PF_LINEAR, NULL,
	"how much harder is brighter"},
    {"pickup", "", 0, 0.5f, 0, PF_LINEAR, NULL,
	"where it is heard; 0: bridge"},
    {"detune", "cents", 0, 30, 0, PF_LINEAR, NULL,
	"of a second string in the course; 0: single strings"},
    {"body", "", 0, 5, 1, PF_CHOICE, pf_bodies, "what the strings are on"},
    {"body_level", "dB", -30, 12, 0, PF_LINEAR, NULL, "how much of it"},
    {"spread", "", 0, 1, 0.2f, PF_LINEAR, NULL,
	"low strings left, high ones right"},
    {"glide", "semitones/s", 1, 1000, 60, PF_EXPONENTIAL, NULL,
	"speed of slides"},
    {"level", "dB", -40, 20, 0, PF_LINEAR, NULL, "of all of it"},
};

static unsigned
ring_frames(uint32_t rate_hz)
{
	unsigned n = 1024;
	while (n < rate_hz / PF_LOOP_LOWEST_HZ + PF_LOOP_TAPS)
		n *= 2;
	return n;
}

static size_t
bytes(uint32_t rate_hz, unsigned lanes)
{
	const size_t ring = (ring_frames(rate_hz) + GUARD) * sizeof(float);
	return sizeof(struct bank) +
	    lanes * (sizeof(struct voice) + STRINGS * ring);
}

static int
init(struct pf_bank *bank)
{
	struct bank *const b = bank->state;
	b->mask = ring_frames(bank->rate_hz) - 1;
	pf_body_init(&b->body);
	float *memory = (float *)&b->voice[bank->lanes];
	for (unsigned i = 0; i < bank->lanes; i++)
		for (unsigned k = 0; k < STRINGS; k++) {
			b->voice[i].string[k].ring = memory;
			memory += b->mask + 1 + GUARD;
		}
	return 0;
}

/* Make the loops that the voice should have at the block's end. */
static void
tune(struct pf_bank *bank, unsigned lane, struct voice *v)
{
	float decay_s = bank->value[DECAY][lane];
	float treble_s = bank->value[TREBLE][lane];
	if (v->released) {
		decay_s = fminf(decay_s, bank->value[RELEASE][lane]);
		treble_s = fminf(treble_s, decay_s);
	}
	if (!v->fresh && decay_s == v->decay_s && treble_s == v->treble_s &&
	    v->pitch.now == v->made_pitch)
		return;
	v->decay_s = decay_s;
	v->treble_s = treble_s;
	v->made_pitch = v->pitch.now;
	for (unsigned i = 0; i < v->strings; i++) {
		struct string *const s = &v->string[i];
		const float cents = v->cents +
		    (i ? bank->value[DETUNE][lane] : 0);
		pf_string_loop_make(&s->next, (float)bank->rate_hz,
		    v->pitch.now + cents * 0.01f, decay_s, treble_s);
		s->moves = true;
	}
}

static float
differ(uint64_t seed, uint32_t draw)
{
	return (float)(2 * pf_rng_unit(seed, 0x706c636b, 0, draw) - 1);
}

static void
start(struct pf_bank *bank, unsigned lane, const struct pf_start *begin)
{
	struct bank *const b = bank->state;
	struct voice *const v = &b->voice[lane];
	const float rate_hz = (float)bank->rate_hz;
	const float hard = (begin->velocity - 0.8f) *
	    bank->value[DYNAMICS][lane];
	const float velocity = fmaxf(begin->velocity, 0.001f);
	v->strings = bank->value[DETUNE][lane] > 0.01f ? 2 : 1;
	for (unsigned i = 0; i < v->strings; i++)
		memset(v->string[i].ring, 0,
		    (b->mask + 1 + GUARD) * sizeof(float));
	v->at = 0;
	v->age = 0;
	pf_slide_set(&v->pitch, begin->pitch);
	v->cents = 1.2f * differ(begin->seed, 0);
	v->released = false;
	v->fresh = true;
	tune(bank, lane, v);
	v->fresh = false;
	for (unsigned i = 0; i < v->strings; i++) {
		v->string[i].now = v->string[i].next;
		v->string[i].moves = false;
	}
	const float hz = fmaxf(PF_LOOP_LOWEST_HZ,
	    440 * pf_fast_exp2((begin->pitch - 69) / 12));
	const float place = bank->value[POSITION][lane] *
	    (1 + 0.1f * differ(begin->seed, 1));
	v->period = rate_hz / hz;
	v->width = place * v->period;
	/* Thin strings are let go of faster. */
	v->edge = bank->value[PICK][lane] * rate_hz * sqrtf(220 / hz) *
	    pf_fast_exp2(-2.5f * hard + 0.15f * differ(begin->seed, 2));
	v->edge = fminf(fmaxf(v->edge, 2), v->period * (1 - place) * 0.9f);
	/* As loud wherever it is plucked (a pulse's RMS) and a little louder
	 * in the heights, where it dies sooner. */
	v->strength = pf_fast_exp2(1.4f * pf_fast_log2(velocity)) *
	    0.3f / sqrtf(place * (1 - place)) *
	    pf_fast_exp2(0.2f * pf_fast_log2(hz / 220)) *
	    pf_fast_gain(bank->value[LEVEL][lane]);
	v->noise = v->strength * pf_fast_gain(bank->value[NOISE][lane]) *
	    pf_fast_exp2(2 * hard) * 2;
	v->noise_low = 0;
	v->random = (uint32_t)pf_rng_u64(begin->seed, 0x6e6f6973, 0, 0);
	v->pickup = (unsigned)(bank->value[PICKUP][lane] * v->period + 0.5f);
	const float pan = bank->value[SPREAD][lane] *
	    fminf(fmaxf((begin->pitch - 57) / 36, -1), 1);
	pf_fast_pan(pan, 1, &v->left, &v->right);
	v->peak = v->strength;
	v->gain = 1;
	v->gain_step = 0;
	bank->level[lane] = v->peak;
}

static void
release(struct pf_bank *bank, unsigned lane, unsigned pos, float velocity)
{
	struct bank *const b = bank->state;
	(void)pos, (void)velocity;
	b->voice[lane].released = true; /* the hand comes with the block */
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

static void
control(struct pf_bank *bank)
{
	struct bank *const b = bank->state;
	pf_body_set(&b->body, (unsigned)(bank->value[BODY][0] + 0.5f),
	    bank->value[BODY_DB][0], bank->rate_hz);
	for (unsigned lane = 0; lane < bank->lanes; lane++) {
		struct voice *const v = &b->voice[lane];
		if (!bank->live[lane])
			continue;
		for (unsigned i = 0; i < v->strings; i++) {
			if (v->string[i].moves)
				v->string[i].now = v->string[i].next;
			v->string[i].moves = false;
		}
		pf_slide_move(&v->pitch);
		tune(bank, lane, v);
		bank->level[lane] = v->peak * v->gain < 2e-5f ? 0 :
		    v->peak * v->gain;
		v->peak *= 0.97f;
	}
}

/* y[n], n = at .. at+count-1, of a ring, from its past alone. */
static void
turn_loop(const struct pf_string_loop *l, const float *ring, unsigned mask,
    unsigned at, unsigned count, float *y)
{
	/* Tap k of frame i stands at first[i + taps - 1 - k]. */
	const float *const first =
	    ring + ((at - l->delay - (l->taps - 1)) & mask);
	const float *const newest = first + l->taps - 1;
	for (unsigned i = 0; i < count; i += FRAMES) {
		v8 early = {0}, late = {0};
		for (unsigned k = 0; k < l->taps; k++) {
			const float *const x = newest + i - k;
			early += l->h[k] * *(const v8u *)x;
			late += l->h[k] * *(const v8u *)(x + 8);
		}
		*(v8u *)&y[i] = early;
		*(v8u *)&y[i + 8] = late;
	}
}

/* The force of the pluck at a frame of its first period. */
static float
pluck(struct voice *v, float frame)
{
	/* Two soft steps: up at 0, down after `width`; less the mean. */
	float up = frame / v->edge, down = (frame - v->width) / v->edge;
	up = up > 1 ? 1 : up;
	down = down < 0 ? 0 : down > 1 ? 1 : down;
	const float pulse = up * up * (3 - 2 * up) -
	    down * down * (3 - 2 * down) - v->width / v->period;
	v->random = v->random * 1664525u + 1013904223u;
	const float white = (float)(int32_t)v->random * 0x1p-31f;
	v->noise_low += 0.4f * (white - v->noise_low);
	return v->strength * pulse + v->noise * v->noise_low;
}

/* The row of a ring in which frames at .. at+count-1 of the past stand. */
static void
copy_out(const float *ring, unsigned mask, unsigned at, unsigned count,
    float *out)
{
	/* GUARD frames behind the ring repeat its beginning. */
	memcpy(out, ring + (at & mask), count * sizeof *out);
}

static void
copy_in(float *ring, unsigned mask, unsigned at, unsigned count,
    const float *in)
{
	const unsigned first = at & mask, room = mask + 1 - first;
	const unsigned n = count < room ? count : room;
	memcpy(ring + first, in, n * sizeof *in);
	memcpy(ring, in + n, (count - n) * sizeof *in);
	/* And once more behind the ring: what lies in its first GUARD. */
	if (first < GUARD || n < count) {
		for (unsigned i = 0; i < count; i++)
			if (((first + i) & mask) < GUARD)
				ring[((first + i) & mask) + mask + 1] = in[i];
	}
}

/* One string, `count` frames, no more than its delay; force may be NULL. */
static void
run_string(struct bank *b, struct voice *v, struct string *s, unsigned pos,
    unsigned count, const float *force, float *restrict out)
{
	float y[PF_BLOCK + FRAMES], z[PF_BLOCK + FRAMES];
	turn_loop(&s->now, s->ring, b->mask, v->at, count, y);
	if (s->moves) {
		turn_loop(&s->next, s->ring, b->mask, v->at, count, z);
		for (unsigned i = 0; i < count; i++)
			y[i] += (z[i] - y[i]) *
			    ((float)(pos + i) * (1.0f / PF_BLOCK));
	}
	for (unsigned i = 0; force && i < count; i++)
		y[i] += force[i];
	copy_in(s->ring, b->mask, v->at, count, y);
	for (unsigned i = 0; i < count; i++)
		out[i] += y[i];
	if (!v->pickup)
		return;
	copy_out(s->ring, b->mask, v->at - v->pickup, count, z);
	for (unsigned i = 0; i < count; i++)
		out[i] -= z[i];
}

static unsigned
chunk(const struct voice *v, unsigned n)
{
	for (unsigned i = 0; i < v->strings; i++) {
		const struct string *const s = &v->string[i];
		n = n < s->now.delay ? n : s->now.delay;
		n = n < s->next.delay ? n : s->next.delay;
	}
	return n;
}

/* The force of the pluck over the next frames; false: it is over. */
static bool
pluck_row(struct voice *v, unsigned count, float *force)
{
	if ((float)v->age >= v->period)
		return false;
	memset(force, 0, count * sizeof *force);
	for (unsigned i = 0; i < count; i++, v->age++) {
		if ((float)v->age >= v->period)
			break;
		force[i] = pluck(v, (float)v->age);
	}
	return true;
}

static void
run_voice(struct bank *b, struct voice *v, unsigned pos, unsigned n,
    float *restrict out)
{
	float force[PF_BLOCK];
	memset(out, 0, n * sizeof *out);
	for (unsigned done = 0; done < n;) {
		const unsigned count = chunk(v, n - done);
		const bool plucked = pluck_row(v, count, force);
		for (unsigned i = 0; i < v->strings; i++)
			run_string(b, v, &v->string[i], pos + done, count,
			    plucked ? force : NULL, out + done);
		v->at += count;
		done += count;
	}
	float peak = v->peak;
	for (unsigned i = 0; i < n; i++) {
		const float size = fabsf(out[i]);
		peak = peak < size ? size : peak;
	}
	v->peak = peak;
	for (unsigned i = 0; v->gain_step > 0 && i < n; i++) {
		out[i] *= v->gain;
		v->gain = fmaxf(v->gain - v->gain_step, 0);
	}
}

PF_WIDE static void
run(struct pf_bank *bank, unsigned pos, unsigned n, float *restrict l,
    float *restrict r)
{
	struct bank *const b = bank->state;
	float sum[PF_BLOCK] = {0}, out[PF_BLOCK];
	for (unsigned lane = 0; lane < bank->lanes; lane++) {
		struct voice *const v = &b->voice[lane];
		if (!bank->live[lane])
			continue;
		run_voice(b, v, pos, n, out);
		const float left = v->left, right = v->right;
		for (unsigned i = 0; i < n; i++)
			l[i] += out[i] * left;
		for (unsigned i = 0; i < n; i++)
			r[i] += out[i] * right;
		for (unsigned i = 0; i < n; i++)
			sum[i] += out[i];
	}
	pf_body_run(&b->body, n, sum, l, r);
}

const struct pf_model pf_model_pluck = {
    .name = "pluck",
    .help = "plucked strings",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .init = init,
    .start = start,
    .release = release,
    .fade = fade,
    .bend = bend,
    .control = control,
    .run = run,
};
