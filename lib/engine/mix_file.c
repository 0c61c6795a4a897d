/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/mix_file.h"

#include "base/share.h"
#include "config/yaml.h"
#include "engine/instrument_file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRAMS = 128 };

struct pf_mix {
	struct pf_yaml *yaml; /* owns the words */
	unsigned returns;
	struct pf_channel master, fx_return[PF_RETURNS_MOST];
	const char *return_name[PF_RETURNS_MOST];
	const struct pf_yaml_node *instruments;
	const char *otherwise;
	const char *program[PROGRAMS], *kit[PROGRAMS];
};

static int
read_channel(const struct pf_yaml_node *map, struct pf_channel *channel,
    struct pf_err *err)
{
	static const char *const keys[] = {"fx", "sends", "gain", "pan"};
	const int r = pf_yaml_keys(map, keys, PF_COUNT(keys), err);
	return r != 0 ? r : pf_channel_read(map, channel, err);
}

static int
read_returns(const struct pf_yaml_node *map, struct pf_mix *mix,
    struct pf_err *err)
{
	if (!map)
		return 0;
	int r = pf_yaml_kind(map, PF_YAML_MAP, "a map of FX returns", err);
	if (r == 0 && map->n > PF_RETURNS_MOST)
		r = pf_yaml_error(map, err, "more than %d returns",
		    PF_RETURNS_MOST);
	for (size_t i = 0; r == 0 && i < map->n; i++) {
		r = read_channel(&map->child[i], &mix->fx_return[i], err);
		mix->return_name[i] = map->child[i].key;
		mix->returns = (unsigned)i + 1;
	}
	return r;
}

/* All values of a map or list must be words. */
static int
check_words(const struct pf_yaml_node *node, enum pf_yaml_kind kind,
    const char *what, struct pf_err *err)
{
	int r = node ? pf_yaml_kind(node, kind, what, err) : 0;
	for (size_t i = 0; r == 0 && node && i < node->n; i++) {
		const char *word;
		r = pf_yaml_str(&node->child[i], &word, err);
	}
	return r;
}

static int
read_programs(const struct pf_yaml_node *list, const struct pf_yaml_node *kits,
    struct pf_mix *mix, struct pf_err *err)
{
	int r = check_words(list, PF_YAML_LIST, "a list of instruments", err);
	if (r == 0)
		r = check_words(kits, PF_YAML_MAP, "a map of kits", err);
	if (r == 0 && list && list->n > PROGRAMS)
		r = pf_yaml_error(list, err, "more than %d programs",
		    PROGRAMS);
	for (size_t i = 0; r == 0 && list && i < list->n; i++)
		mix->program[i] = list->child[i].text;
	for (size_t i = 0; r == 0 && kits && i < kits->n; i++) {
		char *end;
		const long number = strtol(kits->child[i].key, &end, 10);
		if (*end || number < 0 || number >= PROGRAMS)
			return pf_yaml_error(&kits->child[i], err,
			    "'%s' is not a program 0..127",
			    kits->child[i].key);
		mix->kit[number] = kits->child[i].text;
	}
	return r;
}

static int
read_root(const struct pf_yaml_node *root, struct pf_mix *mix,
    struct pf_err *err)
{
	static const char *const keys[] = {"title", "returns", "master",
	    "instruments", "otherwise", "programs", "kits"};
	const struct pf_yaml_node *const master =
	    pf_yaml_find(root, "master");
	mix->otherwise = "";
	mix->instruments = pf_yaml_find(root, "instruments");
	int r = pf_yaml_keys(root, keys, PF_COUNT(keys), err);
	if (r == 0)
		r = read_returns(pf_yaml_find(root, "returns"), mix, err);
	if (r == 0 && master)
		r = read_channel(master, &mix->master, err);
	if (r == 0)
		r = check_words(mix->instruments, PF_YAML_MAP,
		    "a map of names and instruments", err);
	if (r == 0)
		r = pf_yaml_str(pf_yaml_find(root, "otherwise"),
		    &mix->otherwise, err);
	if (r == 0)
		r = read_programs(pf_yaml_find(root, "programs"),
		    pf_yaml_find(root, "kits"), mix, err);
	return r;
}

int
pf_mix_load(struct pf_mix **mix, const char *name, struct pf_err *err)
{
	char path[PATH_MAX];
	if (pf_share_find(path, sizeof path, "mixes", name, ".yaml") != 0)
		return pf_share_fail(err, "mix", "mixes", name, ".yaml");
	struct pf_mix *const m = calloc(1, sizeof *m);
	if (!m)
		return -ENOMEM;
	int r = pf_yaml_load(&m->yaml, path, err);
	if (r == 0)
		r = read_root(pf_yaml_root(m->yaml), m, err);
	if (r != 0) {
		pf_mix_free(m);
		return r;
	}
	*mix = m;
	return 0;
}

void
pf_mix_free(struct pf_mix *mix)
{
	if (!mix)
		return;
	pf_yaml_free(mix->yaml);
	free(mix);
}

unsigned
pf_mix_returns(const struct pf_mix *mix)
{
	return mix->returns;
}

const char *
pf_mix_return_name(const struct pf_mix *mix, unsigned i)
{
	return mix->return_name[i];
}

const struct pf_channel *
pf_mix_return(const struct pf_mix *mix, unsigned i)
{
	return &mix->fx_return[i];
}

const struct pf_channel *
pf_mix_master(const struct pf_mix *mix)
{
	return &mix->master;
}

int
pf_mix_add_returns(const struct pf_mix *mix, struct pf_engine *engine,
    struct pf_err *err)
{
	for (unsigned i = 0; i < mix->returns; i++) {
		const int r = pf_engine_add_return(engine,
		    mix->return_name[i], &mix->fx_return[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

const char *
pf_mix_instrument(const struct pf_mix *mix, const char *source)
{
	const struct pf_yaml_node *const map = mix->instruments;
	const char *best = mix->otherwise;
	size_t longest = 0;
	for (size_t i = 0; map && i < map->n; i++) {
		const size_t len = strlen(map->child[i].key);
		if (len > longest && strcasestr(source, map->child[i].key)) {
			longest = len;
			best = map->child[i].text;
		}
	}
	return best;
}

static const char *
kit_of(const struct pf_mix *mix, unsigned program)
{
	for (unsigned i = program + 1; i-- > 0;)
		if (mix->kit[i])
			return mix->kit[i];
	return pf_mix_instrument(mix, "drums");
}

const char *
pf_mix_program(const struct pf_mix *mix, unsigned bank, unsigned program,
    bool drums)
{
	if (program >= PROGRAMS)
		return mix->otherwise;
	if (drums || bank == 128)
		return kit_of(mix, program);
	return mix->program[program] ? mix->program[program] : mix->otherwise;
}
