/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pieces of a drum kit, as an instrument's file tells them:
 *
 *     pieces_from: kit-acoustic     # begin with that one's pieces
 *     pieces:
 *       snare:                      # a General MIDI drum, or with `keys` any
 *         group: snare              # kick snare hat tom cymbal perc
 *         gain: -2                  # dB
 *         body: {level: -4, hz: 185, bend: 5, bend_time: 0.01, decay: 0.2}
 *         modes: [[330, -14, 0.15], [467, -18, 0.1]]    # Hz, dB, seconds
 *         metal: {level: -10, low: 3000, high: 14000, decay: 0.4}
 *         noise:
 *           - {level: -6, low: 600, high: 9000, decay: 0.25}
 *
 * A part that is given again takes the place of the inherited one whole.
 */
#include "engine/instrument_data.h"

#include "base/share.h"
#include "engine/drums.h"
#include "event/pitch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 4 };

static const char *const groups[PF_DRUM_GROUPS] = {
    "kick", "snare", "hat", "tom", "cymbal", "perc"};

/* A number that may stand in a map. */
struct field {
	const char *key;
	float *value;
	double lo, hi;
};

/* Read fields[n] from a map that has no other keys but more[mores]. */
static int
read_fields(const struct pf_yaml_node *map, const struct field *fields,
    size_t n, const char *const *more, size_t mores, struct pf_err *err)
{
	const char *keys[32];
	size_t known = 0;
	for (size_t i = 0; i < n; i++)
		keys[known++] = fields[i].key;
	for (size_t i = 0; i < mores; i++)
		keys[known++] = more[i];
	int r = pf_yaml_keys(map, keys, known, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		double value = (double)*fields[i].value;
		r = pf_yaml_num(pf_yaml_find(map, fields[i].key),
		    fields[i].lo, fields[i].hi, &value, err);
		*fields[i].value = (float)value;
	}
	return r;
}

static int
read_body(const struct pf_yaml_node *map, struct pf_drum_body *b,
    struct pf_err *err)
{
	if (!map)
		return 0;
	*b = (struct pf_drum_body){.level_db = -6, .hz = 100,
	    .bend_s = 0.02f, .decay_s = 0.3f};
	const struct field fields[] = {
	    {"level", &b->level_db, PF_DRUM_OFF, 12}, {"hz", &b->hz, 20, 5000},
	    {"bend", &b->bend, 0, 72}, {"bend_time", &b->bend_s, 0.0005, 1},
	    {"decay", &b->decay_s, 0.005, 20}, {"drive", &b->drive, 0, 10}};
	return read_fields(map, fields, PF_COUNT(fields), NULL, 0, err);
}

static int
read_modes(const struct pf_yaml_node *list, struct pf_drum_piece *p,
    struct pf_err *err)
{
	if (!list)
		return 0;
	int r = pf_yaml_kind(list, PF_YAML_LIST,
	    "a list of modes [hz, dB, seconds]", err);
	if (r == 0 && list->n > PF_DRUM_MODES)
		r = pf_yaml_error(list, err, "more than %d modes",
		    PF_DRUM_MODES);
	p->modes = 0;
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		const struct pf_yaml_node *const item = &list->child[i];
		double hz, level_db, decay_s;
		if (item->kind != PF_YAML_LIST || item->n != 3)
			return pf_yaml_error(item, err,
			    "a mode is written [hz, dB, seconds]");
		r = pf_yaml_num(&item->child[0], 20, 20000, &hz, err);
		if (r == 0)
			r = pf_yaml_num(&item->child[1], PF_DRUM_OFF, 12,
			    &level_db, err);
		if (r == 0)
			r = pf_yaml_num(&item->child[2], 0.002, 30, &decay_s,
			    err);
		if (r == 0)
			p->mode[p->modes++] = (struct pf_drum_mode){(float)hz,
			    (float)level_db, (float)decay_s};
	}
	return r;
}

static int
read_metal(const struct pf_yaml_node *map, struct pf_drum_metal *m,
    struct pf_err *err)
{
	static const char *const more[] = {"squares", "seed"};
	int64_t seed = 1;
	if (!map)
		return 0;
	*m = (struct pf_drum_metal){.level_db = -12, .low_hz = 3000,
	    .high_hz = 14000, .decay_s = 0.5f, .high_decay_s = -1,
	    .shimmer = -1};
	const struct field fields[] = {
	    {"level", &m->level_db, PF_DRUM_OFF, 12},
	    {"low", &m->low_hz, 50, 15000}, {"high", &m->high_hz, 100, 20000},
	    {"decay", &m->decay_s, 0.005, 30},
	    {"high_decay", &m->high_decay_s, 0.005, 30},
	    {"tilt", &m->tilt_db, -24, 24},
	    {"attack", &m->attack_s, 0, 2}, {"shimmer", &m->shimmer, 0, 1}};
	int r = read_fields(map, fields, PF_COUNT(fields), more,
	    PF_COUNT(more), err);
	if (r == 0)
		r = pf_yaml_bool(pf_yaml_find(map, "squares"), &m->squares,
		    err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(map, "seed"), 0, UINT32_MAX,
		    &seed, err);
	if (r == 0 && m->high_hz <= m->low_hz)
		r = pf_yaml_error(map, err, "'high' must be above 'low'");
	if (m->high_decay_s < 0)
		m->high_decay_s = m->decay_s;
	if (m->shimmer < 0)
		m->shimmer = m->squares ? 0 : 0.88f;
	m->seed = (uint32_t)seed;
	return r;
}

static int
read_band(const struct pf_yaml_node *map, struct pf_drum_noise *n,
    struct pf_err *err)
{
	static const char *const more[] = {"bursts"};
	int64_t bursts = 1;
	*n = (struct pf_drum_noise){.level_db = -12, .low_hz = 200,
	    .high_hz = 16000, .decay_s = 0.1f, .gap_s = 0.01f};
	const struct field fields[] = {
	    {"level", &n->level_db, PF_DRUM_OFF, 12},
	    {"low", &n->low_hz, 20, 18000}, {"high", &n->high_hz, 100, 20000},
	    {"attack", &n->attack_s, 0, 2}, {"decay", &n->decay_s, 0.002, 20},
	    {"gap", &n->gap_s, 0.001, 0.5}};
	int r = pf_yaml_kind(map, PF_YAML_MAP, "a band of noise", err);
	if (r == 0)
		r = read_fields(map, fields, PF_COUNT(fields), more,
		    PF_COUNT(more), err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(map, "bursts"), 1, 64, &bursts,
		    err);
	n->bursts = (unsigned)bursts;
	return r;
}

static int
read_noise(const struct pf_yaml_node *list, struct pf_drum_piece *p,
    struct pf_err *err)
{
	if (!list)
		return 0;
	int r = pf_yaml_kind(list, PF_YAML_LIST, "a list of bands of noise",
	    err);
	if (r == 0 && list->n > PF_DRUM_NOISES)
		r = pf_yaml_error(list, err, "more than %d bands of noise",
		    PF_DRUM_NOISES);
	p->noises = 0;
	for (size_t i = 0; r == 0 && i < list->n; i++)
		r = read_band(&list->child[i], &p->noise[p->noises++], err);
	return r;
}

static int
read_piece(const struct pf_yaml_node *map, struct pf_drum_piece *p,
    struct pf_err *err)
{
	static const char *const more[] = {
	    "keys", "group", "choke", "body", "modes", "metal", "noise"};
	const struct field fields[] = {
	    {"gain", &p->gain_db, -60, 24}, {"pan", &p->pan, -1, 1},
	    {"choke_time", &p->choke_s, 0.004, 10},
	    {"dynamics", &p->dynamics, 0, 4}};
	size_t group = p->group;
	int64_t number = p->choke;
	int r = pf_yaml_kind(map, PF_YAML_MAP, "a piece of the kit", err);
	if (r == 0)
		r = read_fields(map, fields, PF_COUNT(fields), more,
		    PF_COUNT(more), err);
	if (r == 0)
		r = pf_yaml_word(pf_yaml_find(map, "group"), groups,
		    PF_COUNT(groups), &group, err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(map, "choke"), 0, 1000, &number,
		    err);
	if (r == 0)
		r = read_body(pf_yaml_find(map, "body"), &p->body, err);
	if (r == 0)
		r = read_modes(pf_yaml_find(map, "modes"), p, err);
	if (r == 0)
		r = read_metal(pf_yaml_find(map, "metal"), &p->metal, err);
	if (r == 0)
		r = read_noise(pf_yaml_find(map, "noise"), p, err);
	p->group = (enum pf_drum_group)group;
	p->choke = (unsigned)number;
	return r;
}

/* The piece of a name, or a new one. */
static struct pf_drum_piece *
piece_named(struct pf_drum_kit *kit, const char *name, unsigned *at)
{
	for (*at = 0; *at < kit->pieces; ++*at)
		if (strcmp(kit->piece[*at].name, name) == 0)
			return &kit->piece[*at];
	if (kit->pieces == PF_DRUM_PIECES ||
	    strlen(name) >= sizeof kit->piece->name)
		return NULL;
	struct pf_drum_piece *const p = &kit->piece[kit->pieces++];
	memset(p, 0, sizeof *p);
	memcpy(p->name, name, strlen(name) + 1);
	p->group = PF_DRUM_PERC;
	p->choke_s = 0.02f;
	p->dynamics = 1;
	p->body.level_db = p->metal.level_db = PF_DRUM_OFF;
	return p;
}

static int
read_keys(const struct pf_yaml_node *map, struct pf_drum_kit *kit,
    unsigned at, bool fresh, struct pf_err *err)
{
	const struct pf_yaml_node *const keys = pf_yaml_find(map, "keys");
	if (!keys) {
		const int key = pf_drum_number(map->key, strlen(map->key));
		if (key >= 0)
			kit->of_key[key] = (uint8_t)at;
		else if (fresh)
			return pf_yaml_error(map, err,
			    "'%s' is not a drum, so 'keys' must say its notes",
			    map->key);
		return 0;
	}
	int r = pf_yaml_kind(keys, PF_YAML_LIST, "a list of notes", err);
	for (size_t i = 0; r == 0 && i < keys->n; i++) {
		int64_t key = 0;
		r = pf_yaml_int(&keys->child[i], 0, PF_DRUM_KEYS - 1, &key,
		    err);
		kit->of_key[key] = (uint8_t)at;
	}
	return r;
}

static int read_pieces(const struct pf_yaml_node *root,
    struct pf_drum_kit *kit, int depth, struct pf_err *err);

/* Begin with the pieces of another kit. */
static int
inherit(const struct pf_yaml_node *node, struct pf_drum_kit *kit, int depth,
    struct pf_err *err)
{
	const char *name = NULL;
	char path[PATH_MAX];
	struct pf_yaml *yaml;
	int r = pf_yaml_str(node, &name, err);
	if (r != 0)
		return r;
	if (depth == DEEPEST)
		return pf_yaml_error(node, err,
		    "kits stand on each other more than %d deep", DEEPEST);
	if (pf_share_find(path, sizeof path, "instruments", name, ".yaml"))
		return pf_yaml_error(node, err, "unknown kit '%s'", name);
	r = pf_yaml_load(&yaml, path, err);
	if (r != 0)
		return r;
	r = read_pieces(pf_yaml_root(yaml), kit, depth + 1, err);
	pf_yaml_free(yaml);
	return r;
}

static int
read_pieces(const struct pf_yaml_node *root, struct pf_drum_kit *kit,
    int depth, struct pf_err *err)
{
	const struct pf_yaml_node *const from =
	    pf_yaml_find(root, "pieces_from");
	const struct pf_yaml_node *const pieces = pf_yaml_find(root, "pieces");
	int r = from ? inherit(from, kit, depth, err) : 0;
	if (r != 0 || !pieces)
		return r;
	r = pf_yaml_kind(pieces, PF_YAML_MAP, "a map of pieces", err);
	for (size_t i = 0; r == 0 && i < pieces->n; i++) {
		const struct pf_yaml_node *const map = &pieces->child[i];
		const unsigned before = kit->pieces;
		unsigned at;
		struct pf_drum_piece *const p =
		    piece_named(kit, map->key, &at);
		if (!p)
			return pf_yaml_error(map, err,
			    "more than %d pieces, or a name over %zu bytes",
			    PF_DRUM_PIECES, sizeof p->name - 1);
		r = read_piece(map, p, err);
		if (r == 0)
			r = read_keys(map, kit, at, kit->pieces > before, err);
	}
	return r;
}

int
pf_kit_read(const struct pf_yaml_node *root, struct pf_instrument *instrument,
    struct pf_err *err)
{
	struct pf_drum_kit *const kit = calloc(1, sizeof *kit);
	if (!kit)
		return -ENOMEM;
	memset(kit->of_key, 255, sizeof kit->of_key);
	instrument->data = kit;
	instrument->data_free = free;
	return read_pieces(root, kit, 0, err);
}
