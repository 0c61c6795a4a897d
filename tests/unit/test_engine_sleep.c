/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is silent sleeps, and nobody hears it: each effect beside one that is
 * kept awake, and an engine in which everything falls asleep and wakes.
 */
#include "engine/chain.h"
#include "engine/fx.h"
#include "engine_rig.h"
#include "tap.h"

#include <math.h>

#define RATE 48000
#define SECONDS 20
#define FRAMES (SECONDS * RATE)

/* One effect by name, as an insert; the rest as they are. */
static void
add_fx(struct pf_channel *channel, const char *name)
{
	pf_fx_spec_init(&channel->fx[channel->fxs++], pf_fx_find(name));
}

static struct pf_engine *
make(void)
{
	struct pf_engine *engine = rig_engine(1, 0);
	struct pf_instrument ins;
	struct pf_channel room = {0}, echo = {0};
	add_fx(&room, "reverb");
	add_fx(&echo, "delay");
	if (pf_engine_add_return(engine, "room", &room, NULL) < 0 ||
	    pf_engine_add_return(engine, "echo", &echo, NULL) < 0)
		exit(1);
	pf_instrument_init(&ins, pf_model_find("pluck"));
	add_fx(&ins.channel, "eq");
	ins.channel.fx[0].value[1] = 6; /* a low shelf */
	add_fx(&ins.channel, "compressor");
	add_fx(&ins.channel, "drive");
	add_fx(&ins.channel, "chorus");
	ins.channel.sends = 2;
	snprintf(ins.channel.send[0].to, PF_NAME_MOST, "room");
	snprintf(ins.channel.send[1].to, PF_NAME_MOST, "echo");
	ins.channel.send[0].level = ins.channel.send[1].level = 0.3f;
	rig_strip(engine, "a", &ins);
	return engine;
}

/* A note, a pause that is longer than any tail, and the note again. */
static void
render(uint64_t seed, float *l, float *r)
{
	struct pf_engine *engine = make();
	struct pf_event first = rig_note("a", 0.1004, 45, 0.9f, 0.3f);
	struct pf_event again = rig_note("a", 18.5004, 45, 0.9f, 0.3f);
	rig_push(engine, first, NULL);
	for (unsigned i = 0; i < SECONDS; i++) {
		if (i == 12)
			rig_push(engine, again, NULL);
		rig_render(engine, RATE, l + i * RATE, r + i * RATE, seed);
	}
	pf_engine_free(engine);
}

/* Two bursts of noise, 14 s apart, through one effect. */
static bool
through(const struct pf_fx *fx, bool may_sleep, float *l, float *r)
{
	struct pf_channel channel = {.fxs = 1};
	struct pf_chain chain;
	bool slept = false;
	pf_fx_spec_init(&channel.fx[0], fx);
	if (pf_chain_init(&chain, &channel, RATE) < 0)
		exit(1);
	for (int64_t at = 0; at < 15 * RATE; at += PF_BLOCK) {
		const bool sounds = at % (14 * RATE) < 9600;
		for (int64_t i = at; i < at + PF_BLOCK; i++)
			for (int c = 0; c < 2; c++)
				(c ? r : l)[i] = sounds ? 0.2f * (float)
				    (2 * pf_rng_unit(1, 2, i % RATE, c) - 1) :
				    0;
		pf_chain_block(&chain, 120, (double)at / RATE * 2);
		slept |= chain.insert[0].asleep && at > 9600;
		pf_chain_run(&chain, 0, PF_BLOCK, l + at, r + at,
		    sounds || !may_sleep);
	}
	pf_chain_fini(&chain);
	return slept;
}

static void
test_effect(const struct pf_fx *fx, float *l, float *r, float *l2, float *r2)
{
	const bool slept = through(fx, true, l, r);
	const bool never = through(fx, false, l2, r2);
	float worst = 0;
	for (int i = 0; i < 15 * RATE; i++) {
		worst = fmaxf(worst, fabsf(l[i] - l2[i]));
		worst = fmaxf(worst, fabsf(r[i] - r2[i]));
	}
	ok(slept && !never && worst < 3.2e-7f, "%s sleeps in a pause, and "
	    "no one hears it (%.0f dB)", fx->name,
	    20 * log10((double)worst + 1e-12));
}

static float
most(const float *x, size_t n)
{
	float peak = 0;
	for (size_t i = 0; i < n; i++)
		peak = fabsf(x[i]) > peak ? fabsf(x[i]) : peak;
	return peak;
}

int
main(void)
{
	const size_t bytes = FRAMES * sizeof(float);
	float *l = malloc(bytes), *r = malloc(bytes);
	float *cut_l = malloc(bytes), *cut_r = malloc(bytes);
	if (!l || !r || !cut_l || !cut_r)
		return 1;
	render(0, l, r);
	ok(most(l, RATE) > 0.01f, "a note sounds");
	ok(most(l + 17 * RATE, RATE) == 0 && most(r + 17 * RATE, RATE) == 0,
	    "long after it everything sleeps and is exactly silent");
	ok(most(l, 4800) == 0, "so it is before it");
	ok(most(l + 18 * RATE, RATE) > 0.01f, "a note wakes it");
	for (uint64_t seed = 1; seed < 4; seed++) {
		render(seed, cut_l, cut_r);
		ok(!memcmp(l, cut_l, bytes) && !memcmp(r, cut_r, bytes),
		    "falling asleep and waking, cuts %u give the same bytes",
		    (unsigned)seed);
	}
	for (unsigned i = 0; pf_fxs[i]; i++)
		test_effect(pf_fxs[i], l, r, cut_l, cut_r);
	free(l);
	free(r);
	free(cut_l);
	free(cut_r);
	return tap_done();
}
