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
	paths->path = calloc(size, sizeof *paths->path);
	paths->mask = size - 1;
	return paths->path ? 0 : -ENOMEM;
}

static void
free_names(struct pf_names_of_strip *names)
{
	free(names->own.path);
	free(names->full.path);
	free(names->note.path);
}

/* Empty tables with room for all parameters of an instrument. */
static int
make_names(struct pf_names_of_strip *names, const struct pf_instrument *ins)
{
	const unsigned models = ins->model ? ins->model->params : 0;
	unsigned fxs = 0;
	for (unsigned i = 0; i < ins->channel.fxs; i++)
		fxs += ins->channel.fx[i].fx->params;
	const unsigned most = models + 2 * fxs + 3 + PF_SENDS_MOST;
	memset(names, 0, sizeof *names);
	if (make_paths(&names->own, most) == 0 &&
	    make_paths(&names->full, most) == 0 &&
	    make_paths(&names->note, models) == 0)
		return 0;
	free_names(names);
	return -ENOMEM;
}

/* `name` within the strip and `STRIP.name` from outside. */
static void
name_slot(struct pf_strip *strip, const char *name, unsigned slot)
{
	char full[3 * PF_NAME_MOST];
	snprintf(full, sizeof full, "%s.%s", strip->name, name);
	add_path(&strip->names.own, name, slot);
	add_path(&strip->names.full, full, slot);
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

/* Fill the strip's new tables; those it had are freed. */
static void
name_parameters(struct pf_strip *strip, const struct pf_names_of_strip *names)
{
	const struct pf_model *model = strip->ins.model;
	free_names(&strip->names);
	strip->names = *names;
	name_channel(strip);
	for (unsigned p = 0; model && p < model->params; p++) {
		name_slot(strip, model->param[p].name, p);
		add_path(&strip->names.note, model->param[p].name, p);
	}
	name_inserts(strip, false);
	if (strip->kind == PF_RETURN) /* `reverb.size` is enough */
		name_inserts(strip, true);
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
	struct pf_names_of_strip names;
	if (status < 0 || (status = make_names(&names, &s->ins)) < 0)
		goto fail;
	name_parameters(s, &names);
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
	free_names(&strip->names);
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
	struct pf_names_of_strip names;
	int status = make_names(&names, ins);
	if (status < 0)
		return status;
	struct pf_chain *chain = malloc(sizeof *chain);
	status = -ENOMEM;
	if (!chain)
		goto out;
	status = pf_voices_new(&voices, ins, strip->hash, strip->rate_hz);
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
	name_parameters(strip, &names);
	free(chain);
	return 0;
out:
	free_names(&names);
	free(chain);
	return status;
}
