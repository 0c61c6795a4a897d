/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The zones of a sampled instrument, as its file tells them:
 *
 *     zones:
 *       - file: piano-c4.flac     # as it is, or beside this file
 *         root: 60                # the key of the recording; 60
 *         keys: [55, 64]          # lowest and highest; all
 *         velocity: [0, 0.6]      # softest and loudest; all
 *         tune: -3                # cents
 *         gain: -2                # dB
 *         pan: 0
 *         start: 0                # seconds
 *         loop: [1.2, 2.9]        # seconds; none
 *         oneshot: true           # plays to its end; false
 *         fixed: true             # one pitch for all keys; false
 *         choke: 1                # like numbers silence each other; none
 *
 * Files are read through lib/audiofile, each once, at their own rate.
 */
#include "engine/instrument_data.h"

#include "audiofile/reader.h"
#include "engine/sampler.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Seconds of one recording; the longest piano string is shorter. */
#define LONGEST_S 120

static void
free_zones(void *data)
{
	struct pf_zones *const zones = data;
	for (unsigned i = 0; i < zones->n; i++)
		free(zones->zone[i].memory);
	free(zones);
}

static int
read_pair(const struct pf_yaml_node *node, double lo, double hi, double *a,
    double *b, struct pf_err *err)
{
	if (!node)
		return 0;
	if (node->kind != PF_YAML_LIST || node->n != 2)
		return pf_yaml_error(node, err, "'%s' is a list of two numbers",
		    node->key);
	int r = pf_yaml_num(&node->child[0], lo, hi, a, err);
	if (r == 0)
		r = pf_yaml_num(&node->child[1], lo, hi, b, err);
	if (r == 0 && *b < *a)
		r = pf_yaml_error(node, err,
		    "'%s': the second must not be less", node->key);
	return r;
}

/* Read the recording with silence around it. */
static int
load(const struct pf_yaml_node *node, struct pf_zone *z, struct pf_err *err)
{
	char path[PATH_MAX];
	struct pf_audio audio;
	struct pf_err why;
	if (!node)
		return -EINVAL;
	int r = pf_beside(path, sizeof path, node, err);
	if (r != 0)
		return r;
	r = pf_audio_load(&audio, path, 0, 0, LONGEST_S, &why);
	if (r != 0) {
		pf_yaml_error(node, err, "%s", why.text);
		return r;
	}
	const unsigned channels = audio.channels > 1 ? 2 : 1;
	const size_t guard = (size_t)PF_ZONE_GUARD * channels;
	/* A loop's end may be the recording's, so one guard more behind. */
	z->memory = calloc((size_t)audio.frames * channels + 2 * guard,
	    sizeof *z->memory);
	if (!z->memory) {
		pf_audio_fini(&audio);
		return -ENOMEM;
	}
	float *const to = z->memory + guard;
	for (int64_t i = 0; i < audio.frames; i++)
		for (unsigned c = 0; c < channels; c++)
			to[i * channels + c] =
			    audio.sample[i * audio.channels + c];
	z->sample = to;
	z->frames = audio.frames;
	z->channels = channels;
	z->rate_hz = audio.rate_hz;
	pf_audio_fini(&audio);
	return 0;
}

static int
read_numbers(const struct pf_yaml_node *map, struct pf_zone *z,
    struct pf_err *err)
{
	double root = 60, tune = 0, gain_db = 0, pan = 0, start_s = 0;
	double low = 0, high = 127, soft = 0, loud = 1, loop = 0, loop_end = 0;
	int64_t number = 0;
	int r = pf_yaml_num(pf_yaml_find(map, "root"), 0, 127, &root, err);
	if (r == 0)
		r = pf_yaml_num(pf_yaml_find(map, "tune"), -2400, 2400, &tune,
		    err);
	if (r == 0)
		r = pf_yaml_num(pf_yaml_find(map, "gain"), -60, 24, &gain_db,
		    err);
	if (r == 0)
		r = pf_yaml_num(pf_yaml_find(map, "pan"), -1, 1, &pan, err);
	if (r == 0)
		r = pf_yaml_num(pf_yaml_find(map, "start"), 0, LONGEST_S,
		    &start_s, err);
	if (r == 0)
		r = pf_yaml_int(pf_yaml_find(map, "choke"), 0, 1000, &number,
		    err);
	if (r == 0)
		r = pf_yaml_bool(pf_yaml_find(map, "oneshot"), &z->oneshot,
		    err);
	if (r == 0)
		r = pf_yaml_bool(pf_yaml_find(map, "fixed"), &z->fixed, err);
	if (r == 0)
		r = read_pair(pf_yaml_find(map, "keys"), 0, 127, &low, &high,
		    err);
	if (r == 0)
		r = read_pair(pf_yaml_find(map, "velocity"), 0, 1, &soft,
		    &loud, err);
	if (r == 0)
		r = read_pair(pf_yaml_find(map, "loop"), 0, LONGEST_S, &loop,
		    &loop_end, err);
	if (r != 0)
		return r;
	z->root = (float)root;
	z->tune = (float)tune;
	z->gain_db = (float)gain_db;
	z->pan = (float)pan;
	z->low_key = (uint8_t)low;
	z->high_key = (uint8_t)high;
	z->low_velocity = (float)soft;
	z->high_velocity = (float)loud;
	z->choke = (unsigned)number;
	z->start = (int64_t)(start_s * z->rate_hz);
	z->loop = (int64_t)(loop * z->rate_hz);
	z->loop_end = (int64_t)(loop_end * z->rate_hz);
	if (z->start > z->frames || z->loop_end > z->frames ||
	    (z->loop_end && z->loop_end == z->loop))
		return pf_yaml_error(map, err,
		    "start or loop lies behind the recording's end (%.3f s)",
		    (double)z->frames / z->rate_hz);
	return 0;
}

/* What comes behind the loop's end is what comes behind its beginning. */
static void
close_loop(struct pf_zone *z)
{
	if (!z->loop_end)
		return;
	float *const to = z->memory +
	    ((size_t)z->loop_end + PF_ZONE_GUARD) * z->channels;
	const float *const from = z->sample + z->loop * z->channels;
	const int64_t length = z->loop_end - z->loop;
	for (int64_t i = 0; i < PF_ZONE_GUARD * (int64_t)z->channels; i++)
		to[i] = from[i % (length * z->channels)];
}

static int
read_zone(const struct pf_yaml_node *map, struct pf_zone *z,
    struct pf_err *err)
{
	static const char *const keys[] = {"file", "root", "keys", "velocity",
	    "tune", "gain", "pan", "start", "loop", "oneshot", "fixed",
	    "choke"};
	int r = pf_yaml_kind(map, PF_YAML_MAP, "a zone", err);
	if (r == 0)
		r = pf_yaml_keys(map, keys, PF_COUNT(keys), err);
	if (r == 0 && !pf_yaml_find(map, "file"))
		r = pf_yaml_error(map, err, "'file' is missing");
	if (r == 0)
		r = load(pf_yaml_find(map, "file"), z, err);
	if (r == 0)
		r = read_numbers(map, z, err);
	if (r == 0)
		close_loop(z);
	return r;
}

int
pf_zones_read(const struct pf_yaml_node *root,
    struct pf_instrument *instrument, struct pf_err *err)
{
	const struct pf_yaml_node *const list = pf_yaml_find(root, "zones");
	if (!list)
		return pf_yaml_error(root, err, "'zones' is missing");
	int r = pf_yaml_kind(list, PF_YAML_LIST, "a list of zones", err);
	if (r == 0 && list->n > PF_ZONES_MOST)
		r = pf_yaml_error(list, err, "more than %d zones",
		    PF_ZONES_MOST);
	if (r != 0)
		return r;
	struct pf_zones *const zones = calloc(1, sizeof *zones +
	    list->n * sizeof zones->zone[0]);
	if (!zones)
		return -ENOMEM;
	instrument->data = zones;
	instrument->data_free = free_zones;
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		zones->n = (unsigned)i + 1;
		r = read_zone(&list->child[i], &zones->zone[i], err);
	}
	return r;
}
