/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/voices.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
lay_out(struct pf_voices *v, struct pf_arena *a)
{
	const unsigned lanes = v->bank.lanes, params = v->model->params;
	v->voice = pf_arena_take(a, lanes, sizeof *v->voice);
	v->live = pf_arena_take(a, lanes, sizeof *v->live);
	v->own = pf_arena_take(a, lanes, sizeof *v->own);
	v->row = pf_arena_take(a, params, sizeof *v->row);
	v->bank.level = pf_arena_take(a, lanes, sizeof(float));
	for (unsigned p = 0; p < params; p++) {
		float *row = pf_arena_take(a, lanes, sizeof(float));
		if (v->row)
			v->row[p] = row;
	}
	v->bank.live = v->live;
	v->bank.value = (const float *const *)v->row;
	v->bank.state = pf_arena_take(a, 1,
	    v->model->bytes(v->bank.rate_hz, lanes));
}

int
pf_voices_new(struct pf_voices **voices, const struct pf_instrument *ins,
    uint32_t name, uint32_t rate_hz)
{
	struct pf_voices *v = pf_touched_alloc(sizeof *v);
	if (!v)
		return -ENOMEM;
	/* Room for a fading voice beside each that is stolen at once. */
	const unsigned spare = ins->voices < PF_LANES ? ins->voices : PF_LANES;
	v->model = ins->model;
	v->most = ins->voices;
	v->legato = ins->legato;
	v->transpose = ins->transpose;
	v->last_pitch = -1;
	v->next_end = PF_NEVER;
	v->name = name;
	v->bank.rate_hz = rate_hz;
	v->bank.data = ins->data;
	v->bank.bpm = 60;
	v->bank.lanes = (ins->voices + spare + PF_LANES - 1) / PF_LANES *
	    PF_LANES;
	lay_out(v, &v->arena);
	int status = pf_arena_open(&v->arena);
	if (status < 0)
		goto fail;
	lay_out(v, &v->arena);
	for (unsigned p = 0; p < v->model->params; p++) {
		v->value[p] = ins->value[p];
		for (unsigned lane = 0; lane < v->bank.lanes; lane++)
			v->row[p][lane] = ins->value[p];
	}
	if (v->model->init && (status = v->model->init(&v->bank)) < 0)
		goto fail;
	*voices = v;
	return 0;
fail:
	pf_arena_close(&v->arena);
	free(v);
	return status;
}

void
pf_voices_free(struct pf_voices *v)
{
	if (!v)
		return;
	if (v->model->fini)
		v->model->fini(&v->bank);
	pf_arena_close(&v->arena);
	free(v);
}
