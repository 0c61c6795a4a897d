/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/instrument_file.h"

#include "base/nearest.h"
#include "base/share.h"
#include "engine/drums.h"
#include "engine/instrument_data.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODELS_MOST = 16, FXS_MOST = 32 };

/* The keys of a model beside those of every instrument, and who reads them. */
static const struct extra {
	const char *model;
	const char *key[4];
	int (*read)(const struct pf_yaml_node *root,
	    struct pf_instrument *instrument, struct pf_err *err);
} extras[] = {
    {"drums", {"pieces", "pieces_from"}, pf_kit_read},
    {"sampler", {"zones"}, pf_zones_read},
    {"soundfont", {"file", "bank", "program"}, pf_soundfont_read},
};

static const char *const common[] = {"title", "model", "voices", "legato",
    "transpose", "params", "fx", "sends", "gain", "pan"};

static int
read_param(const struct pf_yaml_node *node, const struct pf_param *param,
    float *value, struct pf_err *err)
{
	if (param->curve == PF_CHOICE) {
		size_t n = 0, chosen = 0;
		while (param->choice[n])
			n++;
		const int r = pf_yaml_word(node, param->choice, n, &chosen, err);
		if (r == 0)
			*value = (float)chosen;
		return r;
	}
	double number = (double)*value;
	/* 0.001 as a float lies above 0.001 as a double. */
	const double lo = (double)param->lo, hi = (double)param->hi;
	const int r = pf_yaml_num(node, lo - fabs(lo) * 1e-6,
	    hi + fabs(hi) * 1e-6, &number, err);
	*value = fminf(fmaxf((float)number, param->lo), param->hi);
	return r;
}

int
pf_params_read(const struct pf_yaml_node *map, const struct pf_param *params,
    unsigned n, float *value, const char *const *skip, unsigned skips,
    struct pf_err *err)
{
	const char *known[PF_PARAMS_MOST + 4];
	unsigned keys = 0;
	for (unsigned i = 0; i < n; i++)
		known[keys++] = params[i].name;
	for (unsigned i = 0; i < skips; i++)
		known[keys++] = skip[i];
	if (!map)
		return 0;
	int r = pf_yaml_keys(map, known, keys, err);
	for (unsigned i = 0; r == 0 && i < n; i++)
		r = read_param(pf_yaml_find(map, params[i].name), &params[i],
		    &value[i], err);
	return r;
}

static int
copy_name(const struct pf_yaml_node *node, char name[PF_NAME_MOST],
    struct pf_err *err)
{
	const char *text = NULL;
	const int r = pf_yaml_str(node, &text, err);
	if (r != 0 || !text)
		return r;
	if (strlen(text) >= PF_NAME_MOST || !*text)
		return pf_yaml_error(node, err,
		    "a name has 1 to %d bytes", PF_NAME_MOST - 1);
	memcpy(name, text, strlen(text) + 1);
	return 0;
}

static int
find_fx(const struct pf_yaml_node *node, const char *name,
    const struct pf_fx **fx, struct pf_err *err)
{
	*fx = pf_fx_find(name);
	if (*fx)
		return 0;
	const char *names[FXS_MOST];
	size_t n = 0;
	while (n < FXS_MOST && pf_fxs[n]) {
		names[n] = pf_fxs[n]->name;
		n++;
	}
	const char *const near = pf_nearest(name, names, n);
	return pf_yaml_error(node, err, near ?
	    "unknown effect '%s', did you mean '%s'?" :
	    "unknown effect '%s'", name, near);
}

/* "dcblock", or {eq: {low: 2, name: tone}}. */
static int
read_fx(const struct pf_yaml_node *item, struct pf_fx_spec *spec,
    struct pf_err *err)
{
	static const char *const skip[] = {"name", "sidechain"};
	const struct pf_yaml_node *map = NULL;
	const char *name = item->text;
	const struct pf_fx *fx;
	if (item->kind == PF_YAML_MAP && item->n == 1) {
		map = &item->child[0];
		name = map->key;
	} else if (item->kind != PF_YAML_SCALAR) {
		return pf_yaml_error(item, err,
		    "an effect is written 'NAME' or 'NAME: {...}'");
	}
	int r = find_fx(item, name, &fx, err);
	if (r != 0)
		return r;
	pf_fx_spec_init(spec, fx);
	if (!map || (map->kind == PF_YAML_SCALAR && !*map->text))
		return 0;
	r = pf_params_read(map, fx->param, fx->params, spec->value, skip,
	    PF_COUNT(skip), err);
	if (r == 0)
		r = copy_name(pf_yaml_find(map, "name"), spec->name, err);
	if (r == 0)
		r = copy_name(pf_yaml_find(map, "sidechain"), spec->sidechain,
		    err);
	return r;
}

static int
read_sends(const struct pf_yaml_node *map, struct pf_channel *channel,
    struct pf_err *err)
{
	if (!map)
		return 0;
	int r = pf_yaml_kind(map, PF_YAML_MAP, "a map of returns and levels",
	    err);
	if (r == 0 && map->n > PF_SENDS_MOST)
		r = pf_yaml_error(map, err, "more than %d sends",
		    PF_SENDS_MOST);
	for (size_t i = 0; r == 0 && i < map->n; i++) {
		struct pf_send_spec *const send = &channel->send[i];
		double level = 0;
		if (strlen(map->child[i].key) >= PF_NAME_MOST)
			return pf_yaml_error(&map->child[i], err,
			    "a name has 1 to %d bytes", PF_NAME_MOST - 1);
		memcpy(send->to, map->child[i].key,
		    strlen(map->child[i].key) + 1);
		r = pf_yaml_num(&map->child[i], 0, 1, &level, err);
		send->level = (float)level;
		channel->sends = (unsigned)i + 1;
	}
	return r;
}

int
pf_channel_read(const struct pf_yaml_node *map, struct pf_channel *channel,
    struct pf_err *err)
{
	const struct pf_yaml_node *const fx = pf_yaml_find(map, "fx");
	double gain_db = 0, pan = 0;
	int r = 0;
	memset(channel, 0, sizeof *channel);
	if (fx)
		r = pf_yaml_kind(fx, PF_YAML_LIST, "a list of effects", err);
	if (r == 0 && fx && fx->n > PF_INSERTS_MOST)
		r = pf_yaml_error(fx, err, "more than %d effects",
		    PF_INSERTS_MOST);
	for (size_t i = 0; r == 0 && fx && i < fx->n; i++) {
		r = read_fx(&fx->child[i], &channel->fx[i], err);
		channel->fxs = (unsigned)i + 1;
	}
	if (r == 0)
		r = read_sends(pf_yaml_find(map, "sends"), channel, err);
	if (r == 0)
		r = pf_yaml_num(pf_yaml_find(map, "gain"), -96, 24, &gain_db,
		    err);
	if (r == 0)
		r = pf_yaml_num(pf_yaml_find(map, "pan"), -1, 1, &pan, err);
	channel->gain_db = (float)gain_db;
	channel->pan = (float)pan;
	return r;
}

static int
read_model(const struct pf_yaml_node *root, const struct pf_model **model,
    struct pf_err *err)
{
	const struct pf_yaml_node *const node = pf_yaml_find(root, "model");
	const char *names[MODELS_MOST];
	size_t n = 0, chosen = 0;
	if (!node)
		return pf_yaml_error(root, err, "'model' is missing");
	while (n < MODELS_MOST && pf_models[n]) {
		names[n] = pf_models[n]->name;
		n++;
	}
	const int r = pf_yaml_word(node, names, n, &chosen, err);
	if (r == 0)
		*model = pf_models[chosen];
	return r;
}

/* What every instrument has; *extra is what its model has besides. */
static int
read_common(const struct pf_yaml_node *root, struct pf_instrument *in,
    const struct extra **extra, struct pf_err *err)
{
	const struct pf_model *model = NULL;
	const char *keys[PF_COUNT(common) + 4], *title = "";
	size_t n = 0;
	int r = pf_yaml_kind(root, PF_YAML_MAP, "an instrument", err);
	if (r == 0)
		r = read_model(root, &model, err);
	if (r != 0)
		return r;
	pf_instrument_init(in, model);
	for (; n < PF_COUNT(common); n++)
		keys[n] = common[n];
	*extra = NULL;
	for (size_t i = 0; i < PF_COUNT(extras); i++) {
		if (strcmp(extras[i].model, model->name) != 0)
			continue;
		*extra = &extras[i];
		for (int k = 0; k < 4 && extras[i].key[k]; k++)
			keys[n++] = extras[i].key[k];
	}
	int64_t voices = in->voices;
	double transpose = 0;
	r = pf_yaml_keys(root, keys, n, err);
	if (r == 0)
		r = pf_yaml_str(pf_yaml_find(root, "title"), &title, err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(root, "voices"), 1,
		    PF_VOICES_MOST, &voices, err);
	if (r == 0)
		r = pf_yaml_bool(pf_yaml_find(root, "legato"), &in->legato,
		    err);
	if (r == 0)
		r = pf_yaml_num(pf_yaml_find(root, "transpose"), -48, 48,
		    &transpose, err);
	if (r == 0)
		r = pf_params_read(pf_yaml_find(root, "params"), model->param,
		    model->params, in->value, NULL, 0, err);
	if (r == 0)
		r = pf_channel_read(root, &in->channel, err);
	in->voices = (unsigned)voices;
	in->transpose = (float)transpose;
	return r;
}

/* "a/warm-bass.yaml" is called "warm-bass". */
static void
name_after(struct pf_instrument *in, const char *file)
{
	const char *const slash = strrchr(file, '/');
	const char *const base = slash ? slash + 1 : file;
	const char *const dot = strrchr(base, '.');
	const int len = dot && dot > base ? (int)(dot - base) :
	    (int)strlen(base);
	snprintf(in->name, sizeof in->name, "%.*s",
	    len < PF_NAME_MOST ? len : PF_NAME_MOST - 1, base);
}

static int
read_tree(struct pf_instrument *in, const struct pf_yaml *yaml,
    const char *file, struct pf_err *err)
{
	const struct pf_yaml_node *const root = pf_yaml_root(yaml);
	const struct extra *extra;
	struct pf_instrument made;
	memset(&made, 0, sizeof made);
	int r = read_common(root, &made, &extra, err);
	if (r == 0 && extra)
		r = extra->read(root, &made, err);
	if (r != 0) {
		pf_instrument_fini(&made);
		return r;
	}
	name_after(&made, file);
	*in = made;
	return 0;
}

int
pf_instrument_parse(struct pf_instrument *instrument, const char *text,
    size_t len, const char *file, struct pf_err *err)
{
	struct pf_yaml *yaml;
	int r = pf_yaml_parse(&yaml, text, len, file, err);
	if (r != 0)
		return r;
	r = read_tree(instrument, yaml, file, err);
	pf_yaml_free(yaml);
	return r;
}

int
pf_instrument_load(struct pf_instrument *instrument, const char *name,
    struct pf_err *err)
{
	char path[PATH_MAX];
	struct pf_yaml *yaml;
	if (pf_share_find(path, sizeof path, "instruments", name, ".yaml"))
		return pf_share_fail(err, "instrument", "instruments", name,
		    ".yaml");
	int r = pf_yaml_load(&yaml, path, err);
	if (r != 0)
		return r;
	r = read_tree(instrument, yaml, path, err);
	pf_yaml_free(yaml);
	return r;
}

int
pf_beside(char *path, size_t size, const struct pf_yaml_node *node,
    struct pf_err *err)
{
	const char *text = NULL;
	int r = pf_yaml_str(node, &text, err);
	if (r != 0)
		return r;
	const char *const slash = strrchr(node->file, '/');
	const int dir = slash && text[0] != '/' ?
	    (int)(slash - node->file + 1) : 0;
	const int n = snprintf(path, size, "%.*s%s", dir, node->file, text);
	if (n < 0 || (size_t)n >= size)
		return pf_yaml_error(node, err, "the path is too long");
	return 0;
}
