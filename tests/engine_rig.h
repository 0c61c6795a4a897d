/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the engine's tests share: making one, playing notes, rendering into
 * memory in cuts of any length.
 */
#ifndef PF_TESTS_ENGINE_RIG_H
#define PF_TESTS_ENGINE_RIG_H

#include "base/hash.h"
#include "base/rng.h"
#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An engine or death. */
static inline struct pf_engine *
rig_engine(unsigned threads, unsigned pending)
{
	struct pf_engine_config config;
	struct pf_engine *engine;
	struct pf_err err;
	pf_engine_config_init(&config);
	config.threads = threads;
	config.pending = pending;
	if (pf_engine_new(&engine, &config, &err) < 0) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	return engine;
}

static inline void
rig_set(struct pf_instrument *ins, const char *name, float value)
{
	for (unsigned p = 0; p < ins->model->params; p++)
		if (!strcmp(ins->model->param[p].name, name)) {
			ins->value[p] = value;
			return;
		}
	printf("Bail out! no parameter %s\n", name);
	exit(1);
}

static inline unsigned
rig_strip(struct pf_engine *engine, const char *name,
    const struct pf_instrument *ins)
{
	struct pf_err err;
	const int strip = pf_engine_add(engine, name, ins, &err);
	if (strip < 0) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
	return (unsigned)strip;
}

static inline struct pf_event
rig_note(const char *source, double at_s, float pitch, float velocity,
    float seconds)
{
	struct pf_event e = {
		.time = (int64_t)(at_s * 1e9 + 0.5),
		.source = pf_hash_str(source),
		.type = PF_NOTE,
	};
	e.pitch = pitch;
	e.velocity = velocity;
	e.duration = seconds;
	return e;
}

static inline struct pf_event
rig_set_event(const char *source, double at_s, const char *param,
    float value, float ramp_s)
{
	struct pf_event e = {
		.time = (int64_t)(at_s * 1e9 + 0.5),
		.source = pf_hash_str(source),
		.type = PF_SET,
	};
	e.name = pf_hash_str(param);
	e.velocity = value;
	e.duration = ramp_s;
	return e;
}

static inline int
rig_push(struct pf_engine *engine, struct pf_event e, const char *more)
{
	return pf_engine_push(engine, &e, more, more ? strlen(more) : 0);
}

/*
 * Render frames to l and r; in cuts that a seed chooses, or (0) whole
 * blocks.
 */
static inline void
rig_render(struct pf_engine *engine, size_t frames, float *l, float *r,
    uint64_t seed)
{
	size_t done = 0;
	for (int64_t cut = 0; done < frames; cut++) {
		unsigned n = pf_engine_room(engine);
		if (seed) {
			const unsigned wish = 1 + pf_rng_below(seed, 0, cut,
			    0, PF_BLOCK);
			n = wish < n ? wish : n;
		}
		if (n > frames - done)
			n = (unsigned)(frames - done);
		pf_engine_run(engine, n, NULL,
		    (float *[]){l + done, r + done});
		done += n;
	}
}

#endif
