/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/sheet.h"

#include "base/hash.h"
#include "engine/arena.h"

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
	paths->path = pf_touched_alloc(size * sizeof *paths->path);
	paths->mask = size - 1;
	return paths->path ? 0 : -ENOMEM;
}

/* `name` within the strip and `STRIP.name` from outside. */
static void
name_slot(struct pf_sheet *sheet, const char *name, unsigned slot)
{
	char full[3 * PF_NAME_MOST];
	snprintf(full, sizeof full, "%s.%s", sheet->name, name);
	add_path(&sheet->own, name, slot);
	add_path(&sheet->full, full, slot);
}

/* A model's own `pan` is for notes alone: who comes first has the path. */
static void
add_row(struct pf_sheet *sheet, const char *path, unsigned slot,
    const struct pf_param *param, float base)
{
	if (pf_paths_find(&sheet->own, pf_hash_str(path)) >= 0)
		return;
	struct pf_sheet_row *row = &sheet->row[sheet->rows++];
	snprintf(row->path, sizeof row->path, "%s", path);
	row->slot = (uint16_t)slot;
	row->param = param;
	row->base = base;
	name_slot(sheet, path, slot);
}

static void
add_channel(struct pf_sheet *sheet, const struct pf_channel *channel)
{
	const struct pf_param *param = pf_channel_param;
	char path[2 * PF_NAME_MOST];
	const bool master = sheet->kind == PF_MASTER;
	add_row(sheet, "gain", PF_SLOT_GAIN,
	    master ? &pf_master_param[0] : &param[0], channel->gain_db);
	add_row(sheet, "pan", PF_SLOT_PAN,
	    master ? &pf_master_param[1] : &param[1], channel->pan);
	add_row(sheet, "mute", PF_SLOT_MUTE, &param[2], 0);
	for (unsigned i = 0; i < channel->sends; i++) {
		snprintf(path, sizeof path, "send.%s", channel->send[i].to);
		add_row(sheet, path, PF_SLOT_SEND + i, &param[3],
		    channel->send[i].level);
	}
}

/*
 * An effect's parameter is EFFECT.NAME; of a return the name alone is enough,
 * so that `reverb.size` does what it says.  The first effect has it.
 */
static void
add_insert(struct pf_sheet *sheet, const struct pf_fx_spec *spec, unsigned i)
{
	for (unsigned p = 0; p < spec->fx->params; p++) {
		const struct pf_param *param = &spec->fx->param[p];
		const unsigned slot = PF_SLOT_FX + i * PF_FX_PARAMS_MOST + p;
		char path[2 * PF_NAME_MOST];
		snprintf(path, sizeof path, "%s.%s", spec->name, param->name);
		if (sheet->kind != PF_RETURN || pf_paths_find(&sheet->own,
		    pf_hash_str(param->name)) >= 0) {
			add_row(sheet, path, slot, param, spec->value[p]);
			continue;
		}
		add_row(sheet, param->name, slot, param, spec->value[p]);
		name_slot(sheet, path, slot);
	}
}

static void
fill(struct pf_sheet *sheet, const struct pf_instrument *ins)
{
	const struct pf_model *model = ins->model;
	add_channel(sheet, &ins->channel);
	for (unsigned p = 0; model && p < model->params; p++) {
		add_row(sheet, model->param[p].name, p, &model->param[p],
		    ins->value[p]);
		add_path(&sheet->note, model->param[p].name, p);
	}
	if (model) /* not a parameter, but it is said like one */
		name_slot(sheet, "shed", PF_SLOT_SHED);
	for (unsigned i = 0; i < ins->channel.fxs; i++)
		add_insert(sheet, &ins->channel.fx[i], i);
	pf_sheet_reset(sheet);
}

int
pf_sheet_new(struct pf_sheet **sheet, enum pf_strip_kind kind,
    const char *name, const struct pf_instrument *ins, unsigned input)
{
	struct pf_sheet *s = pf_touched_alloc(sizeof *s);
	const unsigned models = ins->model ? ins->model->params : 0;
	unsigned fxs = 0;
	if (!s)
		return -ENOMEM;
	for (unsigned i = 0; i < ins->channel.fxs; i++)
		fxs += ins->channel.fx[i].fx->params;
	const unsigned most = models + 2 * fxs + 4 + PF_SENDS_MOST;
	s->kind = kind;
	s->input = input;
	snprintf(s->name, sizeof s->name, "%s", name);
	if (ins->model)
		snprintf(s->instrument, sizeof s->instrument, "%s",
		    ins->name);
	s->row = pf_touched_alloc(most * sizeof *s->row);
	if (!s->row || make_paths(&s->own, most) < 0 ||
	    make_paths(&s->full, most) < 0 ||
	    make_paths(&s->note, models) < 0) {
		pf_sheet_free(s);
		return -ENOMEM;
	}
	fill(s, ins);
	*sheet = s;
	return 0;
}

void
pf_sheet_free(struct pf_sheet *sheet)
{
	if (!sheet)
		return;
	free(sheet->row);
	free(sheet->own.path);
	free(sheet->full.path);
	free(sheet->note.path);
	free(sheet);
}
