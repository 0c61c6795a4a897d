/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/personality.h"

#include "agent/mind.h"
#include "base/nearest.h"
#include "base/share.h"
#include "config/yaml.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

const char *const pf_trait_name[PF_TRAITS] = {
	"density", "adventure", "loudness", "dynamics", "patience", "swing",
	"syncopation", "register", "timing", "length", "fills", "colour",
};

enum { ROLES_MOST = 8 };

void
pf_personality_init(struct pf_personality *p)
{
	for (int i = 0; i < PF_TRAITS; i++)
		p->trait[i] = 0.5;
	p->title[0] = '\0';
}

/* The traits of a map; it may hold other keys, which were checked before. */
static int
read_traits(struct pf_personality *p, const struct pf_yaml_node *map,
    struct pf_err *err)
{
	for (int i = 0; i < PF_TRAITS; i++) {
		const int r = pf_yaml_num(pf_yaml_find(map, pf_trait_name[i]),
		    0, 1, &p->trait[i], err);
		if (r != 0)
			return r;
	}
	return 0;
}

static int
read_role(struct pf_personality *p, const struct pf_yaml_node *root,
    const char *name, int wanted, struct pf_err *err)
{
	const struct pf_yaml_node *const map = pf_yaml_find(root, name);
	struct pf_personality unused;
	if (!map)
		return 0;
	int r = pf_yaml_kind(map, PF_YAML_MAP, "a map of traits", err);
	if (r == 0)
		r = pf_yaml_keys(map, pf_trait_name, PF_TRAITS, err);
	if (r != 0)
		return r;
	/* A wrong number is an error in every role's part. */
	pf_personality_init(&unused);
	return read_traits(wanted ? p : &unused, map, err);
}

static int
read_tree(struct pf_personality *p, const struct pf_yaml *yaml,
    const char *role, struct pf_err *err)
{
	const struct pf_yaml_node *const root = pf_yaml_root(yaml);
	const char *keys[1 + PF_TRAITS + ROLES_MOST] = {"title"};
	const char *title = "";
	size_t n = 1;
	for (int i = 0; i < PF_TRAITS; i++)
		keys[n++] = pf_trait_name[i];
	for (int i = 0; pf_mind_roles[i] && i < ROLES_MOST; i++)
		keys[n++] = pf_mind_roles[i];
	int r = pf_yaml_kind(root, PF_YAML_MAP, "a map of traits", err);
	if (r == 0)
		r = pf_yaml_keys(root, keys, n, err);
	if (r == 0)
		r = pf_yaml_str(pf_yaml_find(root, "title"), &title, err);
	snprintf(p->title, sizeof p->title, "%s", title);
	if (r == 0)
		r = read_traits(p, root, err);
	for (int i = 0; r == 0 && pf_mind_roles[i]; i++)
		r = read_role(p, root, pf_mind_roles[i],
		    role && strcmp(role, pf_mind_roles[i]) == 0, err);
	return r;
}

/* Read a tree, which is freed; *p changes only if all of it is right. */
static int
from_yaml(struct pf_personality *p, struct pf_yaml *yaml, const char *role,
    struct pf_err *err)
{
	struct pf_personality mine;
	pf_personality_init(&mine);
	const int r = read_tree(&mine, yaml, role, err);
	pf_yaml_free(yaml);
	if (r == 0)
		*p = mine;
	return r;
}

int
pf_personality_parse(struct pf_personality *p, const char *text, size_t len,
    const char *file, const char *role, struct pf_err *err)
{
	struct pf_yaml *yaml;
	const int r = pf_yaml_parse(&yaml, text, len, file, err);
	return r ? r : from_yaml(p, yaml, role, err);
}

int
pf_personality_load(struct pf_personality *p, const char *name,
    const char *role, struct pf_err *err)
{
	char path[PATH_MAX];
	struct pf_yaml *yaml;
	if (pf_share_find(path, sizeof path, "personalities", name,
	    ".yaml") != 0)
		return pf_share_fail(err, "personality", "personalities", name,
		    ".yaml");
	const int r = pf_yaml_load(&yaml, path, err);
	return r ? r : from_yaml(p, yaml, role, err);
}

int
pf_personality_set(struct pf_personality *p, const char *text,
    struct pf_err *err)
{
	char name[64];
	const size_t len = strcspn(text, "=");
	if (!text[len] || len >= sizeof name)
		return pf_err_set(err, "'%s' is not TRAIT=NUMBER", text);
	memcpy(name, text, len);
	name[len] = '\0';
	for (int i = 0; i < PF_TRAITS; i++) {
		if (strcmp(name, pf_trait_name[i]) != 0)
			continue;
		char *end;
		const double v = strtod(text + len + 1, &end);
		if (end == text + len + 1 || *end || !(v >= 0 && v <= 1))
			return pf_err_set(err, "%s: '%s' is out of 0..1",
			    name, text + len + 1);
		p->trait[i] = v;
		return 0;
	}
	return pf_nearest_fail(err, "trait", name, pf_trait_name, PF_TRAITS);
}
