/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Configuration files: YAML as a tree whose every error names its line.
 *
 * libyaml parses; this room turns its events into nodes, refuses what a
 * configuration has no use for (anchors, aliases, tags, several documents,
 * a key twice), and reads values against a type, a range or a list of words.
 * Setup only; one thread at a time a tree.
 */
#ifndef PF_CONFIG_YAML_H
#define PF_CONFIG_YAML_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pf_yaml_kind { PF_YAML_SCALAR, PF_YAML_LIST, PF_YAML_MAP };

/* Borrowed from the tree; valid until pf_yaml_free(). */
struct pf_yaml_node {
	enum pf_yaml_kind kind;
	bool quoted;            /* a scalar in quotes is always text */
	long line;              /* from 1 */
	const char *file;       /* for messages */
	const char *key;        /* its key, if it stands in a map */
	long key_line;
	const char *text;       /* of a scalar; "" is an empty value */
	size_t n;               /* children of a list or map */
	struct pf_yaml_node *child;
};

struct pf_yaml;

/*
 * Read a file (at most 1 MiB, depth 16, 65536 nodes).  Returns 0 and *yaml,
 * to be freed; or a negative errno with *err worded and placed.
 */
PF_MUST_CHECK int pf_yaml_load(struct pf_yaml **yaml, const char *path,
    struct pf_err *err);

/* The same from text[len]; `name` stands for the file in messages. */
PF_MUST_CHECK int pf_yaml_parse(struct pf_yaml **yaml, const char *text,
    size_t len, const char *name, struct pf_err *err);

void pf_yaml_free(struct pf_yaml *yaml);

/* The root; an empty file has an empty map. */
const struct pf_yaml_node *pf_yaml_root(const struct pf_yaml *yaml);

/* The child of a map by key; NULL if it is not there (or node is NULL). */
const struct pf_yaml_node *pf_yaml_find(const struct pf_yaml_node *node,
    const char *key);

/*
 * Check that a node is a map with no other keys than keys[n].  An unknown one
 * is an error with the nearest: "x.yaml:3: unknown key 'densty', did you mean
 * 'density'?"  Returns 0 or -EINVAL.
 */
PF_MUST_CHECK int pf_yaml_keys(const struct pf_yaml_node *node,
    const char *const *keys, size_t n, struct pf_err *err);

/*
 * Read a scalar.  Each returns 0; or -EINVAL with *err placed, leaving the
 * value alone.  A NULL node leaves the value alone and returns 0, so that
 * `pf_yaml_num(pf_yaml_find(map, "gain"), ...)` keeps a default.
 */
PF_MUST_CHECK int pf_yaml_num(const struct pf_yaml_node *node, double lo,
    double hi, double *value, struct pf_err *err);
PF_MUST_CHECK int pf_yaml_int(const struct pf_yaml_node *node, int64_t lo,
    int64_t hi, int64_t *value, struct pf_err *err);
PF_MUST_CHECK int pf_yaml_bool(const struct pf_yaml_node *node, bool *value,
    struct pf_err *err);
PF_MUST_CHECK int pf_yaml_str(const struct pf_yaml_node *node,
    const char **value, struct pf_err *err);

/* One word of words[n]: its place.  A wrong one names the nearest. */
PF_MUST_CHECK int pf_yaml_word(const struct pf_yaml_node *node,
    const char *const *words, size_t n, size_t *value, struct pf_err *err);

/* Check a node's kind; `what` names it: "a list of sections". */
PF_MUST_CHECK int pf_yaml_kind(const struct pf_yaml_node *node,
    enum pf_yaml_kind kind, const char *what, struct pf_err *err);

/* Word an error at a node's place.  Returns -EINVAL. */
int pf_yaml_error(const struct pf_yaml_node *node, struct pf_err *err,
    const char *fmt, ...) PF_PRINTF(3, 4);

#endif
