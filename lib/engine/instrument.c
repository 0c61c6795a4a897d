/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/instrument.h"

#include <stdio.h>
#include <string.h>

void
pf_instrument_init(struct pf_instrument *instrument,
    const struct pf_model *model)
{
	memset(instrument, 0, sizeof *instrument);
	instrument->model = model;
	instrument->voices = 16;
	if (!model)
		return;
	snprintf(instrument->name, sizeof instrument->name, "%s", model->name);
	for (unsigned p = 0; p < model->params; p++)
		instrument->value[p] = model->param[p].def;
}

void
pf_fx_spec_init(struct pf_fx_spec *spec, const struct pf_fx *fx)
{
	memset(spec, 0, sizeof *spec);
	spec->fx = fx;
	snprintf(spec->name, sizeof spec->name, "%s", fx->name);
	for (unsigned p = 0; p < fx->params; p++)
		spec->value[p] = fx->param[p].def;
}

void
pf_instrument_fini(struct pf_instrument *instrument)
{
	if (instrument->data && instrument->data_free)
		instrument->data_free(instrument->data);
	instrument->data = NULL;
}
