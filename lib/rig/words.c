/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/words.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct scan {
	const struct pf_yaml_node *node;
	struct pf_err *err;
	const char *s; /* what is left to read */
	char quote;    /* within which we are; 0 none */
	bool quoted;   /* the word has quotes, and may so be empty */
	char word[PF_RIG_WORD_BYTES];
	size_t len;
};

static int
put(struct scan *p, const char *s, size_t n)
{
	if (n >= sizeof p->word - p->len)
		return pf_yaml_error(p->node, p->err,
		    "a word is longer than %d bytes", PF_RIG_WORD_BYTES - 1);
	memcpy(p->word + p->len, s, n);
	p->len += n;
	return 0;
}

/* What stands behind "${": a name, perhaps ":-" and a default, "}". */
static int
variable(struct scan *p)
{
	const char *const name = p->s + 2;
	size_t n = 0;
	while (isalnum((unsigned char)name[n]) || name[n] == '_')
		n++;
	const char *const end = strchr(name, '}');
	const bool fallback = strncmp(name + n, ":-", 2) == 0;
	if (!end || n == 0 || n > 64 || isdigit((unsigned char)*name) ||
	    (!fallback && name + n != end))
		return pf_yaml_error(p->node, p->err, "expected ${NAME} or "
		    "${NAME:-default} in '%s'", p->s);
	char key[65];
	memcpy(key, name, n);
	key[n] = '\0';
	p->s = end + 1;
	const char *const value = getenv(key);
	if (value && *value)
		return put(p, value, strlen(value));
	if (fallback)
		return put(p, name + n + 2, (size_t)(end - name) - n - 2);
	return pf_yaml_error(p->node, p->err, "'%s' is not set in the "
	    "environment", key);
}

/* Take one character or variable at p->s into the word. */
static int
take(struct scan *p)
{
	const char c = *p->s;
	if (p->quote ? c == p->quote : c == '\'' || c == '"') {
		p->quote = p->quote ? '\0' : c;
		p->quoted = true;
		p->s++;
		return 0;
	}
	if (p->quote != '\'' && c == '$' && p->s[1] == '{')
		return variable(p);
	if (p->quote != '\'' && c == '\\' && p->s[1])
		p->s++;
	return put(p, p->s++, 1);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Append the word to words[n]. */
static int
keep(struct scan *p, char **words, size_t *n)
{
	if (*n == PF_RIG_WORDS_MOST)
		return pf_yaml_error(p->node, p->err,
		    "has more than %d words", PF_RIG_WORDS_MOST);
	words[*n] = strndup(p->word, p->len);
	if (!words[*n]) {
		pf_err_set(p->err, "out of memory");
		return -ENOMEM;
	}
	++*n;
	return 0;
}

static int
split(struct scan *p, char **words, size_t *n)
{
	for (;;) {
		int r = 0;
		while (is_blank(*p->s))
			p->s++;
		if (!*p->s)
			return 0;
		p->quoted = false;
		for (p->len = 0; r == 0 && *p->s &&
		    (p->quote || !is_blank(*p->s));)
			r = take(p);
		if (r == 0 && p->quote)
			r = pf_yaml_error(p->node, p->err,
			    "a %c is not closed", p->quote);
		if (r == 0 && (p->len || p->quoted))
			r = keep(p, words, n);
		if (r)
			return r;
	}
}

/* A whole scalar is one word: only variables mean something in it. */
static int
whole(struct scan *p)
{
	if (p->node->kind != PF_YAML_SCALAR)
		return pf_yaml_error(p->node, p->err, "expected a word");
	for (p->s = p->node->text, p->len = 0; *p->s;) {
		const int r = p->s[0] == '$' && p->s[1] == '{' ? variable(p)
		    : put(p, p->s++, 1);
		if (r)
			return r;
	}
	return 0;
}

int
pf_rig_word_read(const struct pf_yaml_node *node, char **word,
    struct pf_err *err)
{
	struct scan p = {.node = node, .err = err};
	const int r = whole(&p);
	if (r)
		return r;
	*word = strndup(p.word, p.len);
	if (*word)
		return 0;
	pf_err_set(err, "out of memory");
	return -ENOMEM;
}

int
pf_rig_words_read(const struct pf_yaml_node *node, char ***words, size_t *n,
    struct pf_err *err)
{
	struct scan p = {.node = node, .err = err};
	char **const w = calloc(PF_RIG_WORDS_MOST + 1, sizeof *w);
	int r = 0;
	if (!w) {
		pf_err_set(err, "out of memory");
		return -ENOMEM;
	}
	*n = 0;
	if (node->kind == PF_YAML_LIST) {
		for (size_t i = 0; i < node->n && r == 0; i++) {
			p.node = &node->child[i];
			r = whole(&p);
			if (r == 0)
				r = keep(&p, w, n);
		}
	} else if (node->kind == PF_YAML_SCALAR) {
		p.s = node->text;
		r = split(&p, w, n);
	}
	if (r == 0 && (*n == 0 || !*w[0]))
		r = pf_yaml_error(node, err, "expected a program and its "
		    "arguments");
	if (r) {
		pf_rig_words_free(w);
		return r;
	}
	*words = w;
	return 0;
}

void
pf_rig_words_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}
