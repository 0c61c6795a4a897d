/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine's promise: any row of cuts and any number of threads gives the
 * same bytes.  64 voices of 64 notes, each from its own frame, cutoffs on the
 * move, notes that end, bend and are stolen, parameters that ramp, FX
 * returns, a tempo change.
 */
#include "engine_rig.h"
#include "tap.h"

#define FRAMES 36000

static const struct pf_model *const models[] = {
	&pf_model_subtractive, &pf_model_fm,
};

static void
make_channel(struct pf_channel *channel)
{
	const struct pf_fx *const delay = pf_fx_find("delay");
	const struct pf_fx *const drive = pf_fx_find("drive");
	channel->sends = 1;
	snprintf(channel->send[0].to, sizeof channel->send[0].to, "echo");
	channel->send[0].level = 0.3f;
	(void)delay;
	if (drive) {
		channel->fxs = 1;
		pf_fx_spec_init(&channel->fx[0], drive);
	}
}

/* An engine with a limiter that has now and then something to do. */
static struct pf_engine *
with_limiter(unsigned threads)
{
	struct pf_engine_config config;
	struct pf_engine *engine;
	struct pf_channel master = {.fxs = 1};
	pf_engine_config_init(&config);
	pf_fx_spec_init(&master.fx[0], pf_fx_find("limiter"));
	config.threads = threads;
	config.master = &master;
	if (pf_engine_new(&engine, &config, NULL) < 0)
		exit(1);
	return engine;
}

static struct pf_engine *
make(unsigned threads)
{
	static const char *const names[] = {"d", "b", "c", "a"};
	struct pf_engine *engine = with_limiter(threads);
	struct pf_instrument ins;
	struct pf_channel echo = {0};
	for (unsigned s = 0; s < 4; s++) {
		pf_instrument_init(&ins, models[s % 2]);
		ins.voices = s == 3 ? 4 : 20; /* the last one must steal */
		make_channel(&ins.channel);
		if (s == 0) {
			rig_set(&ins, "wobble", 3);
			rig_set(&ins, "lfo", 7);
			rig_set(&ins, "unison", 3);
			rig_set(&ins, "sub", 0.3f);
			rig_set(&ins, "noise", 0.1f);
			rig_set(&ins, "glide", 0.05f);
		}
		if (s == 2) {
			rig_set(&ins, "envelope", 4);
			rig_set(&ins, "level2", 0.7f);
			rig_set(&ins, "shape", 1);
			rig_set(&ins, "pwm", 0.5f);
			rig_set(&ins, "drive", 0.4f);
		}
		rig_strip(engine, names[s], &ins);
	}
	if (pf_fx_find("delay")) {
		echo.fxs = 1;
		pf_fx_spec_init(&echo.fx[0], pf_fx_find("delay"));
	}
	if (pf_engine_add_return(engine, "echo", &echo, NULL) < 0)
		exit(1);
	return engine;
}

static void
play(struct pf_engine *engine)
{
	static const char *const names[] = {"a", "b", "c", "d"};
	for (unsigned v = 0; v < 64; v++) {
		const char *const name = names[v % 4];
		struct pf_event e = rig_note(name, 0.003 + v * 0.0007313,
		    30 + (float)v, 0.2f + 0.01f * (float)v,
		    0.2f + 0.005f * (float)v);
		e.id = v + 1;
		rig_push(engine, e, v % 3 ? NULL : "cutoff=0.5\tpan=-0.5");
		if (v % 8 == 0) {
			struct pf_event bend = rig_note(name, 0.1 + v * 0.0011,
			    31.5f + (float)v, 0, 0);
			bend.type = PF_BEND;
			bend.p = 0;
			bend.id = v + 1;
			rig_push(engine, bend, NULL);
		}
	}
	rig_push(engine, rig_set_event("a", 0.02, "cutoff", 0.3f, 0.4f), NULL);
	rig_push(engine, rig_set_event("c", 0.05, "cutoff", 0.9f, 0.3f), NULL);
	rig_push(engine, rig_set_event("c", 0.21, "gain", -9, 0.1f), NULL);
	rig_push(engine, rig_set_event("d", 0.25, "pan", 0.8f, 0.0f), NULL);
	rig_push(engine, rig_set_event("x", 0.3, "b.send.echo", 1, 0), NULL);
	struct pf_event tempo = {.time = 200000000, .type = PF_TEMPO};
	tempo.value = 97;
	rig_push(engine, tempo, NULL);
}

static void
render(unsigned threads, uint64_t seed, float *lr)
{
	struct pf_engine *engine = make(threads);
	play(engine);
	rig_render(engine, FRAMES, lr, lr + FRAMES, seed);
	pf_engine_free(engine);
}

int
main(void)
{
	const size_t bytes = 2 * FRAMES * sizeof(float);
	float *whole = malloc(bytes), *cut = malloc(bytes);
	render(1, 0, whole);
	float most = 0;
	for (int i = 0; i < FRAMES; i++)
		most = whole[i] > most ? whole[i] : most;
	ok(most > 0.05f && most < 20, "64 voices sound (up to %.2f)",
	    (double)most);
	static const unsigned threads[] = {1, 1, 1, 2, 2, 8, 8};
	for (unsigned i = 0; i < PF_COUNT(threads); i++) {
		render(threads[i], i + 1, cut);
		ok(!memcmp(whole, cut, bytes), "random cuts %u on %u threads "
		    "give the same bytes as whole blocks on one", i + 1,
		    threads[i]);
	}
	render(8, 0, cut);
	ok(!memcmp(whole, cut, bytes), "whole blocks on 8 threads, too");
	free(whole);
	free(cut);
	return tap_done();
}
