/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The song of a style file: progressions, sections and forms.
 */
#include "music/style_part.h"

#include "base/nearest.h"
#include "music/style_pattern.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Every chord of a progression must be readable in its mode. */
static int
check_chords(const struct pf_yaml_node *node, int mode, struct pf_err *err)
{
	const struct pf_key key = {0, mode};
	for (const char *s = node->text; *(s += strspn(s, " |"));) {
		const size_t len = strcspn(s, " |");
		struct pf_chord chord;
		if (!(len == 1 && *s == '%') &&
		    pf_roman_parse(s, len, key, &chord) != 0)
			return pf_yaml_error(node, err,
			    "'%.*s' is not a chord like ii7, bVII or V7/V",
			    (int)len, s);
		s += len;
	}
	return 0;
}

static int
read_progressions(const struct pf_yaml_node *node, struct pf_style *s,
    struct pf_err *err)
{
	static const char *const keys[] = {"mode", "weight", "only", "chords"};
	static const char *const modes[] = {"major", "minor"};
	int r = pf_style_read_list(node, "a list of progressions",
	    PF_STYLE_PROGRESSIONS, &s->n_progressions, err);
	for (size_t i = 0; i < s->n_progressions && r == 0; i++) {
		const struct pf_yaml_node *const c = &node->child[i];
		struct pf_progression *const p = &s->progression[i];
		size_t mode = 0;
		p->weight = 1;
		p->line = c->line;
		r = pf_yaml_keys(c, keys, PF_COUNT(keys), err);
		if (r == 0)
			r = pf_yaml_word(pf_yaml_find(c, "mode"), modes, 2,
			    &mode, err);
		p->mode = mode ? PF_MINOR : PF_MAJOR;
		if (r == 0)
			r = pf_yaml_num(pf_yaml_find(c, "weight"), 0, 100,
			    &p->weight, err);
		if (r == 0)
			r = pf_style_read_words(pf_yaml_find(c, "only"),
			    &p->only, err);
		const struct pf_yaml_node *const chords =
		    pf_yaml_find(c, "chords");
		if (r == 0 && !chords)
			return pf_yaml_error(c, err, "has no 'chords'");
		if (r == 0)
			r = pf_yaml_str(chords, &p->chords, err);
		if (r == 0)
			r = check_chords(chords, p->mode, err);
	}
	return r;
}

static int
read_energy(const struct pf_yaml_node *node, struct pf_section *s,
    struct pf_err *err)
{
	if (!node || node->kind != PF_YAML_LIST) {
		const int r = pf_yaml_num(node, 0, 1, &s->energy, err);
		s->energy_end = s->energy;
		return r;
	}
	if (node->n != 2)
		return pf_yaml_error(node, err,
		    "expected one number or two, [begin, end]");
	const int r = pf_yaml_num(&node->child[0], 0, 1, &s->energy, err);
	return r ? r : pf_yaml_num(&node->child[1], 0, 1, &s->energy_end, err);
}

static int
read_section_parts(const struct pf_yaml_node *node, struct pf_section *s,
    struct pf_err *err)
{
	size_t n, part;
	int r = pf_style_read_list(node, "a list of parts", PF_PARTS, &n, err);
	if (!node || r)
		return r;
	s->parts = 0;
	for (size_t i = 0; i < n && r == 0; i++) {
		r = pf_yaml_word(&node->child[i], pf_part_name, PF_PARTS,
		    &part, err);
		if (r == 0)
			s->parts |= 1u << part;
	}
	return r;
}

static int
read_section(const struct pf_yaml_node *node, struct pf_section *s,
    struct pf_err *err)
{
	static const char *const keys[] = {"bars", "least", "most", "unit",
	    "energy", "parts", "theme", "build", "stop", "fill"};
	int64_t bars = 8, unit = 4, least = -1, most = -1;
	*s = (struct pf_section){.name = node->key, .energy = 0.6,
	    .energy_end = 0.6, .parts = (1u << PF_PARTS) - 1,
	    .theme = node->key, .fill = true};
	int r = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(node, "bars"), 1, 256, &bars, err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(node, "unit"), 1, 32, &unit, err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(node, "least"), 1, 256, &least,
		    err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(node, "most"), 1, 256, &most, err);
	if (r == 0)
		r = read_energy(pf_yaml_find(node, "energy"), s, err);
	if (r == 0)
		r = read_section_parts(pf_yaml_find(node, "parts"), s, err);
	if (r == 0)
		r = pf_yaml_str(pf_yaml_find(node, "theme"), &s->theme, err);
	if (r == 0)
		r = pf_yaml_bool(pf_yaml_find(node, "build"), &s->build, err);
	if (r == 0)
		r = pf_yaml_bool(pf_yaml_find(node, "stop"), &s->stop, err);
	if (r == 0)
		r = pf_yaml_bool(pf_yaml_find(node, "fill"), &s->fill, err);
	s->bars = (int)bars;
	s->unit = (int)unit;
	s->least = (int)(least > 0 ? least : bars < unit ? bars : unit);
	s->most = (int)(most > 0 ? most : 2 * bars);
	if (r == 0 && (s->least > s->bars || s->most < s->bars))
		r = pf_yaml_error(node, err, "least %d, bars %d and most %d "
		    "are out of order", s->least, s->bars, s->most);
	return r;
}

static int
read_sections(const struct pf_yaml_node *node, struct pf_style *s,
    struct pf_err *err)
{
	if (!node)
		return 0;
	int r = pf_yaml_kind(node, PF_YAML_MAP, "sections like 'verse:'", err);
	if (r == 0 && node->n > PF_STYLE_SECTIONS)
		r = pf_yaml_error(node, err, "has more than %d sections",
		    PF_STYLE_SECTIONS);
	for (size_t i = 0; r == 0 && i < node->n; i++, s->n_sections++)
		r = read_section(&node->child[i], &s->section[i], err);
	return r;
}

/* Turn the words of a form into places among the sections. */
static int
read_order(const struct pf_yaml_node *node, const struct pf_style *s,
    struct pf_form *f, struct pf_err *err)
{
	const char *text = NULL;
	const char *names[PF_STYLE_SECTIONS];
	for (size_t i = 0; i < s->n_sections; i++)
		names[i] = s->section[i].name;
	const int r = pf_yaml_str(node, &text, err);
	if (r || !text)
		return r;
	while (*(text += strspn(text, " "))) {
		char word[64];
		const size_t len = strcspn(text, " ");
		const struct pf_section *found = NULL;
		snprintf(word, sizeof word, "%.*s", (int)len, text);
		found = pf_style_section(s, word);
		if (!found) {
			const char *const near = pf_nearest(word, names,
			    s->n_sections);
			return pf_yaml_error(node, err, "there is no section "
			    "'%s'%s%s%s", word, near ? ", did you mean '" : "",
			    near ? near : "", near ? "'?" : "");
		}
		if (f->n == PF_STYLE_ORDER)
			return pf_yaml_error(node, err,
			    "has more than %d sections", PF_STYLE_ORDER);
		f->section[f->n++] = (int)(found - s->section);
		text += len;
	}
	return f->n ? 0 : pf_yaml_error(node, err, "has no sections");
}

static int
read_forms(const struct pf_yaml_node *node, struct pf_style *s,
    struct pf_err *err)
{
	static const char *const keys[] = {"weight", "order"};
	int r = pf_style_read_list(node, "a list of forms", PF_STYLE_FORMS,
	    &s->n_forms, err);
	for (size_t i = 0; i < s->n_forms && r == 0; i++) {
		const struct pf_yaml_node *const c = &node->child[i];
		struct pf_form *const f = &s->form[i];
		f->weight = 1;
		r = pf_yaml_keys(c, keys, PF_COUNT(keys), err);
		if (r == 0)
			r = pf_yaml_num(pf_yaml_find(c, "weight"), 0, 100,
			    &f->weight, err);
		const struct pf_yaml_node *const order =
		    pf_yaml_find(c, "order");
		if (r == 0 && !order)
			return pf_yaml_error(c, err, "has no 'order'");
		if (r == 0)
			r = read_order(order, s, f, err);
	}
	return r;
}

int
pf_style_read_song(const struct pf_yaml_node *root, struct pf_style *s,
    struct pf_err *err)
{
	int r = read_progressions(pf_yaml_find(root, "progressions"), s, err);
	if (r == 0)
		r = read_sections(pf_yaml_find(root, "sections"), s, err);
	if (r == 0)
		r = read_forms(pf_yaml_find(root, "forms"), s, err);
	return r;
}
