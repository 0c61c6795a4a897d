/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What there is to turn, for who asks from outside.  The lock is between
 * those who ask and the setup thread that puts another sheet up; values are
 * atomic, and the audio thread, which moves them, knows no lock.
 */
#include "base/hash.h"
#include "engine/engine_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int
pf_engine_node(struct pf_engine *engine, unsigned node,
    struct pf_node_info *info)
{
	int status = -ENOENT;
	pthread_mutex_lock(&engine->lock);
	const struct pf_sheet *sheet = node <= PF_NODE_MASTER ?
	    engine->sheet[node] : NULL;
	if (sheet) {
		memset(info, 0, sizeof *info);
		snprintf(info->name, sizeof info->name, "%s", sheet->name);
		snprintf(info->instrument, sizeof info->instrument, "%s",
		    sheet->instrument);
		info->notes = sheet->kind == PF_STRIP_VOICES;
		info->input = sheet->kind == PF_STRIP_INPUT;
		info->in = sheet->input;
		info->params = sheet->rows;
		status = 0;
	}
	pthread_mutex_unlock(&engine->lock);
	return status;
}

static void
describe(const struct pf_sheet *sheet, unsigned node, unsigned i,
    struct pf_param_info *info)
{
	const struct pf_sheet_row *row = &sheet->row[i];
	memset(info, 0, sizeof *info);
	info->param = row->param;
	info->node = node;
	info->own = (unsigned)snprintf(info->path, sizeof info->path, "%s.",
	    sheet->name);
	snprintf(info->path + info->own, sizeof info->path - info->own, "%s",
	    row->path);
	info->base = row->base;
	info->value = pf_sheet_value(sheet, row->slot);
}

int
pf_engine_param(struct pf_engine *engine, unsigned node, unsigned i,
    struct pf_param_info *info)
{
	int status = -ENOENT;
	pthread_mutex_lock(&engine->lock);
	const struct pf_sheet *sheet = node <= PF_NODE_MASTER ?
	    engine->sheet[node] : NULL;
	if (sheet && i < sheet->rows) {
		describe(sheet, node, i, info);
		status = 0;
	}
	pthread_mutex_unlock(&engine->lock);
	return status;
}

/* The row of a slot; there is one for each but `shed`. */
static int
describe_slot(const struct pf_sheet *sheet, unsigned node, int slot,
    struct pf_param_info *info)
{
	for (unsigned i = 0; slot >= 0 && i < sheet->rows; i++) {
		if (sheet->row[i].slot != slot)
			continue;
		describe(sheet, node, i, info);
		return 0;
	}
	return -ENOENT;
}

int
pf_engine_param_find(struct pf_engine *engine, unsigned node,
    const char *path, struct pf_param_info *info)
{
	const uint32_t hash = pf_hash_str(path);
	int status = -ENOENT;
	pthread_mutex_lock(&engine->lock);
	if (node <= PF_NODE_MASTER && engine->sheet[node])
		status = describe_slot(engine->sheet[node], node,
		    pf_paths_find(&engine->sheet[node]->own, hash), info);
	for (unsigned i = 0; status < 0 && i <= PF_NODE_MASTER; i++)
		if (engine->sheet[i])
			status = describe_slot(engine->sheet[i], i,
			    pf_paths_find(&engine->sheet[i]->full, hash),
			    info);
	pthread_mutex_unlock(&engine->lock);
	return status;
}
