/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/rig.h"

#include "base/share.h"
#include "rig/known.h"
#include "rig/order.h"
#include "rig/program.h"
#include "session/directory.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int
read_logs(struct pf_rig *rig, const struct pf_yaml_node *node,
    struct pf_err *err)
{
	static const char *const keys[] = {"directory", "size_kib", "keep"};
	int64_t kib = 1024, keep = 3;
	int r = 0;
	if (node)
		r = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	if (r == 0)
		r = pf_yaml_str(pf_yaml_find(node, "directory"),
		    &rig->log_directory, err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(node, "size_kib"), 4, 1 << 20,
		    &kib, err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(node, "keep"), 0, 99, &keep,
		    err);
	rig->log_bytes = (uint64_t)kib * 1024;
	rig->log_keep = (unsigned)keep;
	return r;
}

/* One engine at most, lanes enough, no lane twice. */
static int
check_together(const struct pf_rig *rig, struct pf_err *err)
{
	unsigned lanes = 0;
	for (size_t i = 0; i < rig->n; i++) {
		const struct pf_rig_program *const p = &rig->program[i];
		const struct pf_rig_known *const k = pf_rig_known_find(p->argv,
		    p->argc);
		lanes += k ? k->lanes : 0;
		for (size_t j = 0; p->lane && j < i; j++)
			if (rig->program[j].lane &&
			    strcmp(p->lane, rig->program[j].lane) == 0)
				return pf_err_at(err, rig->path, p->line,
				    "'%s' would play as '%s', as '%s' does",
				    p->name, p->lane, rig->program[j].name);
	}
	if (rig->runtime.ring_buffers && rig->runtime.ring_buffers < lanes)
		return pf_err_at(err, rig->path, rig->runtime.ring_line,
		    "ring_buffers: %u are too few: the programs of this rig "
		    "own %u lanes", rig->runtime.ring_buffers, lanes);
	return 0;
}

static int
read_programs(struct pf_rig *rig, const struct pf_yaml_node *node,
    struct pf_err *err)
{
	int r = 0;
	if (!node || (node->kind == PF_YAML_MAP && node->n == 0))
		return pf_err_at(err, rig->path, 0, "lacks 'programs'");
	r = pf_yaml_kind(node, PF_YAML_MAP, "'NAME: PROGRAM ARGUMENTS' lines",
	    err);
	if (r)
		return r;
	if (node->n > PF_RIG_PROGRAMS)
		return pf_yaml_error(node, err, "more than %d",
		    PF_RIG_PROGRAMS);
	rig->program = calloc(node->n, sizeof *rig->program);
	if (!rig->program)
		return pf_err_set(err, "out of memory"), -ENOMEM;
	for (size_t i = 0; i < node->n && r == 0; i++)
		r = pf_rig_program_read(&rig->program[rig->n++],
		    &node->child[i], &rig->runtime, err);
	for (size_t i = 0; i < node->n && r == 0; i++)
		r = pf_rig_program_after(&rig->program[i], &node->child[i],
		    rig, err);
	if (r == 0)
		r = pf_rig_order(rig, err);
	return r ? r : check_together(rig, err);
}

static int
read_rig(struct pf_rig *rig, const struct pf_rig_wish *wish,
    struct pf_err *err)
{
	static const char *const keys[] = {"title", "session", "logs",
	    "programs", PF_RIG_RUNTIME_KEYS};
	const struct pf_yaml_node *const root = pf_yaml_root(rig->yaml);
	const struct pf_yaml_node *const session = pf_yaml_find(root,
	    "session");
	rig->path = root->file;
	rig->title = "";
	int r = pf_yaml_keys(root, keys, PF_COUNT(keys), err);
	if (r == 0)
		r = pf_yaml_str(pf_yaml_find(root, "title"), &rig->title, err);
	if (r == 0)
		r = pf_yaml_str(session, &rig->session, err);
	if (r == 0 && session &&
	    !pf_session_name_ok(rig->session, PF_SESSION_NAME_MOST))
		r = pf_yaml_error(session, err, "'%s' is no name for a "
		    "session", rig->session);
	if (r == 0)
		r = read_logs(rig, pf_yaml_find(root, "logs"), err);
	if (r == 0)
		r = pf_rig_runtime_read(&rig->runtime, root,
		    wish ? wish->device : NULL, err);
	return r ? r : read_programs(rig, pf_yaml_find(root, "programs"), err);
}

/* Make a rig of a tree, which is its own from now on. */
static int
make(struct pf_rig **out, struct pf_yaml *yaml, const struct pf_rig_wish *wish,
    struct pf_err *err)
{
	struct pf_rig *const rig = calloc(1, sizeof *rig);
	if (!rig) {
		pf_yaml_free(yaml);
		return pf_err_set(err, "out of memory"), -ENOMEM;
	}
	rig->yaml = yaml;
	const int r = read_rig(rig, wish, err);
	if (r)
		pf_rig_free(rig);
	else
		*out = rig;
	return r;
}

int
pf_rig_load(struct pf_rig **rig, const char *name,
    const struct pf_rig_wish *wish, struct pf_err *err)
{
	char path[PATH_MAX];
	struct pf_yaml *yaml;
	if (pf_share_find(path, sizeof path, "rigs", name, ".yaml") != 0)
		return pf_share_fail(err, "rig", "rigs", name, ".yaml");
	const int r = pf_yaml_load(&yaml, path, err);
	return r ? r : make(rig, yaml, wish, err);
}

int
pf_rig_parse(struct pf_rig **rig, const char *text, size_t len,
    const char *file, const struct pf_rig_wish *wish, struct pf_err *err)
{
	struct pf_yaml *yaml;
	const int r = pf_yaml_parse(&yaml, text, len, file, err);
	return r ? r : make(rig, yaml, wish, err);
}

const char *
pf_rig_choose(struct pf_rig *rig, size_t program, size_t choice)
{
	struct pf_rig_program *const p = &rig->program[program];
	if (!p->device_at)
		return NULL;
	const char *const device = rig->runtime.engine[choice % p->n_choices];
	char *const word = strdup(device);
	if (word) {
		free(p->argv[p->device_at]);
		p->argv[p->device_at] = word;
	}
	return device;
}

void
pf_rig_free(struct pf_rig *rig)
{
	if (!rig)
		return;
	for (size_t i = 0; i < rig->n; i++)
		pf_rig_program_fini(&rig->program[i]);
	free(rig->program);
	pf_yaml_free(rig->yaml);
	free(rig);
}
