/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/effects.h"

#include <string.h>

const struct pf_fx *const pf_fxs[] = {
    &pf_fx_eq,
    &pf_fx_compressor,
    &pf_fx_drive,
    &pf_fx_chorus,
    &pf_fx_delay,
    &pf_fx_reverb,
    &pf_fx_dcblock,
    &pf_fx_autogain,
    &pf_fx_limiter,
    NULL,
};

const struct pf_fx *
pf_fx_find(const char *name)
{
	for (size_t i = 0; pf_fxs[i]; i++)
		if (!strcmp(pf_fxs[i]->name, name))
			return pf_fxs[i];
	return NULL;
}
