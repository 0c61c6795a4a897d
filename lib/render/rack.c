/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/rack.h"

#include "base/share.h"
#include "engine/effects.h"
#include "engine/instrument_file.h"
#include "engine/mix_file.h"
#include "event/role.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An instrument that was read, or what the user assigned to a source. */
struct entry {
	struct entry *next;
	char *name;
	char *assigned; /* NULL in the list of instruments */
	struct pf_instrument instrument;
};

struct pf_rack {
	struct pf_mix *mix;
	char **names; /* of all there are, sorted */
	size_t n_names;
	struct entry *instruments, *assigned;
};

int
pf_rack_new(struct pf_rack **rack, const char *desk, struct pf_err *err)
{
	struct pf_rack *const r = calloc(1, sizeof *r);
	int status = -ENOMEM;
	if (r)
		r->names = pf_share_list("instruments", ".yaml", &r->n_names);
	if (!r || !r->names)
		pf_err_set(err, "%s", strerror(ENOMEM));
	else
		status = pf_mix_load(&r->mix, desk, err);
	if (status == 0)
		*rack = r;
	else
		pf_rack_free(r);
	return status;
}

static void
free_list(struct entry *e)
{
	while (e) {
		struct entry *const next = e->next;
		if (!e->assigned)
			pf_instrument_fini(&e->instrument);
		free(e->name);
		free(e->assigned);
		free(e);
		e = next;
	}
}

void
pf_rack_free(struct pf_rack *r)
{
	if (!r)
		return;
	free_list(r->instruments);
	free_list(r->assigned);
	pf_mix_free(r->mix);
	free(r->names);
	free(r);
}

static struct entry *
find(struct entry *e, const char *name)
{
	while (e && strcmp(e->name, name) != 0)
		e = e->next;
	return e;
}

static int
no_memory(struct pf_err *err)
{
	pf_err_set(err, "%s", strerror(ENOMEM));
	return -ENOMEM;
}

static struct entry *
new_entry(const char *name)
{
	struct entry *e = calloc(1, sizeof *e);
	if (e && !(e->name = strdup(name))) {
		free(e);
		e = NULL;
	}
	return e;
}

int
pf_rack_get(struct pf_rack *r, const char *name,
    const struct pf_instrument **instrument, struct pf_err *err)
{
	struct entry *e = find(r->instruments, name);
	if (!e) {
		if (!(e = new_entry(name)))
			return no_memory(err);
		const int status = pf_instrument_load(&e->instrument, name,
		    err);
		if (status != 0) {
			free(e->name);
			free(e);
			return status;
		}
		e->next = r->instruments;
		r->instruments = e;
	}
	*instrument = &e->instrument;
	return 0;
}

int
pf_rack_assign(struct pf_rack *r, const char *source, const char *instrument,
    struct pf_err *err)
{
	const struct pf_instrument *ignored;
	const int status = pf_rack_get(r, instrument, &ignored, err);
	if (status != 0)
		return status;
	struct entry *e = find(r->assigned, source);
	char *const name = strdup(instrument);
	if (!name)
		return no_memory(err);
	if (!e) {
		if (!(e = new_entry(source))) {
			free(name);
			return no_memory(err);
		}
		e->next = r->assigned;
		r->assigned = e;
	}
	free(e->assigned);
	e->assigned = name;
	return 0;
}

const char *
pf_rack_choose(const struct pf_rack *r, const char *source,
    const char *patch, int bank, int program)
{
	const struct entry *const e = find(r->assigned, source);
	if (e)
		return e->assigned;
	if (patch)
		return patch;
	if (program >= 0)
		return pf_mix_program(r->mix, (unsigned)bank,
		    (unsigned)program, pf_source_is_drums(source));
	for (size_t i = 0; i < r->n_names; i++)
		if (strcmp(r->names[i], source) == 0)
			return source;
	return pf_mix_instrument(r->mix, source);
}

int
pf_rack_returns(const struct pf_rack *r, struct pf_engine *engine,
    struct pf_err *err)
{
	return pf_mix_add_returns(r->mix, engine, err);
}

double
pf_rack_master(const struct pf_rack *r, struct pf_channel *master,
    double gain_db)
{
	*master = *pf_mix_master(r->mix);
	for (unsigned i = 0; i < master->fxs; i++) {
		if (master->fx[i].fx != &pf_fx_limiter)
			continue;
		for (unsigned p = 0; p < pf_fx_limiter.params; p++) {
			const struct pf_param *const param =
			    &pf_fx_limiter.param[p];
			float *const value = &master->fx[i].value[p];
			if (strcmp(param->name, "gain") != 0)
				continue;
			const double want = *value + gain_db;
			*value = (float)fmin(fmax(want, param->lo),
			    param->hi);
			gain_db = want - *value;
		}
	}
	return gain_db;
}
