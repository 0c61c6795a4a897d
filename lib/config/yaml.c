/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes from text; yaml_ask.c has what is asked of them. */
#include "config/yaml.h"

#include <yaml.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 20, MOST_NODES = 65536, DEEPEST = 16 };

struct pf_yaml {
	char *file;
	struct pf_yaml_node root;
};

struct parse {
	yaml_parser_t parser;
	const char *file;
	size_t nodes;
	struct pf_err *err;
};

static long
line_of(const yaml_event_t *event)
{
	return (long)event->start_mark.line + 1;
}

static int
next(struct parse *p, yaml_event_t *event)
{
	if (yaml_parser_parse(&p->parser, event))
		return 0;
	const yaml_parser_t *const y = &p->parser;
	const long line = (long)y->problem_mark.line + 1;
	if (y->error == YAML_READER_ERROR)
		return pf_err_at(p->err, p->file, 0,
		    "byte %zu: %s", y->problem_offset, y->problem);
	return pf_err_at(p->err, p->file, line, "%s%s%s",
	    y->problem ? y->problem : "is not YAML",
	    y->context ? " " : "", y->context ? y->context : "");
}

static int parse_node(struct parse *p, const yaml_event_t *event,
    struct pf_yaml_node *node, int depth);

/* Make room for one more child, zeroed. */
static struct pf_yaml_node *
grow(struct parse *p, struct pf_yaml_node *node)
{
	if (++p->nodes > MOST_NODES) {
		pf_err_at(p->err, p->file, node->line,
		    "has more than %d values", MOST_NODES);
		return NULL;
	}
	if ((node->n & (node->n - 1)) == 0) {
		const size_t room = node->n ? 2 * node->n : 1;
		struct pf_yaml_node *const c = realloc(node->child,
		    room * sizeof *c);
		if (!c) {
			pf_err_set(p->err, "out of memory");
			return NULL;
		}
		node->child = c;
	}
	struct pf_yaml_node *const child = &node->child[node->n++];
	*child = (struct pf_yaml_node){.file = p->file};
	return child;
}

static int
parse_list(struct parse *p, struct pf_yaml_node *node, int depth)
{
	for (;;) {
		yaml_event_t event;
		int r = next(p, &event);
		if (r)
			return r;
		if (event.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&event);
			return 0;
		}
		struct pf_yaml_node *const child = grow(p, node);
		r = child ? parse_node(p, &event, child, depth + 1) : -EINVAL;
		yaml_event_delete(&event);
		if (r)
			return r;
	}
}

/* Take the key of the next pair; its value follows. */
static int
parse_key(struct parse *p, const yaml_event_t *event,
    struct pf_yaml_node *node, struct pf_yaml_node **child)
{
	const long line = line_of(event);
	if (event->type != YAML_SCALAR_EVENT)
		return pf_err_at(p->err, p->file, line,
		    "a key must be a word");
	const char *const key = (const char *)event->data.scalar.value;
	if (strlen(key) != event->data.scalar.length)
		return pf_err_at(p->err, p->file, line, "a key has a NUL");
	for (size_t i = 0; i < node->n; i++)
		if (strcmp(node->child[i].key, key) == 0)
			return pf_err_at(p->err, p->file, line,
			    "key '%s' stands here a second time, first on "
			    "line %ld", key, node->child[i].key_line);
	*child = grow(p, node);
	if (!*child)
		return -EINVAL;
	(*child)->key = strdup(key);
	(*child)->key_line = line;
	if ((*child)->key)
		return 0;
	node->n--;
	pf_err_set(p->err, "out of memory");
	return -ENOMEM;
}

static int
parse_map(struct parse *p, struct pf_yaml_node *node, int depth)
{
	for (;;) {
		yaml_event_t event;
		struct pf_yaml_node *child = NULL;
		int r = next(p, &event);
		if (r)
			return r;
		if (event.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&event);
			return 0;
		}
		r = parse_key(p, &event, node, &child);
		yaml_event_delete(&event);
		if (r || (r = next(p, &event)))
			return r;
		r = parse_node(p, &event, child, depth + 1);
		yaml_event_delete(&event);
		if (r)
			return r;
	}
}

static int
parse_scalar(struct parse *p, const yaml_event_t *event,
    struct pf_yaml_node *node)
{
	const char *const text = (const char *)event->data.scalar.value;
	if (strlen(text) != event->data.scalar.length)
		return pf_err_at(p->err, p->file, node->line,
		    "a value has a NUL");
	node->kind = PF_YAML_SCALAR;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = strdup(text);
	if (node->text)
		return 0;
	pf_err_set(p->err, "out of memory");
	return -ENOMEM;
}

static int
parse_node(struct parse *p, const yaml_event_t *event,
    struct pf_yaml_node *node, int depth)
{
	node->line = line_of(event);
	if (depth > DEEPEST)
		return pf_err_at(p->err, p->file, node->line,
		    "is nested deeper than %d", DEEPEST);
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return parse_scalar(p, event, node);
	case YAML_SEQUENCE_START_EVENT:
		node->kind = PF_YAML_LIST;
		return parse_list(p, node, depth);
	case YAML_MAPPING_START_EVENT:
		node->kind = PF_YAML_MAP;
		return parse_map(p, node, depth);
	case YAML_ALIAS_EVENT:
		return pf_err_at(p->err, p->file, node->line,
		    "aliases ('*%s') are not used here",
		    (const char *)event->data.alias.anchor);
	default:
		return pf_err_at(p->err, p->file, node->line,
		    "a value is missing");
	}
}

/* Pass the stream's and the document's start, parse, expect the end. */
static int
parse_document(struct parse *p, struct pf_yaml_node *root)
{
	root->kind = PF_YAML_MAP;
	root->line = 1;
	for (bool seen = false;;) {
		yaml_event_t event;
		int r = next(p, &event);
		if (r)
			return r;
		const yaml_event_type_t type = event.type;
		const long line = line_of(&event);
		if (type != YAML_STREAM_START_EVENT &&
		    type != YAML_DOCUMENT_START_EVENT &&
		    type != YAML_DOCUMENT_END_EVENT &&
		    type != YAML_STREAM_END_EVENT) {
			r = parse_node(p, &event, root, 0);
		} else if (type == YAML_DOCUMENT_START_EVENT && seen) {
			r = pf_err_at(p->err, p->file, line,
			    "a second document begins here");
		} else if (type == YAML_DOCUMENT_START_EVENT) {
			seen = true;
		}
		yaml_event_delete(&event);
		if (r || type == YAML_STREAM_END_EVENT)
			return r;
	}
}

static void
free_node(struct pf_yaml_node *node)
{
	for (size_t i = 0; i < node->n; i++)
		free_node(&node->child[i]);
	free(node->child);
	free((char *)node->key);
	free((char *)node->text);
}

int
pf_yaml_parse(struct pf_yaml **out, const char *text, size_t len,
    const char *name, struct pf_err *err)
{
	struct pf_yaml *const y = calloc(1, sizeof *y);
	struct parse p = {.err = err};
	if (!y || !(y->file = strdup(name)) ||
	    !yaml_parser_initialize(&p.parser)) {
		pf_yaml_free(y);
		pf_err_set(err, "out of memory");
		return -ENOMEM;
	}
	p.file = y->root.file = y->file;
	yaml_parser_set_input_string(&p.parser, (const unsigned char *)text,
	    len);
	const int r = parse_document(&p, &y->root);
	yaml_parser_delete(&p.parser);
	if (r) {
		pf_yaml_free(y);
		return r;
	}
	/* "file:" with nothing in it reads as an empty map. */
	if (y->root.kind == PF_YAML_SCALAR && !*y->root.text)
		y->root.kind = PF_YAML_MAP;
	*out = y;
	return 0;
}

/* Read the whole file into a buffer of MOST_BYTES. */
static int
slurp(const char *path, char *buf, size_t *len, struct pf_err *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		const int e = errno;
		pf_err_set(err, "cannot open '%s': %s", path, strerror(e));
		return -e;
	}
	ssize_t n = 0;
	*len = 0;
	while (*len <= MOST_BYTES &&
	    (n = read(fd, buf + *len, MOST_BYTES + 1 - *len)) > 0)
		*len += (size_t)n;
	const int e = errno;
	close(fd);
	if (n < 0) {
		pf_err_set(err, "cannot read '%s': %s", path, strerror(e));
		return -e;
	}
	if (*len > MOST_BYTES) {
		pf_err_set(err, "'%s' is larger than 1 MiB", path);
		return -EFBIG;
	}
	return 0;
}

int
pf_yaml_load(struct pf_yaml **yaml, const char *path, struct pf_err *err)
{
	char *const buf = malloc(MOST_BYTES + 1);
	size_t len = 0;
	if (!buf) {
		pf_err_set(err, "out of memory");
		return -ENOMEM;
	}
	int r = slurp(path, buf, &len, err);
	if (r == 0)
		r = pf_yaml_parse(yaml, buf, len, path, err);
	free(buf);
	return r;
}

void
pf_yaml_free(struct pf_yaml *y)
{
	if (!y)
		return;
	free_node(&y->root);
	free(y->file);
	free(y);
}

const struct pf_yaml_node *
pf_yaml_root(const struct pf_yaml *y)
{
	return &y->root;
}
