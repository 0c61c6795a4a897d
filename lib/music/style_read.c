/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Style files: the first half of style.h.
 */
#include "music/style.h"

#include "base/nearest.h"
#include "base/share.h"
#include "music/style_pattern.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const pf_part_name[PF_PARTS] = {
	"drums", "perc", "bass", "harmony", "pad", "arp", "melody", "counter",
};

const char *const pf_voicing_name[PF_VOICE_KINDS] = {
	"close", "open", "rootless", "shell", "guitar", "power",
};

bool
pf_words_have(const struct pf_words *words, const char *word)
{
	for (size_t i = 0; i < words->n; i++)
		if (word && strcmp(words->word[i], word) == 0)
			return true;
	return false;
}

/* One number of a map; absent keeps what is there. */
struct field {
	const char *key;
	double lo, hi;
	double *value;
};

static int
read_fields(const struct pf_yaml_node *map, const struct field *f, size_t n,
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
static int
read_list(const struct pf_yaml_node *node, const char *what, size_t most,
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

static int
read_tempo(const struct pf_yaml_node *node, struct pf_style *s,
    struct pf_err *err)
{
	static const char *const keys[] = {"low", "usual", "high"};
	if (!node)
		return 0;
	int r = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	const struct field f[] = {
		{"low", 10, 1000, &s->bpm_low},
		{"usual", 10, 1000, &s->bpm},
		{"high", 10, 1000, &s->bpm_high},
	};
	if (r == 0)
		r = read_fields(node, f, PF_COUNT(f), err);
	if (r == 0 && !(s->bpm_low <= s->bpm && s->bpm <= s->bpm_high))
		r = pf_yaml_error(node, err, "low %g, usual %g and high %g "
		    "are out of order", s->bpm_low, s->bpm, s->bpm_high);
	return r;
}

static int
read_meters(const struct pf_yaml_node *node, struct pf_style *s,
    struct pf_err *err)
{
	size_t n;
	int r = read_list(node, "a list of meters", PF_STYLE_METERS, &n, err);
	for (size_t i = 0; i < n && r == 0; i++)
		r = pf_style_read_meter(&node->child[i], &s->meter[i], err);
	if (n)
		s->n_meters = n;
	return r;
}

static int
read_key(const struct pf_yaml_node *node, struct pf_style *s,
    struct pf_err *err)
{
	const char *text = NULL;
	const int r = pf_yaml_str(node, &text, err);
	if (r || !text)
		return r;
	if (pf_key_parse(text, strlen(text), &s->key.tonic, &s->key.mode) != 0)
		return pf_yaml_error(node, err, "'%s' is not a key like Am or "
		    "D dorian", text);
	return 0;
}

/* A row of 16 numbers in a groove. */
static int
read_groove_row(const struct pf_yaml_node *node, float *out, double lo,
    double hi, struct pf_err *err)
{
	size_t n;
	int r = read_list(node, "a list of 16 numbers", PF_STYLE_GROOVE_STEPS,
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
	int r = read_list(node, "a list of grooves", PF_STYLE_GROOVES,
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
	int r = read_list(node, "a list of sweeps", PF_STYLE_SWEEPS,
	    &s->n_sweeps, err);
	for (size_t i = 0; i < s->n_sweeps && r == 0; i++) {
		const struct pf_yaml_node *const c = &node->child[i];
		struct pf_sweep *const w = &s->sweep[i];
		size_t part = PF_PAD;
		w->param = "cutoff";
		w->from = 0.2;
		w->to = 0.7;
		const struct field f[] = {
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
			r = read_fields(c, f, PF_COUNT(f), err);
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
	int r = read_list(node, "a list of patterns", PF_STYLE_PATTERNS, n,
	    err);
	for (size_t i = 0; i < *n && r == 0; i++)
		r = pf_style_read_drums(&node->child[i], usual, &out[i], err);
	return r;
}

static int
read_fills(const struct pf_yaml_node *node, struct pf_style *s,
    struct pf_err *err)
{
	int r = read_list(node, "a list of fills", PF_STYLE_FILLS,
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
	int r = read_list(node, "a list of patterns", PF_STYLE_PATTERNS, n,
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
	const struct field f[] = {
		{"density", 0, 1, &m->density}, {"leap", 0, 1, &m->leap},
		{"syncopation", 0, 1, &m->syncopation},
		{"rest", 0, 0.6, &m->rest}, {"repeat", 0, 1, &m->repeat},
		{"chromatic", 0, 1, &m->chromatic},
	};
	size_t kind = m->notes;
	int r = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	if (r == 0)
		r = read_fields(node, f, PF_COUNT(f), err);
	if (r == 0)
		r = read_range(node, &m->low, &m->high, err);
	if (r == 0)
		r = pf_yaml_word(pf_yaml_find(node, "notes"), notes,
		    PF_COUNT(notes), &kind, err);
	m->notes = kind;
	const struct pf_yaml_node *const cells = pf_yaml_find(node, "cells");
	if (r == 0)
		r = read_list(cells, "a list of rhythms", PF_STYLE_CELLS,
		    &m->n, err);
	for (size_t i = 0; i < m->n && r == 0; i++)
		r = pf_style_read_cell(&cells->child[i], &m->cell[i], err);
	return r;
}

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
	int r = read_list(node, "a list of progressions",
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
	int r = read_list(node, "a list of parts", PF_PARTS, &n, err);
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
	int r = read_list(node, "a list of forms", PF_STYLE_FORMS,
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

/* The single values at the top of the file. */
static int
read_head(const struct pf_yaml_node *root, struct pf_style *s,
    struct pf_err *err)
{
	static const char *const endings[] = {"chord", "ritard", "stop",
	    "fade"};
	int64_t swing_grid = 2, phrase = 8, crash = 8;
	size_t ending = PF_END_CHORD;
	const struct field f[] = {
		{"swing", 0.5, 0.75, &s->swing},
		{"humanise-ms", 0, 40, &s->humanise_ms},
		{"sevenths", 0, 1, &s->sevenths},
		{"cadence", 0, 1, &s->cadence},
	};
	int r = pf_yaml_str(pf_yaml_find(root, "title"), &s->title, err);
	if (r == 0)
		r = read_fields(root, f, PF_COUNT(f), err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(root, "swing-grid"), 2, 4,
		    &swing_grid, err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(root, "phrase"), 1, 64, &phrase,
		    err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(root, "crash-every"), 0, 256,
		    &crash, err);
	if (r == 0)
		r = pf_yaml_word(pf_yaml_find(root, "ending"), endings,
		    PF_COUNT(endings), &ending, err);
	if (r == 0 && swing_grid == 3)
		r = pf_yaml_error(pf_yaml_find(root, "swing-grid"), err,
		    "'3' is neither 2 (eighths) nor 4 (sixteenths)");
	s->swing_grid = (int)swing_grid;
	s->phrase = (int)phrase;
	s->crash_every = (int)crash;
	s->ending = (enum pf_ending)ending;
	return r;
}

static int
read_style(const struct pf_yaml_node *root, struct pf_style *s,
    struct pf_err *err)
{
	static const char *const keys[] = {"title", "tempo", "meters", "key",
	    "swing", "swing-grid", "humanise-ms", "phrase", "sevenths",
	    "cadence", "ending", "crash-every", "sweeps", "groove", "sounds", "levels", "drums",
	    "perc", "fills", "bass", "harmony", "pad", "arp", "melody",
	    "counter", "progressions", "sections", "forms"};
	int r = pf_yaml_keys(root, keys, PF_COUNT(keys), err);
#define GET(name) pf_yaml_find(root, name)
	if (r == 0)
		r = read_head(root, s, err);
	if (r == 0)
		r = read_tempo(GET("tempo"), s, err);
	if (r == 0)
		r = read_meters(GET("meters"), s, err);
	if (r == 0)
		r = read_key(GET("key"), s, err);
	if (r == 0)
		r = read_grooves(GET("groove"), s, err);
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
	if (r == 0)
		r = read_progressions(GET("progressions"), s, err);
	if (r == 0)
		r = read_sections(GET("sections"), s, err);
	if (r == 0)
		r = read_forms(GET("forms"), s, err);
#undef GET
	return r;
}

/* What a style is before its file speaks. */
static void
defaults(struct pf_style *s)
{
	s->title = "";
	s->bpm_low = 60, s->bpm = 110, s->bpm_high = 200;
	s->n_meters = 1;
	s->meter[0] = (struct pf_meter){4, 4};
	s->key = (struct pf_key){0, PF_MAJOR};
	s->swing = 0.5;
	s->humanise_ms = 3;
	s->cadence = 0.5;
	for (int p = 0; p < PF_PARTS; p++)
		s->level[p] = 0.7;
	s->bass_low = 28, s->bass_high = 52;
	s->harmony = (struct pf_comp){.low = 52, .high = 76};
	s->pad = (struct pf_comp){.voicing = PF_VOICE_OPEN, .low = 48,
	    .high = 76};
	s->arp = (struct pf_comp){.low = 60, .high = 88};
	s->melody = (struct pf_melody){.low = 60, .high = 84, .density = 0.5,
	    .leap = 0.25, .rest = 0.15, .repeat = 0.7};
	s->counter = s->melody;
}

/* Take a parsed tree; it is the style's (or freed) from now on. */
static int
from_yaml(struct pf_style **out, struct pf_yaml *yaml, const char *file,
    struct pf_err *err)
{
	struct pf_style *const s = calloc(1, sizeof *s);
	if (!s) {
		pf_yaml_free(yaml);
		pf_err_set(err, "out of memory");
		return -ENOMEM;
	}
	s->yaml = yaml;
	defaults(s);
	const char *const slash = strrchr(file, '/');
	const char *const base = slash ? slash + 1 : file;
	s->name = strndup(base, strcspn(base, "."));
	int r = s->name ? read_style(pf_yaml_root(yaml), s, err) : -ENOMEM;
	if (r) {
		pf_style_free(s);
		return r;
	}
	*out = s;
	return 0;
}

int
pf_style_parse(struct pf_style **style, const char *text, size_t len,
    const char *file, struct pf_err *err)
{
	struct pf_yaml *yaml;
	const int r = pf_yaml_parse(&yaml, text, len, file, err);
	return r ? r : from_yaml(style, yaml, file, err);
}

/* Say that a style is not there, and which is near. */
static int
unknown(const char *name, struct pf_err *err)
{
	size_t n;
	char **const all = pf_share_list("styles", ".yaml", &n);
	const char *const near = all ? pf_nearest(name,
	    (const char *const *)all, n) : NULL;
	if (near)
		pf_err_set(err, "style '%s' is unknown, did you mean '%s'?",
		    name, near);
	else
		pf_err_set(err, "style '%s' is unknown%s", name, n ? "" :
		    " (no styles are installed; PF_SHARE says where)");
	free(all);
	return -ENOENT;
}

int
pf_style_load(struct pf_style **style, const char *name, struct pf_err *err)
{
	char path[PATH_MAX];
	struct pf_yaml *yaml;
	if (pf_share_find(path, sizeof path, "styles", name, ".yaml") != 0)
		return unknown(name, err);
	const int r = pf_yaml_load(&yaml, path, err);
	return r ? r : from_yaml(style, yaml, path, err);
}

void
pf_style_free(struct pf_style *s)
{
	if (!s)
		return;
	pf_yaml_free(s->yaml);
	free((char *)s->name);
	free(s);
}

const struct pf_section *
pf_style_section(const struct pf_style *s, const char *name)
{
	for (size_t i = 0; i < s->n_sections; i++)
		if (strcmp(s->section[i].name, name) == 0)
			return &s->section[i];
	return NULL;
}
