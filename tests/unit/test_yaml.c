/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/yaml.h"

#include "tap.h"

#include <string.h>

static struct pf_err err;

static struct pf_yaml *
parse(const char *text)
{
	struct pf_yaml *y = NULL;
	err.text[0] = '\0';
	return pf_yaml_parse(&y, text, strlen(text), "x.yaml", &err) == 0
	    ? y : NULL;
}

static void
refused(const char *text, const char *message, const char *what)
{
	struct pf_yaml *const y = parse(text);
	ok(!y && strstr(err.text, message), "%s: %s", what, err.text);
	pf_yaml_free(y);
}

static void
test_values(void)
{
	static const char *const keys[] = {"density", "name", "list", "on",
	    "mode"};
	static const char *const modes[] = {"major", "minor"};
	struct pf_yaml *const y = parse("density: 0.7\nname: bob\n"
	    "list: [1, 2, 3]\non: yes\nmode: minor\n");
	const struct pf_yaml_node *const root = pf_yaml_root(y);
	double d = 0;
	bool b = false;
	const char *s = "";
	size_t w = 0;
	int64_t i = 0;
	ok(pf_yaml_keys(root, keys, 5, &err) == 0, "known keys pass");
	ok(pf_yaml_num(pf_yaml_find(root, "density"), 0, 1, &d, &err) == 0 &&
	    d == 0.7, "a number is read");
	ok(pf_yaml_num(pf_yaml_find(root, "gain"), 0, 1, &d, &err) == 0 &&
	    d == 0.7, "a missing value keeps its default");
	ok(pf_yaml_str(pf_yaml_find(root, "name"), &s, &err) == 0 &&
	    strcmp(s, "bob") == 0, "a word is read");
	ok(pf_yaml_bool(pf_yaml_find(root, "on"), &b, &err) == 0 && b,
	    "yes is true");
	ok(pf_yaml_word(pf_yaml_find(root, "mode"), modes, 2, &w, &err) == 0 &&
	    w == 1, "a word of a list gives its place");
	const struct pf_yaml_node *const list = pf_yaml_find(root, "list");
	ok(list->kind == PF_YAML_LIST && list->n == 3 &&
	    pf_yaml_int(&list->child[2], 0, 9, &i, &err) == 0 && i == 3,
	    "a list keeps its order");
	ok(pf_yaml_num(pf_yaml_find(root, "density"), 2, 3, &d, &err) != 0 &&
	    strcmp(err.text, "x.yaml:1: density: '0.7' is out of 2..3") == 0,
	    "a value out of range is placed: %s", err.text);
	ok(pf_yaml_word(pf_yaml_find(root, "name"), modes, 2, &w, &err) != 0 &&
	    strstr(err.text, "x.yaml:2: name: 'bob' is unknown"),
	    "an unknown word is placed");
	pf_yaml_free(y);
}

static void
test_unknown_key(void)
{
	static const char *const keys[] = {"density", "adventure"};
	struct pf_yaml *const y = parse("adventure: 1\ndensty: 0.7\n");
	ok(pf_yaml_keys(pf_yaml_root(y), keys, 2, &err) != 0 &&
	    strcmp(err.text, "x.yaml:2: unknown key 'densty', "
	    "did you mean 'density'?") == 0,
	    "an unknown key names the nearest: %s", err.text);
	pf_yaml_free(y);
}

static void
test_hostile(void)
{
	char deep[400];
	memset(deep, '[', 200);
	deep[200] = '\0';
	refused("a: 1\na: 2\n", "x.yaml:2: key 'a' stands here a second time",
	    "a key twice is refused");
	refused("a: &x 1\nb: *x\n", "x.yaml:2: aliases",
	    "an alias is refused");
	refused("a: [1, 2\n", "x.yaml:", "an open bracket is refused");
	refused("a: 1\n---\nb: 2\n", "second document",
	    "a second document is refused");
	refused(deep, "x.yaml:1: is nested deeper",
	    "bottomless nesting is refused");
	refused("a: \"x\\0y\"\n", "NUL", "a NUL is refused");
	refused("a: \xff\xfe\n", "x.yaml: byte", "bytes that are no UTF-8 are refused");
	struct pf_yaml *y = parse("");
	ok(y && pf_yaml_root(y)->kind == PF_YAML_MAP && !pf_yaml_root(y)->n,
	    "an empty file is an empty map");
	pf_yaml_free(y);
	ok(pf_yaml_load(&y, "/nonexistent.yaml", &err) < 0 &&
	    strstr(err.text, "cannot open '/nonexistent.yaml'"),
	    "a missing file is named");
}

int
main(void)
{
	test_values();
	test_unknown_key();
	test_hostile();
	return tap_done();
}
