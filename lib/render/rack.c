/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/rack.h"

#include "base/share.h"
#include "engine/effects.h"
#include "engine/instrument_file.h"

#include <errno.h>
#include <stdbool.h>
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
	char **names; /* of all there are, sorted */
	size_t n_names;
	struct entry *instruments, *assigned;
};

static const char usual[] = "e-piano";

/*
 * Words in the name of a source, the first that fits counts: so "bass-drum"
 * is a drum, and a "pad-2" sounds like one.
 */
static const struct {
	const char *word, *instrument;
} by_word[] = {
	{"drum", "kit-acoustic"}, {"kit", "kit-acoustic"},
	{"perc", "kit-acoustic"}, {"beat", "kit-acoustic"},
	{"bass", "bass-guitar"}, {"pad", "soft-pad"}, {"string", "strings"},
	{"violin", "strings"}, {"cello", "strings"}, {"choir", "soft-pad"},
	{"arp", "pluck-synth"}, {"lead", "square-lead"},
	{"solo", "square-lead"}, {"melody", "square-lead"},
	{"voice", "square-lead"}, {"counter", "bells"}, {"bell", "bells"},
	{"guitar", "steel-guitar"}, {"organ", "organ"}, {"brass", "brass"},
	{"horn", "brass"}, {"trumpet", "brass"}, {"harp", "harp"},
	{"marimba", "marimba"}, {"vibe", "marimba"},
};

/* General MIDI programs: the first of each row of instruments. */
static const struct {
	int first;
	const char *instrument;
} by_program[] = {
	{0, "e-piano"}, {8, "bells"}, {11, "marimba"}, {14, "bells"},
	{15, "harp"}, {16, "organ"}, {24, "steel-guitar"},
	{26, "electric-guitar"}, {32, "upright-bass"}, {33, "bass-guitar"},
	{38, "warm-bass"}, {40, "strings"}, {46, "harp"}, {47, "marimba"},
	{48, "strings"}, {52, "soft-pad"}, {56, "brass"},
	{72, "square-lead"}, {81, "supersaw-lead"}, {82, "square-lead"},
	{88, "soft-pad"}, {104, "steel-guitar"}, {112, "bells"},
	{113, "kit-acoustic"}, {120, "soft-pad"},
};

int
pf_rack_new(struct pf_rack **rack)
{
	struct pf_rack *const r = calloc(1, sizeof *r);
	if (!r)
		return -ENOMEM;
	r->names = pf_share_list("instruments", ".yaml", &r->n_names);
	if (!r->names) {
		free(r);
		return -ENOMEM;
	}
	*rack = r;
	return 0;
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

static const char *
of_program(int program)
{
	size_t i = PF_COUNT(by_program) - 1;
	while (by_program[i].first > program)
		i--;
	return by_program[i].instrument;
}

const char *
pf_rack_choose(const struct pf_rack *r, const char *source,
    const char *patch, int program)
{
	const struct entry *const e = find(r->assigned, source);
	if (e)
		return e->assigned;
	if (patch)
		return patch;
	for (size_t i = 0; i < r->n_names; i++)
		if (strcmp(r->names[i], source) == 0)
			return source;
	const bool drums = strcasestr(source, "drum") ||
	    strcasestr(source, "kit") || strcasestr(source, "perc");
	if (program >= 0 && program <= 127 && !drums)
		return of_program(program);
	for (size_t i = 0; i < PF_COUNT(by_word); i++)
		if (strcasestr(source, by_word[i].word))
			return by_word[i].instrument;
	return usual;
}

/* The effects of the returns, with what is not their default. */
static void
return_channel(struct pf_channel *channel, const struct pf_fx *fx)
{
	*channel = (struct pf_channel){.fxs = 1};
	pf_fx_spec_init(&channel->fx[0], fx);
	/* A send is the wet part: nothing of the dry comes back with it. */
	for (unsigned p = 0; p < fx->params; p++)
		if (strcmp(fx->param[p].name, "mix") == 0)
			channel->fx[0].value[p] = fx->param[p].hi;
}

int
pf_rack_returns(struct pf_engine *engine, const struct pf_channel *channel,
    struct pf_err *err)
{
	static const struct pf_fx *const fx[] = {&pf_fx_reverb, &pf_fx_delay,
	    &pf_fx_chorus};
	struct pf_channel back;
	for (unsigned s = 0; s < channel->sends; s++) {
		const char *const to = channel->send[s].to;
		for (size_t i = 0; i < PF_COUNT(fx); i++) {
			if (strcmp(to, fx[i]->name) != 0)
				continue;
			return_channel(&back, fx[i]);
			const int n = pf_engine_add_return(engine, to, &back,
			    err);
			if (n < 0 && n != -EEXIST)
				return n;
		}
	}
	return 0;
}

void
pf_rack_master(struct pf_channel *master, double gain_db)
{
	*master = (struct pf_channel){.fxs = 2};
	pf_fx_spec_init(&master->fx[0], &pf_fx_dcblock);
	pf_fx_spec_init(&master->fx[1], &pf_fx_limiter);
	for (unsigned p = 0; p < pf_fx_limiter.params; p++)
		if (strcmp(pf_fx_limiter.param[p].name, "gain") == 0)
			master->fx[1].value[p] = (float)gain_db;
}
