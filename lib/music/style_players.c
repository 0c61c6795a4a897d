/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The musicians of a style file: sounds, feel and patterns.
 */
#include "music/style_part.h"
#include "music/style_pattern.h"

#include <errno.h>
#include <string.h>

int
pf_style_read_fields(const struct pf_yaml_node *map, const struct pf_style_field *f, size_t n,
    struct pf_err *err)
{
	int r = 0;
	for (size_t i = 0; i < n && r == 0; i++)
		r = pf_yaml_num(pf_yaml_find(map, f[i].key), f[i].lo, f[i].hi,
		    f[i].value, err);
	return r;
}

/* Two whole numbers, low and high, of a pitched part. */
static int
read_range(const struct pf_yaml_node *map, int *low, int *high,
    struct pf_err *err)
{
	int64_t lo = *low, hi = *high;
	int r = pf_yaml_int(pf_yaml_find(map, "low"), 0, 127, &lo, err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(map, "high"), 0, 127, &hi, err);
	if (r == 0 && hi - lo < 11)
		r = pf_yaml_error(map, err, "low %d and high %d leave less "
		    "than an octave", (int)lo, (int)hi);
	*low = (int)lo;
	*high = (int)hi;
	return r;
}

/* Check that a node is a list (or absent) of at most `most`; sets *n. */
int
pf_style_read_list(const struct pf_yaml_node *node, const char *what, size_t most,
    size_t *n, struct pf_err *err)
{
	*n = 0;
	if (!node)
		return 0;
	const int r = pf_yaml_kind(node, PF_YAML_LIST, what, err);
	if (r)
		return r;
	if (node->n > most)
		return pf_yaml_error(node, err, "has more than %zu entries",
		    most);
	*n = node->n;
	return 0;
}

/* A row of 16 numbers in a groove. */
static int
read_groove_row(const struct pf_yaml_node *node, float *out, double lo,
    double hi, struct pf_err *err)
{
	size_t n;
	int r = pf_style_read_list(node, "a list of 16 numbers", PF_STYLE_GROOVE_STEPS,
	    &n, err);
	if (r == 0 && node && (n == 0 || PF_STYLE_GROOVE_STEPS % n))
		r = pf_yaml_error(node, err, "has %zu numbers, expected 1, 2, "
		    "4, 8 or 16", n);
	for (size_t i = 0; i < n && r == 0; i++) {
		double v = 0;
		r = pf_yaml_num(&node->child[i], lo, hi, &v, err);
		for (size_t k = i; k < PF_STYLE_GROOVE_STEPS; k += n)
			out[k] = (float)v;
	}
	return r;
}

static int
read_grooves(const struct pf_yaml_node *node, struct pf_style *s,
    struct pf_err *err)
{
	static const char *const keys[] = {"voice", "ms", "level"};
	int r = pf_style_read_list(node, "a list of grooves", PF_STYLE_GROOVES,
	    &s->n_grooves, err);
	for (size_t i = 0; i < s->n_grooves && r == 0; i++) {
		const struct pf_yaml_node *const c = &node->child[i];
		struct pf_groove *const g = &s->groove[i];
		g->voice = "all";
		for (int k = 0; k < PF_STYLE_GROOVE_STEPS; k++)
			g->level[k] = 1;
		r = pf_yaml_keys(c, keys, PF_COUNT(keys), err);
		if (r == 0)
			r = pf_yaml_str(pf_yaml_find(c, "voice"), &g->voice,
			    err);
		const int drum = pf_drum_number(g->voice, strlen(g->voice));
		if (drum >= 0)
			g->voice = pf_drum_name(drum);
		if (r == 0)
			r = read_groove_row(pf_yaml_find(c, "ms"), g->ms, -60,
			    60, err);
		if (r == 0)
			r = read_groove_row(pf_yaml_find(c, "level"),
			    g->level, 0, 2, err);
	}
	return r;
}

static int
read_sweeps(const struct pf_yaml_node *node, struct pf_style *s,
    struct pf_err *err)
{
	static const char *const keys[] = {"part", "sound", "param", "from",
	    "to"};
	int r = pf_style_read_list(node, "a list of sweeps", PF_STYLE_SWEEPS,
	    &s->n_sweeps, err);
	for (size_t i = 0; i < s->n_sweeps && r == 0; i++) {
		const struct pf_yaml_node *const c = &node->child[i];
		struct pf_sweep *const w = &s->sweep[i];
		size_t part = PF_PAD;
		w->param = "cutoff";
		w->from = 0.2;
		w->to = 0.7;
		const struct pf_style_field f[] = {
			{"from", -1e6, 1e6, &w->from},
			{"to", -1e6, 1e6, &w->to},
		};
		r = pf_yaml_keys(c, keys, PF_COUNT(keys), err);
		if (r == 0)
			r = pf_yaml_word(pf_yaml_find(c, "part"),
			    pf_part_name, PF_PARTS, &part, err);
		w->part = (int)part;
		if (r == 0)
			r = pf_yaml_str(pf_yaml_find(c, "sound"), &w->sound,
			    err);
		if (r == 0)
			r = pf_yaml_str(pf_yaml_find(c, "param"), &w->param,
			    err);
		if (r == 0)
			r = pf_style_read_fields(c, f, PF_COUNT(f), err);
	}
	return r;
}

static int
read_parts(const struct pf_yaml_node *root, struct pf_style *s,
    struct pf_err *err)
{
	const struct pf_yaml_node *const sounds = pf_yaml_find(root, "sounds");
	const struct pf_yaml_node *const levels = pf_yaml_find(root, "levels");
	int r = sounds ? pf_yaml_keys(sounds, pf_part_name, PF_PARTS, err) : 0;
	if (r == 0 && levels)
		r = pf_yaml_keys(levels, pf_part_name, PF_PARTS, err);
	for (int p = 0; p < PF_PARTS && r == 0; p++) {
		r = pf_style_read_words(pf_yaml_find(sounds, pf_part_name[p]),
		    &s->sound[p], err);
		if (r == 0)
			r = pf_yaml_num(pf_yaml_find(levels, pf_part_name[p]),
			    0, 1, &s->level[p], err);
	}
	return r;
}

static int
read_drum_list(const struct pf_yaml_node *node, struct pf_meter usual,
    struct pf_drum_pattern *out, size_t *n, struct pf_err *err)
{
	int r = pf_style_read_list(node, "a list of patterns", PF_STYLE_PATTERNS, n,
	    err);
	for (size_t i = 0; i < *n && r == 0; i++)
		r = pf_style_read_drums(&node->child[i], usual, &out[i], err);
	return r;
}

static int
read_fills(const struct pf_yaml_node *node, struct pf_style *s,
    struct pf_err *err)
{
	int r = pf_style_read_list(node, "a list of fills", PF_STYLE_FILLS,
	    &s->n_fills, err);
	for (size_t i = 0; i < s->n_fills && r == 0; i++)
		r = pf_style_read_fill(&node->child[i], &s->fill[i], err);
	return r;
}

static int
read_lines(const struct pf_yaml_node *node, enum pf_part part,
    struct pf_meter usual, struct pf_line_pattern *out, size_t *n,
    struct pf_err *err)
{
	int r = pf_style_read_list(node, "a list of patterns", PF_STYLE_PATTERNS, n,
	    err);
	for (size_t i = 0; i < *n && r == 0; i++)
		r = pf_style_read_line(&node->child[i], part, usual, &out[i],
		    err);
	return r;
}

static int
read_bass(const struct pf_yaml_node *node, struct pf_style *s,
    struct pf_err *err)
{
	static const char *const keys[] = {"low", "high", "patterns"};
	if (!node)
		return 0;
	int r = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	if (r == 0)
		r = read_range(node, &s->bass_low, &s->bass_high, err);
	if (r == 0)
		r = read_lines(pf_yaml_find(node, "patterns"), PF_BASS,
		    s->meter[0], s->bass, &s->n_bass, err);
	return r;
}

static int
read_comp(const struct pf_yaml_node *node, enum pf_part part,
    struct pf_meter usual, struct pf_comp *c, struct pf_err *err)
{
	static const char *const keys[] = {"voicing", "strum-ms", "low",
	    "high", "patterns"};
	if (!node)
		return 0;
	size_t kind = c->voicing;
	int r = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	if (r == 0)
		r = pf_yaml_word(pf_yaml_find(node, "voicing"),
		    pf_voicing_name, PF_VOICE_KINDS, &kind, err);
	c->voicing = (enum pf_voicing_kind)kind;
	if (r == 0)
		r = pf_yaml_num(pf_yaml_find(node, "strum-ms"), 0, 200,
		    &c->strum_ms, err);
	if (r == 0)
		r = read_range(node, &c->low, &c->high, err);
	if (r == 0)
		r = read_lines(pf_yaml_find(node, "patterns"), part, usual,
		    c->pattern, &c->n, err);
	return r;
}

static int
read_melody(const struct pf_yaml_node *node, struct pf_melody *m,
    struct pf_err *err)
{
	static const char *const keys[] = {"low", "high", "density", "leap",
	    "syncopation", "rest", "chromatic", "repeat", "notes", "cells"};
	static const char *const notes[] = {"scale", "pentatonic", "blues",
	    "chord"};
	if (!node)
		return 0;
	const struct pf_style_field f[] = {
		{"density", 0, 1, &m->density}, {"leap", 0, 1, &m->leap},
		{"syncopation", 0, 1, &m->syncopation},
		{"rest", 0, 0.6, &m->rest}, {"repeat", 0, 1, &m->repeat},
		{"chromatic", 0, 1, &m->chromatic},
	};
	size_t kind = m->notes;
	int r = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	if (r == 0)
		r = pf_style_read_fields(node, f, PF_COUNT(f), err);
	if (r == 0)
		r = read_range(node, &m->low, &m->high, err);
	if (r == 0)
		r = pf_yaml_word(pf_yaml_find(node, "notes"), notes,
		    PF_COUNT(notes), &kind, err);
	m->notes = (enum pf_melody_notes)kind;
	const struct pf_yaml_node *const cells = pf_yaml_find(node, "cells");
	if (r == 0)
		r = pf_style_read_list(cells, "a list of rhythms", PF_STYLE_CELLS,
		    &m->n, err);
	for (size_t i = 0; i < m->n && r == 0; i++)
		r = pf_style_read_cell(&cells->child[i], &m->cell[i], err);
	return r;
}

int
pf_style_read_players(const struct pf_yaml_node *root, struct pf_style *s,
    struct pf_err *err)
{
#define GET(name) pf_yaml_find(root, name)
	int r = read_grooves(GET("groove"), s, err);
	if (r == 0)
		r = read_sweeps(GET("sweeps"), s, err);
	if (r == 0)
		r = read_parts(root, s, err);
	if (r == 0)
		r = read_drum_list(GET("drums"), s->meter[0], s->drums,
		    &s->n_drums, err);
	if (r == 0)
		r = read_drum_list(GET("perc"), s->meter[0], s->perc,
		    &s->n_perc, err);
	if (r == 0)
		r = read_fills(GET("fills"), s, err);
	if (r == 0)
		r = read_bass(GET("bass"), s, err);
	if (r == 0)
		r = read_comp(GET("harmony"), PF_HARMONY, s->meter[0],
		    &s->harmony, err);
	if (r == 0)
		r = read_comp(GET("pad"), PF_PAD, s->meter[0], &s->pad, err);
	if (r == 0)
		r = read_comp(GET("arp"), PF_ARP, s->meter[0], &s->arp, err);
	if (r == 0)
		r = read_melody(GET("melody"), &s->melody, err);
	if (r == 0)
		r = read_melody(GET("counter"), &s->counter, err);
#undef GET
	return r;
}
