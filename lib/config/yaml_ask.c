/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in a node: asked for, checked, and refused by its place. */
#include "config/yaml.h"

#include "base/nearest.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct pf_yaml_node *
pf_yaml_find(const struct pf_yaml_node *node, const char *key)
{
	if (node && node->kind == PF_YAML_MAP)
		for (size_t i = 0; i < node->n; i++)
			if (strcmp(node->child[i].key, key) == 0)
				return &node->child[i];
	return NULL;
}

int
pf_yaml_error(const struct pf_yaml_node *node, struct pf_err *err,
    const char *fmt, ...)
{
	char text[384];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return pf_err_at(err, node->file, node->line, "%s%s%s",
	    node->key ? node->key : "", node->key ? ": " : "", text);
}

int
pf_yaml_kind(const struct pf_yaml_node *node, enum pf_yaml_kind kind,
    const char *what, struct pf_err *err)
{
	return node->kind == kind ? 0
	    : pf_yaml_error(node, err, "expected %s", what);
}

int
pf_yaml_keys(const struct pf_yaml_node *node, const char *const *keys,
    size_t n, struct pf_err *err)
{
	if (node->kind != PF_YAML_MAP)
		return pf_yaml_error(node, err, "expected 'key: value' lines");
	for (size_t i = 0; i < node->n; i++) {
		const struct pf_yaml_node *const c = &node->child[i];
		size_t k = 0;
		while (k < n && strcmp(keys[k], c->key) != 0)
			k++;
		if (k < n)
			continue;
		const char *const near = pf_nearest(c->key, keys, n);
		if (near)
			return pf_err_at(err, c->file, c->key_line,
			    "unknown key '%s', did you mean '%s'?", c->key,
			    near);
		return pf_err_at(err, c->file, c->key_line,
		    "unknown key '%s'", c->key);
	}
	return 0;
}

int
pf_yaml_num(const struct pf_yaml_node *node, double lo, double hi,
    double *value, struct pf_err *err)
{
	if (!node)
		return 0;
	if (node->kind != PF_YAML_SCALAR)
		return pf_yaml_error(node, err, "expected a number");
	char *end;
	const double v = strtod(node->text, &end);
	if (end == node->text || *end || node->quoted)
		return pf_yaml_error(node, err, "'%s' is not a number",
		    node->text);
	if (!isfinite(v) || v < lo || v > hi)
		return pf_yaml_error(node, err, "'%s' is out of %g..%g",
		    node->text, lo, hi);
	*value = v;
	return 0;
}

int
pf_yaml_int(const struct pf_yaml_node *node, int64_t lo, int64_t hi,
    int64_t *value, struct pf_err *err)
{
	if (!node)
		return 0;
	if (node->kind != PF_YAML_SCALAR)
		return pf_yaml_error(node, err, "expected a whole number");
	char *end;
	errno = 0;
	const long long v = strtoll(node->text, &end, 10);
	if (end == node->text || *end || node->quoted)
		return pf_yaml_error(node, err, "'%s' is not a whole number",
		    node->text);
	if (errno || v < lo || v > hi)
		return pf_yaml_error(node, err, "'%s' is out of %lld..%lld",
		    node->text, (long long)lo, (long long)hi);
	*value = v;
	return 0;
}

int
pf_yaml_bool(const struct pf_yaml_node *node, bool *value, struct pf_err *err)
{
	static const char *const words[] = {"false", "true", "no", "yes",
	    "off", "on"};
	size_t i;
	if (!node)
		return 0;
	if (node->kind == PF_YAML_SCALAR)
		for (i = 0; i < PF_COUNT(words); i++)
			if (strcmp(node->text, words[i]) == 0) {
				*value = i & 1;
				return 0;
			}
	return pf_yaml_error(node, err, "expected yes or no");
}

int
pf_yaml_str(const struct pf_yaml_node *node, const char **value,
    struct pf_err *err)
{
	if (!node)
		return 0;
	if (node->kind != PF_YAML_SCALAR || !*node->text)
		return pf_yaml_error(node, err, "expected a word");
	*value = node->text;
	return 0;
}

int
pf_yaml_word(const struct pf_yaml_node *node, const char *const *words,
    size_t n, size_t *value, struct pf_err *err)
{
	if (!node)
		return 0;
	if (node->kind != PF_YAML_SCALAR)
		return pf_yaml_error(node, err, "expected a word");
	for (size_t i = 0; i < n; i++)
		if (words[i] && strcmp(node->text, words[i]) == 0) {
			*value = i;
			return 0;
		}
	const char *const near = pf_nearest(node->text, words, n);
	if (near)
		return pf_yaml_error(node, err,
		    "'%s' is unknown, did you mean '%s'?", node->text, near);
	return pf_yaml_error(node, err, "'%s' is unknown", node->text);
}
