/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/strip.h"

#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
add_path(struct pf_paths *paths, const char *name, unsigned slot)
{
	const uint32_t hash = pf_hash_str(name);
	uint32_t at = hash & paths->mask;
	for (; paths->path[at].hash; at = (at + 1) & paths->mask)
		if (paths->path[at].hash == hash)
			return; /* who comes first has it */
	paths->path[at] = (struct pf_path){hash, (uint16_t)slot};
}

static int
make_paths(struct pf_paths *paths, unsigned n)
{
	uint32_t size = 16;
	while (size < 2 * n)
		size *= 2;
	free(paths->path);
	paths->path = calloc(size, sizeof *paths->path);
	paths->mask = size - 1;
	return paths->path ? 0 : -ENOMEM;
}

/* `name` within the strip and `STRIP.name` from outside. */
static void
name_slot(struct pf_strip *strip, const char *name, unsigned slot)
{
	char full[3 * PF_NAME_MOST];
	snprintf(full, sizeof full, "%s.%s", strip->name, name);
	add_path(&strip->own, name, slot);
	add_path(&strip->full, full, slot);
}

static void
name_channel(struct pf_strip *strip)
{
	char path[2 * PF_NAME_MOST];
	for (unsigned i = 0; i < 3; i++)
		name_slot(strip, pf_channel_param[i].name, PF_SLOT_GAIN + i);
	for (unsigned i = 0; i < strip->chain.sends; i++) {
		snprintf(path, sizeof path, "send.%s",
		    strip->chain.spec.send[i].to);
		name_slot(strip, path, PF_SLOT_SEND + i);
	}
}

static void
name_inserts(struct pf_strip *strip, bool bare)
{
	for (unsigned i = 0; i < strip->chain.fxs; i++) {
		const struct pf_fx_spec *spec = &strip->chain.spec.fx[i];
		for (unsigned p = 0; p < spec->fx->params; p++) {
			char path[2 * PF_NAME_MOST];
			const char *name = spec->fx->param[p].name;
			snprintf(path, sizeof path, "%s.%s", spec->name, name);
			name_slot(strip, bare ? name : path,
			    PF_SLOT_FX + i * PF_FX_PARAMS_MOST + p);
		}
	}
}

static int
name_parameters(struct pf_strip *strip)
{
	const struct pf_model *model = strip->ins.model;
	const unsigned models = model ? model->params : 0;
	unsigned fxs = 0;
	for (unsigned i = 0; i < strip->chain.fxs; i++)
		fxs += strip->chain.spec.fx[i].fx->params;
	const unsigned most = models + 2 * fxs + 3 + PF_SENDS_MOST;
	if (make_paths(&strip->own, most) < 0 ||
	    make_paths(&strip->full, most) < 0 ||
	    make_paths(&strip->note, models) < 0)
		return -ENOMEM;
	name_channel(strip);
	for (unsigned p = 0; p < models; p++) {
		name_slot(strip, model->param[p].name, p);
		add_path(&strip->note, model->param[p].name, p);
	}
	name_inserts(strip, false);
	if (strip->kind == PF_RETURN) /* `reverb.size` is enough */
		name_inserts(strip, true);
	return 0;
}

int
pf_strip_new(struct pf_strip **strip, enum pf_strip_kind kind,
    const char *name, const struct pf_instrument *ins, uint32_t rate_hz,
    unsigned pending)
{
	struct pf_strip *s = aligned_alloc(alignof(struct pf_strip), sizeof *s);
	if (!s)
		return -ENOMEM;
	memset(s, 0, sizeof *s);
	s->kind = kind;
	s->ins = *ins;
	s->rate_hz = rate_hz;
	if (kind != PF_STRIP_VOICES)
		s->ins.model = NULL;
	snprintf(s->name, sizeof s->name, "%s", name);
	s->hash = pf_hash_str(name);
	pf_scheduler_lay_out(&s->scheduler, &s->arena, pending);
	int status = pf_arena_open(&s->arena);
	if (status < 0)
		goto fail;
	pf_scheduler_lay_out(&s->scheduler, &s->arena, pending);
	status = pf_chain_init(&s->chain, &ins->channel, rate_hz);
	if (status < 0)
		goto fail;
	if (s->ins.model)
		status = pf_voices_new(&s->voices, ins, s->hash, rate_hz);
	if (status < 0 || (status = name_parameters(s)) < 0)
		goto fail;
	*strip = s;
	return 0;
fail:
	pf_strip_free(s);
	return status;
}

void
pf_strip_free(struct pf_strip *strip)
{
	if (!strip)
		return;
	free(strip->own.path);
	free(strip->full.path);
	free(strip->note.path);
	pf_voices_free(strip->voices);
	pf_voices_free(strip->ringing);
	pf_chain_fini(&strip->chain);
	pf_arena_close(&strip->arena);
	free(strip);
}

int
pf_strip_patch(struct pf_strip *strip, const struct pf_instrument *ins)
{
	struct pf_voices *voices;
	struct pf_chain *chain = malloc(sizeof *chain);
	if (!chain)
		return -ENOMEM;
	int status = pf_voices_new(&voices, ins, strip->hash, strip->rate_hz);
	if (status < 0)
		goto out;
	status = pf_chain_init(chain, &ins->channel, strip->rate_hz);
	if (status < 0) {
		pf_voices_free(voices);
		goto out;
	}
	/* The faders move from where they are. */
	chain->begun = strip->chain.begun;
	chain->l = strip->chain.l;
	chain->r = strip->chain.r;
	chain->nonfinite = strip->chain.nonfinite;
	pf_voices_free(strip->ringing);
	pf_chain_fini(&strip->chain);
	strip->ringing = strip->voices;
	voices->notes = strip->voices->notes;
	voices->stolen = strip->voices->stolen;
	voices->shed = strip->voices->shed;
	strip->voices = voices;
	strip->chain = *chain;
	strip->ins = *ins;
	status = name_parameters(strip);
out:
	free(chain);
	return status;
}
