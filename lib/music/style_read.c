/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Style files: the first half of style.h.
 */
#include "music/style.h"

#include "base/share.h"
#include "music/style_part.h"
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

static int
read_tempo(const struct pf_yaml_node *node, struct pf_style *s,
    struct pf_err *err)
{
	static const char *const keys[] = {"low", "usual", "high"};
	if (!node)
		return 0;
	int r = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	const struct pf_style_field f[] = {
		{"low", 10, 1000, &s->bpm_low},
		{"usual", 10, 1000, &s->bpm},
		{"high", 10, 1000, &s->bpm_high},
	};
	if (r == 0)
		r = pf_style_read_fields(node, f, PF_COUNT(f), err);
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
	int r = pf_style_read_list(node, "a list of meters", PF_STYLE_METERS, &n, err);
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

/* The single values at the top of the file. */
static int
read_head(const struct pf_yaml_node *root, struct pf_style *s,
    struct pf_err *err)
{
	static const char *const endings[] = {"chord", "ritard", "stop",
	    "fade"};
	int64_t swing_grid = 2, phrase = 8, crash = 8;
	size_t ending = PF_END_CHORD;
	const struct pf_style_field f[] = {
		{"swing", 0.5, 0.75, &s->swing},
		{"humanise-ms", 0, 40, &s->humanise_ms},
		{"sevenths", 0, 1, &s->sevenths},
		{"cadence", 0, 1, &s->cadence},
	};
	int r = pf_yaml_str(pf_yaml_find(root, "title"), &s->title, err);
	if (r == 0)
		r = pf_style_read_fields(root, f, PF_COUNT(f), err);
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
		r = pf_style_read_players(root, s, err);
	if (r == 0)
		r = pf_style_read_song(root, s, err);
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

int
pf_style_load(struct pf_style **style, const char *name, struct pf_err *err)
{
	char path[PATH_MAX];
	struct pf_yaml *yaml;
	if (pf_share_find(path, sizeof path, "styles", name, ".yaml") != 0)
		return pf_share_fail(err, "style", "styles", name, ".yaml");
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
