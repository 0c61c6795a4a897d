/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/runtime.h"

#include "base/nearest.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	BLOCK_FRAMES = 64,       /* of the engine's graph */
	LOOK_AHEAD_FRAMES = 48,  /* of the master's limiter */
	EVENT_BYTES = 32,
	LANE_BYTES = 1 << 20,
	RATE_HZ = 48000,         /* pf-engine's default */
	PERIOD_LEAST = 32, PERIOD_MOST = 2048,
	CORES_MOST = 16,         /* threads of pf-engine */
	LANES_MOST = 256
};
static const double converters_ms = 1.5; /* both together, as cards tell */

/*
 * Sound in to sound out in ms: two periods, the master's look-ahead, and
 * the converters.
 */
static double
latency_ms(uint32_t period_frames, uint32_t rate_hz)
{
	return 1e3 * (2.0 * period_frames + LOOK_AHEAD_FRAMES) / rate_hz +
	    converters_ms;
}

/* A key that may only say what is so. */
static int
read_fixed(const struct pf_yaml_node *node, int64_t value, const char *why,
    struct pf_err *err)
{
	int64_t v = value;
	const int r = pf_yaml_int(node, 0, INT64_MAX, &v, err);
	if (r)
		return r;
	return v == value ? 0 : pf_yaml_error(node, err,
	    "%lld is not possible: %s", (long long)v, why);
}

/* A whole number of anything in 1..; *value is 0 if it is not said. */
static int
read_count(const struct pf_yaml_node *node, int64_t lo, int64_t hi,
    unsigned *value, struct pf_err *err)
{
	int64_t v = *value;
	const int r = pf_yaml_int(node, lo, hi, &v, err);
	if (r == 0)
		*value = (unsigned)v;
	return r;
}

int
pf_rig_cores_read(const struct pf_yaml_node *node, cpu_set_t *cores,
    struct pf_err *err)
{
	int64_t core = 0;
	if (!node)
		return 0;
	CPU_ZERO(cores);
	if (node->kind == PF_YAML_MAP)
		return pf_yaml_error(node, err, "expected a core or a list");
	const size_t n = node->kind == PF_YAML_LIST ? node->n : 1;
	for (size_t i = 0; i < n; i++) {
		const int r = pf_yaml_int(node->kind == PF_YAML_LIST
		    ? &node->child[i] : node, 0, CPU_SETSIZE - 1, &core, err);
		if (r)
			return r;
		CPU_SET((size_t)core, cores);
	}
	return n ? 0 : pf_yaml_error(node, err, "the list is empty");
}

/* A device as pf-engine -d takes it: one of the kinds, ":" and its name. */
static int
read_device(const struct pf_yaml_node *node, struct pf_rig_runtime *runtime,
    struct pf_err *err)
{
	static const char *const kinds[] = {"alsa", "jack", "file", "null"};
	const char *spec = NULL;
	char kind[32];
	const int r = pf_yaml_str(node, &spec, err);
	if (r)
		return r;
	snprintf(kind, sizeof kind, "%.*s", (int)strcspn(spec, ":"), spec);
	for (size_t i = 0; i < PF_COUNT(kinds); i++) {
		if (strcmp(kind, kinds[i]) != 0)
			continue;
		if (i == 2 && !(spec[4] == ':' && spec[5]))
			return pf_yaml_error(node, err, "expected "
			    "file:IN.wav or file:IN.wav,OUT.wav");
		runtime->engine[runtime->n_engines++] = spec;
		return 0;
	}
	const char *const near = pf_nearest(kind, kinds, PF_COUNT(kinds));
	if (near)
		return pf_yaml_error(node, err, "'%s' is unknown, did you "
		    "mean '%s'?", spec, near);
	return pf_yaml_error(node, err, "'%s' is unknown: alsa[:DEVICE], "
	    "jack[:CLIENT], file:IN.wav[,OUT.wav] or null", spec);
}

/* One device, or a list of them to try. */
static int
read_devices(const struct pf_yaml_node *node, struct pf_rig_runtime *runtime,
    struct pf_err *err)
{
	if (!node)
		return 0;
	if (node->kind != PF_YAML_LIST)
		return read_device(node, runtime, err);
	if (node->n == 0 || node->n > PF_RIG_DEVICES)
		return pf_yaml_error(node, err, "expected 1 to %d devices",
		    PF_RIG_DEVICES);
	for (size_t i = 0; i < node->n; i++) {
		const int r = read_device(&node->child[i], runtime, err);
		if (r)
			return r;
	}
	return 0;
}

static int
read_audio(const struct pf_yaml_node *node, struct pf_rig_runtime *r,
    struct pf_err *err)
{
	static const char *const keys[] = {"engine", "sample_rate",
	    "block_size", "hardware_buffer", "cpu_cores"};
	if (!node)
		return 0;
	const struct pf_yaml_node *const cores = pf_yaml_find(node,
	    "cpu_cores");
	int e = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	if (e == 0)
		e = read_devices(pf_yaml_find(node, "engine"), r, err);
	if (e == 0)
		e = read_count(pf_yaml_find(node, "sample_rate"), 44100,
		    192000, &r->rate_hz, err);
	if (e == 0)
		e = read_fixed(pf_yaml_find(node, "block_size"), BLOCK_FRAMES,
		    "the engine computes in blocks of 64 frames, and starts "
		    "each note on its own frame within", err);
	if (e == 0)
		e = read_count(pf_yaml_find(node, "hardware_buffer"),
		    PERIOD_LEAST, PERIOD_MOST, &r->period_frames, err);
	if (e || !cores)
		return e;
	if (cores->kind == PF_YAML_SCALAR)
		return read_count(cores, 1, CORES_MOST, &r->n_cores, err);
	e = pf_rig_cores_read(cores, &r->cores, err);
	r->n_cores = e ? 0 : (unsigned)CPU_COUNT(&r->cores);
	return e || r->n_cores <= CORES_MOST ? e : pf_yaml_error(cores, err,
	    "the engine uses %d cores at most", CORES_MOST);
}

/* Bytes, as a number or with KiB, MiB, K, M behind. */
static int
read_bytes(const struct pf_yaml_node *node, int64_t *value, struct pf_err *err)
{
	static const struct {
		const char *unit;
		int64_t bytes;
	} units[] = {{"", 1}, {"k", 1024}, {"kib", 1024}, {"m", 1 << 20},
	    {"mib", 1 << 20}};
	long long v;
	int used = 0;
	char unit[8] = "";
	if (node->kind == PF_YAML_SCALAR &&
	    sscanf(node->text, "%9lld %7[A-Za-z]%n", &v, unit, &used) >= 1 &&
	    v >= 0 && (!*unit || !node->text[used]))
		for (size_t i = 0; i < PF_COUNT(units); i++)
			if (strcasecmp(unit, units[i].unit) == 0 &&
			    (*unit || strspn(node->text, "0123456789") ==
			    strlen(node->text))) {
				*value = v * units[i].bytes;
				return 0;
			}
	return pf_yaml_error(node, err, "expected a size, as 1048576 or 1MiB");
}

static int
read_memory(const struct pf_yaml_node *node, struct pf_rig_runtime *r,
    struct pf_err *err)
{
	static const char *const keys[] = {"buffer_size", "event_size",
	    "ring_buffers"};
	if (!node)
		return 0;
	int64_t bytes = LANE_BYTES;
	const struct pf_yaml_node *const size = pf_yaml_find(node,
	    "buffer_size");
	const struct pf_yaml_node *const rings = pf_yaml_find(node,
	    "ring_buffers");
	int e = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	if (e == 0 && size)
		e = read_bytes(size, &bytes, err);
	if (e == 0 && bytes != LANE_BYTES)
		e = pf_yaml_error(size, err, "'%s' is not possible: the ring "
		    "of a lane is 1 MiB, 32736 events, which every program "
		    "relies on", size->text);
	if (e == 0)
		e = read_fixed(pf_yaml_find(node, "event_size"), EVENT_BYTES,
		    "an event has 32 bytes, half a cache line, which every "
		    "program relies on", err);
	if (e == 0 && rings) {
		r->ring_line = rings->line;
		e = read_count(rings, 1, LANES_MOST, &r->ring_buffers, err);
	}
	return e;
}

/* The largest power of two that keeps the target; 0: none does. */
static uint32_t
largest_period(double target_ms, uint32_t rate_hz)
{
	uint32_t p = PERIOD_MOST;
	while (p >= PERIOD_LEAST && latency_ms(p, rate_hz) > target_ms)
		p /= 2;
	return p >= PERIOD_LEAST ? p : 0;
}

static int
keep_target(const struct pf_yaml_node *node, struct pf_rig_runtime *r,
    struct pf_err *err)
{
	const uint32_t rate = r->rate_hz ? r->rate_hz : RATE_HZ;
	const uint32_t most = largest_period(r->target_ms, rate);
	const uint32_t asked = r->period_frames ? r->period_frames
	    : PERIOD_LEAST;
	if (latency_ms(asked, rate) <= r->target_ms) {
		if (!r->period_frames)
			r->period_frames = most;
		return 0;
	}
	if (!most)
		return pf_yaml_error(node, err, "%g ms can not be kept at "
		    "%u Hz: even a hardware buffer of %d frames takes %.1f ms "
		    "from sound in to sound out", r->target_ms, rate,
		    PERIOD_LEAST, latency_ms(PERIOD_LEAST, rate));
	return pf_yaml_error(node, err, "%g ms can not be kept with a "
	    "hardware_buffer of %u: sound in to sound out takes %.1f ms; %u "
	    "frames would do", r->target_ms, asked,
	    latency_ms(asked, rate), most);
}

static int
read_performance(const struct pf_yaml_node *node, struct pf_rig_runtime *r,
    struct pf_err *err)
{
	static const char *const keys[] = {"target_latency_ms", "gui_fps",
	    "agent_think_rate"};
	if (!node)
		return 0;
	const struct pf_yaml_node *const target = pf_yaml_find(node,
	    "target_latency_ms");
	int e = pf_yaml_keys(node, keys, PF_COUNT(keys), err);
	if (e == 0)
		e = pf_yaml_num(target, 1, 1000, &r->target_ms, err);
	if (e == 0 && target)
		e = keep_target(target, r, err);
	if (e == 0)
		e = read_count(pf_yaml_find(node, "gui_fps"), 1, 60,
		    &r->gui_fps, err);
	if (e == 0)
		e = read_count(pf_yaml_find(node, "agent_think_rate"), 10, 30,
		    &r->think_hz, err);
	return e;
}

int
pf_rig_runtime_read(struct pf_rig_runtime *r, const struct pf_yaml_node *root,
    const char *device, struct pf_err *err)
{
	*r = (struct pf_rig_runtime){0};
	int e = read_audio(pf_yaml_find(root, "audio"), r, err);
	if (e == 0)
		e = read_memory(pf_yaml_find(root, "memory"), r, err);
	if (e == 0)
		e = read_performance(pf_yaml_find(root, "performance"), r,
		    err);
	if (device) {
		r->engine[0] = device;
		r->n_engines = 1;
	}
	return e;
}
