/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the vocabulary says about words and phrases. */
#include "generate/prompt_reading.h"

#include <string.h>

/* How many words from `at` are this phrase; 0 if they are not. */
static int
match(const struct pf_reading *r, int at, const char *phrase)
{
	int n = 0;
	while (*phrase) {
		const size_t len = strcspn(phrase, " ");
		if (at + n >= r->n || strlen(r->word[at + n]) != len ||
		    memcmp(r->word[at + n], phrase, len) != 0)
			return 0;
		n++;
		phrase += len;
		phrase += strspn(phrase, " ");
	}
	return n;
}

int
pf_prompt_meaning(const struct pf_yaml_node *e, struct pf_meaning *m,
    struct pf_err *err)
{
	static const char *const keys[] = {"say", "style", "mode",
	    "brightness", "intensity", "tempo", "swing", "busy", "part",
	    "sound", "meter"};
	static const char *const modes[] = {"major", "minor"};
	size_t part = PF_PARTS, mode = 2;
	*m = (struct pf_meaning){0};
	int r = pf_yaml_keys(e, keys, PF_COUNT(keys), err);
	const struct {
		const char *key;
		double lo, hi, *value;
	} numbers[] = {
		{"brightness", -1, 1, &m->brightness},
		{"intensity", -0.5, 0.5, &m->intensity},
		{"tempo", -1, 1, &m->tempo}, {"swing", 0.5, 0.75, &m->swing},
		{"busy", -0.5, 0.5, &m->busy},
	};
	for (size_t i = 0; i < PF_COUNT(numbers) && r == 0; i++)
		r = pf_yaml_num(pf_yaml_find(e, numbers[i].key),
		    numbers[i].lo, numbers[i].hi, numbers[i].value, err);
	m->has_tempo = pf_yaml_find(e, "tempo") != NULL;
	if (r == 0)
		r = pf_yaml_str(pf_yaml_find(e, "style"), &m->style, err);
	if (r == 0)
		r = pf_yaml_str(pf_yaml_find(e, "sound"), &m->sound, err);
	if (r == 0)
		r = pf_yaml_str(pf_yaml_find(e, "meter"), &m->meter, err);
	if (r == 0)
		r = pf_yaml_word(pf_yaml_find(e, "mode"), modes, 2, &mode,
		    err);
	if (r == 0)
		r = pf_yaml_word(pf_yaml_find(e, "part"), pf_part_name,
		    PF_PARTS, &part, err);
	m->mode = mode < 2 ? modes[mode] : NULL;
	m->part = part < PF_PARTS ? (int)part : -1;
	return r;
}

const struct pf_yaml_node *
pf_prompt_look_up(const struct pf_reading *r, int at, int *words)
{
	const struct pf_yaml_node *found = NULL;
	*words = 0;
	for (size_t i = 0; i < r->entries->n; i++) {
		const struct pf_yaml_node *const say = pf_yaml_find(
		    &r->entries->child[i], "say");
		for (size_t k = 0; say && k < say->n; k++) {
			const struct pf_yaml_node *const w = &say->child[k];
			const int n = w->kind == PF_YAML_SCALAR ? match(r, at,
			    w->text) : 0;
			if (n > *words) {
				*words = n;
				found = &r->entries->child[i];
			}
		}
	}
	return found;
}

bool
pf_prompt_ignores(const struct pf_reading *r, int at)
{
	for (size_t i = 0; r->ignore && i < r->ignore->n; i++)
		if (r->ignore->child[i].kind == PF_YAML_SCALAR &&
		    strcmp(r->ignore->child[i].text, r->word[at]) == 0)
			return true;
	return false;
}
