/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model.h"

#include "engine/drums.h"
#include "engine/pluck.h"
#include "engine/sampler.h"
#include "engine/soundfont.h"

#include <string.h>

const struct pf_model *const pf_models[] = {
	&pf_model_subtractive,
	&pf_model_fm,
	&pf_model_pluck,
	&pf_model_drums,
	&pf_model_sampler,
	&pf_model_soundfont,
	NULL,
};

const struct pf_model *
pf_model_find(const char *name)
{
	for (size_t i = 0; pf_models[i]; i++)
		if (!strcmp(pf_models[i]->name, name))
			return pf_models[i];
	return NULL;
}
