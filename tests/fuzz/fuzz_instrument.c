/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instruments as strangers write them, played with events as strangers send
 * them: a file is refused, or what it plays stays finite, below full scale
 * behind the limiter, and the same on one thread and on two.
 */
#include "engine_rig.h"
#include "fuzz.h"

#include "engine/instrument_file.h"
#include "engine/mix_file.h"

#include <math.h>

enum { FRAMES = 2048, EVENTS = 24 };

static const float odd[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 1e-42f,
    -1, 0, 0.5f, 1, 60, 127.99f, 20000};

static float
any_float(uint64_t seed, int64_t i, uint32_t draw)
{
	const uint32_t k = pf_rng_below(seed, 11, i, draw, 24);
	return k < PF_COUNT(odd) ? odd[k]
	    : (float)pf_rng_below(seed, 12, i, draw, 1000) / 500.0f;
}

/* Notes, holds, bends and changes of parameters, at any value. */
static void
push_some(struct pf_engine *engine, const struct pf_instrument *ins,
    uint64_t seed)
{
	static const enum pf_type type[] = {PF_NOTE, PF_NOTE, PF_ON, PF_OFF,
	    PF_BEND, PF_SET, PF_SET, PF_SET, PF_TEMPO};
	/* Not master.gain: it stands behind the limiter. */
	static const char *const path[] = {"gain", "pan", "send.reverb",
	    "reverb.decay", "master.limiter.gain", "master.limiter.ceiling"};
	for (int64_t i = 0; i < EVENTS; i++) {
		const uint32_t t = pf_rng_below(seed, 13, i, 0,
		    PF_COUNT(type));
		const double at_s = pf_rng_below(seed, 14, i, 0, FRAMES) /
		    48000.0;
		const float x = any_float(seed, i, 1);
		struct pf_event e = rig_note("a", at_s,
		    20 + (float)pf_rng_below(seed, 15, i, 0, 90), x, 0.02f);
		const uint32_t p = pf_rng_below(seed, 16, i, 0,
		    ins->model->params + PF_COUNT(path));
		if (type[t] == PF_SET)
			e = rig_set_event("a", at_s, p < ins->model->params
			    ? ins->model->param[p].name
			    : path[p - ins->model->params], x,
			    any_float(seed, i, 2));
		e.type = type[t];
		if (type[t] == PF_TEMPO)
			e.value = (double)x * 100;
		rig_push(engine, e, type[t] == PF_NOTE
		    ? "cutoff=1e40\tpan=-nan\tgain=300" : NULL);
	}
}

static void
play(const struct pf_instrument *ins, const struct pf_mix *mix,
    unsigned threads, uint64_t seed, float *l, float *r)
{
	struct pf_engine_config config;
	struct pf_engine *engine;
	struct pf_err err;
	pf_engine_config_init(&config);
	config.threads = threads;
	config.master = pf_mix_master(mix);
	if (pf_engine_new(&engine, &config, &err) != 0 ||
	    pf_mix_add_returns(mix, engine, &err) != 0 ||
	    pf_engine_add(engine, "b", ins, &err) < 0 ||
	    pf_engine_add(engine, "a", ins, &err) < 0) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	push_some(engine, ins, seed);
	rig_push(engine, rig_note("b", 0.001, 60, 1, 0.02f), NULL);
	rig_render(engine, FRAMES, l, r, threads > 1 ? 1 + seed : 0);
	pf_engine_free(engine);
}

static void
fuzz_one(const uint8_t *bytes, size_t n)
{
	static float l[2][FRAMES], r[2][FRAMES];
	static struct pf_mix *mix;
	struct pf_instrument ins;
	struct pf_err err;
	if (!mix && pf_mix_load(&mix, "default", &err) != 0) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	if (pf_instrument_parse(&ins, (const char *)bytes, n, "fuzz.yaml",
	    &err) != 0)
		return;
	const uint64_t seed = pf_hash((const char *)bytes, n);
	play(&ins, mix, 1, seed, l[0], r[0]);
	play(&ins, mix, 2, seed, l[1], r[1]);
	for (int i = 0; i < FRAMES; i++)
		if (!(fabsf(l[0][i]) <= 1) || !(fabsf(r[0][i]) <= 1)) {
			printf("# %g %g at %d of\n%.*s\n", (double)l[0][i],
			    (double)r[0][i], i, (int)n, (const char *)bytes);
			abort();
		}
	if (memcmp(l[0], l[1], sizeof *l) || memcmp(r[0], r[1], sizeof *r)) {
		printf("# threads differ:\n%.*s\n", (int)n,
		    (const char *)bytes);
		abort();
	}
	pf_instrument_fini(&ins);
}

#ifndef PF_LIBFUZZER
static const char lead[] = "title: A lead\nmodel: subtractive\nvoices: 4\n"
    "params: {cutoff: 0.4, resonance: 0.3}\nfx:\n  - eq: {low: 3}\n"
    "  - drive: {}\n  - chorus: {}\n  - delay: {}\n"
    "sends: {reverb: 0.2}\ngain: -3\npan: 0\n";
static const char bell[] = "title: A bell\nmodel: fm\nvoices: 8\nfx:\n"
    "  - compressor: {name: duck, sidechain: c, threshold: -24}\n"
    "gain: 6\n";
static const char string[] = "title: A string\nmodel: pluck\n"
    "transpose: -12\nlegato: true\nsends: {delay: 1}\n";
static const char kit[] = "title: A kit\nmodel: drums\nvoices: 16\n"
    "fx:\n  - reverb: {decay: 1.8}\ngain: 24\npan: -1\n";
static const struct fuzz_seed seeds[] = {{lead, sizeof lead - 1},
    {bell, sizeof bell - 1}, {string, sizeof string - 1},
    {kit, sizeof kit - 1}};
static const char *const words[] = {".nan", ".inf", "-1", "1e308", "1e-320",
    "[", "{", ": ", "\n", "&a *a", "!!x ", "0", "9", "24", "fx:\n"};
FUZZ_MAIN(seeds, PF_COUNT(seeds), words, 20000)
#endif
